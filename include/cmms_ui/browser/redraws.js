// What is put right after the page was drawn: instants in the person's own zone, the current entry of the menu, names of
// charts for screen readers.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms, compat = cmms.compat;

  function showLocalTime(time) {
    const at = new Date(time.getAttribute("datetime"));
    if (isNaN(at)) return;
    const hasSeconds = /:\d\d:\d\d/.test(time.textContent);  // as exact as it was written
    const text = hasSeconds ? cmms.formatSeconds(at) : cmms.formatMinutes(at);
    if (time.textContent !== text) time.textContent = text;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (time.title !== zone) time.title = zone;
  }
  function setAttribute(element, name, value) {
    if (element.getAttribute(name) === value) return;
    if (value === null) element.removeAttribute(name); else element.setAttribute(name, value);
  }
  function nameChart(chart) {
    const card = chart.closest(".cmms-widget");
    const title = card && card.querySelector(".cmms-widget-title");
    const name = title ? title.textContent : cmms.text.chart;
    setAttribute(chart, "aria-label", cmms.text.chartKeys.replace("{chart}", name));
  }
  function mend() {
    document.querySelectorAll("time.cmms-local").forEach(showLocalTime);
    document.querySelectorAll(".cmms-menu-link").forEach(function (link) {
      setAttribute(link, "aria-current", link.classList.contains("cmms-menu-current") ? "page" : null);
    });
    document.querySelectorAll(compat.UNNAMED_CHART).forEach(nameChart);
  }

  let isPlanned = false;
  new MutationObserver(function () {
    if (isPlanned) return;
    isPlanned = true;
    window.requestAnimationFrame(function () { isPlanned = false; mend(); });
  }).observe(document.documentElement, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["class", "datetime"],
  });
})();
