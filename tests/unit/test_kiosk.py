"""Kiosk links: signed, scoped, ending, taken back; and what outlives the server."""

import pytest
from itsdangerous import URLSafeSerializer

from cockpit.walls.kiosk import DAY, Kiosk, KioskRefused
from cockpit.walls.ledger import Ledger
from metrics.errors import BadQuestion, ConfigError, UnknownName

START = 1_800_000_000


class Clock:
    """Unix seconds that a test moves."""

    def __init__(self):
        self.now = float(START)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def kiosk(ledger, clock):
    return Kiosk(b"a secret", ledger, clock=clock)


def reason(kiosk, token):
    with pytest.raises(KioskRefused) as refused:
        kiosk.admit(token)
    assert refused.value.status == 403
    assert "Traceback" not in refused.value.sentence
    return refused.value.reason


def test_a_link_says_who_it_is_for(kiosk):
    link, token = kiosk.make(" 一楼  大厅 ", ["990100002"], days=30)
    found = kiosk.admit(token)
    assert (found.id, found.name, found.roots) == (link.id, "一楼 大厅", ("990100002",))
    assert found.expires == START + 30 * DAY
    assert found.viewer.scope == "990100002"
    assert found.wall == f"k-{link.id}"


def test_links_are_all_different(kiosk):
    tokens = {kiosk.make("大厅")[1] for _ in range(20)}
    assert len(tokens) == 20


@pytest.mark.parametrize("token", ["", "x", "a.b", "é", "a" * 100_000])
def test_what_is_no_token_is_forged(kiosk, token):
    assert reason(kiosk, token) == "forged"


def test_every_changed_character_is_forged(kiosk):
    _, token = kiosk.make("大厅", ["990100002"])
    for place in range(0, len(token) - 1, 3):  # the last one holds spare bits
        other = "A" if token[place] != "A" else "B"
        assert reason(kiosk, token[:place] + other + token[place + 1 :]) == "forged"


def test_another_secret_or_another_use_of_it_is_forged(kiosk, ledger):
    link, _ = kiosk.make("大厅")
    said = {"i": link.id, "n": "大厅", "r": [], "e": 0}
    assert reason(kiosk, URLSafeSerializer(b"a secret", salt="other").dumps(said)) == "forged"
    _, foreign = Kiosk(b"another", ledger).make("大厅")
    assert reason(kiosk, foreign) == "forged"


def test_a_link_ends(kiosk, clock):
    _, token = kiosk.make("大厅", days=1)
    _, endless = kiosk.make("大厅")
    clock.now += DAY - 1
    assert kiosk.admit(token).name == "大厅"
    clock.now += 1
    assert reason(kiosk, token) == "expired"
    clock.now += 3650 * DAY
    assert kiosk.admit(endless).expires == 0


def test_a_link_is_taken_back_also_by_another_process(kiosk, tmp_path):
    link, token = kiosk.make("大厅")
    assert kiosk.admit(token)
    other = Ledger(tmp_path)
    try:
        Kiosk(b"a secret", other).revoke(link.id)
    finally:
        other.close()
    assert reason(kiosk, token) == "revoked"
    with pytest.raises(UnknownName):
        kiosk.revoke(link.id)


def test_a_link_nobody_wrote_down_is_refused(kiosk, tmp_path, clock):
    elsewhere = Ledger(tmp_path / "other")
    _, token = Kiosk(b"a secret", elsewhere, clock=clock).make("大厅")
    elsewhere.close()
    assert reason(kiosk, token) == "revoked"


@pytest.mark.parametrize(
    ("name", "days"), [("", 1), ("  ", 1), ("x" * 41, 1), ("x", -1), ("x", 1e6)]
)
def test_what_makes_no_link(kiosk, name, days):
    with pytest.raises(BadQuestion):
        kiosk.make(name, days=int(days))
    assert kiosk.links() == []


def test_a_home_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="the list of walls cannot be opened"):
        Ledger(tmp_path / "file")
