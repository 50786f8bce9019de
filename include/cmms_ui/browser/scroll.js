// Back returns to where one was in a page, as soon as the page is long enough again.
(function () {
  "use strict";
  const compat = window.dash_clientside.cmms.compat;
  const PATIENCE = 60000;
  const places = {};
  let touchedAt = 0;
  let here = window.location.href;

  ["wheel", "touchmove", "keydown", "mousedown"].forEach(function (name) {
    window.addEventListener(name, function () { touchedAt = Date.now(); }, { passive: true });
  });
  window.addEventListener("scroll", function () {
    if (here === window.location.href) places[here] = window.scrollY;
  }, { passive: true });
  compat.onMove(function () { here = window.location.href; });
  window.addEventListener("popstate", function () {
    here = window.location.href;
    const wanted = places[here] || 0;
    const began = Date.now(), opened = here;
    const untilThere = window.setInterval(function () {
      const isOver = !wanted || opened !== window.location.href || touchedAt > began || Date.now() - began > PATIENCE;
      if (isOver) window.clearInterval(untilThere);
      else if (document.documentElement.scrollHeight - window.innerHeight >= wanted) {
        window.scrollTo(0, wanted);
        if (Math.abs(window.scrollY - wanted) < 2) window.clearInterval(untilThere);
      }
    }, 50);
  });
})();
