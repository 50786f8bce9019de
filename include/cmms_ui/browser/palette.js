// Find: Ctrl-K or Cmd-K presses the button; what it opens closes when a page or a dialog opens.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;
  // A page that is still loading hears late that its address has changed: that closes nothing that was opened since.
  let openedAt = "";

  document.addEventListener("keydown", function (event) {
    const button = document.getElementById("palette-open");
    if (!button || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    button.click();
  });
  cmms.openPalette = function (clicks) {
    openedAt = window.location.href;
    return Boolean(clicks);
  };
  cmms.closePalette = function (address, dialogIsOpen) {
    return dialogIsOpen || window.location.href !== openedAt ? false : window.dash_clientside.no_update;
  };
})();
