// One look for many changes. Dash's renderer has every component look at the whole state after each of the ten or so
// steps of a callback, though only what is in the layout is ever drawn: a page of two thousand components did nothing else
// for a minute. Steps that leave the layout alone are looked at together now, a moment later; a change of the layout is
// drawn at once, as ever, and with it all that waits.
(function () {
  "use strict";
  const compat = window.dash_clientside.cmms.compat;
  const PAUSE_MILLISECONDS = 50;
  const react = window.React;
  const original = react && react.useSyncExternalStore;
  if (!original) return;
  const calmed = new WeakMap();
  const waiting = new Set();
  let planned = false;

  function lookTogether() {
    planned = false;
    const listeners = [...waiting];
    waiting.clear();
    compat.drawTogether(function () { listeners.forEach(function (listener) { listener(); }); });
  }
  function wait(listener) {
    waiting.add(listener);
    if (!planned) setTimeout(lookTogether, PAUSE_MILLISECONDS);
    planned = true;
  }
  function calm(subscribe) {
    return function (listener) {
      let layout, hashes;
      const leave = subscribe(function () {
        const state = compat.readState();
        if (state && state.layout === layout && state.layoutHashes === hashes) return wait(listener);
        if (state) { layout = state.layout; hashes = state.layoutHashes; }
        waiting.delete(listener);
        listener();
      });
      return function () { waiting.delete(listener); leave(); };
    };
  }
  react.useSyncExternalStore = function (subscribe, read, readOnServer) {
    if (!calmed.has(subscribe)) calmed.set(subscribe, calm(subscribe));  // React subscribes anew where the function is another
    return original(calmed.get(subscribe), read, readOnServer);
  };
  // The renderer, the last script, takes its hold of the function while it loads; other libraries keep React's own.
  document.addEventListener("DOMContentLoaded", function () { react.useSyncExternalStore = original; });
})();
