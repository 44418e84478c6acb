"""The control desk: beats in, orders out, and what is still true after a restart."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cockpit.walls.desk import ALL, AWAY_SECONDS, FORGOTTEN_SECONDS, MOST_WALLS, Orders, WallDesk
from cockpit.walls.ledger import Ledger
from metrics.errors import BadQuestion, UnknownName


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(tmp_path, clock):
    ledger = Ledger(tmp_path)
    yield WallDesk(ledger, clock)
    ledger.close()


def beat(desk, wall="w-1", mark="", **said):
    return desk.hear({"wall": wall, "mark": mark, **said})


def test_a_wall_is_told_once_and_then_keeps_to_it(desk):
    first = beat(desk)
    assert first == Orders()
    assert beat(desk, mark=first.mark) is None
    assert desk.send("w-1", "urban", "990100001") == 1
    told = beat(desk, mark=first.mark)
    assert (told.scene, told.area, told.sent) == ("urban", "990100001", 1_800_000_000_000)
    assert beat(desk, mark=told.mark) is None


def test_the_list_says_what_each_wall_shows(desk, clock):
    beat(desk, "w-1", scene="urban", size="1920x1080", data="12", tab="a")
    desk.hear({"wall": "k-1", "tab": "b"}, name="大厅", address="10.0.0.7")
    named, other = desk.walls()
    assert (named.beat.name, named.beat.address) == ("大厅", "10.0.0.7")
    assert (other.beat.scene, other.beat.size, other.beat.data) == ("urban", "1920x1080", "12")
    clock.now += AWAY_SECONDS + 1
    assert [one.is_away for one in desk.walls()] == [True, True]
    clock.now += FORGOTTEN_SECONDS
    assert desk.walls() == []


def test_one_or_all(desk):
    for wall in ("w-1", "w-2", "w-3"):
        beat(desk, wall)
    assert desk.dim("w-2", on=True) == 1
    assert desk.freeze(ALL, on=True) == 3
    assert [desk.orders(f"w-{n}").dim for n in (1, 2, 3)] == [False, True, False]
    assert all(desk.orders(f"w-{n}").frozen for n in (1, 2, 3))
    with pytest.raises(UnknownName, match="Did you mean 'w-1'"):
        desk.dim("w-11", on=True)


def test_sending_thaws_and_a_pin_holds_the_place(desk):
    beat(desk, scene="urban", area="990100001")
    desk.freeze("w-1", on=True)
    desk.send("w-1", "safety")
    assert not desk.orders("w-1").frozen
    desk.pin("w-1", on=True)
    pinned = desk.orders("w-1")
    assert (pinned.pinned, pinned.scene, pinned.area) == (True, "urban", "990100001")


def test_a_spotlight_goes_up_and_comes_down(desk):
    beat(desk)
    desk.spotlight("w-1", "um_closed", "990100001")
    assert (desk.orders("w-1").spot, desk.orders("w-1").spot_area) == ("um_closed", "990100001")
    desk.spotlight("w-1")
    assert (desk.orders("w-1").spot, desk.orders("w-1").spot_area) == ("", "")


def test_only_an_alarm_that_shows_is_acknowledged(desk):
    beat(desk, "w-1", alarm="e-7")
    beat(desk, "w-2")
    assert desk.acknowledge(ALL) == 1
    assert desk.acknowledge(ALL) == 0
    assert desk.orders("w-1").acknowledged == ("e-7",)


def test_a_restart_keeps_pin_and_dimming_and_nothing_else(desk, tmp_path, clock):
    for wall in ("w-1", "w-2"):
        beat(desk, wall, scene="urban")
    desk.pin("w-1", on=True)
    desk.dim("w-1", on=True)
    desk.freeze("w-1", on=True)
    desk.spotlight("w-1", "um_closed")
    desk.dim("w-2", on=True)
    desk.dim("w-2", on=False)
    ledger = Ledger(tmp_path)
    try:
        again = WallDesk(ledger, clock)
        kept = again.orders("w-1")
        assert (kept.pinned, kept.dim, kept.scene) == (True, True, "urban")
        assert (kept.frozen, kept.spot) == (False, "")
        assert again.orders("w-2") == Orders()
        assert ledger.standing().keys() == {"w-1"}
    finally:
        ledger.close()


@pytest.mark.parametrize("wall", ["", "x", "W-1", "../etc", "a b c", "w" * 41])
def test_what_is_no_id_is_refused(desk, wall):
    with pytest.raises(BadQuestion, match="is no id of a wall"):
        beat(desk, wall)


def test_the_list_does_not_grow_without_end(desk):
    for number in range(MOST_WALLS + 50):
        beat(desk, f"w-{number}", scene="x" * 10_000)
    walls = desk.walls()
    assert len(walls) == MOST_WALLS
    assert max(len(one.beat.scene) for one in walls) < 200


def test_many_walls_at_once(desk):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: beat(desk, f"w-{n % 20}", tab=str(n % 3)), range(600)))
        list(pool.map(lambda n: desk.dim(f"w-{n}", on=True), range(20)))
    assert len({one.beat.wall for one in desk.walls()}) == 20
    assert len(desk.ledger.standing()) == 20
