/* Alarms that take the screen: one after the other, each once, until acknowledged or its time is up. */
(function () {
  "use strict";

  const { make, write, fill } = window.wallTools;
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const MEMORY = "cockpit.alarms";
  const MEMORY_MS = 900000; // a page that was away for longer begins anew: what it finds is old
  const MOST = 300;
  const state = { current: null, queue: [], left: 0, timer: 0 };

  function recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(MEMORY));
      return kept && Date.now() - kept.at < MEMORY_MS ? kept : null;
    } catch { return null; }
  }

  function keep(seen) {
    sessionStorage.setItem(MEMORY, JSON.stringify({ at: Date.now(), seen: seen.slice(-MOST) }));
  }

  const current = () => (state.current ? state.current.i : "");
  const texts = () => JSON.parse($("wall").dataset.texts);

  // Told with every payload. What a wall finds when it is opened happened before it was there.
  function see(alarms, stay) {
    const kept = recall();
    if (!kept) { keep(alarms.map((one) => one.i)); return; }
    const known = new Set([...kept.seen, current(), ...state.queue.map((one) => one.i)]);
    for (const alarm of alarms) if (!known.has(alarm.i)) state.queue.push({ ...alarm, stay });
    keep(kept.seen);
    if (!state.current) next();
    else count();
  }

  function next() {
    clearInterval(state.timer);
    state.current = state.queue.shift() || null;
    const box = $("wall-alarm");
    if (!state.current) {
      box.hidden = true;
      box.replaceChildren();
      return;
    }
    const kept = recall();
    keep([...(kept ? kept.seen : []), state.current.i]); // before it shows: a reload must not repeat it
    state.left = state.current.stay;
    draw(box, state.current);
    box.hidden = false;
    count();
    state.timer = setInterval(() => {
      state.left -= 1;
      if (state.left <= 0) next();
      else count();
    }, 1000);
  }

  function acknowledge(done) {
    if (!done.length) return;
    const kept = recall() || { seen: [] };
    keep([...new Set([...kept.seen, ...done])]);
    state.queue = state.queue.filter((one) => !done.includes(one.i));
    if (state.current && done.includes(state.current.i)) next();
    else if (state.current) count();
  }

  // ---- drawing ------------------------------------------------------------------------------

  function draw(box, alarm) {
    const words = texts();
    const mark = make("i", "wall-light");
    mark.dataset.light = alarm.l === "info" ? "amber" : alarm.l;
    const head = make("header", "alarm-head", mark, make("b", "", alarm.w), make("span", "", alarm.k));
    const demo = document.querySelector(".wall-demo");
    if (demo) head.append(make("em", "", demo.textContent)); // made-up events are said to be so here too
    const title = make("h2", "", alarm.n);
    title.id = "wall-alarm-title";
    title.classList.toggle("is-long", alarm.n.length > 16);
    const rows = [["alarm.where", alarm.p || words["alarm.nowhere"]], ["alarm.when", alarm.at], ["alarm.why", alarm.y]];
    const facts = make("dl", "", ...rows.map(([key, text]) => make("div", "", make("dt", "", words[key]), make("dd", "", text))));
    const told = make("div", "alarm-told", title, facts);
    const map = inset(alarm.on);
    const foot = make("footer", "alarm-foot", make("span", "alarm-left"), make("span", "alarm-more"), make("b", "", words["alarm.acknowledge"]));
    const card = make("section", "alarm-card", head, map ? make("div", "alarm-body", told, map) : make("div", "alarm-body is-alone", told), make("div", "alarm-time", make("i")), foot);
    card.dataset.level = alarm.l;
    box.setAttribute("aria-labelledby", title.id);
    box.replaceChildren(card);
    box.onclick = () => next();
  }

  function count() {
    const box = $("wall-alarm");
    const words = texts();
    write(box.querySelector(".alarm-left"), fill(words["alarm.resumes"], { n: state.left }));
    write(box.querySelector(".alarm-more"), state.queue.length ? fill(words["alarm.more"], { n: state.queue.length }) : "");
    box.querySelector(".alarm-time i").style.transform = `scaleX(${state.left / state.current.stay})`;
  }

  // The map of the wall in small, with the area of the alarm filled and ringed.
  function inset(area) {
    const shapes = window.wallMap.shapes();
    if (!shapes.some((one) => one.id === area)) return null;
    const all = shapes.flatMap((one) => one.rings.flat());
    const squeeze = Math.cos((all[0][1] * Math.PI) / 180);
    const xs = all.map(([x]) => x * squeeze);
    const ys = all.map(([, y]) => -y);
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
    const scale = 1000 / Math.max(width, height);
    const at = ([x, y]) => [((x * squeeze - left) * scale).toFixed(1), ((-y - top) * scale).toFixed(1)];
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", `-40 -40 ${(width * scale + 80).toFixed(0)} ${(height * scale + 80).toFixed(0)}`);
    let ring = null;
    for (const one of shapes) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", one.rings.map((points) => `M${points.map((p) => at(p).join(" ")).join("L")}Z`).join(""));
      path.setAttribute("class", one.id === area ? "is-here" : "");
      if (one.id === area) ring = [path, one.rings.flat().map(at)];
      else picture.append(path);
    }
    picture.append(ring[0], pin(ring[1]));
    const name = shapes.find((one) => one.id === area).name;
    return make("figure", "alarm-map", picture, make("figcaption", "", name));
  }

  // A pointer over the middle of the area: small areas are found too, and not by colour alone.
  function pin(points) {
    const xs = points.map(([x]) => Number(x));
    const ys = points.map(([, y]) => Number(y));
    const [x, y] = [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
    const mark = document.createElementNS(SVG, "path");
    mark.setAttribute("class", "is-pin");
    mark.setAttribute("d", `M${x} ${y}l-34 -78a38 38 0 1 1 68 0Z`);
    return mark;
  }

  addEventListener("keydown", (event) => {
    if (!state.current || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) next();
  }, true);

  window.wallAlarm = { see, current, acknowledge };
})();
