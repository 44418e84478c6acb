/* What the control page brings about on a wall: it says what it shows and keeps to its orders. */
(function () {
  "use strict";

  const { make, write, writeNumber, fill, svg, curve } = window.wallTools;
  const $ = (id) => document.getElementById(id);
  const STANDING_MS = 60000; // a wall without a tour loads a new deployment after so long
  const NONE = { scene: "", area: "", sent: 0, pinned: false, frozen: false, dim: false, spot: "", spot_area: "", acknowledged: [] };
  const state = { wall: null, refresh: null, orders: NONE, mark: "", texts: {}, isFirst: true, build: "", buildAt: 0, spotKey: "", at: "" };

  function remembered(name, make_) {
    const key = `cockpit.${name}`;
    let value = sessionStorage.getItem(key);
    if (value === null && make_) { value = make_(); sessionStorage.setItem(key, value); }
    return value;
  }

  const remember = (name, value) => sessionStorage.setItem(`cockpit.${name}`, value);
  const random = () => [...crypto.getRandomValues(new Uint8Array(5))].map((one) => one.toString(16).padStart(2, "0")).join("");

  function begin(wall, refresh) {
    Object.assign(state, { wall, refresh, texts: JSON.parse(wall.dataset.texts), orders: NONE, mark: "", isFirst: true, build: "", spotKey: "" });
    if (wall.classList.contains("is-kiosk")) wall.addEventListener("click", stayHere, true);
  }

  // A wall that was opened by a link has no other page to go to.
  function stayHere(event) {
    if (event.target.closest("#wall-scenes a, #wall-alarm")) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- the beat -----------------------------------------------------------------------------

  function report(payload) {
    const tab = remembered("tab", random);
    const said = {
      wall: `w-${tab}`, tab, scene: payload ? payload.scene : state.wall.dataset.scene, area: state.wall.dataset.area,
      size: `${Math.round(innerWidth * devicePixelRatio)}x${Math.round(innerHeight * devicePixelRatio)}`,
      data: payload ? payload.version : "", alarm: window.wallAlarm.current(), mark: state.mark,
    };
    return new URLSearchParams(said).toString();
  }

  function hear(said) {
    if (said.wall) obey(said.wall);
    if (said.build && said.build !== state.wall.dataset.build && said.build !== remembered("build")) {
      if (state.build !== said.build) Object.assign(state, { build: said.build, buildAt: performance.now() });
      const isStanding = !window.wallScenes.isTouring();
      if (isStanding && performance.now() - state.buildAt > STANDING_MS) atBoundary("");
    }
  }

  function obey(orders) {
    const isFirst = state.isFirst;
    const spot = orders.spot ? `${orders.spot}|${orders.spot_area}` : "";
    const hadSpot = state.spotKey;
    const wasFrozen = state.orders.frozen;
    Object.assign(state, { orders, mark: orders.mark, isFirst: false, spotKey: spot });
    state.wall.classList.toggle("is-dim", orders.dim);
    window.wallAlarm.acknowledge(orders.acknowledged);
    if (!spot) takeDown();
    tell();
    window.wallScenes.tell();
    const handled = Number(remembered("sent") || 0);
    if (orders.sent > handled) {
      remember("sent", String(orders.sent));
      // an order from before this page is kept to only where it pins the wall
      if ((!isFirst || handled || orders.pinned) && travel(orders)) return;
    }
    if (spot !== hadSpot || (wasFrozen && !orders.frozen)) state.refresh();
  }

  function travel(orders) {
    if (orders.area !== state.wall.dataset.area) {
      const address = new URL(location.href);
      if (orders.area) address.searchParams.set("area", orders.area);
      else address.searchParams.delete("area");
      if (orders.scene) address.searchParams.set("scene", orders.scene);
      location.replace(address);
      return true;
    }
    if (orders.scene) window.wallScenes.go(orders.scene);
    return false;
  }

  // ---- a new deployment ---------------------------------------------------------------------

  // True where the page is loaded anew instead: once for each deployment, between two scenes.
  function atBoundary(scene) {
    if (!state.build || isBusy()) return false;
    remember("build", state.build);
    const address = new URL(location.href);
    if (scene) address.searchParams.set("scene", scene);
    location.replace(address);
    return true;
  }

  // ---- what stands --------------------------------------------------------------------------

  const isBusy = () => Boolean(state.spotKey) || Boolean(window.wallAlarm.current());
  const isHeld = () => state.orders.pinned || state.orders.frozen || isBusy();
  const isPinned = () => state.orders.pinned;
  const isFrozen = () => state.orders.frozen;
  const spot = () => state.spotKey;

  // Told with every payload: whether what is on the screen stays as it is.
  function keeps(payload, shown, at) {
    if (payload.spot && (!state.orders.frozen || !shown || $("wall-spot").dataset.key !== payload.spot.key)) paintSpot(payload.spot);
    const isKept = state.orders.frozen && shown;
    if (!isKept) state.at = at;
    tell();
    return isKept;
  }

  function tell() {
    const box = $("wall-standing");
    const text = state.orders.frozen ? fill(state.texts["wall.frozen"], { at: state.at || "—" }) : "";
    write(box, text);
    box.classList.toggle("is-on", Boolean(text));
  }

  // ---- the large card -----------------------------------------------------------------------

  function takeDown() {
    const box = $("wall-spot");
    box.hidden = true;
    box.dataset.key = "";
    box.replaceChildren();
  }

  function paintSpot(data) {
    const box = $("wall-spot");
    if (data.key !== state.spotKey) return;
    const mark = make("i", "wall-light");
    mark.dataset.light = data.l || "none";
    const value = make("span", "spot-value num");
    writeNumber(value, data.v);
    const head = make("div", "spot-head", make("b", "", state.texts["spot.title"]), make("span", "", data.b));
    const name = make("h2", "", mark, data.n, make("small", "", data.v === "—" ? "" : data.u));
    const changes = make("div", "spot-changes");
    if (data.c && data.v !== "—") changes.append(make("span", `num is-${data.g}`, fill(state.texts["spot.before"], { change: data.c })));
    if (data.y) changes.append(make("span", `num is-${data.yg}`, data.y));
    const main = make("div", "spot-main", value, changes);
    const card = make("section", "spot-card", head, name, main);
    if (data.s && data.s.length) card.append(history(data));
    card.append(make("p", "", data.v === "—" ? data.o : data.a || ""));
    card.dataset.light = data.l || "none";
    card.dataset.state = data.t;
    box.replaceChildren(card);
    box.dataset.key = data.key;
    box.hidden = false;
  }

  function history(data) {
    const plot = svg("0 0 1000 200", "is-area", "is-line");
    const [line, area] = curve(data.s, 1000, 200, 100);
    plot.firstElementChild.setAttribute("d", area);
    plot.lastElementChild.setAttribute("d", line);
    const [low, high] = data.r;
    const scale = make("div", "spot-scale num", make("span", "", high), make("span", "", low === high ? "" : low));
    const days = make("div", "spot-days", make("span", "", data.x[0]), make("span", "", state.texts["spot.days"]), make("span", "", data.x[1]));
    return make("div", "spot-history", scale, make("div", "spot-plot", plot), days);
  }

  window.wallControl = { begin, report, hear, atBoundary, isHeld, isPinned, isFrozen, isBusy, spot, keeps };
})();
