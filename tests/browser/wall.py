"""What a person sees on the wall, read from the page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

FILLED = """() => {
  const cards = [...document.querySelectorAll('.wall-card, .wall-tile')]
    .filter(c => c.offsetParent);
  const labels = document.querySelectorAll('.wall-label').length;
  return cards.length > 0 && labels > 0 && document.querySelector('.wall-legend i')
    && cards.every(c => c.querySelector('.wall-value')?.textContent);
}"""
_CARDS = """() => Object.fromEntries(
  [...document.querySelectorAll('.wall-card, .wall-tile')].filter(c => c.offsetParent)
    .map(c => [c.id.replace(/^wall-card-[a-z0-9_]+-/, ''),
      c.querySelector('.wall-value').dataset.text]))"""
_LABELS = """() => [...document.querySelectorAll('.wall-label')].map(label => {
  const box = label.getBoundingClientRect();
  return {name: label.firstElementChild.textContent,
    value: label.querySelector('.num')?.dataset.text ?? '',
    x: box.x + box.width / 2, y: box.y + box.height / 2};
})"""
_LEGEND = """() => {
  const fields = [...document.querySelectorAll('.wall-legend-scale > i')];
  const texts = [...document.querySelectorAll('.wall-legend-scale > i > u')];
  const number = text => parseFloat(text.replaceAll(',', '')) * (text.endsWith('万') ? 1e4 : 1);
  const bounds = texts.map(u => number(u.textContent));
  return fields.map((field, k) => ({colour: getComputedStyle(field).backgroundColor,
    low: bounds[k], high: bounds[k + 1]}));
}"""
_PAINTED = """(points) => {
  const copies = [...document.querySelectorAll('.leaflet-overlay-pane canvas')].map(canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const pen = copy.getContext('2d', {willReadFrequently: true});
    pen.drawImage(canvas, 0, 0);
    const box = canvas.getBoundingClientRect();
    return {pen, box, zoom: canvas.width / box.width};
  });
  return points.map(([x, y]) => {
    const pixels = copies.map(({pen, box, zoom}) =>
      pen.getImageData((x - box.x) * zoom, (y - box.y) * zoom, 1, 1).data);
    const found = pixels.find(pixel => pixel[3] === 255);
    return found ? `rgb(${[...found].slice(0, 3).join(', ')})` : '';
  });
}"""


def open_wall(page: Page, query: str = "") -> None:
    """Open the wall and wait until every card has a number and the map its names."""
    page.goto(f"/{query}")
    page.wait_for_function(FILLED)


def cards(page: Page) -> dict[str, str]:
    """Return the text of the number on every card in sight, by the card's key."""
    found: dict[str, str] = page.evaluate(_CARDS)
    return found


def labels(page: Page) -> list[dict[str, Any]]:
    """Return the names on the map: name, value, x and y of the middle in px."""
    found: list[dict[str, Any]] = page.evaluate(_LABELS)
    return found


def legend(page: Page) -> list[dict[str, Any]]:
    """Return the classes of the map: colour, low, high."""
    found: list[dict[str, Any]] = page.evaluate(_LEGEND)
    return found


def painted(page: Page, places: list[dict[str, Any]]) -> list[str]:
    """Return the colour the map's canvas has at each of these places, as ``rgb(r, g, b)``."""
    found: list[str] = page.evaluate(_PAINTED, [[one["x"], one["y"]] for one in places])
    return found
