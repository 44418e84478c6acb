/* For a meeting: what the keys do beside stepping through scenes, and a cursor that goes away. */
(function () {
  "use strict";

  const QUIET_MS = 3000; // a cursor that rests so long is hidden
  const { write } = window.wallTools;
  const wall = () => document.getElementById("wall");
  const isPresenting = () => Boolean(wall()) && wall().classList.contains("is-presenting");
  let quiet;

  function key(event) {
    if (!wall() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, button")) return;
    const done = { f: fullscreen, p: present, "?": keys, Escape: hideKeys }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!done) return;
    done();
    event.preventDefault();
  }

  function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {}); // refused by the browser: nothing to tell
  }

  function present() {
    const isOn = wall().classList.toggle("is-presenting");
    const address = new URL(location.href);
    if (isOn) address.searchParams.set("present", "1");
    else address.searchParams.delete("present");
    history.replaceState(history.state, "", address);
    dispatchEvent(new Event("resize")); // titles have another size: rows and names are set anew
    rest();
  }

  function keys() {
    const box = document.getElementById("wall-keys");
    write(box, JSON.parse(wall().dataset.texts)["wall.keys"]);
    box.hidden = !box.hidden;
  }

  function hideKeys() {
    document.getElementById("wall-keys").hidden = true;
  }

  function rest() {
    clearTimeout(quiet);
    if (wall()) wall().classList.remove("is-quiet");
    quiet = setTimeout(() => { if (isPresenting()) wall().classList.add("is-quiet"); }, QUIET_MS);
  }

  addEventListener("keydown", key);
  addEventListener("pointermove", rest);
  rest();
})();
