// Details beside the list: the button of the row says whether they are open; Enter and space in its cell press it.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  let openKey = null;

  cmms.detailsClosed = function (isOpen) {
    if (!isOpen) {
      openKey = null;
      document.querySelectorAll(".cmms-details-button[aria-expanded=true]").forEach(function (button) {
        button.setAttribute("aria-expanded", "false");
      });
    }
    return window.dash_clientside.no_update;
  };
  document.addEventListener("keydown", function (event) {
    const cell = event.target.closest && event.target.closest(".cmms-details-cell");
    if (!cell || event.target !== cell || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    cell.querySelector("button").click();
  });
  components.CmmsDetails = function (props) {
    if (!props.data) return "";
    const key = props.data.id;
    return window.React.createElement("button", {
      type: "button",
      className: "cmms-details-button",
      "aria-expanded": openKey === key ? "true" : "false",
      "aria-label": cmms.text.detailsOf.replace("{record}", props.data.equipment_number || key),
      onClick: function (event) {
        openKey = key;
        event.currentTarget.setAttribute("aria-expanded", "true");
        props.setData({ key: key, at: Date.now() });
      },
    }, "\u203a");
  };
})();
