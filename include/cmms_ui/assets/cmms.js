// The few things that no component does: follow Airflow's theme and address, tell the grid to ask again, say that the
// session is over. Data is only ever put into the page as text.
(function () {
  "use strict";
  const cmms = {};
  window.dash_clientside = Object.assign({}, window.dash_clientside, { cmms: cmms });

  // Where the view is mounted: "/cmms/", or "/airflow/cmms/" where Airflow lies below a sub-path.
  function findMount() {
    const config = document.getElementById("_dash-config");
    return config ? JSON.parse(config.textContent).requests_pathname_prefix : null;
  }
  function findAirflow() { return (findMount() || "/cmms/").replace(/cmms\/$/, ""); }

  // --- Theme: Airflow keeps it in localStorage and as a class of <html>.
  function currentTheme() {
    try {
      const outer = window.parent !== window ? window.parent.document.documentElement : null;
      if (outer && outer.classList.contains("dark")) return "dark";
      if (outer && outer.classList.contains("light")) return "light";
    } catch (e) { /* framed by nobody we may look at */ }
    const kept = window.localStorage.getItem("theme");
    if (kept === "dark" || kept === "light") return kept;
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  function applyTheme() {
    const theme = currentTheme();
    document.documentElement.setAttribute("data-cmms-theme", theme);
    document.documentElement.setAttribute("data-ag-theme-mode", theme);
    document.documentElement.style.colorScheme = theme;
    const set = window.dash_clientside.set_props;
    if (set && document.getElementById("page")) set("mantine", { forceColorScheme: theme });
    return Boolean(set && document.getElementById("page"));
  }
  applyTheme();
  const untilReady = window.setInterval(function () { if (applyTheme()) window.clearInterval(untilReady); }, 30);
  window.addEventListener("storage", function (event) { if (event.key === "theme") applyTheme(); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
  try {
    if (window.parent !== window) {
      new MutationObserver(applyTheme).observe(window.parent.document.documentElement, {
        attributes: true, attributeFilter: ["class", "data-theme", "style"],
      });
    }
  } catch (e) { /* see above */ }

  // --- Address: Airflow's own address bar says which page is open in the frame, so that it can be shared.
  // It is /plugin/cmms followed by the whole address of the frame; Airflow itself notices loads only, not our navigation.
  function mirrorAddress() {
    try {
      if (window.parent === window) return;
      const outer = window.parent.location.pathname;
      const view = findAirflow() + "plugin/cmms";
      if (!outer.startsWith(view)) return;
      const wanted = view + window.location.pathname + window.location.search;
      if (wanted !== outer + window.parent.location.search) {
        window.parent.history.replaceState(window.parent.history.state, "", wanted);
      }
    } catch (e) { /* see above */ }
  }
  // Airflow 3.3.1 and older open the view's first page whatever their address says: the frame goes on to the page itself.
  function followOuterAddress() {
    try {
      if (window.parent === window || window.location.pathname !== findMount()) return;
      const outer = window.parent.location;
      const view = findAirflow() + "plugin/cmms";
      const wanted = outer.pathname.slice(view.length);
      if (!outer.pathname.startsWith(view + findMount()) || wanted === findMount()) return;
      window.location.replace(wanted + outer.search);
    } catch (e) { /* see above */ }
  }
  followOuterAddress();
  window.addEventListener("_dashprivate_pushstate", function () { window.setTimeout(mirrorAddress, 0); });
  window.addEventListener("popstate", function () { window.setTimeout(mirrorAddress, 0); });

  // --- Menu: always open where there is room, closed after a choice where there is not.
  const roomy = window.matchMedia("(min-width: 901px)");
  function showMenu() {
    const menu = document.getElementById("menu");
    if (menu) menu.open = roomy.matches;
    return Boolean(menu);
  }
  roomy.addEventListener("change", showMenu);
  const untilMenu = window.setInterval(function () { if (showMenu()) window.clearInterval(untilMenu); }, 30);
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest(".cmms-menu-link") && !roomy.matches) showMenu();
  });

  // --- A menu whose entries are links closes once one was chosen, as others do.
  document.addEventListener("click", function (event) {
    const entry = event.target.closest && event.target.closest(".cmms-menu-item[role=menuitem]");
    if (!entry) return;
    setTimeout(function () { entry.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })); });
  }, true);

  // --- Find: Ctrl-K or Cmd-K presses the button.
  document.addEventListener("keydown", function (event) {
    const button = document.getElementById("palette-open");
    if (!button || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    button.click();
  });

  // --- Session: an answer 401 means that it is over. 429: not this person's turn, nothing was done; ask again later.
  const plainFetch = window.fetch, MOST_REPEATS = 20;
  window.fetch = function (address, options) {
    const isCallback = String((address && address.url) || address).indexOf("_dash-update-component") >= 0;
    function ask(repeats) {
      return plainFetch.call(window, address, options).then(function (answer) {
        if (answer.status === 401) showSessionOver();
        if (answer.status !== 429 || !isCallback || repeats >= MOST_REPEATS) return answer;
        const seconds = Number(answer.headers.get("Retry-After")) || 5;
        return new Promise(function (resolve) {
          window.setTimeout(function () { resolve(ask(repeats + 1)); }, 1000 * (seconds + Math.random()));
        });
      });
    }
    return ask(0);
  };
  function showSessionOver() {
    const box = document.getElementById("session-over");
    if (!box || !box.hidden) return;
    box.replaceChildren();
    const text = document.createElement("p");
    text.textContent = "Your session has expired. Log in again; what you have typed here stays in this window.";
    const link = document.createElement("a");
    link.href = findAirflow() + "auth/login";
    link.target = "_blank";
    link.textContent = "Log in";
    const again = document.createElement("button");
    again.textContent = "Continue";
    again.addEventListener("click", function () { box.hidden = true; });
    box.append(text, link, again);
    box.hidden = false;
  }

  // --- Push: the server tells which topics have changed. A page that hears nothing asks by the clock, as its parts declare.
  const SILENCE = 25000, AT_LEAST = 60000, REOPEN = 30000;  // a beat comes every 10 s
  const push = { source: null, heardAt: 0, versions: null, changedAt: {} };
  function publish() { window.dash_clientside.set_props("push", { data: Object.assign({}, push.changedAt) }); }
  function hear(event) {
    const first = push.versions === null;
    push.heardAt = Date.now();
    push.versions = push.versions || {};
    const told = JSON.parse(event.data);
    const changed = Object.keys(told).filter(function (topic) { return push.versions[topic] !== told[topic]; });
    Object.assign(push.versions, told);
    if (first || !changed.length) return;
    changed.forEach(function (topic) { push.changedAt[topic] = Date.now(); });
    publish();
  }
  function listen() {
    const mount = findMount();
    if (push.source || document.hidden || !mount || !window.EventSource || !document.getElementById("page")) return;
    push.source = new EventSource(mount + "api/v1/events");
    push.source.addEventListener("changed", hear);
    push.source.addEventListener("beat", hear);
    push.source.onerror = function () {  // the browser opens the next stream by itself, unless it was refused
      push.heardAt = 0;
      if (push.source.readyState === EventSource.CLOSED) {
        push.source = null;
        window.setTimeout(listen, REOPEN);
      }
    };
  }
  const untilPage = window.setInterval(function () { listen(); if (push.source) window.clearInterval(untilPage); }, 50);
  document.addEventListener("visibilitychange", function () {
    if (document.hidden && push.source) { push.source.close(); push.source = null; push.heardAt = 0; }
    else if (!document.hidden) { listen(); publish(); }
  });
  window.addEventListener("pagehide", function () { if (push.source) push.source.close(); });

  cmms.hears = function () { return Date.now() - push.heardAt < SILENCE; };
  function isAwaited(id) {  // the body of a widget whose answer has not come yet
    const body = Object.assign({}, id, { type: id.type.replace("-ask", "") });
    const element = document.getElementById(JSON.stringify(body, Object.keys(body).sort()));
    return Boolean(element) && element.getAttribute("data-dash-is-loading") === "true";
  }
  // Whether a widget, a list or the bell is to be read again now; see render/follow_changes.py.
  cmms.ask = function (ticks, changedAt, pace, ask) {
    const now = Date.now(), since = now - ask.asked;
    const again = Object.assign({}, ask, { asked: now });
    if (!ask.asked) return again;  // just drawn: it loads itself
    if (document.hidden || pace === "hand" || ask.updates === "manual" || (ask.holdable && cmms.isStreamHeld())) {
      return window.dash_clientside.no_update;
    }
    const heard = ask.updates === "push" && cmms.hears();
    const limit = Number(pace) * 1000 || 0;
    const changed = ask.topics.some(function (topic) { return (push.changedAt[topic] || 0) > ask.asked; });
    const clock = heard ? Math.max(ask.seconds * 1000, AT_LEAST) : ask.seconds * 1000;
    const due = since >= Math.max(limit, changed ? 0 : clock) - 500;  // a clock of the browser is not exact
    if (due && since < SILENCE && isAwaited(window.dash_clientside.callback_context.outputs_list.id)) {
      window.setTimeout(publish, 500);  // a second question would throw the answer to the first away
      return window.dash_clientside.no_update;
    }
    return due ? again : window.dash_clientside.no_update;
  };

  // --- Lists.
  function gridOf(id) {
    try { return window.dash_ag_grid.getApi(id); } catch (e) { return null; }
  }
  // The height of a row is the stylesheet's to say, a card's on a phone; the grid reads it only when it is drawn.
  window.matchMedia("(max-width: 640px)").addEventListener("change", function () {
    document.querySelectorAll(".cmms-grid").forEach(function (grid) {
      const api = gridOf(JSON.parse(grid.id));
      if (api) api.setGridOption("rowHeight", parseFloat(getComputedStyle(grid).getPropertyValue("--ag-row-height")));
    });
  });
  function sameIn(a, b) { return JSON.stringify(a) === JSON.stringify(b); }

  cmms.collect = function (tab, search, values, chips, where, ids, state, columns, gridId) {
    const filters = {};
    ids.forEach(function (id, i) { 
      const chosen = (values[i] || []).filter(Boolean);
      if (id.kind === "days" ? chosen.length === 2 : chosen.length) filters[id.column] = chosen;
    });
    const next = { tab: tab, search: search || "", filters: filters, chips: chips || [], where: where || null };
    const before = {
      tab: state.tab, search: state.search || "", filters: state.filters || {}, chips: state.chips || [], where: state.where || null,
    };
    if (sameIn(next, before)) return window.dash_clientside.no_update;
    const query = new URLSearchParams();
    query.set("tab", tab);
    if (next.search) query.set("q", next.search);
    Object.keys(filters).forEach(function (name) {
      filters[name].forEach(function (value) { if (value) query.append(name, value); });
    });
    addConditions(query, next);
    window.history.replaceState(null, "", window.location.pathname + "?" + query.toString());
    mirrorAddress();
    window.setTimeout(function () {
      const api = gridOf(gridId);
      if (!api) return;
      if (tab !== before.tab) {
        Object.keys(columns).forEach(function (t) { api.setColumnsVisible(columns[t], false); });
        api.setColumnsVisible(columns[tab] || [], true);
      }
      api.ensureIndexVisible(0, "top");
      api.purgeInfiniteCache();
    }, 30);
    return next;
  };

  function addConditions(query, state) {
    (state.chips || []).forEach(function (name) { query.append("chip", name); });
    if (state.where) query.set("where", JSON.stringify(state.where));
  }

  // Each tab keeps its own search and filters while the window is open; the address keeps those of the open one.
  function keptOf(resource) {
    try { return JSON.parse(window.sessionStorage.getItem("cmms:" + resource)) || {}; } catch (e) { return {}; }
  }
  cmms.switchTab = function (tab, ids, state, gridId) {
    const none = window.dash_clientside.no_update;
    if (tab === state.tab) return [none, ids.map(function () { return none; })];
    const api = gridOf(gridId);
    const kept = keptOf(gridId.resource);
    kept[state.tab] = { search: state.search, filters: state.filters, header: api ? api.getFilterModel() : null };
    window.sessionStorage.setItem("cmms:" + gridId.resource, JSON.stringify(kept));
    const mine = kept[tab] || { search: "", filters: {} };
    if (api) api.setFilterModel(mine.header || null);
    return [mine.search || "", ids.map(function (id) {
      return mine.filters[id.column] || (id.kind === "days" ? [null, null] : []);
    })];
  };

  // Columns: what the grid shows, ticked in the menu; remembered when somebody has finished moving them.
  const arrangedAs = {};
  let arranging = 0;
  cmms.arranged = function (columns, remembered, id) {
    const mine = columns.filter(function (c) { return c.colId.indexOf("ag-Grid") !== 0; });
    const shape = JSON.stringify(mine.map(function (c) { return [c.colId, c.width, c.hide]; }));
    window.clearTimeout(arranging);
    if (arrangedAs[id.resource] === undefined) arrangedAs[id.resource] = shape;
    else if (arrangedAs[id.resource] !== shape && !remembered.off) {
      arranging = window.setTimeout(function () {
        if (!gridOf({ resource: id.resource, type: "grid" })) return;  // another page is open by now
        arrangedAs[id.resource] = shape;
        window.dash_clientside.set_props(id, { data: { off: false, columns: mine } });
      }, 800);
    }
    return mine.filter(function (c) { return !c.hide; }).map(function (c) { return c.colId; });
  };
  cmms.showColumns = function (names, gridId) {
    const api = gridOf(gridId);
    const shown = new Set(names || []);
    if (api) {
      api.getColumns().forEach(function (column) {
        const name = column.getColId();
        if (name.indexOf("ag-Grid") !== 0 && column.isVisible() !== shown.has(name)) {
          api.setColumnsVisible([name], shown.has(name));
        }
      });
    }
    return window.dash_clientside.no_update;
  };

  cmms.refresh = function (polls, token, gridId) {
    const api = gridOf(gridId);
    const byChange = window.dash_clientside.callback_context.triggered.some(function (item) {
      return item.prop_id.indexOf("list-changed") >= 0;
    });
    if (api && byChange) api.purgeInfiniteCache();  // also cells that show what was not accepted
    else if (api && !document.hidden && api.getEditingCells().length === 0) api.refreshInfiniteCache();
    return window.dash_clientside.no_update;
  };

  // Exports are of what the list shows: its tab, search and filters, those of the headers too.
  const OPERATORS = {
    contains: "contains", equals: "equals", notEqual: "not_equals", startsWith: "starts", blank: "blank", notBlank: "not_blank",
    lessThan: "less", lessThanOrEqual: "at_most", greaterThan: "greater", greaterThanOrEqual: "at_least", inRange: "between",
  };
  cmms.exports = function (state, header, ids, links) {
    const query = new URLSearchParams();
    query.set("tab", state.tab);
    if (state.search) query.set("q", state.search);
    Object.keys(state.filters || {}).forEach(function (name) {
      state.filters[name].forEach(function (value) { query.append(name, value); });
    });
    addConditions(query, state);
    Object.keys(header || {}).forEach(function (name) {
      const model = header[name];
      const values = model.filterType === "date" ? [model.dateFrom, model.dateTo] : [model.filter, model.filterTo];
      const given = values.filter(function (value) { return value !== null && value !== undefined; });
      (given.length ? given : [""]).forEach(function (value) { query.append(name + "." + OPERATORS[model.type], value); });
    });
    return links.map(function (link, i) {
      query.set("format", ids[i].format);
      return link.split("?")[0] + "?" + query.toString();
    });
  };

  // The button of an action that was pressed; one that has only just been drawn comes here too, unpressed.
  cmms.pressed = function () {
    const found = window.dash_clientside.callback_context.triggered.find(function (item) { return item.value; });
    if (!found) return window.dash_clientside.no_update;
    return Object.assign(JSON.parse(found.prop_id.slice(0, found.prop_id.lastIndexOf("."))), { at: Date.now() });
  };

  // A page that is still loading hears late that its address has changed: that closes nothing that was opened since.
  let openedAt = "";
  cmms.openPalette = function (clicks) {
    openedAt = window.location.href;
    return Boolean(clicks);
  };
  cmms.closePalette = function (dialogIsOpen) {
    return dialogIsOpen || window.location.href !== openedAt ? false : window.dash_clientside.no_update;
  };

  cmms.changed = function (token, ids) { return ids.map(function () { return token; }); };

  // Rows stay chosen from page to page, from tab to tab and while they are filtered away.
  cmms.selection = function (rows, matching, count) {
    const chosen = (rows || []).length;
    const found = String(count || "").replace(/ rows?/, "");
    const text = matching ? "All " + found + " that match are selected"
      : chosen === 1 ? "1 row selected" : chosen.toLocaleString("en") + " rows selected";
    return [!chosen && !matching, text, "Select all " + found + " that match", { display: matching ? "none" : "" }];
  };
  let ticked = new Set();
  // All that match: a step of its own, taken back when the list shows something else or a row is unticked.
  cmms.chooseMatching = function (all, none, rows, state, header, matching, gridId) {
    const triggered = window.dash_clientside.callback_context.triggered.map(function (item) { return item.prop_id; });
    const by = function (text) { return triggered.some(function (name) { return name.includes(text); }); };
    if (by("selection-none")) {
      const api = gridOf(gridId);
      if (api) api.deselectAll();
      return false;
    }
    if (by("selection-all")) return all ? true : matching;
    const had = ticked, has = new Set((rows || []).map(function (row) { return row.id; }));
    ticked = has;
    if (by("selectedRows") && triggered.length === 1) {
      return matching && Array.from(had).every(function (id) { return has.has(id); });
    }
    return false;
  };

  // Inputs that are there only while another one has a certain value.
  cmms.showFields = function (values, flags, fieldIds, flagIds, boxIds) {
    const of = {};
    fieldIds.forEach(function (id, place) { of[id.name] = String(values[place]); });
    flagIds.forEach(function (id, place) { of[id.name] = String(Boolean(flags[place])); });
    return boxIds.map(function (id) { return of[id.on] !== id.is; });
  };

  cmms.clear = function (clicks, ids, gridId) {
    const api = gridOf(gridId);
    if (api) api.setFilterModel(null);
    return ["", ids.map(function (id) { return id.kind === "days" ? [null, null] : []; }), [], null];
  };

  // Details beside the list: the button of the row says whether they are open; Enter and space in its cell press it.
  let detailsOf = null;
  cmms.detailsClosed = function (opened) {
    if (!opened) {
      detailsOf = null;
      document.querySelectorAll(".cmms-details-button[aria-expanded=true]").forEach(function (button) {
        button.setAttribute("aria-expanded", "false");
      });
    }
    return window.dash_clientside.no_update;
  };
  document.addEventListener("keydown", function (event) {
    const cell = event.target.closest && event.target.closest(".cmms-details-cell");
    if (!cell || event.target !== cell || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    cell.querySelector("button").click();
  });

  // --- Cells.
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const chartFunctions = (window.dashMantineFunctions = window.dashMantineFunctions || {});
  chartFunctions.cmmsGrouped = function (value) { return typeof value === "number" ? value.toLocaleString("en") : value; };
  functions.cmmsInteger = function (params) {
    return params.value === null || params.value === undefined ? "" : Number(params.value).toLocaleString("en");
  };
  functions.cmmsHours = function (params) {
    return params.value === null || params.value === undefined ? "" :
      Number(params.value).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 3 });
  };
  functions.cmmsInstant = function (params) {
    if (!params.value) return "";
    const at = new Date(params.value);
    const two = function (n) { return String(n).padStart(2, "0"); };
    return at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " +
      two(at.getHours()) + ":" + two(at.getMinutes()) + ":" + two(at.getSeconds());
  };
  functions.cmmsYesNo = function (params) {
    return params.value === null || params.value === undefined ? "" : params.value ? "Yes" : "No";
  };
  functions.cmmsChoice = function (params) {
    const context = params.colDef.context || {};
    return context[params.value] || params.value || "";
  };

  const follow = cmms.follow = function (event, href) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };

  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  components.CmmsLink = function (props) {
    if (!props.data || props.value === null || props.value === undefined) return "";
    const key = props.data[props.keyColumn];
    if (key === null || key === undefined) return String(props.value);
    const href = props.base + key;
    return window.React.createElement("a", {
      href: href,
      className: "cmms-cell-link",
      onClick: function (event) { follow(event, href); },
    }, String(props.value));
  };
  components.CmmsDetails = function (props) {
    if (!props.data) return "";
    const key = props.data.id;
    return window.React.createElement("button", {
      type: "button",
      className: "cmms-details-button",
      "aria-expanded": detailsOf === key ? "true" : "false",
      "aria-label": "Details of " + (props.data.equipment_number || key),
      onClick: function (event) {
        detailsOf = key;
        event.currentTarget.setAttribute("aria-expanded", "true");
        props.setData({ key: key, at: Date.now() });
      },
    }, "\u203a");
  };
})();
