// How values are written in the cells of lists and in charts: render/grid.py and render/parts.py name these functions.
// present_rows.py writes the same outside the browser.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;
  const formats = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const chartFormats = (window.dashMantineFunctions = window.dashMantineFunctions || {});

  function isMissing(value) { return value === null || value === undefined; }
  function two(number) { return String(number).padStart(2, "0"); }

  // In the zone of the person's browser.
  cmms.formatMinutes = function (at) {
    return at.getFullYear() + "-" + two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + two(at.getHours()) + ":" + two(at.getMinutes());
  };
  cmms.formatSeconds = function (at) { return cmms.formatMinutes(at) + ":" + two(at.getSeconds()); };

  chartFormats.cmmsGrouped = function (value) { return typeof value === "number" ? value.toLocaleString("en") : value; };
  formats.cmmsInteger = function (params) {
    return isMissing(params.value) ? "" : Number(params.value).toLocaleString("en");
  };
  formats.cmmsHours = function (params) {
    if (isMissing(params.value)) return "";
    return Number(params.value).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 3 });
  };
  formats.cmmsInstant = function (params) { return params.value ? cmms.formatSeconds(new Date(params.value)) : ""; };
  formats.cmmsYesNo = function (params) {
    if (isMissing(params.value)) return "";
    return params.value ? "Yes" : "No";
  };
  formats.cmmsChoice = function (params) {
    const labels = params.colDef.context || {};
    return labels[params.value] || params.value || "";
  };
  // Several values with commas between them.
  formats.cmmsChoices = function (params) {
    const labels = params.colDef.context || {};
    return String(params.value || "").split(",").map(function (part) { return labels[part] || part; }).join(", ");
  };

  components.CmmsLink = function (props) {
    if (!props.data || isMissing(props.value)) return "";
    const key = props.data[props.keyColumn];
    if (isMissing(key)) return String(props.value);
    const href = props.base + key;
    return window.React.createElement("a", {
      href: href,
      className: "cmms-cell-link",
      onClick: function (event) { cmms.follow(event, href); },
    }, String(props.value));
  };
})();
