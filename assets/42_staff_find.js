// Staff pages: the search for an area or an indicator.
(function () {
  "use strict";
  const WAIT = 180; // ms after the last key before asking

  function list(box) { return box.closest(".st-find").querySelector(".st-find__list"); }

  // Dash's field takes no such attributes of its own.
  new MutationObserver(function () {
    document.querySelectorAll(".st-find input:not([role])").forEach(function (box) {
      box.setAttribute("role", "combobox");
      box.setAttribute("aria-autocomplete", "list");
      box.setAttribute("aria-expanded", "false");
      box.setAttribute("aria-controls", list(box).id);
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  function close(box) {
    const options = list(box);
    options.replaceChildren();
    options.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function option(one, index) {
    const item = document.createElement("li");
    item.setAttribute("role", "none");
    const link = document.createElement("a");
    link.id = "find-option-" + index;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.className = "st-go";
    link.href = one.href;
    link.tabIndex = -1;
    [["st-find__kind", one.kind], ["st-find__name", one.name], ["st-find__detail", one.detail]]
      .forEach(function (pair) {
        const part = document.createElement("span");
        part.className = pair[0];
        part.textContent = pair[1];
        link.append(part);
      });
    item.append(link);
    return item;
  }

  function show(box, told) {
    const options = list(box);
    options.replaceChildren.apply(options, told.found.map(option));
    if (!told.found.length) {
      const none = document.createElement("li");
      none.className = "st-find__none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.setAttribute("aria-selected", "false");
      none.textContent = told.none;
      options.append(none);
    }
    options.hidden = false;
    box.setAttribute("aria-expanded", "true");
    box.removeAttribute("aria-activedescendant");
  }

  function ask(box) {
    const text = box.value.trim();
    box._asked = text;
    if (!text) { close(box); return; }
    const at = window.location.pathname + window.location.search;
    fetch("/find?q=" + encodeURIComponent(text) + "&at=" + encodeURIComponent(at))
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (told) { if (told && box._asked === text) { show(box, told); } })
      .catch(function () { close(box); });
  }

  function move(box, step) {
    const all = Array.from(list(box).querySelectorAll("a[role=option]"));
    if (!all.length) { return; }
    const now = all.findIndex(function (one) { return one.getAttribute("aria-selected") === "true"; });
    const next = (now + step + all.length + (now < 0 && step < 0 ? 1 : 0)) % all.length;
    all.forEach(function (one, k) { one.setAttribute("aria-selected", String(k === next)); });
    box.setAttribute("aria-activedescendant", all[next].id);
    all[next].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("input", function (event) {
    const box = event.target.closest && event.target.closest(".st-find input");
    if (!box) { return; }
    clearTimeout(box._timer);
    box._timer = setTimeout(function () { ask(box); }, WAIT);
  });

  document.addEventListener("keydown", function (event) {
    const box = event.target.closest && event.target.closest(".st-find input");
    if (!box) { return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(box, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close(box);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = list(box).querySelector("a[aria-selected=true]") || list(box).querySelector("a");
      if (chosen) { chosen.click(); box.value = ""; close(box); }
    }
  }, true);

  document.addEventListener("click", function (event) {
    document.querySelectorAll(".st-find input").forEach(function (box) {
      const inside = box.closest(".st-find").contains(event.target);
      if (!inside || event.target.closest(".st-find__list a")) { box.value = ""; close(box); }
    });
  });
})();
