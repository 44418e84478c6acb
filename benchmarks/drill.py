"""What one drill click costs on the server, beside hand-written statements for the same panels.

By hand means: what a person would write for ClickHouse over the very journal, a statement a panel,
without batches, corrections or a territory that changes. Both sides read the same windows: the
period, the one before, the year before, and the eight before that show what is usual.
"""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from benchmarks.made_up import LEVELS
from benchmarks.serving import chromium, cockpit, served
from cockpit.pages.drill import BREAKDOWNS, MOST_PLACES, PAGE_ROWS, complete, content_of
from cockpit.view_state import ViewState
from cockpit.wiring import Services
from layouts.drill.page import TREND_DAYS, draw_drill
from metrics import calendar, planner
from metrics.calendar import Period
from metrics.service import Service
from metrics.store import Store
from metrics.territory import Area

REPEATS = 3
DEEPEST = 3
DAYS, SCALE = 28, 0.15
_CLICK = """() => {
  const link = [...document.querySelectorAll('#drill a[href*="area="]')]
    .find(one => one.offsetParent && !one.closest('nav'));
  performance.clearResourceTimings();
  window.left = document.querySelector('.st-crumbs').innerText;
  window.clicked = performance.now();
  link.click();
  return link.getAttribute('href');
}"""
_LEAVE = "() => { window.left = document.querySelector('.st-crumbs').innerText; }"
_DRAWN = """(href) => {
  const body = document.querySelector('#drill'), at = location.pathname + location.search;
  if (!body || (href && at !== href)) return false;
  const crumbs = document.querySelector('.st-crumbs');
  if (!crumbs || crumbs.innerText === window.left) return false;  // still the page that was left
  if (document.querySelector('[data-dash-is-loading=true]')) return false;
  const graphs = [...body.querySelectorAll('.js-plotly-plot, .dash-graph')];
  if (!graphs.length || !graphs.every(one => one.querySelector('.main-svg'))) return false;
  const grids = [...body.querySelectorAll('.ag-root')];
  if (!grids.length || !grids.every(one => one.querySelector('.ag-row'))) return false;
  const said = performance.getEntriesByType('resource')
    .filter(one => one.name.includes('_dash-update-component'));
  if (href && !said.length) return false;
  return {drawn: performance.now() - (window.clicked || 0),
          answered: Math.max(0, ...said.map(one => one.duration))};
}"""
PERIOD = "last-month"
_HOURS = "dateDiff('second', accepted_at, closed_at) / 3600"
VALUES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "appeals_accepted": ("accepted_at", lambda when: f"countIf({when})"),
    "appeals_ontime_rate": (
        "due_at", lambda when: f"countIf(closed_at <= due_at AND {when}), countIf({when})"
    ),
    "appeal_handle_hours_p90": (
        "closed_at", lambda when: f"quantileExactIf(0.9)({_HOURS}, {when})"
    ),
}  # fmt: skip
"""A count, a rate and a quantile: time column and what a person would write for one window."""
FILTERED = (("category", ("类3", "类5")), ("channel", ("12345", "110非警务")))
STATES: Mapping[str, Mapping[str, Any]] = {
    "city": {}, "city, filtered": {"filters": FILTERED}, "street": {"area": "s3"},
    "community": {"area": "c3.4"}, "grid, filtered": {"area": "g3.4.1", "filters": FILTERED},
}  # fmt: skip


def clicks(service: Service, store: Store) -> dict[str, dict[str, float]]:
    """Return for every state what a click costs: the server's part, by hand, and the ratio."""
    results = {}
    for indicator in VALUES:
        for name, said in STATES.items():
            if indicator != "appeals_accepted" and name not in ("city", "city, filtered"):
                continue
            found = click(service, store, indicator, said)
            results[f"drill {indicator}, {name}"] = found
            print(f"  {indicator}, {name}: {found['ratio']:.2f} in {found['statements']:.0f}")
    return results


def click(
    service: Service, store: Store, indicator: str, said: Mapping[str, Any]
) -> dict[str, float]:
    """Compare one state: the page with nothing cached, and a statement by hand for each panel."""
    view = ViewState(indicator=indicator, period=PERIOD, **said)

    def page() -> None:
        services = _services(service, store)
        draw_drill(content_of(complete(view, services), services))

    statements = ByHand(service, view).statements()
    page()
    mine, theirs = [], []
    for _ in range(REPEATS):
        store.journal.clear()
        mine.append(_seconds(page))
        asked = len(store.journal)
        theirs.append(_seconds(lambda: [store.rows(one, tag="bench") for one in statements]))
    return {
        "seconds": statistics.median(mine), "by_hand": statistics.median(theirs),
        "ratio": statistics.median(mine) / statistics.median(theirs),
        "statements": asked, "statements_by_hand": len(statements),
    }  # fmt: skip


def _seconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def _services(service: Service, store: Store) -> Services:
    """Return the part of the services that the page asks, right after new data."""
    asking = Service(store, service.catalogue, service.territory, service.clock)
    city = SimpleNamespace(name="区", demo=True, boundaries_note="", levels=LEVELS)
    found = SimpleNamespace(
        service=asking, territory=asking.territory, catalogue=asking.catalogue, store=store,
        clock=asking.clock, city=city, answer_many=asking.answer_many,
    )  # fmt: skip
    return cast("Services", found)


class ByHand:
    """What a person would write for the panels of a page."""

    def __init__(self, service: Service, view: ViewState) -> None:
        self.view, self.areas = view, service.territory.areas
        self.area = self.areas[view.area or service.territory.root]
        self.period = service.clock.period(PERIOD)
        column, self.value = VALUES[view.indicator]
        self.day = f"toDate({column})"
        history = calendar.same_weekdays(self.period, planner.HISTORY_WINDOWS)
        before = calendar.previous(self.period, self.period)
        self.windows = [self.period, before, calendar.year_before(self.period), *history]
        self.is_split = view.indicator != "appeal_handle_hours_p90"

    def statements(self) -> list[str]:
        """Return one statement a panel."""
        depth, rows = self.area.depth, self.rows()
        broken = self.windows if self.is_split else self.windows[:3]
        asked = [self.cut("''", self.windows, rows), self.series(rows)]
        asked += [self.cut(column, broken, rows) for column in BREAKDOWNS]
        if depth < DEEPEST:
            below = f"place.path[{depth + 2}]"
            asked.append(self.cut(below, self.windows, rows))
            asked += [self.cut(f"({below}, subcategory)", broken, rows)] if self.is_split else []
        else:
            beside = self.rows(area=self.areas[self.area.parent])
            asked.append(self.cut(f"place.path[{depth + 1}]", self.windows[:1], beside))
        for column, _ in self.view.filters:
            asked.append(self.cut(column, self.windows[:1], self.rows(without=column)))
        asked += [self.behind("count()", rows), self.behind("*", rows, PAGE_ROWS)]
        asked += [self.behind("id, title, lon, lat", rows, MOST_PLACES)] if depth >= 2 else []
        return asked

    def rows(self, without: str = "", area: Area | None = None) -> str:
        """Return the condition on the rows."""
        place = area or self.area
        within = f" AND place.path[{place.depth + 1}] = '{place.id}'" if place.parent else ""
        return f"kind = '诉求'{within}" + "".join(
            f" AND {column} IN ({', '.join(map(repr, values))})"
            for column, values in self.view.filters
            if column != without
        )

    def cut(self, key: str, windows: Sequence[Period], rows: str) -> str:
        """Return the statement of a panel that compares windows."""
        spans = [f"{self.day} BETWEEN '{one.start}' AND '{one.end}'" for one in windows]
        return (
            f"SELECT {key} AS k, {', '.join(map(self.value, spans))} FROM {self.read(key, rows)}"
            f" WHERE {rows} AND ({' OR '.join(spans)}) GROUP BY k"
        )

    def series(self, rows: str) -> str:
        """Return the statement of the daily series."""
        end = self.period.end
        return (
            f"SELECT {self.day} AS k, {self.value('1')} FROM {self.read('', rows)} WHERE {rows}"
            f" AND {self.day} BETWEEN '{end - dt.timedelta(days=2 * TREND_DAYS)}' AND '{end}'"
            " GROUP BY k"
        )

    def behind(self, columns: str, rows: str, limit: int = 0) -> str:
        """Return the statement of rows behind the number, the newest first."""
        order = f" ORDER BY at DESC LIMIT {limit}" if limit else ""
        when = f"{self.day} BETWEEN '{self.period.start}' AND '{self.period.end}'"
        return f"SELECT {columns} FROM {self.read('', rows)} WHERE {rows} AND {when}{order}"

    def read(self, key: str, rows: str) -> str:
        """Return the table, with the areas where the panel needs them."""
        if "place." not in key + rows:
            return "fact_case"
        return "fact_case INNER JOIN (SELECT area AS a, path FROM area) AS place ON area = a"


def in_browser() -> dict[str, float]:
    """Return the seconds from a click to the drawn page in Chromium, over a small demo city."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as temporary:
        home = Path(temporary) / "home"
        cockpit(home, "demo", "--days", str(DAYS), "--scale", str(SCALE), "--no-serve")
        with served(home) as server, chromium() as browser:
            page = browser.new_page()
            page.goto(f"{server.base}/drill?indicator=appeals_accepted&period=last-week")
            page.wait_for_function(_DRAWN, arg="", timeout=120_000)
            spent, answered = [], []
            for _ in range(REPEATS):
                href = page.evaluate(_CLICK)
                found = page.wait_for_function(_DRAWN, arg=href, timeout=120_000).json_value()
                spent.append(found["drawn"] / 1000)
                answered.append(found["answered"] / 1000)
                page.evaluate(_LEAVE)
                page.go_back()
                page.wait_for_function(_DRAWN, arg="", timeout=120_000)
    return {"drawn_s": statistics.median(spent), "of_it_server_s": statistics.median(answered)}
