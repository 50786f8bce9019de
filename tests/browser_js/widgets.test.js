const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage, settle, press, click } = require("./open_page.js");

const HEALTH = {
  base: "/cmms/equipment/",
  signs: { good: "✓", bad: "!" },
  words: { good: "good", bad: "over its limit" },
  plants: { P001: [[1, "PUMP 1", "good", "10 of 500 h"], [2, "PUMP 2", "bad", "510 of 500 h"]], P002: [[3, "<b>", "good", "0 h"]] },
};

// Health of machines, drawn; two columns, so that arrow keys have rows.
function openHealth() {
  const page = openPage(["address", "health"], { body: '<div id="health-cells"></div>' });
  page.cmms.drawHealth(HEALTH);
  page.box = page.document.getElementById("health-cells");
  page.links = () => [...page.box.querySelectorAll("a")];
  page.window.HTMLAnchorElement.prototype.getBoundingClientRect = function () {
    const place = page.links().indexOf(this);
    return { left: 20 * (place % 2), top: 20 * Math.floor(place / 2), bottom: 0 };
  };
  page.tip = () => page.document.getElementById("cmms-tip");
  return page;
}

test("WID-02: machines are links by plant, with a sign, and their names are text", () => {
  const page = openHealth();
  assert.deepEqual([...page.box.querySelectorAll(".cmms-dim")].map((head) => head.textContent), ["P001 (2)", "P002 (1)"]);
  assert.deepEqual(page.links().map((link) => link.getAttribute("href")), [1, 2, 3].map((key) => `/cmms/equipment/${key}`));
  assert.equal(page.links()[1].getAttribute("aria-label"), "PUMP 2: over its limit. 510 of 500 h");
  assert.equal(page.links()[1].textContent, "!");
  assert.equal(page.box.querySelector("b"), null);
});

test("CMP-02: one machine takes the focus, arrow keys, Home and End go on from there", () => {
  const page = openHealth();
  const [first, second, third] = page.links();
  assert.deepEqual(page.links().map((link) => link.tabIndex), [0, -1, -1]);
  first.focus();
  const go = (key) => { press(page.window, page.document.activeElement, key); return page.document.activeElement; };
  assert.equal(go("ArrowRight"), second);
  assert.equal(go("ArrowLeft"), first);
  assert.equal(go("ArrowDown"), third);
  assert.equal(go("ArrowUp"), first);
  assert.equal(go("ArrowUp"), first, "there is no row above");
  assert.equal(go("End"), third);
  assert.equal(go("Home"), first);
  assert.deepEqual(page.links().map((link) => link.tabIndex), [0, -1, -1]);
});

test("CMP-02: focus and pointer show the figures, Escape hides them", () => {
  const page = openHealth();
  page.links()[1].focus();
  assert.deepEqual([page.tip().hidden, page.tip().textContent], [false, "PUMP 2: over its limit. 510 of 500 h"]);
  press(page.window, page.links()[1], "Escape");
  assert.equal(page.tip().hidden, true);
  page.links()[0].dispatchEvent(new page.window.MouseEvent("mouseover", { bubbles: true }));
  assert.equal(page.tip().textContent, "PUMP 1: good. 10 of 500 h");
});

test("WID-02: drawn anew, the machine that had the focus has it still, and one click opens it once", () => {
  const page = openHealth();
  page.links()[2].focus();
  page.cmms.drawHealth(HEALTH);
  assert.equal(page.document.activeElement, page.links()[2]);
  let moves = 0;
  page.cmms.compat.onMove(() => { moves += 1; });
  assert.equal(click(page.window, page.links()[2]).defaultPrevented, true);
  assert.deepEqual([page.window.location.pathname, moves], ["/cmms/equipment/3", 1]);
});

test("WID-02: figures that come before their widget wait for it", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const page = openPage(["health"]);
  assert.equal(page.cmms.drawHealth(HEALTH), "no update");
  page.document.body.innerHTML = '<div id="health-cells"></div>';
  t.mock.timers.tick(30);
  assert.equal(page.document.querySelectorAll("#health-cells a").length, 3);
});

const LINES = [30, 31, 32].map((line) => `<li data-line="${line}">error ${line}</li>`).join("");
const STREAM = (lines) => `<button class="cmms-stream-pause"></button><ul class="cmms-stream">${lines}</ul>`;

// A stream whose lines are 20 pixels high.
async function openStream() {
  const page = openPage(["error_stream"], {
    before: (window) => {
      Object.defineProperty(window.HTMLElement.prototype, "offsetHeight", { value: 20 });
      window.HTMLElement.prototype.getBoundingClientRect = function () {
        const list = this.closest("ul");
        return { top: this === list ? 0 : 20 * [...list.children].indexOf(this) - list.scrollTop };
      };
    },
  });
  page.draw = async (lines) => {
    page.document.body.innerHTML = STREAM(lines);
    await settle();
    page.stream = page.document.querySelector(".cmms-stream");
    page.button = page.document.querySelector(".cmms-stream-pause");
  };
  page.scroll = (top) => {
    page.stream.scrollTop = top;
    page.stream.dispatchEvent(new page.window.Event("scroll"));
  };
  await page.draw(LINES);
  return page;
}

test("ACT-11: Pause holds the stream and goes on, and says so after it was drawn anew", async () => {
  const page = await openStream();
  assert.equal(page.cmms.isStreamHeld(), false);
  click(page.window, page.button);
  assert.deepEqual([page.cmms.isStreamHeld(), page.button.getAttribute("aria-pressed")], [true, "true"]);
  await page.draw(LINES);
  assert.equal(page.button.getAttribute("aria-pressed"), "true");
  click(page.window, page.button);
  assert.deepEqual([page.cmms.isStreamHeld(), page.button.getAttribute("aria-pressed")], [false, "false"]);
});

test("ACT-11: who has scrolled down holds the stream; back at its top it goes on", async () => {
  const page = await openStream();
  page.scroll(25);
  assert.equal(page.cmms.isStreamHeld(), true);
  page.scroll(3);
  assert.equal(page.cmms.isStreamHeld(), false);
});

test("ACT-11: drawn anew with newer errors above, the line at the top stays where it was", async () => {
  const page = await openStream();
  page.scroll(25); // line 31 is at the top, 5 pixels of it above the edge
  await page.draw('<li data-line="28"></li><li data-line="29"></li>' + LINES);
  assert.equal(page.stream.scrollTop, 65);
  assert.equal(page.cmms.isStreamHeld(), true);
});

test("ACT-11: a line that has left the stream, and another page, let it go", async () => {
  const page = await openStream();
  page.scroll(25);
  await page.draw('<li data-line="40"></li>');
  assert.equal(page.cmms.isStreamHeld(), false);
  click(page.window, page.button);
  page.document.body.innerHTML = "";
  await settle();
  assert.equal(page.cmms.isStreamHeld(), false);
});
