// The grid of a list, for the files that work on it.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;

  // The grid's API by the id of its component; null while it is not drawn.
  cmms.findGrid = function (id) {
    try { return window.dash_ag_grid.getApi(id); } catch { return null; }
  };
  // The height of a row is the stylesheet's to say, a card's on a phone; the grid reads it only when it is drawn.
  window.matchMedia("(max-width: 640px)").addEventListener("change", function () {
    document.querySelectorAll(".cmms-grid").forEach(function (element) {
      const grid = cmms.findGrid(JSON.parse(element.id));
      if (grid) grid.setGridOption("rowHeight", parseFloat(getComputedStyle(element).getPropertyValue("--ag-row-height")));
    });
  });
})();
