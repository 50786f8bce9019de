const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage, settle, plain } = require("./open_page.js");

const TIME = { apis: ["setTimeout", "setInterval", "Date"], now: 1 };

test("UIF-04: the button that was pressed is told from those that were only drawn", (t) => {
  t.mock.timers.enable(TIME);
  const { window, cmms } = openPage(["actions"]);
  const context = window.dash_clientside.callback_context;
  context.triggered = [{ prop_id: '{"verb":"edit","key":"7.5"}.n_clicks', value: null }];
  assert.equal(cmms.pressed(), "no update");
  context.triggered.push({ prop_id: '{"verb":"close","key":"7.5"}.n_clicks', value: 1 });
  assert.deepEqual(plain(cmms.pressed()), { verb: "close", key: "7.5", at: 1 });
});

test("UIF-02: a field that depends on another is there while that has its value", () => {
  const { cmms } = openPage(["actions"]);
  const boxes = [{ on: "kind", is: "hours" }, { on: "kind", is: "days" }, { on: "all", is: "true" }, { on: "all", is: "false" }];
  const hidden = cmms.showFields(["hours"], [null], [{ name: "kind" }], [{ name: "all" }], boxes);
  assert.deepEqual(plain(hidden), [false, true, true, false]);
});

// A page that was drawn, and mended in its next frame.
async function mend(t, page, html) {
  page.document.body.innerHTML = html;
  await settle();
  t.mock.timers.tick(16);
}

test("TAB-G3: instants are shown in the person's zone, as exact as they were written", async (t) => {
  t.mock.timers.enable(TIME);
  const page = openPage(["cells", "redraws"]);
  const time = (text, at) => `<time class="cmms-local" datetime="${at}">${text}</time>`;
  await mend(t, page, time("2026-01-31 22:05:09 UTC", "2026-01-31T22:05:09Z") + time("22:05", "2026-07-31T22:05:09Z") + time("never", ""));
  const shown = [...page.document.querySelectorAll("time")];
  assert.deepEqual(shown.map((one) => one.textContent), ["2026-01-31 23:05:09", "2026-08-01 00:05", "never"]);
  assert.equal(shown[0].title, "Europe/Berlin");
});

test("A11Y-01: the current entry of the menu and the names of charts are there for screen readers", async (t) => {
  t.mock.timers.enable(TIME);
  const page = openPage(["cells", "redraws"]);
  const chart = '<svg class="recharts-surface" role="application"></svg>';
  await mend(t, page, `<a class="cmms-menu-link cmms-menu-current">Syncs</a><a class="cmms-menu-link" aria-current="page">Plants</a>
    <div class="cmms-widget"><h3 class="cmms-widget-title">Hours</h3>${chart}</div>${chart}`);
  assert.deepEqual([...page.document.querySelectorAll("a")].map((link) => link.getAttribute("aria-current")), ["page", null]);
  const names = [...page.document.querySelectorAll("svg")].map((one) => one.getAttribute("aria-label"));
  assert.deepEqual(names, ["Hours", "Chart"].map((title) => title + ": use the arrow keys to read each point"));
});

// A page of a certain height that is scrolled, left and come back to.
function openLong(t) {
  t.mock.timers.enable(TIME);
  const page = openPage(["scroll"]);
  page.went = [];
  page.window.scrollTo = (_, top) => { page.went.push(top); page.window.scrollY = top; };
  page.setHeight = (height) => Object.defineProperty(page.document.documentElement, "scrollHeight", { value: height, configurable: true });
  page.goTo = (address, event) => {
    page.window.history.pushState({}, "", address);
    if (event === "back") page.window.dispatchEvent(new page.window.Event("popstate"));
    else page.cmms.compat.announceMove();
  };
  page.setHeight(5_000);
  page.window.scrollY = 1_500;
  page.window.dispatchEvent(new page.window.Event("scroll"));
  page.goTo("/cmms/equipment/7");
  page.setHeight(100);
  t.mock.timers.tick(1_000);
  page.goTo("/cmms/", "back");
  return page;
}

test("WIP-03: Back returns to the same place, as soon as the page is long enough", (t) => {
  const page = openLong(t);
  t.mock.timers.tick(500);
  assert.deepEqual(page.went, []);
  page.setHeight(5_000);
  t.mock.timers.tick(50);
  t.mock.timers.tick(500);
  assert.deepEqual(page.went, [1_500]);
});

test("WIP-03: who scrolls meanwhile is left where they are", (t) => {
  const page = openLong(t);
  t.mock.timers.tick(500);
  page.window.dispatchEvent(new page.window.Event("wheel"));
  page.setHeight(5_000);
  t.mock.timers.tick(500);
  assert.deepEqual(page.went, []);
});

// React and the renderer's store, as far as calm.js knows them. Returns what the components saw.
function openCalm(t, state) {
  t.mock.timers.enable(TIME);
  const world = { state, looks: 0, batches: 0, hear: null };
  const page = openPage(["calm"], {
    before: (window) => {
      window.React = { useSyncExternalStore: (subscribe) => subscribe(() => { world.looks += 1; }) };
      window.ReactDOM = { unstable_batchedUpdates: (draw) => { world.batches += 1; draw(); } };
      window.store = { getState: () => world.state };
    },
  });
  const subscribe = (listener) => { world.hear = listener; return () => {}; };
  world.leave = page.window.React.useSyncExternalStore(subscribe);
  world.change = (next) => { world.state = { ...world.state, ...next }; world.hear(); };
  return world;
}

test("CALM-02: changes that leave the layout alone are looked at once, 50 ms later", (t) => {
  const world = openCalm(t, { layout: {}, layoutHashes: {} });
  world.change({});
  assert.equal(world.looks, 1, "the first one is looked at");
  for (let step = 0; step < 10; step += 1) world.change({ callbacks: step });
  assert.equal(world.looks, 1);
  t.mock.timers.tick(50);
  assert.deepEqual([world.looks, world.batches], [2, 1]);
});

test("CALM-02: a change of the layout is drawn at once, and what waited with it", (t) => {
  const world = openCalm(t, { layout: {}, layoutHashes: {} });
  world.change({});
  world.change({ callbacks: 1 });
  world.change({ layout: {} });
  assert.equal(world.looks, 2);
  t.mock.timers.tick(100);
  assert.equal(world.looks, 2, "nothing waits any more");
});

test("CALM-02: a renderer that we do not know is left alone", (t) => {
  const world = openCalm(t, { layout: {} });
  for (let step = 0; step < 5; step += 1) world.change({ callbacks: step });
  assert.equal(world.looks, 5);
});

test("CALM-02: a component that has left is not drawn", (t) => {
  const world = openCalm(t, { layout: {}, layoutHashes: {} });
  world.change({});
  world.change({ callbacks: 1 });
  world.leave();
  t.mock.timers.tick(100);
  assert.equal(world.looks, 1);
});
