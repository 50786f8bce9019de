const assert = require("node:assert/strict");
const test = require("node:test");
const { JSDOM } = require("jsdom");
const { openPage, settle, click } = require("./open_page.js");

// Airflow's window around the frame.
function openOuter(address, html = "<body></body>") { return new JSDOM(html, { url: "http://testserver" + address }).window; }
const isSeen = (outer) => outer.location.pathname + outer.location.search;

test("NAV-02: Airflow's address bar follows the frame, below a sub-path too", () => {
  for (const prefix of ["", "/airflow"]) {
    const outer = openOuter(`${prefix}/plugin/cmms`);
    const page = openPage(["address"], { outer, mount: `${prefix}/cmms/`, address: `${prefix}/cmms/` });
    page.window.history.replaceState({}, "", `${prefix}/cmms/equipment?tab=active`);
    page.cmms.mirrorAddress();
    assert.equal(isSeen(outer), `${prefix}/plugin/cmms${prefix}/cmms/equipment?tab=active`);
  }
});

test("NAV-02: an outer page that is not the view's keeps its address", () => {
  const outer = openOuter("/dags/equipment_sync");
  openPage(["address"], { outer, address: "/cmms/syncs" }).cmms.mirrorAddress();
  assert.equal(isSeen(outer), "/dags/equipment_sync");
});

test("NAV-01: the frame goes on to the page that the outer address names", () => {
  const { cmms } = openPage(["address"]);
  const find = (pathname, search = "") => cmms.findPageOfFrame({ pathname, search });
  assert.equal(find("/plugin/cmms/cmms/equipment", "?tab=active"), "/cmms/equipment?tab=active");
  assert.equal(find("/plugin/cmms/cmms/"), null, "it is there already");
  assert.equal(find("/plugin/cmms"), null);
  assert.equal(find("/plugin/other/cmms/equipment"), null);
  assert.equal(find("/plugin/cmms//elsewhere.example/x"), null, "no other site");
});

test("NAV-02: a link opens its page without a load, and tells Dash; with Ctrl it is the browser's", () => {
  const page = openPage(["address"], { body: '<a href="/cmms/equipment/7">7</a>' });
  const link = page.document.querySelector("a");
  let moves = 0;
  page.cmms.compat.onMove(() => { moves += 1; });
  link.addEventListener("click", (event) => page.cmms.follow(event, "/cmms/equipment/7"));
  const away = (event) => event.preventDefault();  // there is no second tab in a test
  page.document.addEventListener("click", (event) => { if (!event.defaultPrevented) away(event); });
  click(page.window, link, { ctrlKey: true });
  assert.deepEqual([page.window.location.pathname, moves], ["/cmms/", 0]);
  click(page.window, link);
  assert.deepEqual([page.window.location.pathname, moves], ["/cmms/equipment/7", 1]);
});

// The links that the outer document was given to follow.
function openFrame(body) {
  const outer = openOuter("/plugin/cmms");
  const followed = [];
  outer.document.addEventListener("click", (event) => {
    event.preventDefault();
    followed.push([event.target.href, event.target.target, event.target.rel, event.target.hasAttribute("download")]);
  });
  const page = openPage(["frame"], { outer, body });
  page.document.addEventListener("click", (event) => event.preventDefault());
  return { page, outer, followed, link: page.document.querySelector("a") };
}

test("STK-02: links that want a tab of their own are followed outside the frame", () => {
  const { page, outer, followed, link } = openFrame('<a href="/dags/x" target="_blank"><b>Airflow</b></a>');
  assert.equal(click(page.window, link.querySelector("b")).defaultPrevented, true);
  assert.deepEqual(followed, [["http://testserver/dags/x", "_blank", "noopener", false]]);
  assert.equal(outer.document.querySelector("a"), null, "nothing is left there");
});

test("STK-02: so are Ctrl and middle clicks and downloads; plain and right clicks are not", () => {
  const { page, followed, link } = openFrame('<a href="/cmms/api/v1/equipment/export">CSV</a>');
  click(page.window, link);
  click(page.window, link, { type: "auxclick", button: 2 });
  assert.equal(followed.length, 0);
  click(page.window, link, { ctrlKey: true });
  click(page.window, link, { type: "auxclick", button: 1 });
  link.setAttribute("download", "");
  click(page.window, link);
  assert.deepEqual(followed.map(([, target, , isDownload]) => [target, isDownload]), [["_blank", false], ["_blank", false], ["", true]]);
});

test("STK-02: addresses that are no web pages stay in the frame", () => {
  const { page, followed, link } = openFrame('<a href="mailto:a@example.com" target="_blank">Mail</a>');
  click(page.window, link);
  assert.deepEqual(followed, []);
});

test("THM-05: the view is as dark as Airflow around it, and changes with it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const outer = openOuter("/plugin/cmms", '<html class="dark"><body></body></html>');
  const page = openPage(["theme"], { outer, body: '<div id="page"></div>' });
  const theme = () => page.document.documentElement.getAttribute("data-cmms-theme");
  assert.equal(theme(), "dark");
  outer.document.documentElement.className = "light";
  await settle();
  page.cmms.compat.onStoredTheme(() => {});
  assert.equal(page.cmms.compat.readTheme(outer.document.documentElement), "light");
  t.mock.timers.tick(30);
  assert.equal(theme(), "light");
  assert.deepEqual(page.sent.at(-1)[1].forceColorScheme, "light");
});

test("THM-05: without a frame the theme is what Airflow has stored, else what the system wants", () => {
  const theme = (stored, matching = []) => {
    const page = openPage(["theme"], { matching, before: (window) => { if (stored) window.localStorage.setItem("theme", stored); } });
    return page.document.documentElement.getAttribute("data-ag-theme-mode");
  };
  const dark = ["(prefers-color-scheme: dark)"];
  assert.deepEqual([theme("dark"), theme("light", dark), theme("system", dark), theme(null)], ["dark", "light", "dark", "light"]);
});
