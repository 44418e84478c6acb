"""Source specs: what is written is understood, and everything wrong is said at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from etl.source import load_spec, load_specs
from metrics.errors import ConfigError, ConfigProblems
from metrics.yaml_file import parse_yaml, read_yaml

GOOD = """\
source: hotline
name: 热线
fact: case
files: "*.csv"
format: csv
rhythm: 5m
lag: 1h
place: {crs: gcj02, lon: 经度, lat: 纬度, code: [网格, 旧网格], name: {column: 社区, level: 社区}}
columns:
  case_no: 编号
  received_at: {column: 时间, formats: ["%Y-%m-%d %H:%M:%S"]}
  category: {column: 类, map: {1: 一类, 旧: 新}, unmapped: bucket}
  is_void: {column: 状态, true: [作废, 1]}
  channel: {constant: 12345}
keep: 来电类别
ignore: [备注]
defaults: {urgency: 一般}
"""


def write(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    write(folder, text)
    with pytest.raises(ConfigProblems) as caught:
        load_specs(folder)
    return [p.sentence.replace(f"{folder}/", "") for p in caught.value.problems]


def test_a_good_spec_is_understood(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    spec = load_specs(tmp_path)["hotline"]
    assert spec.rhythm == dt.timedelta(minutes=5)
    assert spec.lag == dt.timedelta(hours=1)
    assert spec.columns["case_no"].column == "编号"
    assert spec.columns["category"].map == {"1": "一类", "旧": "新"}
    assert spec.columns["is_void"].true == ("作废", "1")
    assert spec.columns["channel"].constant == "12345"
    assert spec.keep == ("来电类别",)
    assert spec.key_columns == ("编号",)
    assert spec.must_have == ("case_no", "received_at")
    assert spec.place.code == ("网格", "旧网格")
    assert spec.defined_at == f"{path}:1"
    assert spec.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert set(spec.used_columns) == {
        "编号", "时间", "类", "状态", "经度", "纬度", "网格", "旧网格", "社区", "来电类别",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("ignore:", "ignroe:"), "a.yaml:16: unknown key 'ignroe'. Did you mean 'ignore'"),
        (("case_no:", "case_on:"), "a.yaml:10: a case has no field 'case_on'. Did you mean"),
        (("fact: case", "fact: cases"), "a.yaml:3: fact is 'cases', which is not allowed"),
        (("5m", "5 minutes"), "a.yaml:6: rhythm: '5 minutes' is no duration"),
        (("gcj02", "gcj"), "a.yaml:8: place.crs is 'gcj', which is not allowed"),
        (("lat: 纬度, ", ""), "a.yaml:8: a point needs 'lat' too"),
        (("{constant: 12345}", "{}"), "a.yaml:14: 0 origins are given for 'channel'"),
        (("[备注]", "[编号]"), "a.yaml:16: the column '编号' is used and ignored"),
        (("urgency:", "urgncy:"), "a.yaml:17: a case has no field 'urgncy'. Did you mean"),
        (("hotline", "Hot-Line"), "a.yaml:1: source is 'Hot-Line'"),
        (("format: csv", "format: xlsx\nencoding: utf-8"), "a.yaml:6: a xlsx file has no encoding"),
        (("format: csv", "format: csv\nsheet: x"), "a.yaml:6: a csv file has no sheets"),
        (
            ("format: csv", "format: csv\nrecords: a"),
            "a.yaml:6: a csv file has its rows at the top",
        ),
        (("format: csv", "format: csv\nmember: x"), "a.yaml:6: only a .zip has members"),
        (
            ("case_no: 编号", "case_no: {column: 编号, digest: true}"),
            "a.yaml:10: nothing of 'case_no' to make a number of",
        ),
        (("is_void: {", "is_void: {factor: 2, "), "a.yaml:13: 'is_void' is no measure"),
        (("rhythm: 5m", "untold: [case_no]"), "a.yaml:6: 'case_no' is told: it is filled"),
        (("rhythm: 5m", "untold: [close]"), "a.yaml:6: a case has no field 'close'"),
        (("name: 热线\n", ""), "a.yaml:1: the key 'name' is missing"),
        (("  case_no: 编号\n", ""), "a.yaml:9: nothing fills 'case_no', which a case needs"),
        (("is_void: {column", "is_void: {colunm"), "a.yaml:13: unknown key 'colunm'"),
        (("rhythm: 5m", "timezone: Asia/Shangai"), "a.yaml:6: 'Asia/Shangai' is no time zone"),
        (("rhythm: 5m", "sha256: x"), "a.yaml:6: the key 'sha256' is not written by hand"),
        (("case_no: 编号", "at: 编号"), "a.yaml:10: a case has no field 'at'. The time of a case"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    assert any(p.startswith(said) for p in problems(tmp_path, GOOD.replace(*change)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fact: event", "nothing identifies an event"),
        ("fact: reading\nkeep: [x]", "a reading keeps no further columns"),
        ("fact: reading\nreporter: x", "a reading has no reporter"),
        ("fact: case\nmetrics: {a: b}", "a case has no metrics"),
    ],
)
def test_what_does_not_fit_the_shape_is_said(tmp_path: Path, text: str, said: str) -> None:
    base = 'source: a\nname: a\nfiles: "*"\nformat: csv\ncolumns: {at: t}\n'
    assert any(said in p for p in problems(tmp_path, base + text))


def test_all_problems_of_all_files_come_together(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "b.yaml")
    write(tmp_path, "a: [1\n", "c.yaml")
    found = problems(tmp_path, GOOD.replace("ignore:", "ignroe:").replace("case_no:", "case_on:"))
    assert len(found) == 4  # two names, what the missing one leaves open, and the broken file
    assert found[-1].startswith("c.yaml:2: this is not YAML")
    with pytest.raises(ConfigProblems) as caught:
        load_specs(tmp_path)
    assert "3 more problems" in caught.value.sentence
    assert len(caught.value.as_json()["problems"]) == 4  # type: ignore[arg-type]


def test_the_same_source_twice_is_said(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "b.yaml")
    assert "b.yaml:1: the source 'hotline' is there twice" in problems(tmp_path, GOOD)[0]


def test_an_empty_file_is_said(tmp_path: Path) -> None:
    assert problems(tmp_path, "")[0].startswith("a.yaml:1: the file holds no keys")


def test_yaml_problems_name_the_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="f:3: the key 'k' is there twice"):
        parse_yaml("a:\n  x: 1\n  y: {k: 1, k: 2}", "f")
    with pytest.raises(ConfigError, match="does not exist"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "g.yaml").write_bytes("a: 1\nb: 中".encode("gb18030"))
    with pytest.raises(ConfigError, match=r"g.yaml:2: the file is not UTF-8"):
        read_yaml(tmp_path / "g.yaml")


def test_the_san_francisco_example_is_sound() -> None:
    folder = Path(__file__).parents[2] / "examples" / "san_francisco" / "sources"
    assert set(load_specs(folder)) == {"sf311", "acs_population"}
    assert load_spec(folder / "sf311.yaml").key_columns == ("CaseID",)
