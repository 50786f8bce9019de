// Health of machines: thousands of small links, each a sign with a colour, by plant. One of them takes the focus, the
// arrow keys go on from there; what is under the pointer or has the focus says its hours, limit and share.
(function () {
  "use strict";
  const cmms = window.dash_clientside.cmms;
  const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

  function tip() {
    let box = document.getElementById("cmms-tip");
    if (!box) {
      box = document.createElement("div");
      box.id = "cmms-tip";
      box.className = "cmms-tip";
      box.setAttribute("role", "tooltip");
      document.body.append(box);
    }
    return box;
  }
  function hide() { tip().hidden = true; }
  function show(link) {
    const box = tip();
    box.textContent = link.getAttribute("aria-label");
    box.hidden = false;
    const at = link.getBoundingClientRect();
    const left = Math.min(at.left, window.innerWidth - box.offsetWidth - 8);
    const above = at.top - box.offsetHeight - 6;
    box.style.left = Math.max(8, left) + "px";
    box.style.top = (above > 8 ? above : at.bottom + 6) + "px";
  }
  function makeCell(machine, data) {
    const link = document.createElement("a");
    link.href = data.base + machine[0];
    link.setAttribute("aria-label", machine[1] + ": " + data.words[machine[2]] + ". " + machine[3]);
    link.className = "cmms-health cmms-tone-" + machine[2];
    link.textContent = data.signs[machine[2]];
    link.tabIndex = -1;
    return link;
  }
  function findNext(links, from, key) {
    if (key === "Home" || key === "End") return links[key === "Home" ? 0 : links.length - 1];
    if (key in STEPS) return links[links.indexOf(from) + STEPS[key]];
    const here = from.getBoundingClientRect();
    const rows = links.filter(function (link) {
      const there = link.getBoundingClientRect();
      return there.left === here.left && (key === "ArrowDown" ? there.top > here.top : there.top < here.top);
    });
    return key === "ArrowDown" ? rows[0] : rows[rows.length - 1];
  }

  function makePlant(plant, machines, data) {
    const head = document.createElement("span");
    head.className = "cmms-dim";
    head.textContent = plant + " (" + machines.length.toLocaleString("en") + ")";
    const cells = document.createElement("div");
    cells.className = "cmms-cells";
    cells.append(...machines.map(function (machine) { return makeCell(machine, data); }));
    const group = document.createElement("div");
    group.append(head, cells);
    return group;
  }
  function moveFocus(event) {
    const from = event.target.closest("a");
    if (event.key === "Escape") hide();
    if (!from || !/^(Arrow|Home|End)/.test(event.key)) return;
    event.preventDefault();
    const next = findNext(Array.from(event.currentTarget.querySelectorAll("a")), from, event.key);
    if (!next) return;
    from.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
  function listen(box) {
    function showTarget(event) {
      const link = event.target.closest("a");
      if (link) show(link); else hide();
    }
    box.addEventListener("mouseover", showTarget);
    box.addEventListener("focusin", showTarget);
    box.addEventListener("mouseleave", hide);
    box.addEventListener("focusout", hide);
    box.addEventListener("scroll", function () {
      if (box.contains(document.activeElement) && document.activeElement !== box) show(document.activeElement); else hide();
    });
    box.addEventListener("click", function (event) {
      const link = event.target.closest("a");
      if (link) { hide(); cmms.follow(event, link.getAttribute("href")); }
    });
    box.addEventListener("keydown", moveFocus);
  }

  // `data`: `base` of addresses, `signs` and `words` by status, `plants`: lists of [id, number, status, figures].
  cmms.drawHealth = function (data) {
    const box = document.getElementById("health-cells");
    if (!box) { window.setTimeout(function () { cmms.drawHealth(data); }, 30); return window.dash_clientside.no_update; }
    const focused = document.activeElement && box.contains(document.activeElement) ? document.activeElement.href : "";
    box.replaceChildren(...Object.keys(data.plants).map(function (plant) { return makePlant(plant, data.plants[plant], data); }));
    const links = Array.from(box.querySelectorAll("a"));
    const again = links.find(function (link) { return link.href === focused; });
    if (links.length) (again || links[0]).tabIndex = 0;
    if (again) again.focus();
    if (!box.dataset.listens) {
      box.dataset.listens = "yes";
      listen(box);
    }
    return window.dash_clientside.no_update;
  };
})();
