// Errors as they come: the stream stands still while it is paused, and while somebody has scrolled down to read. An answer
// that was under way by then draws it anew; pause and the line at its top go on where they were.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;
  const reader = { stream: null, paused: false, line: null, above: 0 };

  function offset(line, stream) { return line.getBoundingClientRect().top - stream.getBoundingClientRect().top; }
  function showPause() {
    const button = document.querySelector(".cmms-stream-pause");
    button.setAttribute("aria-pressed", String(reader.paused));
    button.textContent = reader.paused ? button.dataset.resume : button.dataset.pause;
  }
  cmms.isStreamHeld = function () {
    return reader.paused || reader.line !== null;
  };
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest(".cmms-stream-pause")) return;
    reader.paused = !reader.paused;
    showPause();
  });
  document.addEventListener("scroll", function (event) {
    const stream = event.target;
    if (stream !== reader.stream) return;
    const top = stream.scrollTop > 4
      ? [...stream.querySelectorAll("li")].find(function (line) { return offset(line, stream) + line.offsetHeight > 0; }) : null;
    reader.line = top ? top.dataset.line : null;
    reader.above = top ? offset(top, stream) : 0;
  }, { capture: true, passive: true });
  new MutationObserver(function () {
    const stream = document.querySelector(".cmms-stream");
    if (stream === reader.stream) return;
    reader.stream = stream;
    if (!stream) {  // another page
      Object.assign(reader, { paused: false, line: null });
      return;
    }
    showPause();
    const line = reader.line && stream.querySelector('[data-line="' + reader.line + '"]');
    if (line) stream.scrollTop += offset(line, stream) - reader.above;
    else reader.line = null;
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
