const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage, settle, click } = require("./open_page.js");

const CALLBACK = "/cmms/_dash-update-component";

function openSession(t, answers, mount = "/cmms/") {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const asked = [];
  const page = openPage(["session"], {
    mount,
    body: '<div id="session-over" hidden></div>',
    fetch: (address) => {
      asked.push(address);
      const { status, after } = answers.shift();
      return Promise.resolve({ status, headers: { get: () => after ?? null } });
    },
  });
  return { page, asked, box: page.document.getElementById("session-over") };
}

test("NAV-03: an answer 401 says that the session is over, with a link to the login of this Airflow", async (t) => {
  const { page, box } = openSession(t, [{ status: 401 }, { status: 401 }], "/airflow/cmms/");
  assert.equal((await page.window.fetch(CALLBACK)).status, 401);
  assert.equal(box.hidden, false);
  assert.equal(box.querySelector("a").getAttribute("href"), "/airflow/auth/login");
  click(page.window, box.querySelector("button"));
  assert.equal(box.hidden, true);
  await page.window.fetch(CALLBACK);
  assert.equal(box.querySelectorAll("p").length, 1);
});

test("a callback whose turn it is not is sent again when the server says", async (t) => {
  const { page, asked } = openSession(t, [{ status: 429, after: "3" }, { status: 200 }]);
  const answer = page.window.fetch({ url: CALLBACK });
  await settle();
  t.mock.timers.tick(2_999);
  assert.equal(asked.length, 1);
  t.mock.timers.tick(1_001);
  assert.equal((await answer).status, 200);
  assert.equal(asked.length, 2);
});

test("a callback is sent again twenty times, other calls never", async (t) => {
  const { page, asked } = openSession(t, Array.from({ length: 30 }, () => ({ status: 429 })));
  assert.equal((await page.window.fetch("/cmms/api/v1/me")).status, 429);
  assert.equal(asked.length, 1);
  const answer = page.window.fetch(CALLBACK);
  for (let turn = 0; turn < 25; turn += 1) {
    await settle();
    t.mock.timers.tick(6_000);
  }
  assert.equal((await answer).status, 429);
  assert.equal(asked.length, 22);
});
