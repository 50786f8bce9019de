// Lists: the toolbar, the address and the exports say the same search and filters; which rows are chosen.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;
  // The grid's words for conditions in the header of a column -> those of our addresses.
  const OPERATORS = {
    contains: "contains", equals: "equals", notEqual: "not_equals", startsWith: "starts", blank: "blank", notBlank: "not_blank",
    lessThan: "less", lessThanOrEqual: "at_most", greaterThan: "greater", greaterThanOrEqual: "at_least", inRange: "between",
  };

  function isSame(one, other) { return JSON.stringify(one) === JSON.stringify(other); }
  function emptyFilter(id) { return id.kind === "days" ? [null, null] : []; }
  cmms.emptyFilter = emptyFilter;

  // What the filters of a toolbar ask for, by column; days count when both are given.
  cmms.readFilters = function (ids, values) {
    const filters = {};
    ids.forEach(function (id, place) {
      const chosen = (values[place] || []).filter(Boolean);
      if (id.kind === "days" ? chosen.length === 2 : chosen.length) filters[id.column] = chosen;
    });
    return filters;
  };
  // The query of a list's address: tab, search, filters, chips and conditions.
  cmms.makeQuery = function (state) {
    const query = new URLSearchParams({ tab: state.tab });
    if (state.search) query.set("q", state.search);
    Object.keys(state.filters || {}).forEach(function (name) {
      state.filters[name].forEach(function (value) { query.append(name, value); });
    });
    (state.chips || []).forEach(function (name) { query.append("chip", name); });
    if (state.where) query.set("where", JSON.stringify(state.where));
    return query;
  };
  // Adds the conditions in the headers of columns.
  function addHeader(query, header) {
    Object.keys(header || {}).forEach(function (name) {
      const model = header[name];
      const values = model.filterType === "date" ? [model.dateFrom, model.dateTo] : [model.filter, model.filterTo];
      const given = values.filter(function (value) { return value !== null && value !== undefined; });
      (given.length ? given : [""]).forEach(function (value) { query.append(name + "." + OPERATORS[model.type], value); });
    });
  }
  function showTab(grid, tab, columns) {
    Object.keys(columns).forEach(function (name) { grid.setColumnsVisible(columns[name], false); });
    grid.setColumnsVisible(columns[tab] || [], true);
  }

  cmms.collect = function (tab, search, values, chips, where, ids, state, columns, gridId) {
    const next = {
      tab: tab, search: search || "", filters: cmms.readFilters(ids, values), chips: chips || [], where: where || null,
    };
    const before = {
      tab: state.tab, search: state.search || "", filters: state.filters || {}, chips: state.chips || [], where: state.where || null,
    };
    if (isSame(next, before)) return window.dash_clientside.no_update;
    window.history.replaceState(null, "", window.location.pathname + "?" + cmms.makeQuery(next));
    cmms.mirrorAddress();
    window.setTimeout(function () {
      const grid = cmms.findGrid(gridId);
      if (!grid) return;
      if (tab !== before.tab) showTab(grid, tab, columns);
      grid.ensureIndexVisible(0, "top");
      grid.purgeInfiniteCache();
    }, 30);
    return next;
  };

  // Exports are of what the list shows: its tab, search and filters, those of the headers too.
  cmms.exports = function (state, header, ids, links) {
    const query = cmms.makeQuery(state);
    addHeader(query, header);
    return links.map(function (link, place) {
      query.set("format", ids[place].format);
      return link.split("?")[0] + "?" + query;
    });
  };

  cmms.clear = function (clicks, ids, gridId) {
    const grid = cmms.findGrid(gridId);
    if (grid) grid.setFilterModel(null);
    return ["", ids.map(emptyFilter), [], null];
  };

  cmms.refresh = function (polls, token, gridId) {
    const grid = cmms.findGrid(gridId);
    const byChange = window.dash_clientside.callback_context.triggered.some(function (item) {
      return item.prop_id.includes("list-changed");
    });
    if (grid && byChange) grid.purgeInfiniteCache();  // also cells that show what was not accepted
    else if (grid && !document.hidden && grid.getEditingCells().length === 0) grid.refreshInfiniteCache();
    return window.dash_clientside.no_update;
  };

  cmms.changed = function (token, ids) { return ids.map(function () { return token; }); };

  // Rows stay chosen from page to page, from tab to tab and while they are filtered away.
  cmms.selection = function (rows, matching, count) {
    const chosen = (rows || []).length;
    const found = String(count || "").replace(/ rows?/, "");
    const text = matching ? cmms.text.matchingSelected.replace("{count}", found)
      : chosen === 1 ? cmms.text.oneSelected : cmms.text.manySelected.replace("{count}", chosen.toLocaleString("en"));
    const all = cmms.text.selectMatching.replace("{count}", found);
    return [!chosen && !matching, text, all, { display: matching ? "none" : "" }];
  };
  let ticked = new Set();
  // All that match: a step of its own, taken back when the list shows something else or a row is unticked.
  cmms.chooseMatching = function (all, none, rows, state, header, matching, gridId) {
    const triggered = window.dash_clientside.callback_context.triggered.map(function (item) { return item.prop_id; });
    function isBy(text) { return triggered.some(function (name) { return name.includes(text); }); }
    if (isBy("selection-none")) {
      const grid = cmms.findGrid(gridId);
      if (grid) grid.deselectAll();
      return false;
    }
    if (isBy("selection-all")) return all ? true : matching;
    const had = ticked, has = new Set((rows || []).map(function (row) { return row.id; }));
    ticked = has;
    if (isBy("selectedRows") && triggered.length === 1) {
      return matching && Array.from(had).every(function (id) { return has.has(id); });
    }
    return false;
  };
})();
