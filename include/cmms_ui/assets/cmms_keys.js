// What people who use no mouse, or other time zones, rely on: shortcuts, the current entry of the menu, instants in the
// person's own zone, and the place in a page to which Back returns.
(function () {
  "use strict";
  const SHORTCUTS = [
    ["Ctrl K, Cmd K", "Find a page, an action or a machine"],
    ["/", "To the search of the list"],
    ["g d, g e, g s, g r", "To the dashboard, equipment, syncs, record errors"],
    ["?", "This help"],
    ["Esc", "Close a dialog, a menu or this help"],
    ["Arrow keys", "In a list: from cell to cell; in a chart: from point to point; in the health of machines: from one to the next"],
    ["Enter", "In a list: edit the cell; on a machine: open it"],
    ["Space", "In a list: choose the row"],
  ];
  const PLACES = { d: "", e: "equipment", s: "syncs", r: "record-errors" };
  let lastKey = "";

  function isTyping(target) {
    return Boolean(target.closest && target.closest("input, textarea, select, [contenteditable=true], [role=dialog], .ag-root"));
  }
  function showHelp() {
    let help = document.getElementById("cmms-help");
    if (!help) {
      help = document.createElement("dialog");
      help.id = "cmms-help";
      help.className = "cmms-help";
      help.setAttribute("aria-label", "Keyboard shortcuts");
      const title = document.createElement("h2");
      title.textContent = "Keyboard shortcuts";
      const table = document.createElement("dl");
      SHORTCUTS.forEach(function (pair) {
        const keys = document.createElement("dt");
        keys.textContent = pair[0];
        const text = document.createElement("dd");
        text.textContent = pair[1];
        table.append(keys, text);
      });
      const close = document.createElement("button");
      close.textContent = "Close";
      close.className = "cmms-chip";
      close.addEventListener("click", function () { help.close(); });
      help.append(title, table, close);
      document.body.append(help);
    }
    if (!help.open) help.showModal();
  }
  document.addEventListener("keydown", function (event) {
    const before = lastKey;
    lastKey = "";
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "?") showHelp();
    else if (event.key === "/") {
      const search = document.querySelector(".cmms-search input");
      if (search) { event.preventDefault(); search.focus(); }
    } else if (before === "g" && event.key in PLACES) {
      const link = document.querySelector(".cmms-menu-link[href$='/cmms/" + PLACES[event.key] + "']");
      if (link) link.click();
    } else lastKey = event.key;
  });

  function two(number) { return String(number).padStart(2, "0"); }
  function localise(time) {
    const at = new Date(time.getAttribute("datetime"));
    if (isNaN(at)) return;
    const seconds = /:\d\d:\d\d/.test(time.textContent) ? ":" + two(at.getSeconds()) : "";  // as exact as it was written
    const text = at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + two(at.getHours()) + ":" + two(at.getMinutes()) + seconds;
    if (time.textContent !== text) time.textContent = text;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (time.title !== zone) time.title = zone;
  }
  function setAttribute(element, name, value) {
    if (element.getAttribute(name) === value) return;
    if (value === null) element.removeAttribute(name); else element.setAttribute(name, value);
  }
  function mend() {
    document.querySelectorAll("time.cmms-local").forEach(localise);
    document.querySelectorAll(".cmms-menu-link").forEach(function (link) {
      setAttribute(link, "aria-current", link.classList.contains("cmms-menu-current") ? "page" : null);
    });
    document.querySelectorAll(".recharts-surface[role=application]:not([aria-label])").forEach(function (chart) {
      const card = chart.closest(".cmms-widget");
      const title = card && card.querySelector(".cmms-widget-title");
      setAttribute(chart, "aria-label", (title ? title.textContent : "Chart") + ": arrow keys show the figures of each point");
    });
  }
  let waiting = false;
  new MutationObserver(function () {
    if (waiting) return;
    waiting = true;
    window.requestAnimationFrame(function () { waiting = false; mend(); });
  }).observe(document.documentElement, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["class", "datetime"],
  });

  // Back returns to where one was, as soon as the page is long enough again.
  const places = {};
  let touchedAt = 0;
  ["wheel", "touchmove", "keydown", "mousedown"].forEach(function (name) {
    window.addEventListener(name, function () { touchedAt = Date.now(); }, { passive: true });
  });
  let here = window.location.href;
  window.addEventListener("scroll", function () { if (here === window.location.href) places[here] = window.scrollY; }, { passive: true });
  window.addEventListener("_dashprivate_pushstate", function () { here = window.location.href; });
  window.addEventListener("popstate", function () {
    here = window.location.href;
    const wanted = places[here] || 0;
    const began = Date.now();
    const untilThere = window.setInterval(function () {
      const over = here !== window.location.href || touchedAt > began || Date.now() - began > 60000;
      if (over || !wanted) return window.clearInterval(untilThere);
      if (document.documentElement.scrollHeight - window.innerHeight < wanted) return undefined;
      window.scrollTo(0, wanted);
      if (Math.abs(window.scrollY - wanted) < 2) window.clearInterval(untilThere);
      return undefined;
    }, 50);
  });
})();
