const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage, press, click } = require("./open_page.js");

const MENU = `<a class="cmms-menu-link" href="/cmms/"></a><a class="cmms-menu-link" href="/cmms/syncs"></a>
  <a class="cmms-menu-link" href="/cmms/record-errors"></a>
  <div class="cmms-search"><input></div><div class="ag-root"><span tabindex="0"></span></div><textarea></textarea>`;

function openShortcuts() {
  const page = openPage(["shortcuts"], { body: MENU });
  const followed = [];
  page.document.addEventListener("click", function (event) {
    event.preventDefault();
    followed.push(event.target.getAttribute("href"));
  });
  page.window.HTMLDialogElement.prototype.showModal = function () { this.open = true; };
  return { page, followed, type: (keys, target = page.document.body) => [...keys].map((key) => press(page.window, target, key)) };
}

test("CUS-04: g and a letter open a page, also one below a sub-path", () => {
  const { followed, type } = openShortcuts();
  type("gs");
  type("gd");
  type("gr");
  assert.deepEqual(followed, ["/cmms/syncs", "/cmms/", "/cmms/record-errors"]);
});

test("CUS-04: the letters have to follow each other", () => {
  const { followed, type } = openShortcuts();
  type("s");
  type("gxs");
  type("gg");
  assert.deepEqual(followed, []);
});

test("CUS-04: who types in a field or a grid gets no page", () => {
  const { page, followed, type } = openShortcuts();
  for (const selector of ["input", "textarea", ".ag-root span"]) type("gs?", page.document.querySelector(selector));
  assert.deepEqual(followed, []);
  assert.equal(page.document.getElementById("cmms-help"), null);
});

test("CUS-04: a slash goes to the search and is not typed into it", () => {
  const { page, type } = openShortcuts();
  assert.deepEqual(type("/"), [false]);
  assert.equal(page.document.activeElement, page.document.querySelector("input"));
});

test("CUS-04: a question mark opens the help, once, with every shortcut", () => {
  const { page, type } = openShortcuts();
  type("??");
  assert.equal(page.document.querySelectorAll("#cmms-help").length, 1);
  assert.equal(page.document.getElementById("cmms-help").open, true);
  assert.equal(page.document.querySelectorAll("#cmms-help dt").length, page.document.querySelectorAll("#cmms-help dd").length);
});

test("keys held with Ctrl, Cmd or Alt are the browser's", () => {
  const { page, followed } = openShortcuts();
  for (const held of ["ctrlKey", "metaKey", "altKey"]) {
    press(page.window, page.document.body, "g");
    press(page.window, page.document.body, "s", { [held]: true });
  }
  assert.deepEqual(followed, []);
});

test("WAD-15: Ctrl-K and Cmd-K press the button of Find, K alone does not", () => {
  const page = openPage(["palette"], { body: '<button id="palette-open"></button>' });
  let presses = 0;
  page.document.getElementById("palette-open").addEventListener("click", () => { presses += 1; });
  assert.equal(press(page.window, page.document.body, "k"), true);
  assert.equal(press(page.window, page.document.body, "k", { ctrlKey: true }), false, "the browser's own search stays away");
  assert.equal(press(page.window, page.document.body, "K", { metaKey: true }), false);
  assert.equal(presses, 2);
});

test("WAD-15: Find closes with a new page or a dialog, not by a page that hears late of its own address", () => {
  const { window, cmms } = openPage(["palette"]);
  assert.equal(cmms.openPalette(1), true);
  assert.equal(cmms.closePalette("/cmms/", false), "no update");
  assert.equal(cmms.closePalette("/cmms/", true), false);
  window.history.pushState({}, "", "/cmms/syncs");
  assert.equal(cmms.closePalette("/cmms/syncs", false), false);
});

test("THM-04: on a phone the menu closes after a choice; with more room it is open again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const page = openPage(["menu"], { body: '<details id="menu"><a class="cmms-menu-link" href="#">Syncs</a></details>' });
  const menu = page.document.getElementById("menu");
  t.mock.timers.tick(30);
  assert.equal(menu.open, false);
  menu.open = true;
  click(page.window, menu.querySelector("a"));
  assert.equal(menu.open, false);
  page.setMedia("(min-width: 901px)", true);
  assert.equal(menu.open, true);
});

test("a menu of links closes by Escape once one was chosen", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const page = openPage(["menu"], { body: '<a class="cmms-menu-item" role="menuitem" href="#">CSV</a>' });
  const keys = [];
  page.document.addEventListener("keydown", (event) => keys.push(event.key));
  click(page.window, page.document.querySelector("a"));
  assert.deepEqual(keys, []);
  t.mock.timers.tick(1);
  assert.deepEqual(keys, ["Escape"]);
});

test("CUS-04: Enter and space in the cell press the button of the details, which says whether they are open", () => {
  const page = openPage(["details"], {
    before: (window) => { window.React = { createElement: (kind, props) => props }; },
    body: '<div class="cmms-details-cell" tabindex="0"><button class="cmms-details-button"></button></div>',
  });
  const cell = page.document.querySelector(".cmms-details-cell"), button = cell.querySelector("button");
  const draw = () => page.window.dashAgGridComponentFunctions.CmmsDetails({ data: { id: 7 }, setData: (sent) => shown.push(sent.key) });
  const shown = [];
  button.addEventListener("click", draw().onClick);
  assert.equal(draw()["aria-expanded"], "false");
  assert.equal(press(page.window, cell, "Enter"), false);
  assert.equal(press(page.window, cell, " "), false);
  press(page.window, button, "Enter");
  assert.deepEqual(shown, [7, 7], "the button itself presses by itself");
  assert.equal(draw()["aria-expanded"], "true");
  page.cmms.detailsClosed(false);
  assert.equal(button.getAttribute("aria-expanded"), "false");
  assert.equal(draw()["aria-expanded"], "false");
});
