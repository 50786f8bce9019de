// Links out of Airflow's frame. The frame's sandbox allows no new tab (and, in Airflow 3.3.1, no download), so such a link
// is followed by the document around the frame, which has no sandbox. Outside a frame the browser does all of it itself.
(function () {
  "use strict";

  function findOuterDocument() {
    try { return window.parent !== window ? window.parent.document : null; }
    catch { return null; }  // framed by a page of another site
  }

  function leavesFrame(link, event) {
    if (event.type === "auxclick" && event.button !== 1) return false;
    const asksForTab = event.type === "auxclick" || event.ctrlKey || event.metaKey || event.shiftKey;
    return asksForTab || link.target === "_blank" || link.hasAttribute("download");
  }

  function follow(event) {
    const link = event.target.closest ? event.target.closest("a[href]") : null;
    if (!link || event.defaultPrevented || !/^https?:$/.test(link.protocol) || !leavesFrame(link, event)) return;
    const outer = findOuterDocument();
    if (!outer || !outer.body) return;
    event.preventDefault();
    const copy = outer.createElement("a");
    copy.href = link.href;
    if (link.hasAttribute("download")) copy.download = link.download;
    else copy.target = "_blank";
    copy.rel = "noopener";
    outer.body.append(copy);
    copy.click();
    copy.remove();
  }

  document.addEventListener("click", follow, true);
  document.addEventListener("auxclick", follow, true);
})();
