// The brush below a machine's chart: which days are shown, and their hours. The legend of several machines' chart.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;
  cmms.zoom = function (range, points) {
    const shown = points.slice(range[0], range[1] + 1);
    const thousandths = shown.reduce(function (sum, point) { return sum + Math.round(1000 * (point.Hours || 0)); }, 0);
    const hours = (thousandths / 1000).toLocaleString("en", { minimumFractionDigits: 3 });
    return [shown, shown[0].day + " to " + shown[shown.length - 1].day + ": " + hours + " hours"];
  };
  cmms.showSeries = function (names, series) { return series.filter(function (one) { return names.includes(one.name); }); };
  cmms.resetZoom = function (clicks, points) { return clicks ? [0, points.length - 1] : window.dash_clientside.no_update; };
})();
