// How somebody arranges a list: columns shown, moved and widened; each tab with a search and filters of its own.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms, compat = cmms.compat;
  const PAUSE_MILLISECONDS = 800;  // somebody who stops that long has finished moving columns

  const arrangedAs = {};
  let arranging = 0;
  // Columns: what the grid shows, ticked in the menu; remembered when somebody has finished moving them.
  cmms.arranged = function (columns, remembered, id) {
    const mine = columns.filter(function (column) { return !compat.isOwnColumn(column.colId); });
    const shape = JSON.stringify(mine.map(function (column) { return [column.colId, column.width, column.hide]; }));
    window.clearTimeout(arranging);
    if (arrangedAs[id.resource] === undefined) arrangedAs[id.resource] = shape;
    else if (arrangedAs[id.resource] !== shape && !remembered.off) {
      arranging = window.setTimeout(function () {
        if (!cmms.findGrid({ resource: id.resource, type: "grid" })) return;  // another page is open by now
        arrangedAs[id.resource] = shape;
        window.dash_clientside.set_props(id, { data: { off: false, columns: mine } });
      }, PAUSE_MILLISECONDS);
    }
    return mine.filter(function (column) { return !column.hide; }).map(function (column) { return column.colId; });
  };
  cmms.showColumns = function (names, gridId) {
    const grid = cmms.findGrid(gridId);
    const shown = new Set(names || []);
    if (grid) {
      grid.getColumns().forEach(function (column) {
        const name = column.getColId();
        if (!compat.isOwnColumn(name) && column.isVisible() !== shown.has(name)) {
          grid.setColumnsVisible([name], shown.has(name));
        }
      });
    }
    return window.dash_clientside.no_update;
  };

  // Each tab keeps its own search and filters while the window is open; the address keeps those of the open one.
  function readTabs(resource) {
    try { return JSON.parse(window.sessionStorage.getItem("cmms:" + resource)) || {}; } catch { return {}; }
  }
  cmms.switchTab = function (tab, ids, state, gridId) {
    const none = window.dash_clientside.no_update;
    if (tab === state.tab) return [none, ids.map(function () { return none; })];
    const grid = cmms.findGrid(gridId);
    const tabs = readTabs(gridId.resource);
    tabs[state.tab] = { search: state.search, filters: state.filters, header: grid ? grid.getFilterModel() : null };
    window.sessionStorage.setItem("cmms:" + gridId.resource, JSON.stringify(tabs));
    const mine = tabs[tab] || { search: "", filters: {} };
    if (grid) grid.setFilterModel(mine.header || null);
    return [mine.search || "", ids.map(function (id) { return mine.filters[id.column] || cmms.emptyFilter(id); })];
  };
})();
