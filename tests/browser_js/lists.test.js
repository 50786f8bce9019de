const assert = require("node:assert/strict");
const test = require("node:test");
const { openPage, plain } = require("./open_page.js");

const GRID = { resource: "equipment", type: "grid" };
const FILTERS = [{ column: "plant", kind: "choice" }, { column: "day", kind: "days" }];
const STATE = { tab: "all", search: "", filters: {}, chips: [], where: null };

// A grid that writes down what it was told.
function fakeGrid() {
  const calls = [];
  const grid = { calls, header: null, editing: [] };
  for (const name of ["setColumnsVisible", "ensureIndexVisible", "purgeInfiniteCache", "refreshInfiniteCache", "deselectAll"]) {
    grid[name] = function (...given) { calls.push([name, ...given]); };
  }
  grid.setFilterModel = function (model) { grid.header = model; };
  grid.getFilterModel = function () { return grid.header; };
  grid.getEditingCells = function () { return grid.editing; };
  return grid;
}

function openList(t, address = "/cmms/equipment") {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1 });
  const page = openPage(["address", "arrangement", "grids", "lists"], { address });
  page.grid = fakeGrid();
  page.window.dash_ag_grid = { getApi: () => page.grid };
  page.trigger = (...names) => {
    page.window.dash_clientside.callback_context.triggered = names.map((name) => ({ prop_id: name }));
  };
  return page;
}

test("RES-01: the toolbar becomes the state, the address and a grid that begins at its top", (t) => {
  const page = openList(t);
  const columns = { all: ["number"], active: ["number", "hours"] };
  const next = plain(page.cmms.collect("active", "pump 7", [["P1", "P2"], ["2026-01-01", null]], ["late"], null, FILTERS, STATE, columns, GRID));
  assert.deepEqual(next, { tab: "active", search: "pump 7", filters: { plant: ["P1", "P2"] }, chips: ["late"], where: null });
  assert.equal(page.window.location.search, "?tab=active&q=pump+7&plant=P1&plant=P2&chip=late");
  t.mock.timers.tick(30);
  assert.deepEqual(plain(page.grid.calls), [
    ["setColumnsVisible", ["number"], false], ["setColumnsVisible", ["number", "hours"], false],
    ["setColumnsVisible", ["number", "hours"], true], ["ensureIndexVisible", 0, "top"], ["purgeInfiniteCache"],
  ]);
});

test("a toolbar that says what the state says already changes neither address nor grid", (t) => {
  const page = openList(t, "/cmms/equipment?tab=all");
  assert.equal(page.cmms.collect("all", null, [[], null], null, null, FILTERS, STATE, {}, GRID), "no update");
  t.mock.timers.tick(100);
  assert.deepEqual(page.grid.calls, []);
  assert.equal(page.window.location.search, "?tab=all");
});

test("days are a filter when both are given", (t) => {
  const { cmms } = openList(t);
  assert.deepEqual(plain(cmms.readFilters(FILTERS, [[], ["2026-01-01", "2026-01-31"]])), { day: ["2026-01-01", "2026-01-31"] });
  assert.deepEqual(plain(cmms.readFilters(FILTERS, [null, [null, "2026-01-31"]])), {});
});

test("TBL-13: exports ask for what the list shows, headers of columns included", (t) => {
  const { cmms } = openList(t);
  const state = { ...STATE, search: "a&b", filters: { plant: ["P1"] }, where: { any: [] } };
  const header = {
    number: { filterType: "text", type: "contains", filter: "7" }, hours: { filterType: "number", type: "inRange", filter: 0, filterTo: 8 },
    day: { filterType: "date", type: "lessThan", dateFrom: "2026-01-31", dateTo: null }, notes: { filterType: "text", type: "blank" },
  };
  const [csv, xlsx] = plain(cmms.exports(state, header, [{ format: "csv" }, { format: "xlsx" }], ["/e?old=1", "/e"]));
  const query = new URLSearchParams(csv.split("?")[1]);
  assert.deepEqual([...query], [
    ["tab", "all"], ["q", "a&b"], ["plant", "P1"], ["where", '{"any":[]}'], ["number.contains", "7"], ["hours.between", "0"],
    ["hours.between", "8"], ["day.less", "2026-01-31"], ["notes.blank", ""], ["format", "csv"],
  ]);
  assert.equal(xlsx.endsWith("&format=xlsx"), true);
});

test("Clear empties search, filters, chips, conditions and the headers of columns", (t) => {
  const page = openList(t);
  page.grid.header = { number: {} };
  assert.deepEqual(plain(page.cmms.clear(1, FILTERS, GRID)), ["", [[], [null, null]], [], null]);
  assert.equal(page.grid.header, null);
});

test("RES-02: a list is read again, but not while somebody edits a cell", (t) => {
  const page = openList(t);
  page.trigger("list-ask.data");
  page.cmms.refresh(1, 0, GRID);
  page.grid.editing = [{}];
  page.cmms.refresh(2, 0, GRID);
  assert.deepEqual(page.grid.calls, [["refreshInfiniteCache"]]);
  page.trigger('{"type":"list-changed"}.data');
  page.cmms.refresh(2, 1, GRID);
  assert.deepEqual(page.grid.calls.at(-1), ["purgeInfiniteCache"], "a change of one's own takes back what was not accepted");
});

test("CALM-04: the bar says how many rows are selected, with the right noun", (t) => {
  const { cmms } = openList(t);
  const rows = (count) => Array.from({ length: count }, (_, id) => ({ id }));
  assert.deepEqual(plain(cmms.selection([], false, "2,001 rows"))[0], true);
  assert.equal(cmms.selection(rows(1), false, "1 row")[1], "1 row selected");
  assert.equal(cmms.selection(rows(1200), false, "2,001 rows")[1], "1,200 rows selected");
  assert.deepEqual(plain(cmms.selection(rows(2), true, "2,001 rows")), [
    false, "All 2,001 that match are selected", "Select all 2,001 that match", { display: "none" },
  ]);
});

test("CALM-04: all that match stay selected while rows are added, not when one is unticked or the list changes", (t) => {
  const page = openList(t);
  const choose = (by, ids, matching) => {
    page.trigger(by);
    return page.cmms.chooseMatching(1, 0, ids.map((id) => ({ id })), STATE, null, matching, GRID);
  };
  assert.equal(choose("selection-all.n_clicks", [1, 2], false), true);
  choose("grid.selectedRows", [1, 2], true);
  assert.equal(choose("grid.selectedRows", [1, 2, 3], true), true);
  assert.equal(choose("grid.selectedRows", [1, 3], true), false);
  assert.equal(choose("list-state.data", [1, 3], true), false);
  assert.equal(choose("selection-none.n_clicks", [1, 3], true), false);
  assert.deepEqual(page.grid.calls, [["deselectAll"]]);
});

test("ADV-04: each tab has its own search, filters and headers, and gets them back", (t) => {
  const page = openList(t);
  page.grid.header = { number: { type: "contains" } };
  const state = { ...STATE, search: "pump", filters: { plant: ["P1"] } };
  assert.deepEqual(plain(page.cmms.switchTab("active", FILTERS, state, GRID)), ["", [[], [null, null]]]);
  assert.equal(page.grid.header, null);
  assert.deepEqual(plain(page.cmms.switchTab("all", FILTERS, { ...STATE, tab: "active" }, GRID)), ["pump", [["P1"], [null, null]]]);
  assert.deepEqual(plain(page.grid.header), { number: { type: "contains" } });
  assert.deepEqual(plain(page.cmms.switchTab("all", FILTERS, state, GRID)), ["no update", ["no update", "no update"]]);
});

test("TBL-18: an arrangement is remembered when somebody has finished, without the grid's own columns", (t) => {
  const page = openList(t);
  const id = { resource: "equipment", type: "list-remembered" };
  const column = (width) => [{ colId: "ag-Grid-SelectionColumn" }, { colId: "number", width, hide: false }, { colId: "notes", hide: true }];
  assert.deepEqual(plain(page.cmms.arranged(column(100), {}, id)), ["number"]);
  for (const width of [110, 120, 130]) {
    page.cmms.arranged(column(width), {}, id);
    t.mock.timers.tick(700);
  }
  assert.deepEqual(page.sent, []);
  t.mock.timers.tick(100);
  assert.equal(page.sent.length, 1);
  assert.deepEqual(plain(page.sent[0]), [id, { data: { off: false, columns: column(130).slice(1) } }]);
  page.cmms.arranged(column(140), { off: true }, id);
  t.mock.timers.tick(5_000);
  assert.equal(page.sent.length, 1, "somebody wants none remembered");
});

test("TBL-18: ticking columns shows and hides those that differ", (t) => {
  const page = openList(t);
  const column = (name, isVisible) => ({ getColId: () => name, isVisible: () => isVisible });
  page.grid.getColumns = () => [column("ag-Grid-SelectionColumn", true), column("number", true), column("notes", false), column("hours", true)];
  page.cmms.showColumns(["number", "notes"], GRID);
  assert.deepEqual(plain(page.grid.calls), [["setColumnsVisible", ["notes"], true], ["setColumnsVisible", ["hours"], false]]);
});

test("THM-04: rows of a phone are as high as the stylesheet says", (t) => {
  const page = openList(t);
  page.document.body.innerHTML = `<div class="cmms-grid" id='${JSON.stringify(GRID)}' style="--ag-row-height: 96px"></div>`;
  page.grid.setGridOption = (name, value) => page.grid.calls.push([name, value]);
  page.setMedia("(max-width: 640px)", true);
  assert.deepEqual(page.grid.calls, [["rowHeight", 96]]);
});
