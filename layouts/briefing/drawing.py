"""Charts, maps and calendars as SVG: the same ink as the native charts, no browser, no guess.

Text stays text and names the built-in face, so the PDF keeps it selectable. Lengths are in tenths
of a millimetre.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from layouts.briefing.ink import (
    BAR_EXTRA,
    BAR_HEIGHT,
    CHART_HEIGHT,
    FAINT,
    GRID,
    LINE,
    MEASURE,
    STEPS,
    ink_of,
    step_of,
)
from layouts.briefing.sentences import digits
from metrics.briefing.content import ChartSeries, ChartSpec, PictureSpec, Ring

FACE = "Noto Sans SC"
WIDE = MEASURE * 10.0
SMALL, PLAIN = 27.0, 32.0
ROOF = 1.6
"""The axis of the columns ends so far above the highest: the line of the rate runs there."""
CELL, WEEKDAY = 84.0, 60.0
MAP_TALL = 1000.0
_DAYS = "一二三四五六日"


def svg(spec: ChartSpec | PictureSpec) -> str:
    """Return the drawing as an SVG document."""
    if isinstance(spec, PictureSpec):
        body, tall = _map(spec) if spec.kind == "map" else _calendar(spec)
    else:
        body, tall = _chart(spec)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {tall:g}" '
        f'width="{MEASURE}mm" height="{tall / 10:g}mm" font-family="{FACE}">'
        f"{''.join(body)}</svg>"
    )


def height_mm(spec: ChartSpec | PictureSpec) -> float:
    """Return how tall the drawing is at the full measure, in millimetres."""
    if isinstance(spec, PictureSpec):
        return MAP_TALL / 10 if spec.kind == "map" else _calendar_tall() / 10
    is_bar = any(series.shape == "bar" for series in spec.series)
    return BAR_EXTRA + BAR_HEIGHT * len(spec.categories) if is_bar else CHART_HEIGHT


def legend(series: ChartSeries) -> str:
    """Return a series' name with its unit."""
    return f"{series.name}（{series.unit}）" if series.unit else series.name


def _text(
    x: float, y: float, text: str, *, size: float = PLAIN, anchor: str = "middle",
    fill: str = "#222222", halo: str = "",
) -> str:  # fmt: skip
    rim = f'stroke="{halo}" stroke-width="7" paint-order="stroke" ' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" '
        f'{rim}fill="{fill}">{escape(text)}</text>'
    )


def _box(x: float, y: float, wide: float, tall: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{fill}"/>'


def _legends(spec: ChartSpec) -> Iterator[str]:
    names = [legend(series) for series in spec.series]
    wide = [PLAIN * sum(1.0 if ord(c) > 255 else 0.6 for c in name) + 110 for name in names]
    x = (WIDE - sum(wide)) / 2
    for position, (series, name) in enumerate(zip(spec.series, names, strict=True)):
        ink = ink_of(series, position)
        tall = 8 if series.shape == "line" else 28
        yield _box(x, 40 - tall / 2, 44, tall, ink)
        yield _text(x + 56, 52, name, anchor="start")
        x += wide[position]


def _chart(spec: ChartSpec) -> tuple[list[str], float]:
    tall = height_mm(spec) * 10
    body = [*_legends(spec)]
    is_bar = any(series.shape == "bar" for series in spec.series)
    body += _bars(spec, tall) if is_bar else _columns(spec, tall)
    return body, tall


def _columns(spec: ChartSpec, tall: float) -> Iterator[str]:
    left, right, top, floor = 10.0, WIDE - 10.0, 90.0, tall - 55.0
    step = (right - left) / len(spec.categories)
    centres = [left + step * (k + 0.5) for k in range(len(spec.categories))]
    for k in range(5):
        y = floor - (floor - top) * k / 4
        yield f'<path d="M{left} {y:.1f}H{right}" stroke="{GRID}" stroke-width="2"/>'
    for centre, name in zip(centres, spec.categories, strict=True):
        yield _text(centre, tall - 12, name, size=SMALL)
    blocks = [(p, one) for p, one in enumerate(spec.series) if one.shape != "line"]
    top_value = max((v for _, one in blocks for v in one.values if v is not None), default=0.0)
    roof = top_value * ROOF or 1.0
    wide = step * 0.7 / max(1, len(blocks))
    for place, (position, series) in enumerate(blocks):
        for centre, value in zip(centres, series.values, strict=True):
            if value is None:
                continue
            high = (floor - top) * max(0.0, value) / roof
            x = centre - wide * len(blocks) / 2 + wide * place
            yield _box(x, floor - high, wide, high, ink_of(series, position))
            inside = high > 60
            y = floor - 16 if inside else floor - high - 10
            yield _text(x + wide / 2, y, digits(value, series.decimals or 0), size=SMALL,
                fill="#FFFFFF" if inside else "#222222")  # fmt: skip
    ceiling = floor - (floor - top) / ROOF if blocks else floor
    for series in (one for one in spec.series if one.shape == "line"):
        yield from _line(series, centres, top + 45, ceiling - 30)


def _line(series: ChartSeries, centres: Sequence[float], top: float, floor: float) -> Iterator[str]:
    known = [value for value in series.values if value is not None]
    if not known:
        return
    reach = max(max(known) - min(known), 1.0)
    path, is_down = "", False
    points = []
    for x, value in zip(centres, series.values, strict=True):
        if value is None:
            is_down = False
            continue
        y = floor - (floor - top) * (value - min(known)) / reach
        path += f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}"
        is_down = True
        points.append((x, y, value))
    yield f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="5"/>'
    for x, y, value in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="{LINE}"/>'
        yield _text(x, y - 18, digits(value, 1), size=SMALL, fill=LINE)


def _bars(spec: ChartSpec, tall: float) -> Iterator[str]:
    wide_name = max(len(name) for name in spec.categories) * PLAIN + 30
    left, right, top = min(wide_name, 520.0), WIDE - 130.0, 85.0
    step = (tall - top - 10) / len(spec.categories)
    most = max((v for one in spec.series for v in one.values if v is not None), default=0.0) or 1.0
    thick = step * 0.72 / len(spec.series)
    for row, name in enumerate(spec.categories):
        middle = top + step * (row + 0.5)
        yield _text(left - 16, middle + 11, name, anchor="end")
        for position, series in enumerate(spec.series):
            value = series.values[row]
            if value is None:
                continue
            y = middle + thick * (position - len(spec.series) / 2)
            wide = (right - left) * max(0.0, value) / most
            yield _box(left, y, wide, thick, ink_of(series, position))
            yield _text(left + wide + 10, y + thick / 2 + 9, digits(value, series.decimals or 0),
                size=SMALL, anchor="start")  # fmt: skip


def _calendar_tall() -> float:
    return 100 + 7 * CELL + 60


def _calendar(spec: PictureSpec) -> tuple[list[str], float]:
    known = [value for value in spec.values if value is not None]
    weeks = -(-len(spec.days) // 7)
    left, top = WEEKDAY + 20, 70.0
    wide = (WIDE - left) / max(1, weeks)
    body = [
        _text(WEEKDAY / 2, top + CELL * (row + 0.62), f"周{name}", size=SMALL, fill=FAINT)
        for row, name in enumerate(_DAYS)
    ]
    for number, (day, value) in enumerate(zip(spec.days, spec.values, strict=True)):
        week, row = divmod(number, 7)
        x, y = left + wide * week, top + CELL * row
        if row == 0:
            at = dt.date.fromisoformat(day)
            body.append(_text(x + wide / 2, 50, f"{at.month}月{at.day}日", size=SMALL, fill=FAINT))
        fill = step_of(value, known)
        body.append(_box(x + 2, y + 2, wide - 4, CELL - 4, fill))
        text = "—" if value is None else digits(value, spec.decimals or 0)
        ink = "#FFFFFF" if fill in STEPS[3:] else "#222222"
        body.append(_text(x + wide / 2, y + CELL * 0.62, text, size=SMALL, fill=ink))
    body += _scale(spec, known, top + 7 * CELL + 25)
    return body, _calendar_tall()


def _scale(spec: PictureSpec, known: Sequence[float], y: float) -> Iterator[str]:
    """Draw the steps of colour with the least and the most."""
    if not known:
        return
    x = WIDE / 2 - 30 * len(STEPS)
    low, high = (
        digits(value, spec.decimals or 0) + spec.unit for value in (min(known), max(known))
    )
    yield _text(x - 16, y + 25, low, size=SMALL, anchor="end", fill=FAINT)
    for number, ink in enumerate(STEPS):
        yield _box(x + 60 * number, y, 58, 30, ink)
    yield _text(x + 60 * len(STEPS) + 14, y + 25, high, size=SMALL, anchor="start", fill=FAINT)


def _map(spec: PictureSpec) -> tuple[list[str], float]:
    points = [point for place in spec.places for ring in place.rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    # A degree of longitude is shorter than one of latitude by the cosine of where it lies.
    squeeze = math.cos(math.radians((south + north) / 2))
    room = (WIDE - 40, MAP_TALL - 90)
    scale = min(room[0] / ((east - west) * squeeze or 1), room[1] / ((north - south) or 1))
    shift = (WIDE - (east - west) * squeeze * scale) / 2

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return shift + (point[0] - west) * squeeze * scale, 10 + (north - point[1]) * scale

    known = [place.value for place in spec.places if place.value is not None]
    body = []
    for place in spec.places:
        path = "".join(_ring([at(point) for point in ring]) for ring in place.rings)
        body.append(
            f'<path d="{path}" fill="{step_of(place.value, known)}" fill-rule="evenodd" '
            'stroke="#FFFFFF" stroke-width="4"/>'
        )
    body += _names(spec, [[at(p) for p in max(one.rings, key=len)] for one in spec.places], known)
    return [*body, *_scale(spec, known, MAP_TALL - 50)], MAP_TALL


def _names(
    spec: PictureSpec, shapes: Sequence[Sequence[tuple[float, float]]], known: list[float]
) -> Iterator[str]:
    """Write name and value into the areas, the largest first, as long as no text meets another."""
    order = sorted(range(len(shapes)), key=lambda k: (-_extent(shapes[k]), k))
    taken: list[tuple[float, float, float]] = []
    for number in order:
        place = spec.places[number]
        x, y = _middle(shapes[number])
        short = place.name.removesuffix("街道").removesuffix("镇")
        half = len(short) * 13.0
        if any(abs(x - a) < half + other and abs(y - b) < 56 for a, b, other in taken):
            continue
        taken.append((x, y, half))
        halo = step_of(place.value, known)  # a name may reach into the next area
        ink = "#FFFFFF" if halo in STEPS[3:] else "#222222"
        value = "—" if place.value is None else digits(place.value, spec.decimals or 0)
        yield _text(x, y - 4, short, size=26, fill=ink, halo=halo)
        yield _text(x, y + 22, value, size=24, fill=ink, halo=halo)


def _extent(points: Sequence[tuple[float, float]]) -> float:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def _ring(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the centre of gravity of a ring."""
    twice = x = y = 0.0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        twice, x, y = twice + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    if abs(twice) < 1e-9:
        return points[0]
    return x / (3 * twice), y / (3 * twice)


def rings_of(geometry: dict[str, object]) -> tuple[Ring, ...]:
    """Return the rings of a GeoJSON polygon or multipolygon."""
    shapes: object = geometry.get("coordinates", ())
    polygons = [shapes] if geometry.get("type") == "Polygon" else shapes
    return tuple(
        tuple((float(x), float(y)) for x, y, *_ in ring)
        for polygon in polygons  # type: ignore[attr-defined]
        for ring in polygon
    )
