"""One question, one number: commands, API, wall, map, table and Word document agree."""

import re
from functools import lru_cache

import docx
import pytest

from layouts.format import value_text, value_with_unit
from layouts.wall.scene import SCENES as BUILT_IN
from layouts.wall.scene import load_scene, scene_questions
from tests.browser.conftest import COMPARED, WEEK
from tests.browser.wall import FILLED, cards, labels, legend, open_wall, painted

pytestmark = pytest.mark.browser

_SAID = ("value", "numerator", "denominator", "previous", "change", "light")
_NUMBERS = """(scene) => Object.fromEntries(
  [...document.querySelectorAll(`[id^=wall-card-${scene}-]`)].map(card => [
    card.id.slice(`wall-card-${scene}-`.length),
    card.querySelector('.wall-value').dataset.text]))"""
_DIALS = """(panel) => [...document.querySelectorAll(
  `#${panel} .wall-gauge, #${panel} .wall-clockface`)].map(one => ({
    value: one.querySelector('.wall-gauge-value > .num, .wall-dial .num').dataset.text,
    share: parseFloat(one.querySelector('.is-kept')?.style.strokeDasharray
      ?? one.querySelector('.wall-gauge-track > b')?.style.left),
    note: one.querySelector(':scope > small').textContent, state: one.dataset.state,
  }))"""
_LEGEND = """() => [...document.querySelectorAll('.st-map__legend > span')].map(item => ({
  colour: getComputedStyle(item.querySelector('i') ?? item).backgroundColor,
  text: item.textContent}))
"""
_FILL = """async (code) => {
  const drawn = window.dash_component_api.getLayout('drill-shapes').props;
  const shapes = await (await fetch(drawn.url)).json();
  const id = shapes.features.find(one => one.properties.code === code).properties.id;
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.background = drawn.hideout.fill[id];
  const colour = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return colour;
}"""


@pytest.fixture
def week_scene(site):
    """Scenes of the city's own that ask about the week of the briefing; gone afterwards."""
    folder = site.home / "city" / "xiaoshan" / "wall"
    folder.mkdir(exist_ok=True)
    for one in COMPARED[:2]:
        headline = "".join(f"  - {{indicator: {name}}}\n" for name in COMPARED)
        (folder / f"week_{one}.yaml").write_text(
            f"id: week_{one}\nperiod: {WEEK}\nheadline:\n{headline}"
            f"map: {{indicator: {one}}}\nleft: []\nright: []\n",
            "utf-8",
        )
    yield
    for path in folder.glob("week_*.yaml"):
        path.unlink()


def briefed(path):
    """Return the first table of the briefing by name, and that of the streets by their names."""
    tables = docx.Document(path).tables
    numbers = {row.cells[0].text: row.cells[1].text for row in tables[0].rows}
    head, *rows = [[cell.text for cell in row.cells] for row in tables[1].rows]
    columns = [re.sub(r"（.*）", "", name) for name in head]
    streets = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    return numbers, streets


def test_commands_and_api_say_the_same(told, site):
    for name in COMPARED:
        answer = site.ask(name, period=WEEK, level="street")
        assert {key: answer[key] for key in _SAID} == {key: told[name][key] for key in _SAID}
        assert answer["children"] == told[name]["children"]


def test_the_briefing_says_what_the_commands_say(told, catalogue):
    numbers, streets = briefed(told["brief"])
    for name in COMPARED:
        indicator = catalogue.get(name)
        assert numbers[indicator.name] == value_with_unit(told[name]["value"], indicator)
    for name in ("appeals_accepted", "appeals_ontime_rate", "um_reported"):
        indicator = catalogue.get(name)
        for child in told[name]["children"]:
            shown = streets[child["name"]][indicator.name].rstrip("＊%")
            assert shown == value_text(child["value"], indicator), (name, child["name"])


@pytest.mark.parametrize("coloured", COMPARED[:2])
def test_the_wall_says_what_the_commands_say(page, told, catalogue, week_scene, coloured):
    open_wall(page, f"?scene=week_{coloured}")
    shown = cards(page)
    for name in COMPARED:
        text = value_text(told[name]["value"], catalogue.get(name))
        assert shown[f"headline-{name}"] == text
    values = {one["name"]: one["value"] for one in told[coloured]["children"]}
    classes = legend(page)
    named = labels(page)
    assert len(named) >= 15
    for one, colour in zip(named, painted(page, named), strict=True):
        value = values[next(area for area in values if area.startswith(one["name"]))]
        assert one["value"] in ("", value_text(value, catalogue.get(coloured)))
        if value is not None:
            field = next(k for k in classes if k["colour"] == colour)
            assert field["low"] - 0.05 <= value <= field["high"] + 0.05, one


def shown_wrong(page, scene, ask, catalogue):
    """Return where a scene shows another number or colour than was answered."""
    numbers = page.evaluate(_NUMBERS, scene.id)
    asked = {one.key: one for one in scene_questions(scene)}
    assert len(numbers) >= 9, scene.id
    for key, text in numbers.items():
        answer = ask(asked[key].indicator, asked[key].period or scene.period)
        if text != value_text(answer["value"], catalogue.get(asked[key].indicator)):
            yield f"{scene.id} {key}: {text}, asked {answer['value']}"
    drawn, classes, named = asked["map"], legend(page), labels(page)
    told = ask(drawn.indicator, drawn.period, drawn.level)
    values = {one["name"]: one["value"] for one in told["children"]}
    assert len(named) >= 15, scene.id
    for one, colour in zip(named, painted(page, named), strict=True):
        value = values[next(area for area in values if area.startswith(one["name"]))]
        text = value_text(value, catalogue.get(drawn.indicator))
        field = next((k for k in classes if k["colour"] == colour), None)
        within = value is None if field is None else in_class(value, field)
        if one["value"] not in ("", text) or not within:
            yield f"{scene.id} {one}: asked {value}, painted {colour} of {field}"


def dials_wrong(page, scene, ask, catalogue):
    """Return where a gauge or a clock shows another number than was answered."""
    for panel in scene.panels:
        if panel.kind not in ("gauge", "clocks"):
            continue
        shown = page.evaluate(_DIALS, f"wall-panel-{scene.id}-{panel.id}")
        period = getattr(panel, "period", "") or scene.period
        pairs = (
            [(one.indicator, one.period or period, "") for one in panel.cards]
            if panel.kind == "gauge"
            else [(one.rate, period, one.time) for one in panel.clocks]
        )
        for dial, (name, when, time) in zip(shown, pairs, strict=True):
            value = ask(name, when)["value"]
            is_true = dial["value"] == value_text(value, catalogue.get(name))
            if panel.kind == "clocks" and value is not None:
                is_true &= abs(dial["share"] - 10 * value) <= 1
            if time and dial["state"] != "small" and (took := ask(time, when)["value"]) is not None:
                is_true &= value_with_unit(took, catalogue.get(time)) in dial["note"]
            if not is_true:
                yield f"{scene.id} {panel.id} {name}: {dial}, asked {value}"


def in_class(value, field):
    """Tell whether a value lies in a class of the legend, whose bounds are written rounded."""
    slack = max(0.05, 1e-3 * abs(field["high"]))
    return value is not None and field["low"] - slack <= value <= field["high"] + slack


def test_every_number_and_colour_of_every_scene_is_what_the_api_says(page, site, catalogue):
    ask = lru_cache(maxsize=None)(lambda name, period, level="": site.ask(
        name, period=period, **({"level": level} if level else {})))  # fmt: skip
    open_wall(page, "?lite=1")
    wrong = []
    for path in sorted(BUILT_IN.glob("*.yaml")):
        scene = load_scene(path)
        page.locator(f"#wall-scenes a[data-scene={scene.id}]").click()
        page.locator(f"#wall-scenes a.is-on[data-scene={scene.id}]").wait_for()
        page.wait_for_function(FILLED)
        wrong += shown_wrong(page, scene, ask, catalogue)
        wrong += dials_wrong(page, scene, ask, catalogue)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", COMPARED[:5])
def test_the_drill_page_says_what_the_commands_say(page, told, catalogue, name):
    indicator = catalogue.get(name)
    page.goto(f"/drill?indicator={name}&period={WEEK}")
    row = page.locator("#drill-ranking .ag-row[row-index='0']")
    row.locator("a.st-go").wait_for()
    street = row.locator("a.st-go").inner_text()
    hero = page.locator(".st-hero__value").inner_text().replace("\n", "")
    assert hero.replace(" ", "") == value_with_unit(told[name]["value"], indicator)
    child = next(one for one in told[name]["children"] if one["name"] == street)
    text = value_text(child["value"], indicator)
    assert row.locator("[col-id='value']").inner_text() == text
    colour = page.evaluate(_FILL, child["area"])
    field = next(one["text"] for one in page.evaluate(_LEGEND) if one["colour"] == colour)
    low, high = ([float(end.replace(",", "")) for end in field.split("–")] * 2)[:2]
    assert low - 0.05 <= child["value"] <= high + 0.05
