"""The statements as they are sent, kept beside this file so that a change of them is seen.

``pytest tests/golden --update-golden`` writes them anew; look at the difference before you commit.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from metrics import calendar, planner
from metrics.fetch import fetch
from metrics.measures import feed_rows_sql, parts_sql
from metrics.question import Question, Viewer
from metrics.tables import SHAPES
from tests.support.facts import NOW, territory
from tests.support.facts_store import catalogue

HERE = Path(__file__).parent
TODAY = calendar.day(NOW.date())
WEEK = calendar.parse_period("2026-W46", TODAY.end)
VERSION = 7

QUESTIONS: Mapping[str, tuple[str, tuple[Question, ...]]] = {
    "total": (
        "a count, a rate and an index of one week, for one street",
        tuple(
            Question(one, WEEK, area="990100002")
            for one in ("appeals_accepted", "appeals_close_rate", "appeals_per_10k")
        ),
    ),
    "total_of_items": (
        "a quantile, a distinct count and a highest value of one week",
        tuple(
            Question(one, WEEK)
            for one in ("appeal_handle_hours_p90", "appeal_reporters", "water_level_max")
        ),
    ),
    "children": (
        "open appeals and open urban cases by street",
        tuple(Question(one, WEEK, level="street") for one in ("appeals_open", "um_open")),
    ),
    "breakdown": (
        "cases filed by department, only two classes of them",
        (Question("um_filed", WEEK, by="department", filters=(("category", ("占道", "噪声")),)),),
    ),
    "series": (
        "thirty days of a count, of open cases and of a register",
        tuple(
            Question(one, WEEK, series=30)
            for one in ("appeals_accepted", "appeals_open", "devices_online")
        ),
    ),
    "as_is": (
        "a count and open cases by grid, on the areas of today",
        tuple(
            Question(one, WEEK, area="990100002", level="grid", territory="as_is")
            for one in ("um_reported", "um_open")
        ),
    ),
    "scope": (
        "a viewer with two places asks for the city by grid, as of batch 3",
        (
            Question(
                "um_reported", WEEK, level="grid", as_of=3,
                viewer=Viewer("two", ("990100002", "990100001001")),
            ),
        ),
    ),
}  # fmt: skip
PARTS = {
    "case": ("appeals_accepted", "appeals_close_rate", "appeals_open", "appeal_reporters"),
    "event": ("grid_patrol_km", "sla_9min_arrival_rate", "emergency_response_s_p90"),
    "reading": ("pm25_avg", "water_level_max"),
    "snapshot": ("population_resident",),
}


def laid_out(sql: str) -> str:
    """Return a statement with a line for every clause."""
    clauses = r" (?=(?:FROM|WHERE|GROUP BY|HAVING|ORDER BY|ARRAY JOIN|LEFT JOIN|UNION ALL)\b)"
    return re.sub(clauses, "\n", sql)


def questions_sql(name: str) -> str:
    what, questions = QUESTIONS[name]
    plans = [planner.plan(one, catalogue(), territory(), TODAY) for one in questions]
    statements = fetch(None, territory(), plans, VERSION).statements
    return _file(what, "asked at data version 7", [one.pasted() for one in statements])


def parts_file(shape: str) -> str:
    indicators = [catalogue().get(one) for one in PARTS[shape]]
    assert shape in SHAPES
    statements = [
        *parts_sql(indicators, shape, rows="batch = 7"),  # type: ignore[arg-type]
        feed_rows_sql(shape, rows="batch = 7"),  # type: ignore[arg-type]
    ]
    return _file(f"what batch 7 adds from fact_{shape}", ", ".join(PARTS[shape]), statements)


def _file(what: str, more: str, statements: list[str]) -> str:
    head = f"-- {what}\n-- {more}\n-- written by: pytest tests/golden --update-golden\n"
    return head + ";\n\n".join(laid_out(one) for one in statements) + ";\n"


@pytest.mark.parametrize("name", [*QUESTIONS, *(f"parts_{shape}" for shape in PARTS)])
def test_statement(name: str, request: pytest.FixtureRequest) -> None:
    made = questions_sql(name) if name in QUESTIONS else parts_file(name.removeprefix("parts_"))
    path = HERE / f"{name}.sql"
    if request.config.getoption("--update-golden"):
        path.write_text(made, encoding="utf-8")
    assert path.read_text("utf-8") == made, "look at the difference, then pytest --update-golden"


def test_no_golden_file_is_left_over() -> None:
    names = {*QUESTIONS, *(f"parts_{shape}" for shape in PARTS)}
    assert {path.stem for path in HERE.glob("*.sql")} == names


def test_golden_files_are_not_rewritten_where_nobody_looks() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/golden", "--update-golden", "--collect-only"],
        cwd=HERE.parents[1], env={**os.environ, "CI": "true"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert refused.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--update-golden is refused where CI=true" in refused.stderr
