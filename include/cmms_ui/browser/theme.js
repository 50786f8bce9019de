// The view looks as Airflow around it does, dark or light, also when that changes.
(function () {
  "use strict";
  const compat = window.dash_clientside.cmms.compat;

  function findOuterRoot() {
    try { return window.parent !== window ? window.parent.document.documentElement : null; }
    catch { return null; }  // framed by a page of another site
  }
  function findTheme() {
    return compat.readTheme(findOuterRoot())
      || (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  }
  // Returns whether there is a page already that could be told.
  function applyTheme() {
    const theme = findTheme();
    document.documentElement.setAttribute("data-cmms-theme", theme);
    document.documentElement.setAttribute("data-ag-theme-mode", theme);
    document.documentElement.style.colorScheme = theme;
    const set = window.dash_clientside.set_props;
    if (!set || !document.getElementById("page")) return false;
    set("mantine", { forceColorScheme: theme });
    return true;
  }

  applyTheme();
  const untilReady = window.setInterval(function () { if (applyTheme()) window.clearInterval(untilReady); }, 30);
  compat.onStoredTheme(applyTheme);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
  const outer = findOuterRoot();
  if (outer) {
    new MutationObserver(applyTheme).observe(outer, { attributes: true, attributeFilter: ["class", "data-theme", "style"] });
  }
})();
