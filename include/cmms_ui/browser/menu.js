// Menus: that of the view is always open where there is room, and closed after a choice where there is not.
(function () {
  "use strict";
  const roomy = window.matchMedia("(min-width: 901px)");

  // Returns whether there is a menu yet.
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

  // A menu whose entries are links closes once one was chosen, as others do.
  document.addEventListener("click", function (event) {
    const entry = event.target.closest && event.target.closest(".cmms-menu-item[role=menuitem]");
    if (!entry) return;
    window.setTimeout(function () { entry.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })); }, 0);
  }, true);
})();
