// Whether a widget, a list or the bell is to be read again now: by push where the event stream works, by the clock where it
// does not, never while the window is hidden (render/follow_changes.py).
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms, compat = cmms.compat;
  const AT_LEAST = 60000;  // so often a part asks that hears of changes
  const INACCURACY = 500;  // of a browser's clock
  const RETRY = 500;

  function isPaused(pace, ask) {
    return document.hidden || pace === "hand" || ask.updates === "manual" || (ask.holdable && cmms.isStreamHeld());
  }
  // `pace`: the least seconds between two questions, as the person chose; `ask`: what the part declares, and when it asked.
  function isDue(now, pace, ask) {
    const isHeard = ask.updates === "push" && cmms.hears();
    const period = isHeard ? Math.max(ask.seconds * 1000, AT_LEAST) : ask.seconds * 1000;
    const wait = cmms.changedSince(ask.topics, ask.asked) ? 0 : period;
    return now - ask.asked >= Math.max(Number(pace) * 1000 || 0, wait) - INACCURACY;
  }
  function isAwaited(id) {  // the body of a widget whose answer has not come yet
    const body = compat.findComponent(Object.assign({}, id, { type: id.type.replace("-ask", "") }));
    return Boolean(body) && compat.isLoading(body);
  }

  cmms.ask = function (ticks, changes, pace, ask) {
    const now = Date.now();
    const again = Object.assign({}, ask, { asked: now });
    if (!ask.asked) return again;  // just drawn: it loads itself
    if (isPaused(pace, ask) || !isDue(now, pace, ask)) return window.dash_clientside.no_update;
    if (now - ask.asked < cmms.SILENCE && isAwaited(window.dash_clientside.callback_context.outputs_list.id)) {
      window.setTimeout(cmms.publishChanges, RETRY);  // a second question would throw the answer to the first away
      return window.dash_clientside.no_update;
    }
    return again;
  };
})();
