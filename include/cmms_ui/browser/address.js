// Addresses: a link of the view opens its page without a load, and Airflow's own address bar says which page is open in the
// frame, so that it can be shared: /plugin/cmms followed by the whole address of the frame. Airflow itself notices loads only.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms, compat = cmms.compat;

  cmms.mirrorAddress = function () {
    try {
      if (window.parent === window) return;
      const outer = window.parent.location.pathname;
      const view = compat.findFramePage();
      if (!outer.startsWith(view)) return;
      const wanted = view + window.location.pathname + window.location.search;
      if (wanted !== outer + window.parent.location.search) {
        window.parent.history.replaceState(window.parent.history.state, "", wanted);
      }
    } catch { /* framed by a page of another site */ }
  };
  // The page that the outer address (a Location) names, where it is not the view's first page; else null.
  cmms.findPageOfFrame = function (outer) {
    const view = compat.findFramePage(), mount = compat.findMount();
    if (!outer.pathname.startsWith(view + mount)) return null;
    const wanted = outer.pathname.slice(view.length);
    return wanted === mount ? null : wanted + outer.search;
  };
  // Airflow 3.3.1 and older open the view's first page whatever their address says: the frame goes on to the page itself.
  function followOuterAddress() {
    try {
      if (window.parent === window || window.location.pathname !== compat.findMount()) return;
      const wanted = cmms.findPageOfFrame(window.parent.location);
      if (wanted) window.location.replace(wanted);
    } catch { /* framed by a page of another site */ }
  }
  cmms.follow = function (event, href) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.history.pushState({}, "", href);
    compat.announceMove();
    window.scrollTo(0, 0);
  };

  followOuterAddress();
  compat.onMove(function () { window.setTimeout(cmms.mirrorAddress, 0); });
  window.addEventListener("popstate", function () { window.setTimeout(cmms.mirrorAddress, 0); });
})();
