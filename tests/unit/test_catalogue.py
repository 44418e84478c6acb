"""The catalogue: what it holds, and one planted mistake for every rule it is proved by."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.catalogue import BUILT_IN, Untold, load_catalogue, passing_over
from metrics.errors import ConfigProblems, UnknownName
from metrics.rules import RULES
from metrics.store import Store

HEAD = "domain: 城市管理\nowner: 区城管局\nindicators:\n"
SOUND = """\
  - id: filed
    name: 立案量
    name_en: Filed
    unit: 件
    kind: count
    fact: case
    time: accepted_at
    where: is_void = 0
    note: 按立案时间统计
"""


def planted(*changes: tuple[str, str], also: str = "") -> str:
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return HEAD + text + also


INDEX = """\
  - id: per_case
    name: 指数
    name_en: Index
    unit: 分
    kind: index
    parts: {a: filed, b: fild}
    formula: a / b
    note: 试
"""

MISTAKES: dict[str, list[tuple[str, str]]] = {
    "id_is_a_name": [
        (planted(("id: filed", "id: Filed-1")), "'Filed-1' is no id. Lower-case letters"),
    ],
    "kind_has_its_parts": [
        (planted(("    fact: case\n", "")), "'filed' has no fact. Allowed: case, event, reading"),
        (planted(("count", "ratio")), "is a ratio without numerator or denominator. It would"),
        (planted(("count", "sum")), "is sum without value. Say which column"),
        (planted(("count", "quantile")), "is quantile without value"),
        (planted(("count", "distinct")), "is distinct without key. Say what is counted once"),
        (planted(("count", "stock")), "is a stock without value or leave"),
        (planted(("    note", "    at_least: 3\n    note")), "is count with at_least. Only keys"),
        (planted(("count", "index")), "is index without parts and formula"),
        (planted(("count", "composite")), "is composite and has a fact. It is computed from"),
    ],
    "roll_up_fits_kind": [
        (
            planted(("kind: count", "kind: stock\n    leave: closed_at\n    roll_up: sum")),
            "of kind stock cannot roll up by sum. Allowed: last",
        ),
    ],
    "time_is_a_time_column": [
        (
            planted(("time: accepted_at", "time: acepted_at")),
            "has time 'acepted_at', no time of case. Did you mean 'accepted_at'?",
        ),
        (planted(("time: accepted_at", "time: xyz")), "Allowed: at, received_at, accepted_at"),
    ],
    "columns_exist": [
        (
            planted(("is_void = 0", "is_viod = 0")),
            "where reads 'is_viod', no column of case. Did you mean 'is_void'?",
        ),
        (
            planted(("    note", "    numerator: isNotNull(closd_at)\n    note")),
            "numerator reads 'closd_at', no column of case. Did you mean 'closed_at'?",
        ),
    ],
    "thresholds_are_rules": [
        (planted(("    note", "    amber: '97'\n    note")), "amber rule '97' is not <x, <=x"),
        (planted(("    note", "    target: 97%\n    note")), "target rule '97%' is not <x"),
        (
            planted(("    note", "    direction: down\n    red: <5\n    note")),
            "red '<5' warns of the good side: direction is down",
        ),
    ],
    "period_end_is_of_counts": [
        (
            planted(
                ("count", "sum"),
                ("    note", "    value: '1'\n    numerator: closed_at < {period_end}\n    note"),
            ),
            "of kind sum reads {period_end}. Only count and ratio may",
        ),
        (
            planted(("where: is_void = 0", "where: closed_at < {period_end}")),
            "where reads {period_end}. Only numerator and denominator may",
        ),
    ],
    "parts_are_indicators": [
        (planted(also=INDEX), "has part 'fild', which is no indicator. Did you mean 'filed'?"),
        (
            planted(also=INDEX.replace("fild}", "filed, c: filed}")),
            "formula and parts differ in c",
        ),
        (planted(also=INDEX.replace("a / b", "a.b")), "formula 'a.b' holds more than + - * /"),
        (
            planted(also=INDEX.replace("fild", "per_case")),
            "has part 'per_case', itself a formula",
        ),
    ],
}


def problems(folder: Path, text: str) -> ConfigProblems:
    folder.mkdir(exist_ok=True)
    (folder / "10_own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigProblems) as found:
        load_catalogue(folder)
    return found.value


def test_every_rule_has_a_planted_mistake() -> None:
    assert set(MISTAKES) == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize(
    ("text", "sentence"), [one for found in MISTAKES.values() for one in found]
)
def test_a_mistake_is_found_at_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    found = problems(tmp_path, text)
    told = [one.sentence for one in found.problems]
    assert any(sentence in one for one in told), told
    line = next(
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if line.startswith("  - id:") and ("per_case" in line or INDEX[:16] not in text)
    )
    assert found.problems[0].where == f"{tmp_path / '10_own.yaml'}:{line}"


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (planted(("    unit: 件\n", "")), 4, "indicator 'filed' lacks 'unit'"),
        (planted(("kind: count", "kind: cout")), 8, "has kind 'cout'. Did you mean 'count'?"),
        (planted(("    note", "    colour: red\n    note")), 12, "has unknown key 'colour'"),
        (planted(("    note", "    amer: none\n    note")), 12, "Did you mean 'amber'?"),
        (planted(("    note", "    quantile: 2\n    note")), 12, "quantile input should be less"),
        (planted(also=SOUND), 13, "indicator 'filed' is there twice. The first is at"),
        (HEAD.replace("owner", "ownr") + SOUND, 2, "unknown key 'ownr'. Did you mean 'owner'?"),
        ("indicators: 3\n", 1, "the file has no list 'indicators'"),
        (HEAD + "  - word\n", 4, "an indicator is a mapping of keys"),
        ("indicators: [\n", 2, "this is not YAML"),
    ],
)
def test_a_key_is_wrong_at_its_line(tmp_path: Path, text: str, line: int, sentence: str) -> None:
    found = problems(tmp_path, text)
    assert sentence in found.problems[0].sentence
    assert found.problems[0].where == f"{tmp_path / '10_own.yaml'}:{line}"


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = planted(("is_void", "is_viod"), ("time: accepted_at", "time: acepted_at"), also=INDEX)
    found = problems(tmp_path, text)
    assert len(found.problems) == 3
    assert found.sentence.startswith(f"{tmp_path / '10_own.yaml'}:4: ")
    assert "2 more problems after this one" in found.sentence
    assert found.as_json()["problems"][2]["where"].endswith(":13")  # type: ignore[index]


def test_clickhouse_reads_every_expression(tmp_path: Path, store: Store) -> None:
    assert load_catalogue(syntax_error=store.syntax_error).indicators
    (tmp_path / "a.yaml").write_text(planted(("is_void = 0", "is_void = = 0")), encoding="utf-8")
    with pytest.raises(ConfigProblems, match=r"a\.yaml:4: .*where does not parse \("):
        load_catalogue(tmp_path, syntax_error=store.syntax_error)


def test_words_of_expressions_are_understood(tmp_path: Path) -> None:
    where = (
        "is_void = 0 AND NOT has(flags, 'is_viod x') AND arrayExists(f -> f != 'b', flags)"
        " AND received_at > now() - INTERVAL 3 DAY AND extra['key'] IN ('x')"
        " AND channel IS NOT NULL"
    )
    text = planted(("where: is_void = 0", f'where: "{where}"'))
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert list(load_catalogue(tmp_path).indicators) == ["filed"]


def test_the_built_in_catalogue() -> None:
    catalogue = load_catalogue()
    assert len(catalogue.indicators) >= 55
    assert sum(map(len, catalogue.domains.values())) == len(catalogue.indicators)
    for one in catalogue.indicators.values():
        name, _, line = one.defined_at.rpartition(":")
        text = (BUILT_IN.parent.parent / name).read_text("utf-8").splitlines()[int(line) - 1]
        assert text.strip() == f"- id: {one.id}"
        assert one.note.strip("。")
        assert one.owner
        assert one.roll_up
    with pytest.raises(UnknownName, match="Did you mean 'um_filed'"):
        catalogue.get("um_field")


def test_a_city_replaces_a_built_in_indicator(tmp_path: Path) -> None:
    own = planted(("id: filed", "id: um_filed"))
    (tmp_path / "a.yaml").write_text(own, encoding="utf-8")
    both = load_catalogue(BUILT_IN, tmp_path)
    assert len(both.indicators) == len(load_catalogue().indicators)
    assert both.get("um_filed").note == "按立案时间统计"
    assert load_catalogue(BUILT_IN, tmp_path / "absent").get("um_filed").note != "按立案时间统计"


def test_what_a_source_never_tells_is_not_asked_of_it() -> None:
    before = load_catalogue()
    silent = [
        Untold("calls", "case", ("closed_at", "satisfaction")),
        Untold("pipes", "reading", ("value",)),
        Untold("hotline", "case", ()),
    ]
    after = passing_over(before, silent)
    assert after.get("appeals_accepted") is before.get("appeals_accepted")
    for name in ("appeals_open", "appeals_closed", "appeals_close_rate"):
        where = before.get(name).where
        assert after.get(name).where == f"({where}) AND source NOT IN ('calls')"
    assert after.get("pm25_avg").where.endswith("AND source NOT IN ('pipes')")
    assert after.get("aqi_daily") is before.get("aqi_daily")
    assert passing_over(before, silent[2:]) is before


def test_texts_are_no_columns() -> None:
    one = load_catalogue().get("appeals_accepted")
    asked = one.model_copy(update={"where": "kind = 'closed_at' AND title != 'it\\'s due_at'"})
    assert asked.columns_read >= {"kind", "title", "accepted_at"}
    assert asked.columns_read.isdisjoint({"closed_at", "due_at"})
