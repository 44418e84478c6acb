/* Painters of the further kinds of panels, by name: given the body, the data and its page of rows. */
(function () {
  "use strict";

  const { make, writeNumber } = window.wallTools;
  const SVG = "http://www.w3.org/2000/svg";

  function number(className, text) {
    const element = make("span", `${className} num`);
    writeNumber(element, text);
    return element;
  }

  function mark(light) {
    const element = make("i", "wall-light");
    element.dataset.light = light;
    return element;
  }

  // A ring of pieces that follow each other from twelve o'clock; lengths add up to 1000.
  function ring(pieces) {
    const element = document.createElementNS(SVG, "svg");
    element.setAttribute("viewBox", "0 0 100 100");
    let at = 0;
    for (const [length, className] of pieces) {
      const piece = document.createElementNS(SVG, "circle");
      const gap = pieces.length > 2 ? Math.min(6, length / 3) : 0;
      for (const [name, value] of Object.entries({ cx: 50, cy: 50, r: 42, pathLength: 1000, class: className })) piece.setAttribute(name, value);
      piece.style.strokeDasharray = `${Math.max(0, length - gap)} 1000`;
      piece.style.strokeDashoffset = -at;
      element.append(piece);
      at += length;
    }
    return element;
  }

  function composition(body, data) {
    const whole = make("div", "wall-ring", ring(data.s.map(([, , , share], k) => [share, `piece-${k}`])),
      make("div", "", number("", data.v), make("small", "", data.u)));
    const rows = data.s.map(([name, value, share], k) => make("div", "wall-share", make("i", `piece-${k}`),
      make("span", "", name), number("", value), number("wall-share-part", share)));
    const box = make("a", "wall-composition", whole, make("div", "wall-shares", ...rows));
    box.href = data.h;
    body.replaceChildren(box);
  }

  function funnel(body, data) {
    const rows = data.f.map(([name, value, place, share, waits]) => {
      const bar = make("i");
      bar.style.width = `${Math.max(place, 4) / 10}%`;
      return make("div", "wall-stage-row", make("span", "", name), make("div", "wall-stage-bar", bar, number("", value)),
        number("wall-stage-share", share), make("span", "wall-stage-wait", waits));
    });
    const box = make("a", "wall-funnel", ...rows);
    box.href = data.h;
    box.title = data.x;
    body.replaceChildren(box);
  }

  function league(body, data, shown) {
    const head = make("div", "wall-league-head", make("span"), make("span"),
      ...data.c.map(([name, unit]) => make("span", "", name, make("small", "", unit))));
    const room = 18 - 3 * data.c.length; // letters, as the style has it
    const rows = shown.rows.map(([name, cells, link], k) => {
      const called = make("span", "", name);
      called.style.fontSize = `${Math.max(0.8, Math.min(1, room / name.length))}em`;
      const row = make("a", "wall-league-row", number("", String(shown.first + k + 1)), called,
        ...cells.map(([text, light, isSmall]) => {
          const cell = make("span", isSmall ? "is-small" : "", mark(light), number("", text));
          cell.dataset.light = light;
          return cell;
        }));
      row.href = link;
      row.dataset.top = shown.first + k < 3 ? "1" : "";
      return row;
    });
    const list = make("div", "wall-league", head, ...rows);
    list.style.gridTemplateRows = `3.2rem repeat(${shown.size}, minmax(0, 1fr))`;
    list.style.setProperty("--columns", data.c.length);
    list.style.setProperty("--names", Math.max(4, ...data.lr.map(([name]) => name.length)));
    body.replaceChildren(list);
  }

  function gauge(body, data) {
    const rows = data.g.map((one) => {
      let from = 0;
      const bands = one.b.map(([end, tone]) => {
        const band = make("i", `is-${tone}`);
        Object.assign(band.style, { left: `${from / 10}%`, width: `${(end - from) / 10}%` });
        from = end;
        return band;
      });
      const track = make("div", "wall-gauge-track", ...bands);
      if (one.ax !== null) track.append(at(make("u"), one.ax));
      if (one.x !== null) track.append(at(make("b"), one.x));
      const row = make("a", "wall-gauge", make("span", "wall-gauge-name", mark(one.l), make("span", "", one.n)),
        make("small", "", one.v === "—" ? one.o : one.a), make("span", "wall-gauge-value", number("", one.v), make("small", "", one.v === "—" ? "" : one.u)), track);
      if (one.w) row.href = one.w;
      row.dataset.light = one.l;
      row.dataset.state = one.t;
      row.title = one.o;
      return row;
    });
    body.replaceChildren(make("div", "wall-gauges", ...rows));
  }

  function at(element, place) {
    element.style.left = `${place / 10}%`;
    return element;
  }

  function calendar(body, data) {
    const head = data.d.map((day) => make("span", "", day));
    const rows = data.wr.flatMap(([monday, days]) => [make("span", "wall-week", monday), ...days.map((day) => {
      if (!day) return make("i", "is-outside");
      const cell = make("i", day[0] < 0 ? "is-none" : "", number("", day[1]));
      if (day[0] >= 0) cell.style.background = `var(--${data.k[day[0]]})`;
      return cell;
    })]);
    const box = make("a", "wall-calendar", make("span"), ...head, ...rows);
    box.style.gridTemplateRows = `2.4rem repeat(${data.wr.length}, minmax(0, 1fr))`;
    box.href = data.h;
    body.replaceChildren(box);
  }

  function clocks(body, data) {
    const dials = data.ck.map((one) => {
      const pieces = [[1000, "is-track"]];
      const dial = make("div", "wall-dial", ring(pieces));
      if (one.r !== null) dial.append(ring([[one.r, "is-kept"]]));
      dial.append(make("div", "", number("", one.v), make("small", "", one.v === "—" ? "" : one.u)));
      const box = make("a", "wall-clockface", make("b", "", one.s), dial, make("span", "wall-clock-name", mark(one.l), one.n),
        make("small", "", one.t === "small" || one.v === "—" ? one.o : one.m));
      if (one.w) box.href = one.w;
      box.dataset.light = one.l;
      box.dataset.state = one.t;
      return box;
    });
    body.replaceChildren(make("div", "wall-clocks", ...dials));
  }

  window.wallPanels = { composition, funnel, league, gauge, calendar, clocks };
})();
