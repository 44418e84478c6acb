"""Both themes: text that can be read, a ramp that holds without colour, and who chooses them."""

import re
from itertools import pairwise

import pytest

from cockpit.settings import load_settings
from layouts.format import change_tone
from layouts.theme import THEMES, TOKENS, Look, class_names, plotly_template, token, use_look
from layouts.wall.sheet import farthest_m, share_of_height
from metrics.errors import ConfigError
from tests.unit.test_format import indicator

INKS = ("ink", "ink-2", "ink-3", "accent", "good", "bad", "flat", "amber", "red", "none")
GROUNDS = ("bg", "bg-2", "surface", "surface-2", "stage", "stage-2")
PAIRS = (("on-accent", "accent"), ("on-amber", "amber-fill"))


def luminance(colour):
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_ink_can_be_read_on_every_ground(theme):
    tokens = TOKENS[theme]
    pairs = [(ink, ground) for ink in INKS for ground in GROUNDS]
    low = {
        (ink, ground): round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in [*pairs, *PAIRS]
        if contrast(tokens[ink], tokens[ground]) < 4.5
    }
    assert not low
    assert contrast("#ffffff", tokens["red-fill"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_classes_of_the_map_differ_without_any_colour(theme):
    steps = [luminance(TOKENS[theme][name]) for name in class_names(5)]
    assert steps == sorted(steps, reverse=theme == "light")
    assert min(abs(a - b) / max(a, b) for a, b in pairwise(steps)) > 0.15


def test_both_themes_say_the_same_things():
    assert set(TOKENS["dark"]) == set(TOKENS["light"])
    for theme in THEMES:
        assert all(re.fullmatch(r"#[0-9a-f]{6}", TOKENS[theme][name]) for name in INKS + GROUNDS)


def test_charts_follow_the_theme_of_the_request():
    use_look(Look("light"))
    try:
        assert token("ink") == TOKENS["light"]["ink"]
        assert plotly_template()["layout"]["font"]["color"] == TOKENS["light"]["ink-2"]
    finally:
        use_look(Look())


def test_the_habit_of_red_for_more_changes_arrows_only():
    rises = indicator(direction="up")
    assert (change_tone(0.1, rises), change_tone(-0.1, rises)) == ("good", "bad")
    use_look(Look(arrows="red-up"))
    try:
        assert (change_tone(0.1, rises), change_tone(-0.1, rises)) == ("bad", "good")
        assert change_tone(0.0, rises) == change_tone(None, rises) == "flat"
    finally:
        use_look(Look())


def test_a_wall_that_cannot_be_read_from_so_far_is_refused():
    assert share_of_height(0, 5) == 0
    assert share_of_height(1.43, 5) * 1.43 == pytest.approx(0.025)  # 25 mm at five metres
    assert load_settings({"wall_height_m": "1.43"}, {}).viewing_distance_m == 5
    with pytest.raises(ConfigError, match="cannot be read from 8 m"):
        load_settings({"wall_height_m": "1.43", "viewing_distance_m": "8"}, {})
    assert farthest_m(2.4) > 8


def test_a_theme_that_does_not_exist_is_refused():
    with pytest.raises(ConfigError, match="dark or light"):
        load_settings({"theme": "blue"}, {})
