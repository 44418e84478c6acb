/* Drives a wall through its updates as fast as it can: run in the page by soak.py. */
({ every, seed }) => {
  const ask = window.fetch.bind(window);
  const tint = window.wallMap.tint;
  const clock = Date.now.bind(Date);
  const soak = { updates: 0, changes: 0, limit: 0, run, rest };
  let ahead = 0;
  let dice = seed;
  window.soak = soak;
  Date.now = () => clock() + ahead;

  const links = () => [...document.querySelectorAll("#wall-scenes a")].map((link) => link.dataset.scene);
  const shown = () => document.querySelector("#wall-scenes a.is-on").dataset.scene;

  function random(below) { // Lehmer's generator: the same numbers for the same seed
    dice = (dice * 48271) % 2147483647;
    return dice % below;
  }

  const digits = (text) => text.replace(/\d/g, () => String(random(10)));

  // Everything that is a number becomes another one of the same length; links stay what they are.
  function stirred(value) {
    if (typeof value === "string") return /^[\d.,:▲▼%\s]+\D{0,4}$/.test(value) ? digits(value) : value;
    if (!Array.isArray(value)) return value && typeof value === "object" ? mapped(value) : value;
    if (value.length > 6 && value.every((one) => typeof one === "number")) return value.map(() => random(101));
    return value.map(stirred);
  }

  const mapped = (object) => Object.fromEntries(Object.entries(object).map(([key, one]) => [key, stirred(one)]));
  const light = () => ["", "", "amber", "red"][random(4)];

  function stir(payload) {
    payload.cards = mapped(payload.cards);
    for (const card of Object.values(payload.cards)) card.l = light();
    payload.panels = mapped(payload.panels);
    payload.feeds = stirred(payload.feeds);
    payload.ticker = payload.ticker.map(([tone, text]) => [tone, digits(text)]);
    for (const area of Object.values(payload.map.v)) {
      if (area[0] < 0) continue;
      Object.assign(area, { 0: random(payload.map.k.length), 1: digits(area[1]) });
      if (soak.updates % 20 === 0) area[2] = light(); // names find their places anew
    }
    if (soak.updates % 500 === 250) {
      const where = window.wallMap.shapes()[0].id;
      payload.stay = 2;
      payload.alarms = [{ i: `soak-${soak.updates}`, l: "red", w: "紧急", k: "12345", n: "热线诉求激增", p: "全区", at: "10:05", y: "一小时内 20 件", on: where }];
    }
  }

  // A payload is stirred as it comes in, and painted by the wall's own hand.
  window.fetch = async (...asked) => {
    const answer = await ask(...asked);
    if (!String(asked[0]).includes("wall/payload")) return answer;
    const json = answer.json.bind(answer);
    answer.json = async () => {
      const payload = await json();
      if (payload.cards) stir(payload);
      return payload;
    };
    return answer;
  };

  window.wallMap.tint = (map) => { // the last thing that is painted
    tint(map);
    soak.updates += 1;
    if (soak.updates < soak.limit) requestAnimationFrame(() => setTimeout(onwards)); // once it is on the screen
  };

  function onwards() {
    if (soak.updates % every) beat();
    else change(1);
  }

  // What the wall does every two seconds; the next payload is due at once.
  function beat() {
    ahead += 60000;
    window.wallBeat.poll();
  }

  function change(by) {
    const all = links();
    soak.changes += 1;
    window.wallScenes.go(all[(all.indexOf(shown()) + by) % all.length]);
  }

  function run(limit) {
    soak.limit = limit;
    beat();
  }

  // Levels are compared in the same scene, on the first page of its lists.
  async function rest() {
    const first = links()[0];
    if (shown() === first) change(1);
    await until(() => shown() !== first && !isBusy());
    window.wallScenes.go(first);
    await until(() => shown() === first && !isBusy());
  }

  const isBusy = () => document.querySelector(".is-leaving, #wall-alarm:not([hidden])");

  async function until(holds) {
    while (!holds()) await new Promise((done) => { setTimeout(done, 100); });
  }
}
