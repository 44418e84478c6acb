/* What the wall's scripts share: making elements, writing numbers, drawing lines. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function writeNumber(element, text) {
    if (element.dataset.text === text) return;
    element.dataset.text = text;
    const parts = /^(.*?\d)\s*(万|亿|个百分点|pp)$/.exec(text);
    element.replaceChildren(parts ? parts[1] : text);
    if (parts) element.append(make("small", "", parts[2]));
  }

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function rem() {
    return parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  function svg(viewBox, ...classes) {
    const element = document.createElementNS(SVG, "svg");
    element.setAttribute("viewBox", viewBox);
    element.setAttribute("preserveAspectRatio", "none");
    for (const name of classes) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", name);
      element.append(path);
    }
    return element;
  }

  // A line with gaps where there is no data, and the area under each unbroken piece of it.
  function curve(points, width, height, scale) {
    const step = width / Math.max(1, points.length - 1);
    let line = "";
    let area = "";
    let start = -1;
    points.forEach((value, k) => {
      if (value === null) return;
      const x = (k * step).toFixed(1);
      const y = (height - (value / scale) * height).toFixed(1);
      if (start < 0) { start = k; line += `M${x} ${y}`; area += `M${x} ${height}L${x} ${y}`; }
      else { line += `L${x} ${y}`; area += `L${x} ${y}`; }
      if (k === points.length - 1 || points[k + 1] === null) { area += `L${x} ${height}Z`; start = -1; }
    });
    return [line, area];
  }

  // Width in rem of a headline's digits or unit: points and Latin letters are narrow.
  function breadth(text, wide, narrow) {
    return [...text].reduce((sum, letter) => sum + (/[\d\u2e80-\uffff]/.test(letter) ? wide : narrow), 0);
  }

  // Chips that are whole beside each other; what has no room comes with the next page.
  function packed(chips, room) {
    const pages = [];
    let used = Infinity;
    const widths = chips.map((chip) => chip.getBoundingClientRect().width);
    chips.forEach((chip, k) => {
      if (used + widths[k] > room) {
        pages.push([]);
        used = 0;
      }
      pages[pages.length - 1].push(chip);
      used += widths[k];
    });
    return pages;
  }

  window.wallTools = { make, write, writeNumber, fill, rem, svg, curve, breadth, packed };
})();
