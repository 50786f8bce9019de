// A page for the unit tests: a DOM without a server, in which the browser code runs as it is served.
const fs = require("node:fs");
const path = require("node:path");
const { afterEach } = require("node:test");
const vm = require("node:vm");
const { JSDOM, VirtualConsole } = require("jsdom");

const FOLDER = path.join(__dirname, "../../include/cmms_ui");
const CONFIG = '<script id="_dash-config" type="application/json">{"requests_pathname_prefix": "MOUNT"}</script>';

// The server's answers and the outer world, as far as a test gives them.
class FakeEventSource {
  static CLOSED = 2;
  constructor(address) {
    this.address = address;
    this.readyState = 1;
    this.listeners = {};
    FakeEventSource.opened.push(this);
  }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  send(name, data) { this.listeners[name]({ data: JSON.stringify(data) }); }
  close() { this.readyState = FakeEventSource.CLOSED; }
}

// A page ends with its test. One that stayed would draw its next picture in a later test, whose time is not that of the
// page: the timer that draws was then never cleared, and Node never ended.
const openWindows = [];
afterEach(function () { while (openWindows.length) openWindows.pop().close(); });

function fakeMedia(window, matching) {
  const media = {};
  window.matchMedia = function (query) {
    media[query] = media[query] || Object.assign(new window.EventTarget(), { media: query, matches: matching.includes(query) });
    return media[query];
  };
  return function (query, matches) {
    media[query].matches = matches;
    media[query].dispatchEvent(new window.Event("change"));
  };
}

// Time is that of the test (`t.mock.timers`), in the page as well.
function shareTime(window) {
  for (const name of ["setTimeout", "setInterval"]) {
    window[name] = function (...given) {
      const timer = globalThis[name](...given);
      return timer.unref ? timer.unref() : timer; // what a page waits for must not hold the tests
    };
  }
  for (const name of ["clearTimeout", "clearInterval"]) {
    window[name] = function (timer) { globalThis[name](timer); };
  }
  Object.defineProperty(window, "Date", { get: function () { return globalThis.Date; } });
  window.requestAnimationFrame = function (draw) { return window.setTimeout(draw, 16); };
}

/**
 * Open a page and run browser code in it: compat.js and `files` of browser/, in the order of the script that is served.
 *
 * Options: `body` (HTML), `address`, `mount`, `matching` (media queries that hold), `outer` (the window around the frame),
 * `fetch` (what the network answers), `before` (a function of the window, called before the code runs).
 * Returns window, cmms, what was set by set_props as `sent`, opened event streams as `streams`, and setMedia.
 */
function openPage(files, options = {}) {
  const { body = "", address = "/cmms/", mount = "/cmms/", matching = [], outer, fetch, before } = options;
  const sent = [];
  let setMedia;
  const dom = new JSDOM(`<!DOCTYPE html><html><body>${CONFIG.replace("MOUNT", mount)}${body}</body></html>`, {
    url: "http://testserver" + address,
    runScripts: "outside-only",
    pretendToBeVisual: true, // a page that somebody looks at
    virtualConsole: new VirtualConsole().forwardTo(console),
    beforeParse: function (window) {
      shareTime(window);
      setMedia = fakeMedia(window, matching);
      FakeEventSource.opened = [];
      window.EventSource = FakeEventSource;
      window.scrollTo = function () {};
      window.fetch = fetch;
      if (outer) Object.defineProperty(window, "parent", { value: outer });
    },
  });
  const window = dom.window;
  openWindows.push(window);
  window.dash_clientside = {
    no_update: "no update",
    set_props: function (id, props) { sent.push([id, props]); },
    callback_context: { triggered: [], outputs_list: {} },
  };
  if (before) before(window);
  function run(code, filename) { new vm.Script(code, { filename }).runInContext(dom.getInternalVMContext()); }
  for (const file of ["compat.js", ...files.map((name) => `browser/${name}.js`).sort()]) {
    run(fs.readFileSync(path.join(FOLDER, file), "utf8"), path.join(FOLDER, file));
    if (file === "compat.js") run(process.env.BROWSER_TEXTS, "make_script.py"); // from tools/check_browser_code.py
  }
  const cmms = window.dash_clientside.cmms;
  return { window, document: window.document, cmms, sent, streams: FakeEventSource.opened, setMedia };
}

/** Let everything run that waits for the end of the current step: observers, promises. */
function settle() { return new Promise(function (resolve) { setImmediate(resolve); }); }

/** A value of the page as one of the test: the two have different prototypes. */
function plain(value) { return JSON.parse(JSON.stringify(value)); }

/** Press a key somewhere; returns whether the page let the browser do its own. */
function press(window, target, key, more = {}) {
  return target.dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

/** Click; returns the event. */
function click(window, target, more = {}) {
  const event = new window.MouseEvent(more.type || "click", { bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

module.exports = { openPage, settle, plain, press, click };
