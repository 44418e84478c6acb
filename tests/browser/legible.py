"""Every piece of text on the wall: whether it is large enough, whole, and alone in its place."""

from __future__ import annotations

from playwright.sync_api import Page

LEAST = 1.6
"""Smallest text in rem: 16 px on a sheet of 1920 by 1080."""

_MEASURE = """(least) => {
  const wall = document.querySelector('.wall');
  const isLong = getComputedStyle(wall).position === 'static';  // in the hand it may be scrolled
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const problems = [], runs = [];
  const mayEnd = '.wall-event, .wall-ticker';  // free text of any length; said whole in its title
  const walker = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility() || element.closest('[hidden], .wall-map-tip, .is-leaving')) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const name = `"${text.data}" in .${element.className || element.parentElement.className}`;
    if (size < least * rem - 0.01) problems.push(`${name} is ${(size / rem * 10).toFixed(1)} px small`);
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      const middle = (box.top + box.bottom) / 2;
      const run = {name, element, left: box.left, right: box.right, top: middle - 0.46 * size, bottom: middle + 0.46 * size};
      const strip = isLong && element.closest('.wall-scenes');  // a row that is pushed aside by the finger
      if (strip) { runs.push(run); continue; }
      if (run.left < -1 || run.right > innerWidth + 1 || !isLong && (run.top < -1 || run.bottom > innerHeight + 1))
        problems.push(`${name} leaves the screen`);
      if (element.closest(mayEnd)) continue;
      for (let up = element; up !== wall; up = up.parentElement) {
        if (getComputedStyle(up).overflowX === 'visible' || up.matches('.wall-map-labels')) continue;
        const frame = up.getBoundingClientRect();
        if (run.right > frame.right + 1 || run.left < frame.left - 1) problems.push(`${name} is cut at .${up.className}`);
      }
      let frame = element.closest('.wall-panel, .wall-tile, .wall-foot, .wall-head, .wall-centre, .wall');
      if (getComputedStyle(frame).display === "contents") frame = wall;
      const panel = frame.getBoundingClientRect();
      if (run.right > panel.right + 1 || run.bottom > panel.bottom + 1 || run.left < panel.left - 1 || run.top < panel.top - 1)
        problems.push(`${name} leaves its box`);
      runs.push(run);
    }
  }
  if (isLong) for (const link of wall.querySelectorAll('a[href]')) {
    if (!link.checkVisibility()) continue;
    const box = (link.matches('.wall-name') ? link.closest('.wall-card, .wall-tile') : link).getBoundingClientRect();
    if (Math.min(box.width, box.height) < 43.5) problems.push(`${link.className} "${link.textContent}" is ${box.width.toFixed(0)} by ${box.height.toFixed(0)} px small for a finger`);
  }
  if (document.documentElement.scrollWidth > innerWidth) problems.push('the page can be pushed sideways');
  runs.forEach((a, k) => runs.slice(k + 1).forEach((b) => {
    if (a.element.closest('.wall-label') && a.element.closest('.wall-label') === b.element.closest('.wall-label')) return;
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
      problems.push(`${a.name} lies over ${b.name}`);
  }));
  return [runs.length, problems];
}"""  # noqa: E501


def measured(page: Page, least: float = LEAST, settle: int = 600) -> tuple[int, list[str]]:
    """Return how many lines of text the wall shows, and what is wrong with them.

    Args:
        page: with the wall in sight.
        least: smallest text in rem.
        settle: ms to wait for; after a new size or new fonts the map's names are set anew.
    """
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(settle)
    runs, problems = page.evaluate(_MEASURE, least)
    return runs, sorted(set(problems))
