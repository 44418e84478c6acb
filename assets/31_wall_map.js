/* The plate in the middle of the wall: outline panes underneath, areas on top, labels beside. */
(function () {
  "use strict";

  const { make, write, writeNumber, rem } = window.wallTools;
  const $ = (id) => document.getElementById(id);
  const colours = {};
  function colour(name) {
    colours[name] ??= getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    return colours[name];
  }
  const LIGHTS = { amber: "amber", red: "red" };
  const LAYERS = [["wall-plate-base", 2.4, 380], ["wall-plate-mid", 1.2, 385]];
  const BROAD = 1.7; // width to height from which the map wants the whole width of an upright wall
  const CORNERS = [["right", 42], ["left", 42], ["right", 34], ["left", 34], ["right", 28], ["left", 28], ["", 0]];
  const SHIFTS = [-3, -2.25, -1.5, -0.75, 0, 0.75, 1.5, 2.25, 3]
    .flatMap((dx, _, steps) => steps.map((dy) => [dx, dy]))
    .sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
  const SUFFIX = /(街道|社区|地区|镇|乡)$/;

  const state = { map: null, box: null, areas: new Map(), outline: [], plates: [], spots: [], data: null, lit: "", timer: 0, rem: 10 };

  // Also tells of a new size of the window, of the fonts and of the headline above.
  const watcher = new ResizeObserver(() => {
    $("wall-map-labels").classList.add("is-moving"); // their places belong to the size before
    soon(150);
  });

  function soon(ms) {
    clearTimeout(state.timer);
    state.timer = setTimeout(draw, ms);
  }

  function attach(map) {
    const box = $("wall-map-box");
    if (state.box !== box) {
      Object.assign(state, { box, areas: new Map(), outline: [], plates: [] });
      watcher.disconnect();
      watcher.observe(box);
    }
    state.map = map;
    soon(40);
  }

  // ---- what dash-leaflet calls --------------------------------------------------------------

  const hidden = () => ({ stroke: false, fill: false, interactive: false });
  const style = () => areaStyle(null);

  function plate(feature, layer, context) {
    attach(context.map);
    state.outline.push(feature);
  }

  function each(feature, layer, context) {
    attach(context.map);
    const { id, code } = feature.properties;
    state.areas.set(String(id ?? code), { feature, layer, code: String(code ?? id), drawn: "" });
    layer.on({
      click: () => follow(feature),
      mouseover: (event) => { layer.setStyle({ weight: 0.32 * state.rem, color: colour("marked") }).bringToFront(); tip(feature, event); },
      mousemove: (event) => tip(feature, event),
      mouseout: () => { restore(feature); $("wall-map-tip").style.display = "none"; },
    });
  }

  // ---- colours ------------------------------------------------------------------------------

  function valueOf(feature) {
    const values = state.data ? state.data.v : {};
    return values[feature.properties.id] || values[feature.properties.code] || null;
  }

  function areaStyle(value) {
    const light = value && LIGHTS[value[2]];
    const fill = value && value[0] >= 0 ? colour(state.data.k[value[0]]) : colour("class-none");
    return {
      weight: (light === "red" ? 0.34 : light ? 0.24 : 0.13) * state.rem, color: light ? colour(light) : colour("border"),
      opacity: light ? 1 : 0.75, fillColor: fill, fillOpacity: 1, lineJoin: "round",
    };
  }

  function restore(feature) {
    const area = state.areas.get(String(feature.properties.id ?? feature.properties.code));
    area.layer.setStyle(areaStyle(valueOf(feature)));
  }

  // Only areas whose picture changed are drawn again; lit ones last, so that borders stay whole.
  function tint(data) {
    state.data = data;
    let isChanged = false;
    const lit = [];
    for (const area of state.areas.values()) {
      const value = valueOf(area.feature);
      const drawn = JSON.stringify([value, value && data.k[value[0]]]);
      if (area.drawn !== drawn) {
        area.drawn = drawn;
        area.layer.setStyle(areaStyle(value));
        isChanged = true;
      }
      if (value && LIGHTS[value[2]]) lit.push(area.layer);
    }
    if (!isChanged) return;
    lit.forEach((layer) => layer.bringToFront());
    const marks = [data.n, data.p, ...[...state.areas.values()].map(({ feature }) => (valueOf(feature) || [])[2])].join();
    if (state.lit === marks) state.spots.forEach(relabel);
    else label(); // a light makes a label wider, another indicator has longer numbers
    state.lit = marks;
    legend(data);
  }

  // ---- the plate ----------------------------------------------------------------------------

  function draw() {
    const map = state.map;
    if (!map || !state.box || !state.box.isConnected || !state.areas.size) return;
    state.rem = rem();
    fit();
    buildPlates();
    state.spots = [...state.areas.values()].map((area) => {
      const points = largestRing(area.layer);
      return { area, points, ...roomiest(points) };
    });
    for (const area of state.areas.values()) area.drawn = "";
    if (state.data) tint(state.data);
    else for (const area of state.areas.values()) area.layer.setStyle(areaStyle(null));
    label();
  }

  // The words under the map move into a corner that the plate leaves free: it gets their room.
  function fit() {
    const bounds = window.L.latLngBounds([]);
    for (const { layer } of state.areas.values()) bounds.extend(layer.getBounds());
    const mean = Math.cos((bounds.getCenter().lat * Math.PI) / 180);
    const breadth = ((bounds.getEast() - bounds.getWest()) * mean) / (bounds.getNorth() - bounds.getSouth());
    $("wall").classList.toggle("is-broad", breadth > BROAD);
    const isLong = getComputedStyle($("wall")).position === "static";
    for (const [side, width] of isLong ? [["", 0]] : CORNERS) {
      const caption = $("wall-caption");
      caption.className = `wall-caption${side && ` is-${side}`}`;
      caption.style.setProperty("--width", `${width}rem`);
      caption.parentElement.classList.toggle("is-roomy", Boolean(side));
      fill(bounds);
      if (!side || isFree(caption)) return;
    }
  }

  function fill(bounds) {
    const r = rem();
    state.map.invalidateSize({ animate: false, pan: false });
    state.map.fitBounds(bounds, { animate: false, paddingTopLeft: [1.5 * r, 2 * r], paddingBottomRight: [1.5 * r, 4.5 * r] });
  }

  // A further line may come into the words with another scene; the plate is 2.4rem thick.
  function isFree(caption) {
    const r = rem();
    const [box, words] = [state.box.getBoundingClientRect(), caption.getBoundingClientRect()];
    const [left, right, top] = [words.left - box.left - 2 * r, words.right - box.left + 2 * r, words.bottom - box.top - Math.max(words.height + 3 * r, 17 * r) - 3 * r];
    return [...state.areas.values()].every(({ layer }) => rings(layer).flat().every((at) => {
      const { x, y } = state.map.latLngToContainerPoint(at);
      return x < left || x > right || y < top;
    }));
  }

  function buildPlates() {
    state.plates.forEach((layer) => layer.remove());
    state.plates = [];
    const r = rem();
    const data = { type: "FeatureCollection", features: state.outline };
    const glow = [[7, 0.04], [5, 0.05], [3.2, 0.07], [1.8, 0.1], [0.8, 0.16]];
    for (const [name, depth, z] of LAYERS) {
      let pane = state.map.getPane(name);
      if (!pane) {
        pane = state.map.createPane(name);
        pane.style.zIndex = z;
        pane.classList.add("wall-plate-pane");
      }
      pane.style.translate = `0 ${depth}rem`;
      const isBase = name === "wall-plate-base";
      for (const [width, opacity] of isBase ? glow : []) {
        add(data, { pane: name, weight: width * r, color: colour("plate-glow"), opacity, fill: false });
      }
      add(data, {
        pane: name, weight: (isBase ? 0.3 : 0.16) * r, color: colour("plate-edge"), opacity: isBase ? 1 : 0.75,
        fillColor: colour(isBase ? "plate-base" : "plate"), fillOpacity: 1,
      });
    }
  }

  function add(data, options) {
    const layer = window.L.geoJSON(data, { interactive: false, pane: options.pane, style: () => ({ lineJoin: "round", ...options }) });
    state.plates.push(layer.addTo(state.map));
  }

  // ---- labels -------------------------------------------------------------------------------

  function rings(layer) {
    const lists = layer.getLatLngs();
    return typeof lists[0][0].lat === "number" ? [lists[0]] : lists.map((part) => part[0]);
  }

  function largestRing(layer) {
    let best = [];
    let size = -1;
    for (const ring of rings(layer)) {
      const every = Math.max(1, Math.floor(ring.length / 160));
      const points = ring.filter((_, k) => k % every === 0).map((at) => state.map.latLngToContainerPoint(at));
      const area = Math.abs(points.reduce((sum, p, k) => {
        const q = points[(k + 1) % points.length];
        return sum + p.x * q.y - q.x * p.y;
      }, 0)) / 2;
      if (area > size) { size = area; best = points; }
    }
    return best;
  }

  // The inner point with most room for a wide, low box: distances count less sideways.
  function roomiest(points) {
    const xs = points.map((p) => p.x);
    const ys = points.map((p) => p.y);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    let best = { x: (left + right) / 2, y: (top + bottom) / 2, room: -1 };
    for (let i = 1; i < 24; i += 1) {
      for (let j = 1; j < 24; j += 1) {
        const x = left + ((right - left) * i) / 24;
        const y = top + ((bottom - top) * j) / 24;
        const room = roomAt(x, y, points);
        if (room > best.room) best = { x, y, room };
      }
    }
    return best;
  }

  function roomAt(x, y, points) {
    let isInside = false;
    let nearest = Infinity;
    for (let k = 0, last = points.length - 1; k < points.length; last = k, k += 1) {
      const a = points[last];
      const b = points[k];
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) isInside = !isInside;
      const [ax, ay, bx, by] = [(a.x - x) / 2, a.y - y, (b.x - x) / 2, b.y - y];
      const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
      const along = Math.max(0, Math.min(1, -(ax * (bx - ax) + ay * (by - ay)) / length));
      nearest = Math.min(nearest, (ax + along * (bx - ax)) ** 2 + (ay + along * (by - ay)) ** 2);
    }
    return isInside ? Math.sqrt(nearest) : -1;
  }

  function label() {
    const box = $("wall-map-labels");
    if (!box || !state.map) return;
    box.classList.remove("is-moving");
    const whole = placeAll(box, false);
    if (whole < state.spots.length && placeAll(box, true) <= whole) placeAll(box, false);
  }

  // How many areas have name and number; with short names only, more of them find room.
  function placeAll(box, isShort) {
    const taken = [];
    box.replaceChildren();
    const weight = ({ area }) => ["amber", "red"].indexOf((valueOf(area.feature) || [])[2]);
    const order = [...state.spots].sort((a, b) => weight(b) - weight(a) || b.room - a.room);
    for (const spot of order) place(box, spot, taken, isShort); // what is not all right comes first
    return box.querySelectorAll(".num").length;
  }

  // A new number does not move its label: finding the places is the dear part.
  function relabel({ area, element }) {
    if (!element) return;
    const value = valueOf(area.feature);
    element.querySelector(".wall-light").dataset.light = value ? value[2] : "none";
    const figure = element.querySelector(".num");
    if (figure) writeNumber(figure, value ? value[1] : "");
  }

  // Full name, then the short one, then without the number; what still overlaps is left to the tip.
  function place(box, spot, taken, isShort) {
    spot.element = null;
    const value = valueOf(spot.area.feature);
    const name = String(spot.area.feature.properties.name ?? "");
    const short = name.length > 3 ? name.replace(SUFFIX, "") : name;
    // Before the numbers are there, room is kept for them.
    const tries = [...(isShort ? [] : [[name, true]]), [short, true], [short, false]];
    const gap = 0.25 * state.rem;
    for (const [text, hasValue] of tries) {
      const element = labelOf(text, value, hasValue);
      box.append(element);
      const [w, h] = [element.offsetWidth / 2 + gap, element.offsetHeight / 2];
      const isRoomy = text === short || w < 2.6 * spot.room + 2 * gap;
      const at = isRoomy && spotFor(spot, w, h, taken);
      if (at) {
        element.style.left = `${at.x}px`;
        element.style.top = `${at.y}px`;
        spot.element = element;
        taken.push({ l: at.x - w, r: at.x + w, t: at.y - h, b: at.y + h });
        return;
      }
      element.remove();
    }
  }

  // The nearest free place around the roomiest point whose middle is still inside the area.
  function spotFor(spot, w, h, taken) {
    for (const [dx, dy] of SHIFTS) {
      const [x, y] = [spot.x + dx * state.rem, spot.y + dy * state.rem];
      const isFree = taken.every((t) => x - w > t.r || x + w < t.l || y - h > t.b || y + h < t.t);
      // well inside: a middle on the border would lie between two colours
      if (isFree && (!(dx || dy) || roomAt(x, y, spot.points) >= 0.3 * state.rem)) return { x, y };
    }
    return null;
  }

  function labelOf(text, value, hasValue) {
    const mark = make("i", "wall-light");
    mark.dataset.light = value ? value[2] : "none";
    const element = make("div", "wall-label", make("span", "", mark, text));
    const figure = make("span", "num");
    if (hasValue) element.append(figure);
    writeNumber(figure, value ? value[1] : "\u2007");
    return element;
  }

  // ---- legend, tip, click -------------------------------------------------------------------

  function legend(data) {
    const box = $("wall-legend");
    if (!box) return;
    if (!data.k || !data.k.length) {
      box.replaceChildren(make("div", "wall-legend-name", data.o || ""));
      return;
    }
    const name = make("div", "wall-legend-name", `${data.n} `, make("small", "", [data.u, data.p].filter(Boolean).join(" · ")));
    const scale = make("div", "wall-legend-scale");
    scale.style.setProperty("--swatch", `${Math.max(6.4, 1.45 * Math.max(...data.b.map((text) => text.length)))}rem`);
    data.k.forEach((name, k) => {
      const swatch = make("i", "", make("u", "", data.b[k]));
      swatch.style.background = `var(--${name})`;
      if (k === data.k.length - 1) swatch.append(make("u", "is-last", data.b[k + 1]));
      scale.append(swatch);
    });
    const missing = Object.values(data.v).some((value) => value[0] < 0);
    const more = make("div", "wall-legend-more");
    if (missing) more.append(make("span", "", make("i"), JSON.parse($("wall").dataset.texts)["wall.legend_none"]));
    if (data.un) more.append(make("span", "", data.un));
    box.replaceChildren(name, scale, ...(more.childElementCount ? [more] : []));
  }

  function tip(feature, event) {
    const box = $("wall-map-tip");
    const value = valueOf(feature);
    const head = make("b", "", feature.properties.name);
    const figure = make("span", "num", value ? value[1] : "—");
    const change = make("span", `wall-change num is-${value ? value[4] : "flat"}`, value ? value[3] : "");
    box.replaceChildren(head, figure, state.data ? state.data.u || "" : "", change);
    box.style.display = "block";
    const at = event.containerPoint;
    const width = state.box.clientWidth;
    box.style.left = `${Math.min(at.x + 2 * rem(), width - box.offsetWidth)}px`;
    box.style.top = `${at.y + 2 * rem()}px`;
  }

  function follow(feature) {
    const value = valueOf(feature);
    const area = encodeURIComponent(feature.properties.code ?? feature.properties.id);
    location.href = value ? value[5] : `drill?area=${area}`;
  }

  document.fonts.ready.then(() => { if (state.data) label(); });

  // The areas in degrees, each with its outer rings, for a small picture elsewhere.
  function shapes() {
    return [...state.areas].map(([id, { feature, layer }]) => ({
      id, name: feature.properties.name,
      rings: rings(layer).map((ring) => ring.map((at) => [at.lng, at.lat])),
    }));
  }

  window.wallMap = { hidden, style, plate, each, tint, shapes };
})();
