/* Paints the wall from one payload. React draws empty places once; what is in them is ours. */
(function () {
  "use strict";

  const BEAT_MS = 2000; // how often to ask whether there is something new
  const RHYTHM_MS = 60000; // a new payload at least this often, so that ages stay true
  const RETRY_MS = 20000; // ask again when a payload that was asked for has not come
  const MEND_MS = 6000; // the same where the server itself said that it could not answer
  const STALLED_MS = 180000; // without a payload for so long the screen says so
  const PAGE_MS = 10000;

  const { make, write, writeNumber, fill, rem, svg, curve, breadth, packed } = window.wallTools;
  const $ = (id) => document.getElementById(id);
  const state = { wall: null };
  // A place of the scene that the payload at hand is about.
  const place = (kind, id) => $(`wall-${kind}-${state.payload.scene}-${id}`);

  function reset(wall) {
    Object.assign(state, {
      wall, texts: JSON.parse(wall.dataset.texts), key: "", sentAt: 0, isPainted: false, beatAt: 0,
      asking: null, ordered: null, isLost: false, error: "", payload: null, paintedAt: 0, heardAt: 0, page: 0, links: {}, wanted: wall.dataset.scene,
    });
    window.wallControl.begin(wall, () => askFor(state.wanted));
    window.wallScenes.begin(wall, askFor);
  }

  // ---- asking -------------------------------------------------------------------------------

  function beat() {
    const wall = $("wall");
    if (!wall || (state.wall === wall && performance.now() < state.beatAt)) return;
    if (state.wall !== wall) reset(wall);
    state.beatAt = performance.now() + BEAT_MS;
    poll();
  }

  // Is there something new? Never asked twice at once.
  function poll() {
    state.asking ??= check().finally(() => { state.asking = null; });
    return state.asking;
  }

  async function check() {
    try {
      const said = window.wallControl.report(state.payload);
      const body = await get(`${state.wall.dataset.versionUrl}?${said}`, AbortSignal.timeout(5000));
      if (state.isLost) state.key = "";
      state.isLost = false;
      tell();
      window.wallControl.hear(body);
      if (isDue(String(body.data_version ?? body.version))) order();
    } catch {
      state.isLost = true;
      tell();
    }
  }

  async function get(address, signal) {
    const answer = await fetch(address, { cache: "no-store", signal });
    if (answer.status === 403) location.reload(); // the link was taken back: the page says so
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function isDue(version) {
    const key = `${version}:${Math.floor(Date.now() / RHYTHM_MS)}`;
    const isAsked = performance.now() - state.sentAt < (state.error ? MEND_MS : RETRY_MS);
    if (key === state.key && (state.isPainted || isAsked)) return false;
    state.key = key;
    return true;
  }

  // The numbers of the scene that is wanted. An answer to an older question is not waited for.
  async function order() {
    if (state.ordered) state.ordered.abort();
    const mine = new AbortController();
    Object.assign(state, { ordered: mine, isPainted: false, sentAt: performance.now() });
    const { area, lang, payloadUrl } = state.wall.dataset;
    const said = new URLSearchParams({ scene: state.wanted, area, lang, spot: window.wallControl.spot() });
    let payload;
    try { payload = await get(`${payloadUrl}?${said}`, mine.signal); } catch { return; } // a later beat orders again
    paint(payload);
  }

  // Another scene is asked for at once, not with the next beat; the old one stays until it is here.
  function askFor(scene) {
    state.wanted = scene;
    order();
  }

  // ---- cards --------------------------------------------------------------------------------

  function buildCard(card, isTile) {
    const parts = {
      light: make("i", "wall-light"), name: make("a", "wall-name"), unit: make("span", "wall-unit"),
      flag: make("span", "wall-flag"), why: make("a", "wall-why", "?"),
      value: make("span", "wall-value num"), change: make("div", "wall-change num"),
    };
    parts.why.title = parts.why.ariaLabel = state.texts["wall.why"];
    const top = make("div", "wall-top", parts.light, parts.name, parts.why);
    const main = make("div", "wall-main", parts.value);
    if (isTile) main.append(parts.unit);
    else parts.name.after(parts.unit);
    card.replaceChildren(top, main, make("div", "wall-below", parts.change, parts.flag));
    if (isTile) {
      parts.asOf = make("div", "wall-asof");
      card.append(parts.asOf);
    } else {
      parts.spark = svg("0 0 100 36", "is-area", "is-line");
      parts.spark.setAttribute("class", "wall-spark");
      main.append(parts.spark);
    }
    card.addEventListener("click", (event) => {
      if (!event.target.closest("a") && parts.name.href) location.href = parts.name.href;
    });
    card.parts = parts;
    return parts;
  }

  function paintCard(key, data) {
    const card = place("card", key);
    if (!card) return;
    const isTile = card.classList.contains("wall-tile");
    const parts = card.parts || buildCard(card, isTile);
    card.dataset.state = data.t;
    card.dataset.light = data.l || "none";
    card.title = data.o || "";
    write(parts.name, data.n);
    write(parts.unit, isTile && data.v === "—" ? "" : data.u);
    if (data.h) parts.name.setAttribute("href", data.h);
    parts.why.hidden = !data.w;
    parts.why.setAttribute("href", data.w);
    writeNumber(parts.value, data.v);
    card.classList.toggle("is-long", data.v.length > 5 || breadth(data.v, 2.9, 1.4) + breadth(data.u, 2, 1.1) > 16);
    const isLate = data.t === "stale";
    write(parts.flag, isLate && !isTile ? state.texts["state.stale"] : data.t === "small" ? data.o : isTile ? "" : data.p || "");
    parts.flag.classList.toggle("is-plain", !isLate);
    const isGone = data.t === "missing" || data.t === "failed";
    const change = isTile && data.t === "small" ? "" : data.c || ""; // the flag takes its place
    writeNumber(parts.change, isGone && !isTile ? data.o : change);
    const plain = isTile && data.c && !/^[▲▼]/.test(data.c) ? " is-plain" : "";
    parts.change.className = `wall-change num is-${isGone ? "note" : data.g}${plain}`;
    if (parts.asOf) {
      write(parts.asOf, data.a || "");
      parts.asOf.classList.toggle("is-late", isLate);
    }
    if (parts.spark) paintSpark(parts.spark, data.s || []);
  }

  function paintSpark(spark, points) {
    const [line, area] = points.length ? curve(points, 100, 36, 100) : ["", ""];
    spark.firstElementChild.setAttribute("d", area);
    spark.lastElementChild.setAttribute("d", line);
  }

  // ---- panels -------------------------------------------------------------------------------

  function paintPanel(id, data) {
    const body = place("panel", id);
    if (!body) return;
    if (data.o) body.replaceChildren(make("div", "wall-empty", data.o));
    else if (data.kind) paintFurther(body, id, data);
    else if (data.a) paintTrend(body, data);
    else if (data.r) paintRanking(body, id, data);
    else if (data.e) paintEvents(body, id, data.e);
  }

  function paintTrend(body, data) {
    const names = make("div", "wall-trend-names", make("span", "", data.la));
    if (data.lb) names.append(make("span", "", data.lb));
    const plot = svg("0 0 1000 1000", "is-area", "is-before", "is-line");
    const [line, area] = curve(data.a, 1000, 1000, 1000);
    [area, curve(data.b, 1000, 1000, 1000)[0], line].forEach((d, k) => plot.children[k].setAttribute("d", d));
    const texts = (list) => list.map((text) => make("span", "", text));
    body.replaceChildren(make("div", "wall-trend", names, make("div", "wall-trend-y num", ...texts(data.y)),
      make("div", "wall-trend-plot", plot), make("div", "wall-trend-x", ...texts(data.x))));
  }

  // How many rows fit, read in one go before anything is written.
  function measure() {
    const unit = rem();
    const style = getComputedStyle(state.wall);
    const isEndless = style.position === "static"; // in the hand: the page is as long as its lists
    const said = (name) => parseFloat(style.getPropertyValue(`--${name}`)) || 0;
    const least = Math.max(1.6, said("letter") * said("rows"));
    const fit = (id, name, lines, head = 0) => {
      if (isEndless) return Infinity;
      const room = place("panel", id).clientHeight - (1.2 + head) * unit;
      return Math.max(1, Math.floor(room / unit / Math.max(said(name), lines * least)));
    };
    state.fits = {};
    for (const [id, data] of Object.entries(state.payload.panels)) {
      if (data.r) state.fits[id] = fit(id, "rank-row", 1.45);
      if (data.lr) state.fits[id] = fit(id, "rank-row", 1.45, 3.2);
      if (data.e) state.fits[id] = fit(id, "event-row", 2.5);
    }
  }

  // What does not fit comes page by page; the last page is filled up from the one before.
  function pageOf(rows, size) {
    if (size >= rows.length) return { size: Number.isFinite(size) ? size : rows.length, first: 0, rows };
    const page = state.page % Math.ceil(rows.length / size);
    const first = Math.max(0, Math.min(page * size, rows.length - size));
    return { size, first, rows: rows.slice(first, first + size) };
  }

  function paintRanking(body, id, data) {
    const page = pageOf(data.r, state.fits[id]);
    const rows = page.rows.map(([name, text, place, light, isSmall, link], k) => {
      const mark = make("i", "wall-light");
      mark.dataset.light = light;
      const track = make("div", `wall-track is-${data.m}`);
      if (place !== null) {
        const bar = make("i");
        bar.style[data.m === "bar" ? "width" : "left"] = `${place}%`;
        track.append(bar);
      }
      const value = make("span", "num");
      writeNumber(value, text);
      const row = make("a", `wall-rank${isSmall ? " is-small" : ""}${place === null ? " is-none" : ""}`,
        make("span", "num", String(page.first + k + 1)),
        make("span", "wall-rank-name", make("span", "", name), mark), track, value);
      row.href = link;
      row.dataset.top = page.first + k < 3 ? "1" : "";
      return row;
    });
    const list = make("div", "wall-rows", ...rows);
    list.style.gridTemplateRows = `repeat(${page.size}, minmax(0, 1fr))`;
    list.style.setProperty("--names", Math.max(4, ...data.r.map(([name]) => name.length)));
    body.replaceChildren(list);
    tellPage(id, page, data.r.length, data.un);
  }

  function tellPage(id, page, total, more) {
    const shown = { first: page.first + 1, last: page.first + page.rows.length, total };
    const where = total > page.size ? ` · ${fill(state.texts["wall.page"], shown)}` : "";
    write(place("note", id), [state.payload.notes[id] + where, ...more].join(" · "));
  }

  function paintFurther(body, id, data) {
    const page = data.lr && pageOf(data.lr, state.fits[id]);
    window.wallPanels[data.kind](body, data, page);
    if (page) tellPage(id, page, data.lr.length, []);
    else if (data.x) write(place("note", id), `${state.payload.notes[id]} · ${data.x}`);
  }

  function paintEvents(body, id, events) {
    if (!events.length) {
      body.replaceChildren(make("div", "wall-empty", state.texts["wall.events_none"]));
      return;
    }
    const size = state.fits[id];
    const rows = events.slice(0, size).map(([at, title, area, level, word]) => {
      const row = make("div", "wall-event", make("span", `wall-tag is-${level}`, word),
        make("div", "", make("span", "", title), make("em", "", area)), make("span", "num", at));
      row.title = `${at} ${area} ${title}`;
      return row;
    });
    const list = make("div", "wall-rows", ...rows);
    list.style.gridTemplateRows = `repeat(${Number.isFinite(size) ? size : rows.length}, minmax(0, 1fr))`;
    body.replaceChildren(list);
    write(place("note", id), fill(state.texts["wall.events_newest"], { n: rows.length }));
  }

  function paintFeeds(feeds) {
    const late = feeds.filter((feed) => feed[2]).length;
    const count = $("wall-feeds-count");
    write(count, `${feeds.length - late}/${feeds.length}`);
    count.parentElement.classList.toggle("is-late", late > 0);
    const chips = feeds.map(([name, age, isLate, at]) => {
      const chip = make("div", `wall-feed${isLate ? " is-late" : ""}`, make("i"), make("span", "", name), make("b", "", age));
      chip.title = `${name} ${at}`;
      return chip;
    });
    const strip = $("wall-feeds");
    strip.replaceChildren(...chips);
    const pages = packed(chips, strip.clientWidth + 1);
    if (pages.length) strip.replaceChildren(...pages[state.page % pages.length]);
  }

  function paintTicker(news) {
    const box = $("wall-ticker");
    if (!news.length) { box.replaceChildren(); return; }
    const [tone, text] = news[state.page % news.length];
    if (box.lastElementChild && box.lastElementChild.dataset.text === text) return;
    const mark = make("i", "wall-light");
    mark.dataset.light = tone;
    const line = make("div", "", mark, make("span", "", text));
    line.dataset.text = text;
    while (box.childElementCount > 1) box.firstElementChild.remove();
    if (box.lastElementChild) box.lastElementChild.classList.remove("is-on");
    box.append(line);
    // a line that was followed at once must not come back over its successor
    requestAnimationFrame(() => requestAnimationFrame(() => line.classList.toggle("is-on", line === box.lastElementChild)));
  }

  function paintPages() {
    const payload = state.payload;
    measure();
    for (const [id, data] of Object.entries(payload.panels)) if (data.r || data.e || data.lr) paintPanel(id, data);
    paintFeeds(payload.feeds);
    paintTicker(payload.ticker);
  }

  function paint(payload) {
    if (payload.error) {
      state.error = payload.error;
      tell();
      return;
    }
    window.wallAlarm.see(payload.alarms, payload.stay);
    if (payload.scene !== state.wanted) return; // the answer to a scene that was left meanwhile
    Object.assign(state, { isPainted: true, heardAt: performance.now(), error: "" });
    if (window.wallControl.keeps(payload, state.payload, timeOf(payload))) return;
    const isOther = !state.payload || state.payload.scene !== payload.scene;
    Object.assign(state, { payload, paintedAt: performance.now() });
    if (isOther) {
      state.page = 0;
      window.wallScenes.show(payload.scene); // in the same breath as the numbers: never blank
    }
    measure();
    for (const [key, data] of Object.entries(payload.cards)) paintCard(key, data);
    for (const [id, text] of Object.entries(payload.notes)) write(place("note", id), text);
    for (const [id, data] of Object.entries(payload.panels)) paintPanel(id, data);
    paintFeeds(payload.feeds);
    if (isOther) paintTicker(payload.ticker);
    write($("wall-rule"), payload.rule);
    window.wallMap.tint(payload.map);
    tell();
    clock();
  }

  // ---- time and trouble ---------------------------------------------------------------------

  function instant() {
    const gone = state.payload.fixed ? 0 : performance.now() - state.paintedAt;
    return state.payload.now + gone;
  }

  function clock() {
    const box = $("wall-clock");
    if (!box || !state.payload) return;
    if (!box.childElementCount) box.replaceChildren(make("span"), make("b", "num"));
    write(box.firstElementChild, state.payload.date);
    write(box.lastElementChild, localTime(instant()));
  }

  function localTime(ms, payload = state.payload) {
    return new Date(ms + payload.offset * 60000).toISOString().slice(11, 19);
  }

  const timeOf = (payload) => localTime(payload.now, payload).slice(0, 5);

  function age(ms) {
    for (const [key, size] of [["age.days", 86400000], ["age.hours", 3600000], ["age.minutes", 60000]]) {
      if (ms >= size) return fill(state.texts[key], { n: Math.floor(ms / size) });
    }
    return state.texts["age.now"];
  }

  function tell() {
    const gone = performance.now() - state.heardAt;
    const isStalled = state.payload && gone > STALLED_MS;
    const trouble = state.isLost ? "wall.lost" : state.error || isStalled ? "wall.failed" : "";
    state.wall.classList.toggle("is-troubled", Boolean(trouble));
    if (!trouble) return;
    let since = state.texts["wall.loading"];
    if (state.payload) {
      const shown = performance.now() - state.paintedAt;
      since = fill(state.texts["wall.shown_from"], { at: timeOf(state.payload), age: age(shown) });
    }
    const banner = $("wall-banner");
    write(banner, `${state.texts[trouble]} · ${since}`);
    banner.title = state.error;
  }

  setInterval(() => {
    if (!state.wall || !state.wall.isConnected) return;
    clock();
    tell();
  }, 1000);
  setInterval(() => {
    if (!state.wall || !state.wall.isConnected || !state.payload) return;
    state.page += 1;
    paintPages();
  }, PAGE_MS);
  let resizing;
  addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => { if (state.payload && state.wall.isConnected) paintPages(); }, 250);
  });

  setInterval(beat, 250); // also tells that React has drawn a wall

  window.wallBeat = { poll, askFor };
})();
