// Staff pages: going to an address without loading the page anew, and what the map and tables draw.
(function () {
  "use strict";
  const ADDRESS = "address"; // id of the one dcc.Location
  const SUFFIX = /(街道|社区|地区|镇|乡|村)$/;
  const GAP = 2; // px between two names on the map
  const FAR = [26, 40, 56, 76, 100]; // px from an area to a name that stands beside it
  const MOST_BESIDE = 6; // more lines would be a thicket; those names are read at the corner
  const AROUND = Array.from({ length: 16 }, function (_, k) { return k * Math.PI / 8; });

  function here() {
    return window.location.pathname + window.location.search;
  }

  function same(a, b) {
    const one = new URL(a, window.location.origin), two = new URL(b, window.location.origin);
    one.searchParams.sort();
    two.searchParams.sort();
    return one.pathname === two.pathname && one.search === two.search;
  }

  function go(href) {
    if (!href || same(href, here())) { return; }
    const to = new URL(href, window.location.origin);
    if (document.activeElement) { document.activeElement.blur(); }
    const moves = to.pathname !== window.location.pathname;
    const change = moves ? { pathname: to.pathname, search: to.search } : { search: to.search };
    window.dash_clientside.set_props(ADDRESS, change);
    if (moves) { window.scrollTo(0, 0); } else { holdHeight(); }
  }

  // While the page is drawn anew it is short for a moment; without this the view would jump up.
  function holdHeight() {
    const body = document.querySelector(".st-main");
    if (!body) { return; }
    body.style.minHeight = body.offsetHeight + "px";
    clearTimeout(holdHeight.timer);
    holdHeight.timer = setTimeout(function () { body.style.minHeight = ""; }, 2500);
  }

  // Links, forms and table rows are real ones; a plain click stays within the page.
  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) {
      return;
    }
    const copy = event.target.closest(".st-copy");
    if (copy) { copyText(copy, document.getElementById(copy.dataset.copies).textContent); return; }
    let link = event.target.closest("a.st-go");
    if (!link && !window.getSelection().toString()) {
      const row = event.target.closest(".st-grid .ag-row");
      link = row && row.closest(".ag-root").querySelector(
        '.ag-row[row-id="' + CSS.escape(row.getAttribute("row-id")) + '"] a.st-go');
    }
    if (!link) { return; }
    event.preventDefault();
    go(link.getAttribute("href"));
  });

  document.addEventListener("submit", function (event) {
    const form = event.target.closest("form.st-form");
    if (!form) { return; }
    event.preventDefault();
    const said = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (String(value).trim()) { said.append(name, String(value).trim()); }
    });
    const query = said.toString();
    go(new URL(form.action).pathname + (query ? "?" + query : ""));
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      const close = document.querySelector(".st-drawer .st-close");
      if (close) { go(close.getAttribute("href")); }
    }
    if (event.key === "Enter" && event.target.classList.contains("ag-cell")) {
      const link = event.target.closest(".ag-row").querySelector("a.st-go");
      if (link) { event.preventDefault(); go(link.getAttribute("href")); }
    }
  });

  function copyText(button, text) {
    const done = function () {
      const word = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(function () { button.textContent = word; }, 1600);
    };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done);
      return;
    }
    const box = document.createElement("textarea"); // plain http in an intranet has no clipboard
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    done();
  }

  // A picker's value and a bar's customdata are addresses.
  function goes() {
    const changed = window.dash_clientside.callback_context.triggered;
    changed.forEach(function (one) {
      const value = one.value;
      const href = value && value.points ? value.points[0].customdata : value;
      if (typeof href === "string" && href.charAt(0) === "/") { go(href); }
    });
  }

  // ---- the map
  function shapeStyle(feature, context) {
    const h = context.hideout, id = feature.properties.id, marked = id === h.selected;
    return {
      fillColor: h.fill[id] || h.none, fillOpacity: marked || !h.selected ? 0.9 : 0.45,
      color: marked ? h.mark : h.border, weight: marked ? 3 : h.fine ? 0.3 : 1,
      opacity: marked ? 1 : 0.55
    };
  }

  function readout(layer, text) {
    const box = layer._map && layer._map.getContainer().closest(".st-map");
    const out = box && box.querySelector(".st-map__readout");
    if (out) { out.textContent = text; }
  }

  function shapeReady(feature, layer, context) {
    const h = context.hideout, id = feature.properties.id, name = feature.properties.name;
    const plain = shapeStyle(feature, context);
    if (h.labels) {
      layer.bindTooltip(name, { permanent: true, direction: "center", className: "st-map__name" });
    }
    layer.on("mouseover", function () {
      layer.setStyle({ weight: 3, opacity: 1 });
      layer.bringToFront();
      readout(layer, (h.name && h.name[id] || name) + "  " + (h.text[id] || ""));
    });
    layer.on("mouseout", function () { layer.setStyle(plain); readout(layer, ""); });
    layer.on("click", function () { go(h.href[id]); });
    keepInView(context.map);
  }

  // The larger area's name comes first; one that is wider than its area is said in short, and one
  // that still finds no room stands beside the areas, with a line to its own.
  function thinNames(map) {
    const named = [], shown = [];
    if (map._staffLines) { map._staffLines.remove(); }
    map._staffLines = window.L.layerGroup().addTo(map);
    map.eachLayer(function (layer) {
      const tip = layer.feature && layer.getTooltip && layer.getTooltip();
      if (!tip || !tip.options.permanent || !tip.getElement()) { return; }
      const b = layer.getBounds();
      const low = map.latLngToContainerPoint(b.getSouthWest());
      const high = map.latLngToContainerPoint(b.getNorthEast());
      named.push({ width: high.x - low.x, height: low.y - high.y, layer: layer, tip: tip });
    });
    named.sort(function (a, b) { return b.width * b.height - a.width * a.height; });
    const left = named.filter(function (one) {
      move(one.tip, 0, 0);
      return !ways(one.layer.feature.properties.name).some(function (text) {
        return takes(one, text, shown, 1.15 * one.width);
      });
    });
    if (left.length <= MOST_BESIDE) {
      left.forEach(function (one) { nameBeside(map, one, shown); });
    }
  }

  // Show a text where it covers no other, in a width; tell whether there was room.
  function takes(one, text, shown, width) {
    const element = one.tip.getElement();
    if (element.innerText !== text) { one.tip.setContent(text); }
    element.classList.toggle("is-tight", text.indexOf("\n") >= 0);
    const box = element.getBoundingClientRect();
    const free = box.width < width && shown.every(function (o) {
      return box.right + GAP < o.left || box.left > o.right + GAP
        || box.bottom + GAP < o.top || box.top > o.bottom + GAP;
    });
    if (free) { shown.push(box); }
    element.style.visibility = free ? "" : "hidden";
    return free;
  }

  function move(tip, x, y) {
    tip.options.offset = window.L.point(x, y);
    tip.update();
  }

  function nameBeside(map, one, shown) {
    const short = ways(one.layer.feature.properties.name)[1];
    const frame = map.getContainer().getBoundingClientRect();
    const found = FAR.some(function (far) {
      return AROUND.some(function (turn) {
        const x = far * Math.cos(turn), y = far * Math.sin(turn);
        move(one.tip, x, y);
        const box = one.tip.getElement().getBoundingClientRect();
        const inside = box.left > frame.left && box.right < frame.right
          && box.top > frame.top && box.bottom < frame.bottom;
        return inside && takes(one, short, shown, Infinity) && lineTo(map, one, x, y);
      });
    });
    if (!found) { move(one.tip, 0, 0); }
  }

  function lineTo(map, one, x, y) {
    const from = one.layer.getCenter ? one.layer.getCenter() : one.layer.getBounds().getCenter();
    const end = map.latLngToContainerPoint(from).add([0.8 * x, 0.8 * y]);
    window.L.polyline([from, map.containerPointToLatLng(end)], {
      color: getComputedStyle(document.documentElement).getPropertyValue("--ink"),
      weight: 1, interactive: false
    }).addTo(map._staffLines);
    return true;
  }

  // The name, without its kind, in two lines, and then only its last part.
  function ways(name) {
    const short = name.length > 3 ? name.replace(SUFFIX, "") : name;
    const half = Math.ceil(short.length / 2), last = short.slice(2);
    const two = short.length > 3 ? [short.slice(0, half) + "\n" + short.slice(half)] : [short];
    if (short.length < 6) { return [name, short].concat(two); }
    const third = Math.ceil(last.length / 2);
    return [name, short].concat(two, [last.slice(0, third) + "\n" + last.slice(third)]);
  }

  function keepInView(map) {
    clearTimeout(map._staffThin);
    map._staffThin = setTimeout(function () {
      thinNames(map);
      map.eachLayer(function (layer) { if (layer._staffPoint) { layer.bringToFront(); } });
    }, 150);
    if (map._staffWatched) { return; }
    map._staffWatched = true;
    map.on("zoomend viewreset resize", function () { setTimeout(function () { thinNames(map); }, 50); });
    let size = "";
    new ResizeObserver(function () {
      const box = map.getContainer(), now = box.clientWidth + "x" + box.clientHeight;
      if (!box.clientWidth || now === size) { return; }
      size = now;
      map.invalidateSize();
      const bounds = window.L.latLngBounds([]);
      map.eachLayer(function (layer) {
        if (layer.getBounds && layer.feature) { bounds.extend(layer.getBounds()); }
      });
      if (bounds.isValid()) { map.fitBounds(bounds, { animate: false }); }
    }).observe(map.getContainer());
  }

  function pointReady(feature, at, context) {
    const h = context.hideout;
    const point = window.L.circleMarker(at, {
      radius: 6, color: h.edge, weight: 1.5, fillColor: h.fill, fillOpacity: 0.95
    });
    const said = document.createElement("span");
    said.textContent = feature.properties.text;
    point.bindTooltip(said);
    point._staffPoint = true;
    point.on("click", function () { go(feature.properties.href); });
    return point;
  }

  function clusterReady(feature, at) {
    const count = feature.properties.point_count, size = 22 + 8 * Math.log10(count);
    const said = document.createElement("span");
    said.textContent = count;
    return window.L.marker(at, { keyboard: true, title: String(count), icon: window.L.divIcon({
      className: "st-cluster", html: said, iconSize: [size, size]
    }) });
  }

  // Discs that let the ground shine through: where many overlap it is bright.
  function heatReady(feature, at, context) {
    const disc = window.L.circleMarker(at, {
      radius: 20, stroke: false, fillColor: context.hideout.fill, fillOpacity: 0.1, interactive: false
    });
    disc._staffPoint = true;
    return disc;
  }

  // An opened case takes the keyboard; closed, it goes back to the link that opened it.
  let opened = "";
  function followCase() {
    const drawer = document.querySelector(".st-drawer");
    if (drawer) {
      if (!opened) { drawer.focus({ preventScroll: true }); }
      // the address goes back before the drawer does
      if (new URLSearchParams(window.location.search).has("case")) { opened = here(); }
    } else if (opened) {
      giveBack(opened, 30);
      opened = "";
    }
  }

  function giveBack(href, tries) {
    if (document.activeElement && document.activeElement !== document.body) { return; }
    const link = Array.from(document.querySelectorAll(".st-grid a.st-go")).find(function (one) {
      return same(one.getAttribute("href"), href);
    });
    if (link) {
      link.focus({ preventScroll: true });
    } else if (tries) {
      setTimeout(function () { giveBack(href, tries - 1); }, 100); // the table is drawn anew
    }
  }

  new MutationObserver(followCase)
    .observe(document.documentElement, { childList: true, subtree: true });

  // Dash calls its list of boxes a listbox, in which boxes must not be; it is a group with a name.
  function asGroup(list) {
    const search = list.parentElement.querySelector(".dash-dropdown-search");
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", search ? search.placeholder : "选项");
  }

  function plain(option) {
    option.removeAttribute("role");
    option.removeAttribute("aria-selected");
  }

  // Dash hides this field from screen readers; then the tabulator must not stop at it either.
  new MutationObserver(function () {
    document.querySelectorAll(".dash-dropdown-focus-target[tabindex='0']").forEach(function (field) { field.tabIndex = -1; });
    document.querySelectorAll(".dash-options-list[role=listbox]").forEach(asGroup);
    document.querySelectorAll(".dash-options-list [role=option]").forEach(plain);
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.staff = { shapeStyle: shapeStyle, shapeReady: shapeReady, pointReady: pointReady,
    clusterReady: clusterReady, heatReady: heatReady, copyText: copyText };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { staff: { goes: goes } });

  // ---- cells of the tables
  const cells = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};

  cells.StaffLink = function (props) {
    const data = props.data || {};
    if (!data.href) { return props.value; }
    return window.React.createElement("a", { className: "st-go", href: data.href }, props.value);
  };

  cells.StaffBar = function (props) {
    return window.React.createElement("span", { className: "st-cellbar", "aria-hidden": true },
      window.React.createElement("i", { style: { width: (props.value || 0) + "%" } }));
  };

  cells.StaffLight = function (props) {
    if (!props.value) { return null; }
    return window.React.createElement("span", { className: "st-light st-light--" + props.value },
      window.React.createElement("i", { className: "st-dot" }), props.data.light_text);
  };
})();
