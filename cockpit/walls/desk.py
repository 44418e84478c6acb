"""The control desk: what each wall shows, told by its beats, and what it has been told."""

from __future__ import annotations

import json
import re
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

from cockpit.walls.ledger import Ledger
from metrics.errors import BadQuestion, UnknownName

ALL = "all"
AWAY_SECONDS = 10.0
"""A wall beats every two seconds; after so many without a beat it is said to be away."""
FORGOTTEN_SECONDS = 600.0
MOST_WALLS = 300
MOST_ACKNOWLEDGED = 30
_ID = re.compile(r"^[a-z0-9-]{3,40}$")
_LONGEST = 120


@dataclass(frozen=True)
class Orders:
    """What a wall has been told, as a state: a beat that was missed loses nothing.

    Attributes:
        scene: the scene it was sent to last; empty for none.
        area: the area it was sent to, with the scene.
        sent: when, in Unix milliseconds; a wall goes there once.
        pinned: the tour stands still.
        frozen: the values stay as they are.
        dim: night dimming.
        spot: indicator on the large card; empty for none.
        spot_area: area id of the large card.
        acknowledged: alarms that somebody at the desk has acknowledged.
    """

    scene: str = ""
    area: str = ""
    sent: int = 0
    pinned: bool = False
    frozen: bool = False
    dim: bool = False
    spot: str = ""
    spot_area: str = ""
    acknowledged: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Short text that changes with anything said here."""
        return f"{zlib.crc32(json.dumps(asdict(self)).encode()):08x}"

    @property
    def kept(self) -> dict[str, object]:
        """What outlives the server: dimming, and the pin with the place it holds."""
        place = {"scene": self.scene, "area": self.area, "sent": self.sent, "pinned": True}
        return (place if self.pinned else {}) | ({"dim": True} if self.dim else {})


@dataclass(frozen=True)
class Beat:
    """What a wall says of itself every two seconds.

    Attributes:
        wall: its id.
        tab: the window, since one link may be open twice.
        name: what people call it; empty where it has no link.
        address: of the machine.
        scene: on the screen.
        area: area id on the screen; empty for the whole city.
        size: of the screen, such as ``1920x1080``.
        data: data version on the screen.
        alarm: id of the alarm on the screen; empty for none.
        mark: of the orders it keeps to.
        at: when it was heard, in Unix seconds.
    """

    wall: str
    tab: str = ""
    name: str = ""
    address: str = ""
    scene: str = ""
    area: str = ""
    size: str = ""
    data: str = ""
    alarm: str = ""
    mark: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class ShownWall:
    """A wall on the desk's list."""

    beat: Beat
    orders: Orders
    seconds: float
    """Since it was heard."""

    @property
    def is_away(self) -> bool:
        """Whether it has not been heard for a while."""
        return self.seconds > AWAY_SECONDS


@dataclass
class WallDesk:
    """Hears the walls and hands them their orders; safe for many threads.

    Attributes:
        ledger: keeps pins and dimming over a restart.
        clock: real Unix seconds.
    """

    ledger: Ledger
    clock: Callable[[], float] = time.time
    _heard: dict[tuple[str, str], Beat] = field(default_factory=dict)
    _orders: dict[str, Orders] = field(default_factory=dict)
    _guard: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        for wall, kept in self.ledger.standing().items():
            self._orders[wall] = Orders(**kept)  # type: ignore[arg-type]  # what ``kept`` wrote

    def hear(self, said: Mapping[str, str], *, name: str = "", address: str = "") -> Orders | None:
        """Note a beat; return the orders if the wall does not keep to them yet.

        Raises:
            BadQuestion: the wall's id is none.
        """
        wall = said.get("wall", "")
        if not _ID.match(wall):
            hint = "3 to 40 small letters, digits and hyphens"
            raise BadQuestion(f"'{wall[:_LONGEST]}' is no id of a wall", where="wall", hint=hint)
        words = ("tab", "scene", "area", "size", "data", "alarm", "mark")
        told = {word: said.get(word, "")[:_LONGEST] for word in words}
        beat = Beat(wall, name=name, address=address, at=self.clock(), **told)
        with self._guard:
            self._heard.pop((wall, beat.tab), None)
            self._heard[(wall, beat.tab)] = beat  # the last one heard stands last
            while len(self._heard) > MOST_WALLS:
                self._heard.pop(next(iter(self._heard)))
            orders = self._orders.get(wall, Orders())
        return None if orders.mark == beat.mark else orders

    def walls(self) -> list[ShownWall]:
        """Return the walls heard of late, named ones first."""
        now = self.clock()
        with self._guard:
            self._heard = {
                key: beat for key, beat in self._heard.items() if now - beat.at < FORGOTTEN_SECONDS
            }
            shown = [
                ShownWall(beat, self._orders.get(beat.wall, Orders()), now - beat.at)
                for beat in self._heard.values()
            ]
        return sorted(shown, key=lambda one: (not one.beat.name, one.beat.name, one.beat.wall))

    def orders(self, wall: str) -> Orders:
        """Return what a wall has been told."""
        with self._guard:
            return self._orders.get(wall, Orders())

    def send(self, target: str, scene: str = "", area: str = "") -> int:
        """Send walls to a scene, an area or both; a frozen one thaws. Return how many."""
        at = int(self.clock() * 1000)
        return self._tell(target, scene=scene, area=area, sent=at, frozen=False)

    def pin(self, target: str, *, on: bool) -> int:
        """Hold the tour where it is, or let it go on. Return how many walls were told."""
        at = int(self.clock() * 1000)
        count = 0
        for wall in self._meant(target):
            beat = self._last(wall)
            here = {"scene": beat.scene, "area": beat.area, "sent": at} if beat and on else {}
            count += self._tell(wall, pinned=on, **here)
        return count

    def freeze(self, target: str, *, on: bool) -> int:
        """Keep the values as they are, or let them live. Return how many walls were told."""
        return self._tell(target, frozen=on)

    def dim(self, target: str, *, on: bool) -> int:
        """Switch night dimming. Return how many walls were told."""
        return self._tell(target, dim=on)

    def spotlight(self, target: str, indicator: str = "", area: str = "") -> int:
        """Put an indicator on a large card, or take the card down. Return how many were told."""
        return self._tell(target, spot=indicator, spot_area=area if indicator else "")

    def acknowledge(self, target: str) -> int:
        """Acknowledge the alarms on the screens. Return how many walls were told."""
        count = 0
        for wall in self._meant(target):
            with self._guard:
                shown = [beat.alarm for beat in self._heard.values() if beat.wall == wall]
                before = self._orders.get(wall, Orders()).acknowledged
            alarms = tuple(dict.fromkeys((*before, *filter(None, shown))))[-MOST_ACKNOWLEDGED:]
            if alarms != before:
                count += self._tell(wall, acknowledged=alarms)
        return count

    def _tell(self, target: str, **changes: object) -> int:
        walls = self._meant(target)
        with self._guard:
            for wall in walls:
                before = self._orders.get(wall, Orders())
                after = replace(before, **changes)  # type: ignore[arg-type]  # names of Orders
                self._orders[wall] = after
                if after.kept != before.kept:
                    self.ledger.keep(wall, after.kept)
        return len(walls)

    def _last(self, wall: str) -> Beat | None:
        with self._guard:
            beats = [beat for beat in self._heard.values() if beat.wall == wall]
        return beats[-1] if beats else None

    def _meant(self, target: str) -> list[str]:
        """The walls a target names.

        Raises:
            UnknownName: no such wall has been heard of late.
        """
        known = list(dict.fromkeys(one.beat.wall for one in self.walls()))
        if target == ALL:
            return known
        if target not in known:
            raise UnknownName("wall", target, known, where="/walls")
        return [target]
