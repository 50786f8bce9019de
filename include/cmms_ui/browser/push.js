// Push: the server says which topics have changed. A page that hears nothing asks by the clock (follow_changes.js).
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms, compat = cmms.compat;
  const REOPEN = 30000;
  let source = null, heardAt = 0, versions = null;
  const changedAt = {};

  cmms.SILENCE = 25000;  // a beat comes every 10 s
  cmms.hears = function () { return Date.now() - heardAt < cmms.SILENCE; };
  cmms.changedSince = function (topics, instant) {
    return topics.some(function (topic) { return (changedAt[topic] || 0) > instant; });
  };
  cmms.publishChanges = function () { window.dash_clientside.set_props("push", { data: Object.assign({}, changedAt) }); };

  function hear(event) {
    const isFirst = versions === null;
    heardAt = Date.now();
    versions = versions || {};
    const sent = JSON.parse(event.data);
    const changed = Object.keys(sent).filter(function (topic) { return versions[topic] !== sent[topic]; });
    Object.assign(versions, sent);
    if (isFirst || !changed.length) return;
    changed.forEach(function (topic) { changedAt[topic] = Date.now(); });
    cmms.publishChanges();
  }
  function listen() {
    const mount = compat.findMount();
    if (source || document.hidden || !mount || !window.EventSource || !document.getElementById("page")) return;
    source = new window.EventSource(mount + "api/v1/events");
    source.addEventListener("changed", hear);
    source.addEventListener("beat", hear);
    source.onerror = function () {  // the browser opens the next stream by itself, unless it was refused
      heardAt = 0;
      if (source.readyState === window.EventSource.CLOSED) {
        source = null;
        window.setTimeout(listen, REOPEN);
      }
    };
  }
  const untilPage = window.setInterval(function () { listen(); if (source) window.clearInterval(untilPage); }, 50);
  document.addEventListener("visibilitychange", function () {
    if (document.hidden && source) { source.close(); source = null; heardAt = 0; }
    else if (!document.hidden) { listen(); cmms.publishChanges(); }
  });
  window.addEventListener("pagehide", function () { if (source) source.close(); });
})();
