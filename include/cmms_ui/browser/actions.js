// Actions: which button was pressed, and which inputs of a dialog are there.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;

  // The button of an action that was pressed; one that has only just been drawn comes here too, unpressed.
  cmms.pressed = function () {
    const found = window.dash_clientside.callback_context.triggered.find(function (item) { return item.value; });
    if (!found) return window.dash_clientside.no_update;
    return Object.assign(JSON.parse(found.prop_id.slice(0, found.prop_id.lastIndexOf("."))), { at: Date.now() });
  };

  // Inputs that are there only while another one has a certain value.
  cmms.showFields = function (values, flags, fieldIds, flagIds, boxIds) {
    const valueOf = {};
    fieldIds.forEach(function (id, place) { valueOf[id.name] = String(values[place]); });
    flagIds.forEach(function (id, place) { valueOf[id.name] = String(Boolean(flags[place])); });
    return boxIds.map(function (id) { return valueOf[id.on] !== id.is; });
  };
})();
