// Keyboard shortcuts, and the dialog that lists them.
(function () {
  "use strict";
  const compat = window.dash_clientside.cmms.compat, words = window.dash_clientside.cmms.text;
  const PAGES = { d: "", e: "equipment", s: "syncs", r: "record-errors" };
  let lastKey = "";

  function isTyping(target) {
    const inputs = "input, textarea, select, [contenteditable=true], [role=dialog], " + compat.GRID;
    return Boolean(target.closest && target.closest(inputs));
  }
  function showHelp() {
    let help = document.getElementById("cmms-help");
    if (!help) {
      help = document.createElement("dialog");
      help.id = "cmms-help";
      help.className = "cmms-help";
      help.setAttribute("aria-label", words.shortcuts);
      const title = document.createElement("h2");
      title.textContent = words.shortcuts;
      const table = document.createElement("dl");
      words.shortcutKeys.forEach(function (pair) {
        const keys = document.createElement("dt");
        keys.textContent = pair[0];
        const text = document.createElement("dd");
        text.textContent = pair[1];
        table.append(keys, text);
      });
      const close = document.createElement("button");
      close.textContent = words.close;
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
    } else if (before === "g" && event.key in PAGES) {
      const link = document.querySelector(".cmms-menu-link[href$='/cmms/" + PAGES[event.key] + "']");
      if (link) link.click();
    } else lastKey = event.key;
  });
})();
