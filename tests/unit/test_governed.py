"""Problems taken in hand: what city.yaml may say of them, and what counts as an effect."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from etl.cityfile import governed_problems, load_city
from layouts.governed import signed
from metrics.errors import ConfigError, ConfigProblems
from metrics.insight.effect import net_effect
from tests.support.small_city import write_city

SOUND = "  - {id: dance, name: 广场舞, since: 2026-03-02, only: {subcategory: [噪声]}}\n"


def city(folder: Path, text: str) -> Path:
    made = write_city(folder)
    with (made / "city.yaml").open("a", encoding="utf-8") as file:
        file.write(f"governed:\n{SOUND}{text}")
    return made


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  - {id: two, name: 二, sicne: 2026-03-02}\n",
         "unknown key 'governed.1.sicne'. Did you mean 'since'?"),
        ("  - {id: two, name: 二, since: soon}\n", "'governed.1.since' is wrong"),
        ("  - {id: two, name: 二, since: 2026-03-02, weeks: 1}\n", "'governed.1.weeks' is wrong"),
        ("  - {id: two, name: 二, since: 2026-03-02, only: {colour: [红]}}\n",
         "'colour' is no column of cases; allowed: category, subcategory"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigProblems) as caught:
        load_city(city(tmp_path / "city", text))
    said = [one.sentence for one in caught.value.problems]
    assert any(words in one and "city.yaml:14:" in one for one in said), said


def test_a_day_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    made = city(tmp_path / "city", "  - {id: two, name: 二, since: 2026-02-30}\n")
    with pytest.raises(ConfigError, match=r"city.yaml:14: there is no day 2026-02-30"):
        load_city(made)


def test_what_only_the_catalogue_knows_is_told_with_its_line(tmp_path: Path) -> None:
    more = "  - {id: dance, name: 二, since: 2026-03-02,\n     indicator: appeals_acepted}\n"
    found = load_city(city(tmp_path / "city", more))
    said = [f"{one.where.rsplit('/', 1)[-1]} {one.what} {one.hint}" for one in
            governed_problems(found, ["appeals_accepted", "um_filed"])]  # fmt: skip
    assert said[0].startswith("city.yaml:14 the problem 'dance' is there twice")
    assert said[1].startswith("city.yaml:15 'appeals_acepted' is no indicator that counts cases")
    assert "Did you mean 'appeals_accepted'?" in said[1]


def test_a_general_fall_is_not_credited() -> None:
    found = net_effect([50, 50], [9, 9], [400, 400], [72, 72])
    assert found is not None
    assert found.change == pytest.approx(0)
    assert not found.is_told
    assert net_effect([5, 5], [1, 1], [0, 0], [0, 0]) is None
    few = net_effect([4, 4], [0, 0], [400, 400], [400, 400])
    assert few is not None
    assert not few.is_told


def test_the_interval_is_the_one_of_two_ratios() -> None:
    found = net_effect([100], [18], [400], [400])  # one week a side: chance alone
    error = math.sqrt(1 / 100 + 1 / 18 + 1 / 400 + 1 / 400)
    assert found is not None
    assert found.z == pytest.approx(math.log(0.18) / error)
    assert found.low == pytest.approx(0.18 * math.exp(-2.36 * error) - 1)
    assert found.high == pytest.approx(0.18 * math.exp(2.36 * error) - 1)


def test_quiet_problems_are_seldom_told() -> None:
    chance, told = random.Random(5), 0
    for _ in range(400):
        weeks = [[sum(chance.random() < 0.1 for _ in range(mean * 10)) for _ in range(8)]
                 for mean in (9, 9, 60, 60)]  # fmt: skip
        found = net_effect(*weeks)
        told += found is not None and found.is_told
    assert told <= 400 * 0.05


@pytest.mark.parametrize(
    ("share", "text"), [(-0.824, "−82%"), (0.5, "+50%"), (0.001, "0%"), (None, "—")]
)
def test_a_change_has_its_sign(share: float | None, text: str) -> None:
    assert signed(share) == text
