const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage } = require("./open_page.js");

const START = Date.UTC(2026, 0, 31, 12);
const ASK = { updates: "push", topics: ["syncs"], seconds: 30, holdable: false, asked: START };

// A page whose event stream is open and has said where things stand.
function openAt(t, body = "") {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: START });
  const page = openPage(["follow_changes", "push"], { body: '<div id="page"></div>' + body });
  page.cmms.isStreamHeld = () => false;
  page.window.dash_clientside.callback_context.outputs_list = { id: { type: "widget-ask", page: "dashboard", name: "x" } };
  t.mock.timers.tick(50);
  page.stream = page.streams[0];
  page.hide = function (hidden) {
    Object.defineProperty(page.document, "hidden", { value: hidden, configurable: true });
    page.document.dispatchEvent(new page.window.Event("visibilitychange"));
  };
  return page;
}
const again = (page, pace, ask) => page.cmms.ask(0, {}, pace, ask) !== "no update";

test("a part that was just drawn notes that it has asked, and no more", (t) => {
  const page = openAt(t);
  assert.equal(page.cmms.ask(0, {}, "0", { ...ASK, asked: 0 }).asked, START + 50);
});

test("ADV-05: without push a part asks by its clock", (t) => {
  const page = openAt(t);
  t.mock.timers.tick(29_000);
  assert.equal(again(page, "0", ASK), false);
  t.mock.timers.tick(1_000);
  assert.equal(again(page, "0", ASK), true);
});

test("WID-01: a change that the server pushes is read at once, one of another topic is not", (t) => {
  const page = openAt(t);
  page.stream.send("changed", { syncs: 1, plants: 1 });
  t.mock.timers.tick(1_000);
  page.stream.send("changed", { plants: 2 });
  assert.equal(again(page, "0", ASK), false);
  page.stream.send("changed", { syncs: 2 });
  assert.equal(again(page, "0", ASK), true);
  assert.deepEqual(Object.keys(page.sent.at(-1)[1].data).sort(), ["plants", "syncs"]);
});

test("NOT-03: while push is heard the clock waits a minute; 25 s of silence give it back", (t) => {
  const page = openAt(t);
  for (let beat = 0; beat < 5; beat += 1) {
    page.stream.send("beat", { syncs: 1 });
    t.mock.timers.tick(10_000);
  }
  assert.equal(page.cmms.hears(), true);
  assert.equal(again(page, "0", ASK), false, "50 s, of a part that would ask every 30 s");
  t.mock.timers.tick(15_000);
  assert.equal(page.cmms.hears(), false);
  assert.equal(again(page, "0", { ...ASK, asked: START + 30_000 }), true);
});

test("ADV-05: the pace that somebody chose is the least, also for changes; by hand asks never", (t) => {
  const page = openAt(t);
  page.stream.send("changed", { syncs: 1 });
  t.mock.timers.tick(5_000);
  page.stream.send("changed", { syncs: 2 });
  assert.equal(again(page, "10", ASK), false);
  assert.equal(again(page, "hand", ASK), false);
  assert.equal(again(page, "0", { ...ASK, updates: "manual" }), false);
  t.mock.timers.tick(5_000);
  assert.equal(again(page, "10", ASK), true);
});

test("ADV-05: a hidden page asks nothing and closes its stream; shown again it opens one", (t) => {
  const page = openAt(t);
  t.mock.timers.tick(60_000);
  page.hide(true);
  assert.equal(again(page, "0", ASK), false);
  assert.equal(page.stream.readyState, 2);
  page.hide(false);
  assert.equal(again(page, "0", ASK), true);
  assert.equal(page.streams.length, 2);
  assert.equal(page.streams[1].address, "/cmms/api/v1/events");
});

test("ACT-11: what somebody reads is not drawn anew while it is held", (t) => {
  const page = openAt(t);
  t.mock.timers.tick(60_000);
  page.cmms.isStreamHeld = () => true;
  assert.equal(again(page, "0", { ...ASK, holdable: true }), false);
  assert.equal(again(page, "0", ASK), true);
});

test("no second question while the answer to the first is under way; it is asked a moment later", (t) => {
  const body = '{"name":"x","page":"dashboard","type":"widget"}';
  const page = openAt(t, `<div id='${body}' data-dash-is-loading="true"></div>`);
  page.stream.send("changed", { syncs: 1 });
  t.mock.timers.tick(2_000);
  page.stream.send("changed", { syncs: 2 });
  const told = page.sent.length;
  assert.equal(again(page, "0", ASK), false);
  t.mock.timers.tick(500);
  assert.equal(page.sent.length, told + 1, "the question comes again");
  page.document.getElementById(body).removeAttribute("data-dash-is-loading");
  assert.equal(again(page, "0", ASK), true);
});

test("WID-01: a stream that the server refuses is opened again after half a minute", (t) => {
  const page = openAt(t);
  page.stream.readyState = 2;
  page.stream.onerror();
  t.mock.timers.tick(29_999);
  assert.equal(page.streams.length, 1);
  t.mock.timers.tick(1);
  assert.equal(page.streams.length, 2);
});
