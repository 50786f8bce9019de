// Answers that concern all calls: 401 means that the session is over; 429 that it is not this person's turn: nothing was
// done, so a callback is sent again later.
(function () {
  "use strict";
  const compat = window.dash_clientside.cmms.compat, words = window.dash_clientside.cmms.text;
  const MOST_REPEATS = 20, PAUSE_SECONDS = 5;
  const plainFetch = window.fetch;

  window.fetch = function (address, options) {
    function ask(repeats) {
      return plainFetch.call(window, address, options).then(function (answer) {
        if (answer.status === 401) showSessionOver();
        if (answer.status !== 429 || !compat.isCallback(address) || repeats >= MOST_REPEATS) return answer;
        const seconds = Number(answer.headers.get("Retry-After")) || PAUSE_SECONDS;
        return new Promise(function (resolve) {
          window.setTimeout(function () { resolve(ask(repeats + 1)); }, 1000 * (seconds + Math.random()));
        });
      });
    }
    return ask(0);
  };
  function showSessionOver() {
    const box = document.getElementById("session-over");
    if (!box || !box.hidden) return;
    const text = document.createElement("p");
    text.textContent = words.sessionOver;
    const link = document.createElement("a");
    link.href = compat.findLogin();
    link.target = "_blank";
    link.textContent = words.logIn;
    const again = document.createElement("button");
    again.textContent = words.continue;
    again.addEventListener("click", function () { box.hidden = true; });
    box.replaceChildren(text, link, again);
    box.hidden = false;
  }
})();
