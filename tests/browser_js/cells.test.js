const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage } = require("./open_page.js");

function openCells() {
  const page = openPage(["cells"], {
    before: function (window) {
      window.React = { createElement: function (kind, props, text) { return { kind, props, text }; } };
    },
  });
  return { page, formats: page.window.dashAgGridFunctions, components: page.window.dashAgGridComponentFunctions };
}

test("TBL-13: whole numbers are grouped, a missing one is empty and zero is not", () => {
  const { formats } = openCells();
  assert.equal(formats.cmmsInteger({ value: 1234567 }), "1,234,567");
  assert.equal(formats.cmmsInteger({ value: "20873" }), "20,873");
  assert.equal(formats.cmmsInteger({ value: 0 }), "0");
  assert.equal(formats.cmmsInteger({ value: null }), "");
  assert.equal(formats.cmmsInteger({}), "");
});

test("hours have two to three decimals, also as the text that the server sends", () => {
  const { formats } = openCells();
  assert.equal(formats.cmmsHours({ value: "1234.5" }), "1,234.50");
  assert.equal(formats.cmmsHours({ value: 7.125 }), "7.125");
  assert.equal(formats.cmmsHours({ value: 0 }), "0.00");
  assert.equal(formats.cmmsHours({ value: -8.5 }), "-8.50");
  assert.equal(formats.cmmsHours({ value: null }), "");
});

test("TAB-G3: an instant is written in the browser's zone, in winter and in summer", () => {
  const { formats } = openCells();
  assert.equal(formats.cmmsInstant({ value: "2026-01-31T22:05:09Z" }), "2026-01-31 23:05:09");
  assert.equal(formats.cmmsInstant({ value: "2026-07-31T22:05:09Z" }), "2026-08-01 00:05:09");
  assert.equal(formats.cmmsInstant({ value: null }), "");
});

test("yes and no are words, a value that nobody knows is empty", () => {
  const { formats } = openCells();
  assert.deepEqual([true, false, 0, null, undefined].map((value) => formats.cmmsYesNo({ value })), ["Yes", "No", "No", "", ""]);
});

test("a choice shows its label; one without a label shows itself", () => {
  const { formats } = openCells();
  const colDef = { context: { open: "Open" } };
  assert.equal(formats.cmmsChoice({ value: "open", colDef }), "Open");
  assert.equal(formats.cmmsChoice({ value: "other", colDef }), "other");
  assert.equal(formats.cmmsChoice({ value: null, colDef: {} }), "");
});

test("several choices show a label each", () => {
  const { formats } = openCells();
  const colDef = { context: { DATE_OLD: "Old date" } };
  assert.equal(formats.cmmsChoices({ value: "DATE_OLD,OTHER", colDef }), "Old date, OTHER");
  assert.equal(formats.cmmsChoices({ value: null, colDef }), "");
});

test("charts group numbers and leave texts", () => {
  const { page } = openCells();
  assert.equal(page.window.dashMantineFunctions.cmmsGrouped(20873), "20,873");
  assert.equal(page.window.dashMantineFunctions.cmmsGrouped("P001"), "P001");
});

test("WIP-03: a link leads to the record of its row; without a key it is plain text", () => {
  const { components } = openCells();
  const props = { base: "/cmms/equipment/", keyColumn: "equipment_id" };
  const link = components.CmmsLink({ ...props, value: "PUMP 7", data: { equipment_id: 7 } });
  assert.deepEqual([link.kind, link.props.href, link.text], ["a", "/cmms/equipment/7", "PUMP 7"]);
  assert.equal(components.CmmsLink({ ...props, value: "PUMP 8", data: { equipment_id: null } }), "PUMP 8");
  assert.equal(components.CmmsLink({ ...props, value: null, data: { equipment_id: 7 } }), "");
  assert.equal(components.CmmsLink({ ...props, value: "PUMP 7" }), "", "a row that has not come yet");
});
