/* Which scene is in sight: the switcher, the keys, the tour and the address. */
(function () {
  "use strict";

  const LEAVING_MS = 450; // as long as the fade in 23_wall_scenes.css
  const DEFAULT_TOUR = 60;

  const { make, write, fill } = window.wallTools;
  const state = { wall: null, ask: null, wanted: "", shown: "", tour: 0, left: 0, isPaused: false };

  function begin(wall, ask) {
    const shown = wall.dataset.scene;
    const tour = Number(wall.dataset.tour);
    build(wall);
    Object.assign(state, { wall, ask, wanted: shown, shown, tour, left: tour, isPaused: false });
    nav().addEventListener("click", follow);
    tell();
  }

  // Dash draws the frame; the places of all scenes are plain elements that only the wall's scripts know.
  function build(wall) {
    const { left, above, right } = JSON.parse(wall.dataset.places);
    const centre = wall.querySelector(".wall-centre");
    centre.before(...left.map(built));
    centre.after(...right.map(built));
    wall.querySelector(".wall-headlines").append(...above.map(built));
  }

  function built(part) {
    if (typeof part === "string") return part;
    const [tag, attributes, ...children] = part;
    const element = make(tag, "", ...children.map(built));
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  const nav = () => document.getElementById("wall-scenes");
  const links = () => [...nav().querySelectorAll("a")];
  const linkOf = (scene) => links().find((link) => link.dataset.scene === scene);

  function follow(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.dataset.scene);
  }

  function go(scene) {
    if (window.wallControl.isFrozen() || !linkOf(scene)) return;
    state.left = state.tour;
    if (scene === state.wanted) return;
    state.wanted = scene;
    state.ask(scene);
    tell();
  }

  const isTouring = () => Boolean(state.tour) && !state.isPaused && !window.wallControl.isHeld();

  function step(by, isTour) {
    const all = links().filter((link) => !isTour || link.dataset.tour || link.dataset.scene === state.wanted);
    const at = all.findIndex((link) => link.dataset.scene === state.wanted);
    const next = all[(at + by + all.length) % all.length].dataset.scene;
    if (isTour && window.wallControl.atBoundary(next)) return;
    go(next);
  }

  // Called when the numbers of a scene are at hand: they are painted in the same task.
  function show(scene) {
    if (scene !== state.shown) {
      const isStill = state.wall.classList.contains("is-lite") || matchMedia("(prefers-reduced-motion: reduce)").matches;
      for (const stage of state.wall.querySelectorAll(".wall-stage")) {
        const isOn = stage.dataset.scene === scene;
        stage.classList.toggle("is-leaving", !isStill && !isOn && stage.classList.contains("is-on"));
        stage.classList.toggle("is-on", isOn);
      }
      setTimeout(() => state.wall.querySelectorAll(".is-leaving").forEach((one) => one.classList.remove("is-leaving")), LEAVING_MS);
      const address = new URL(location.href);
      address.searchParams.set("scene", scene);
      history.replaceState(history.state, "", address);
      write(document.getElementById("wall-title"), linkOf(scene).dataset.title);
    }
    Object.assign(state, { shown: scene, wanted: scene, left: state.tour });
    tell();
    const link = linkOf(scene); // where the row is too long, a part of it with this one in the middle
    const row = link.parentElement;
    row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
    row.classList.toggle("has-before", row.scrollLeft > 1);
    row.classList.toggle("has-after", row.scrollLeft + row.clientWidth < row.scrollWidth - 1);
  }

  function tell() {
    for (const link of links()) {
      const isOn = link.dataset.scene === state.shown;
      link.classList.toggle("is-on", isOn);
      link.classList.toggle("is-coming", !isOn && link.dataset.scene === state.wanted);
      link.setAttribute("aria-current", isOn ? "page" : "false");
      link.style.setProperty("--gone", isOn && state.tour ? 1 - state.left / state.tour : 1);
    }
    const texts = JSON.parse(state.wall.dataset.texts);
    const isPinned = window.wallControl.isPinned();
    const words = isPinned ? texts["wall.pinned"] : state.isPaused ? texts["wall.tour_paused"] : fill(texts["wall.tour"], { n: state.tour });
    const box = nav().querySelector(".wall-tour");
    write(box, state.tour || isPinned ? words : "");
    box.classList.toggle("is-paused", state.isPaused || isPinned);
  }

  function key(event) {
    if (!state.wall || !state.wall.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, button")) return;
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "Home" || event.key === "End") go(links().at(event.key === "Home" ? 0 : -1).dataset.scene);
    else if (event.key === " ") pause();
    else return;
    event.preventDefault();
  }

  function pause() {
    if (state.tour) state.isPaused = !state.isPaused;
    else Object.assign(state, { tour: DEFAULT_TOUR, left: DEFAULT_TOUR, isPaused: false });
    tell();
  }

  // While a scene is being fetched the clock waits: a slow answer does not shorten its stay.
  setInterval(() => {
    if (!state.wall || !state.wall.isConnected || !isTouring()) return;
    if (document.hidden || state.wanted !== state.shown) return;
    state.left -= 1;
    if (state.left <= 0) step(1, true);
    else tell();
  }, 1000);
  addEventListener("keydown", key);

  window.wallScenes = { begin, show, go, tell, isTouring };
})();
