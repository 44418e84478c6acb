"""From settings to the opened services. Each command opens only what it needs.

The order is that of cost: settings, city.yaml, catalogue, boundaries, store. Nothing here imports
the web.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from cockpit.city_folder import claim_home, inbox_folder, open_city
from metrics.calendar import Clock
from metrics.errors import CockpitError, ConfigProblems

if TYPE_CHECKING:
    from types import TracebackType

    from cockpit.answer_cache import AnswerCache
    from cockpit.settings import Settings
    from cockpit.walls.desk import WallDesk
    from cockpit.walls.kiosk import Kiosk
    from cockpit.walls.ledger import Ledger
    from cockpit.weekly.ledger import WeeklyLedger
    from etl.boundaries import Boundaries
    from etl.cityfile import City
    from etl.spec import SourceSpec
    from layouts.wall.alarms import Alarms
    from layouts.wall.scene import Scene
    from metrics.answer import Answer
    from metrics.catalogue import Catalogue
    from metrics.freshness import Feed
    from metrics.question import Question
    from metrics.service import Service
    from metrics.store import Store
    from metrics.territory import Territory


LOG = logging.getLogger("cockpit.wiring")
_KEPT_FORM = 3
"""Raised whenever what is kept beside the map slices is written in another way."""


class Background(Protocol):
    """Threads that work beside the requests: the inbox watcher, a demo city's live feed."""

    @property
    def state(self) -> str:
        """``running``, ``off`` or ``dead``."""

    def stop(self) -> None:
        """End the threads and wait for them."""


@dataclass(frozen=True)
class Services:
    """Everything an application needs, opened.

    Attributes:
        settings: the settings in force.
        city: city.yaml.
        catalogue: the indicators, the city's own included.
        territory: the areas.
        clock: the city's time.
        specs: the source specs, by id of the source.
        store: the tables.
        service: answers questions.
        map_folder: the map slices that are served under /geo.
        inbox: folder of the source files.
        background: the threads beside the requests, if any.
    """

    settings: Settings
    city: City
    catalogue: Catalogue
    territory: Territory
    clock: Clock
    specs: dict[str, SourceSpec]
    store: Store
    service: Service
    map_folder: Path
    inbox: Path
    background: Background | None = None

    @cached_property
    def cache(self) -> AnswerCache:
        """Answers questions, but not the same one twice."""
        from cockpit.answer_cache import AnswerCache  # noqa: PLC0415 - imports Flask

        return AnswerCache(self.service, seconds=self.settings.cache_seconds)

    @cached_property
    def ledger(self) -> Ledger:
        """What outlives the server about walls."""
        from cockpit.walls.ledger import Ledger  # noqa: PLC0415 - only a server needs it

        return Ledger(self.settings.home)

    @cached_property
    def weekly(self) -> WeeklyLedger:
        """How far the briefings have come, and what was sent."""
        from cockpit.weekly.ledger import WeeklyLedger  # noqa: PLC0415

        return WeeklyLedger(self.settings.home)

    @cached_property
    def desk(self) -> WallDesk:
        """The control desk of the walls."""
        from cockpit.walls.desk import WallDesk  # noqa: PLC0415

        return WallDesk(self.ledger)

    @cached_property
    def kiosk(self) -> Kiosk:
        """Makes and checks the links that open a wall without a login."""
        from cockpit.walls.kiosk import Kiosk  # noqa: PLC0415

        return Kiosk(self.settings.secret_key(), self.ledger)

    @cached_property
    def alarms(self) -> Alarms:
        """Which events take a wall's screen; the built-in rules where the city's own are wrong."""
        from layouts.wall.alarms import BUILT_IN, alarms_of, read_alarms  # noqa: PLC0415

        try:
            return read_alarms(alarms_of(self.city.folder))[0]
        except CockpitError as error:
            LOG.error("%s The built-in rules count until it is mended.", error.sentence)
            return read_alarms(BUILT_IN)[0]

    @cached_property
    def scenes(self) -> tuple[Scene, ...]:
        """The wall's scenes as they were when the application began, in order."""
        from layouts.wall.scene import find_scenes, ordered_scenes, pick_scene  # noqa: PLC0415

        files = find_scenes(self.city.folder / "wall")
        return tuple(ordered_scenes(files, pick_scene("", files)))

    @cached_property
    def build(self) -> str:
        """Which deployment this is."""
        from cockpit.build_id import build_id  # noqa: PLC0415

        return build_id(self.city.folder)

    def answer(self, question: Question) -> Answer:
        """Return the answer to one question, from the cache where it still holds.

        Raises:
            CockpitError: it cannot be answered.
        """
        return self.cache.answer(question)

    def answer_many(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Return the answers in the order of the questions, from the cache where they hold.

        Raises:
            CockpitError: one of them cannot be answered.
        """
        return self.cache.answer_many(questions)

    def watcher_state(self) -> str:
        """Return how the threads beside the requests are: running, off or dead."""
        return self.background.state if self.background else "off"

    def close(self) -> None:
        """Stop the threads and give the store free for another process."""
        if self.background:
            self.background.stop()
        if "ledger" in self.__dict__:
            self.ledger.close()
        if "weekly" in self.__dict__:
            self.weekly.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def build(settings: Settings, *, store: Store | None = None, keeps_parts: bool = True) -> Services:
    """Return the services, opened; close them, or use them in a ``with``.

    Args:
        settings: the settings in force.
        store: one that is open already; by default the one the settings name.
        keeps_parts: bring the parts up to today's definitions first; ``etl`` shows and takes
            that step itself.

    Raises:
        CockpitError: the city's files are wrong, or the store does not open.
    """
    from metrics.service import Service  # noqa: PLC0415

    city = open_city(settings)
    claim_home(settings)
    clock = Clock(city.timezone, settings.now or city.now, city.year_begins)
    specs = open_specs(city)
    catalogue = told_by(specs.values(), open_catalogue(settings, city))
    if city.cases.merge:
        from metrics.catalogue import counting_once  # noqa: PLC0415

        catalogue = counting_once(catalogue)
    territory = open_territory(settings, city)
    store = store or open_store(settings, city)
    if keeps_parts:
        _keep_parts_current(store, catalogue, clock)
    feeds = [feed_of(spec) for spec in specs.values()]
    service = Service(store, catalogue, territory, clock, feeds)
    return Services(
        settings=settings,
        city=city,
        catalogue=catalogue,
        territory=territory,
        clock=clock,
        specs=specs,
        store=store,
        service=service,
        map_folder=settings.home / "map" / territory_fingerprint(city),
        inbox=inbox_folder(settings, city),
    )


def _keep_parts_current(store: Store, catalogue: Catalogue, clock: Clock) -> None:
    """Compute the parts anew when the definitions have changed since they were made.

    Otherwise a formula of today would read sums of yesterday's definition.
    """
    from etl.publish import is_catalogue_current, publish_catalogue  # noqa: PLC0415

    indicators = list(catalogue.indicators.values())
    if store.version and not is_catalogue_current(store, indicators):
        publish_catalogue(store, indicators, now=clock.now())


def open_catalogue(settings: Settings, city: City | None = None) -> Catalogue:
    """Return the built-in indicators with the city's own.

    Raises:
        ConfigProblems: everything wrong in the files, with file:line.
    """
    from metrics.catalogue import BUILT_IN, load_catalogue  # noqa: PLC0415 - reads much YAML

    city = city or open_city(settings)
    return load_catalogue(BUILT_IN, city.catalogue)


def told_by(specs: Iterable[SourceSpec], catalogue: Catalogue) -> Catalogue:
    """Return the catalogue as the sources can answer it, see ``passing_over``."""
    from metrics.catalogue import Untold, passing_over  # noqa: PLC0415

    silent = [Untold(spec.source, spec.fact, spec.untold) for spec in specs]
    return passing_over(catalogue, silent)


def open_specs(city: City) -> dict[str, SourceSpec]:
    """Return the source specs by id.

    Raises:
        ConfigProblems: everything wrong in the files, with file:line.
    """
    from etl.cityfile import case_problems  # noqa: PLC0415
    from etl.source import load_specs  # noqa: PLC0415

    specs = load_specs(city.specs)
    wrong = list(case_problems(city, {one.source: one.fact for one in specs.values()}))
    if wrong:
        raise ConfigProblems(wrong)
    return specs


def open_store(settings: Settings, city: City) -> Store:
    """Return the store.

    Raises:
        StoreError: another process holds it, or the server is away.
    """
    from metrics.store import Store  # noqa: PLC0415 - loads the engine

    return Store(settings.store, timezone=city.timezone)


def open_territory(settings: Settings, city: City) -> Territory:
    """Return the areas; kept as one small file beside the map, so shapes are read only once.

    Raises:
        ConfigProblems: everything wrong in the territory files.
    """
    kept = settings.home / "map" / territory_fingerprint(city) / "areas.json"
    if kept.is_file():
        return _kept_territory(kept, city)
    return open_boundaries(settings, city).territory


def open_boundaries(settings: Settings, city: City) -> Boundaries:
    """Return areas and shapes, and write the map slices where they are not yet there.

    Raises:
        ConfigProblems: everything wrong in the territory files.
    """
    from etl.boundaries import load_territory  # noqa: PLC0415 - loads shapely and every shape
    from etl.map_slices import write_map_slices  # noqa: PLC0415

    boundaries = load_territory(city)
    folder = settings.home / "map" / territory_fingerprint(city)
    if not (folder / "areas.json").is_file():
        write_map_slices(boundaries, folder)
        _keep_territory(folder / "areas.json", boundaries.territory)
    return boundaries


def territory_fingerprint(city: City) -> str:
    """Return a short text that changes whenever city.yaml or a territory file does."""
    named = {level.geojson for level in city.written.levels if level.geojson}
    named.add(city.written.areas.file)
    paths = [city.folder / "city.yaml", *(city.territory / name for name in sorted(named))]
    parts = [f"form {_KEPT_FORM}"]
    for path in paths:
        if path.is_file():
            stat = path.stat()
            parts.append(f"{path.name} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def feed_of(spec: SourceSpec) -> Feed:
    """Return what is expected of a source, as the freshness of its numbers needs it."""
    from metrics.freshness import Feed  # noqa: PLC0415

    return Feed(
        spec.source, spec.name, spec.rhythm, spec.lag, spec.fact, duration_text(spec.rhythm)
    )


def duration_text(span: dt.timedelta) -> str:
    """Return a span as source specs write it.

    Example:
        >>> duration_text(dt.timedelta(minutes=5)), duration_text(dt.timedelta(days=30))
        ('5m', '30d')
    """
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _keep_territory(path: Path, territory: Territory) -> None:
    rows = [
        {
            "id": area.id, "code": area.code, "name": area.name, "level": area.level,
            "depth": area.depth, "parent": area.parent, "population": area.population,
            "from": area.valid_from.isoformat(), "to": area.valid_to.isoformat(),
            "aliases": area.aliases,
        }
        for area in territory.areas.values()
    ]  # fmt: skip
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    draft.replace(path)


def _kept_territory(path: Path, city: City) -> Territory:
    from metrics.territory import Area, build_territory  # noqa: PLC0415

    areas = []
    for row in json.loads(path.read_text("utf-8")):
        begins, ends = (dt.date.fromisoformat(row.pop(name)) for name in ("from", "to"))
        aliases = tuple(row.pop("aliases"))
        areas.append(Area(**row, valid_from=begins, valid_to=ends, aliases=aliases))
    return build_territory(city.levels, areas)
