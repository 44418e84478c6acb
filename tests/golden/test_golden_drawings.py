"""The drawings of the weekly as SVG, kept beside this file so that a change of them is seen."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from layouts.briefing.drawing import svg
from metrics.briefing.content import ChartSeries, ChartSpec, MapPlace, PictureSpec

HERE = Path(__file__).parent
WEEKS = tuple(f"{number}周" for number in range(43, 47))


def series(name: str, shape: str, values: tuple[float | None, ...], unit: str = "件"):
    return ChartSeries(
        name=name, shape=shape, unit=unit, decimals=1 if unit == "%" else 0, values=values,
        evidence=tuple(f"{name}{k}" for k in range(len(values))), on_second_axis=unit == "%",
    )  # fmt: skip


def square(name: str, left: float, value: float | None) -> MapPlace:
    right = left + 0.1
    ring = ((left, 30.0), (right, 30.0), (right, 30.1), (left, 30.1), (left, 30.0))
    return MapPlace(name=name, rings=(ring,), value=value, evidence=name)


def picture(kind: str, **said: object) -> PictureSpec:
    return PictureSpec(id=kind, kind=kind, caption="诉求受理量", unit="件", decimals=0, **said)


DRAWINGS: dict[str, ChartSpec | PictureSpec] = {
    "trend": ChartSpec(
        id="trend", caption="每周", categories=WEEKS,
        series=(series("受理量", "column", (410, None, 0, 8)),
                series("按期办结率", "line", (96.4, None, 88.05, 91.0), "%")),
    ),
    "bars": ChartSpec(
        id="bars", caption="类别", categories=("噪声扰民", "<道路>破损"),
        series=(series("本周", "bar", (120, 31)), series("上周", "bar", (99, None))),
    ),
    "calendar": picture(
        "calendar", days=tuple(f"2026-11-{day:02d}" for day in range(2, 16)),
        values=(*(float(k * k) for k in range(13)), None), evidence=("x",) * 14,
    ),
    "map": picture("map", places=(
        square("城东街道", 120.0, 9.0), square("城西镇", 120.1, 3.0), square("新区", 120.2, None),
    )),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawing(name: str, request: pytest.FixtureRequest) -> None:
    made = svg(DRAWINGS[name]).replace("><", ">\n<") + "\n"
    ET.fromstring(made)
    path = HERE / f"drawing_{name}.svg"
    if request.config.getoption("--update-golden"):
        path.write_text(made, encoding="utf-8")
    assert path.read_text("utf-8") == made, "look at the difference, then pytest --update-golden"


def test_no_drawing_is_left_over() -> None:
    assert {path.stem for path in HERE.glob("*.svg")} == {f"drawing_{name}" for name in DRAWINGS}
