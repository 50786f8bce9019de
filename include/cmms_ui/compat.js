// Private interfaces of Dash, its component libraries and Airflow's front end that the browser code leans on, in one place;
// compat.py is the same for Python. Checked on Dash 4.4, dash-ag-grid 35.3, dash-mantine-components 2.8, Airflow 3.3.2:
// tests/contract/test_private_interfaces.py names the one that a new version has changed.
// This file comes first: `cmms` holds what callbacks name by ClientsideFunction, and what one file offers the others.
(function () {
  "use strict";
  const cmms = {}, compat = {};
  window.dash_clientside = Object.assign({}, window.dash_clientside, { cmms: cmms });
  cmms.compat = compat;

  // --- Dash's page and renderer.
  // Where the view is mounted: "/cmms/", or "/airflow/cmms/" where Airflow lies below a sub-path; null before there is a page.
  compat.findMount = function () {
    const config = document.getElementById("_dash-config");
    return config ? JSON.parse(config.textContent).requests_pathname_prefix : null;
  };
  // dcc.Location hears of pages that are opened without a load by this event, and sends it itself.
  const MOVED = "_dashprivate_pushstate";
  compat.onMove = function (listener) { window.addEventListener(MOVED, listener); };
  compat.announceMove = function () { window.dispatchEvent(new CustomEvent(MOVED)); };
  compat.isCallback = function (address) {
    return String((address && address.url) || address).includes("_dash-update-component");
  };
  // A component's id in the page is its dictionary with sorted keys, as JSON.
  compat.findComponent = function (id) { return document.getElementById(JSON.stringify(id, Object.keys(id).sort())); };
  compat.isLoading = function (element) { return element.getAttribute("data-dash-is-loading") === "true"; };
  // The renderer's state, with `layout` and `layoutHashes`; null where it is not what we know.
  compat.readState = function () {
    const state = window.store && window.store.getState();
    return state && state.layoutHashes ? state : null;
  };
  compat.drawTogether = function (draw) { window.ReactDOM.unstable_batchedUpdates(draw); };

  // --- Component libraries.
  compat.isOwnColumn = function (name) { return name.startsWith("ag-Grid"); };  // the grid's own, such as its checkboxes
  compat.GRID = ".ag-root";
  compat.UNNAMED_CHART = ".recharts-surface[role=application]:not([aria-label])";

  // --- Airflow's front end.
  compat.findAirflow = function () { return (compat.findMount() || "/cmms/").replace(/cmms\/$/, ""); };
  compat.findLogin = function () { return compat.findAirflow() + "auth/login"; };
  // The address of the page of Airflow that shows the view in its frame; the frame's own address follows it.
  compat.findFramePage = function () { return compat.findAirflow() + "plugin/cmms"; };
  // Airflow keeps the theme as a class of <html> and in localStorage; null where it says nothing.
  compat.readTheme = function (root) {
    const themes = ["dark", "light"];
    const drawn = root ? themes.find(function (theme) { return root.classList.contains(theme); }) : null;
    const stored = window.localStorage.getItem("theme");
    return drawn || (themes.includes(stored) ? stored : null);
  };
  compat.onStoredTheme = function (listener) {
    window.addEventListener("storage", function (event) { if (event.key === "theme") listener(); });
  };
})();
