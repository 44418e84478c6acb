"""A source spec: what a feed's files look like and which column means what.

One YAML file a source, checked as a whole: every problem comes with its line and the word that
was probably meant.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from metrics.calendar import MonthDay, read_month_day
from metrics.tables import CASE_TIMES, Shape, fact_tables
from metrics.worktime import Unit

Format = Literal["csv", "xlsx", "json", "jsonl", "parquet"]
Crs = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
ClockStart = Literal["received_at", "accepted_at", "dispatched_at", "signed_at"]
PlaceKey = Literal["code", "point", "name"]

_SYSTEM = frozenset({
    "id", "flags", "extra", "area", "placed_by", "lon", "lat", "source", "row_no", "content",
    "version", "sign", "batch", "reporter_key",
})  # fmt: skip
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MINIMUM: Mapping[Shape, tuple[str, ...]] = {
    "case": ("case_no", "received_at"),
    "event": ("at", "kind"),
    "reading": ("device", "metric", "at"),
    "snapshot": ("register", "at", "value"),
}


def _text(value: Any) -> Any:  # noqa: ANN401 - whatever YAML made of it
    """Return scalars as the text a person would have written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | dt.date) else value


def _texts(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list | tuple):
        return tuple(_text(item) for item in value)
    return (_text(value),) if value is not None and not isinstance(value, dict) else value


def _text_map(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {_text(key): _text(item) for key, item in value.items()}
    return value


def _named(key: str) -> BeforeValidator:
    """Let a bare string stand for a mapping with one key."""

    def widen(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            return {_text(name): item for name, item in value.items()}
        return {key: _text(value)} if not isinstance(value, list) else value

    return BeforeValidator(widen)


def _shifts(value: Any) -> Any:  # noqa: ANN401
    """Return begin and end of ``08:00-12:00`` and the like."""
    texts = _texts(value)
    return tuple(tuple(one.split("-")) if isinstance(one, str) else one for one in texts)


def parse_duration(value: object) -> object:
    """Return the span of ``5m``, ``1h`` or ``30d``; other values unchanged, for pydantic.

    Raises:
        ValueError: a text in another form.
    """
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*([smhd])\s*", value)
    if match is None:
        msg = f"'{value}' is no duration; write a number and s, m, h or d, for example 5m or 1d"
        raise ValueError(msg)
    return dt.timedelta(**{_UNIT[match[2]]: int(match[1])})


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
TextMap = Annotated[dict[str, str], BeforeValidator(_text_map)]
Factor = Annotated[Decimal | None, Field(gt=0)]
MonthDayText = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Duration = Annotated[dt.timedelta, BeforeValidator(parse_duration)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnRule(_Part):
    """Where one target field comes from and what its values must be."""

    column: Text = Field(default="", description="source column")
    columns: Texts = Field(default=(), description="several source columns, joined")
    join: str = Field(default=" ", description="text between joined columns")
    digest: bool = Field(
        default=False,
        description="a case or event number made of `columns`, for a source that gives none",
    )
    constant: Text | None = Field(default=None, description="the same value in every row")
    formats: Texts = Field(default=(), description="time formats; only these are tried")
    map: TextMap = Field(default_factory=dict, description="source word -> our word")
    unmapped: Literal["keep", "bucket", "reject"] = Field(
        default="keep", description="a word not in `map`: kept, put under 未映射, or set aside"
    )
    true: Texts = Field(default=(), description="words that mean yes; all others mean no")
    min: float | None = None
    max: float | None = None
    sentinels: Texts = Field(default=(), description="values that mean the device had none")
    factor: Factor = Field(default=None, description="times this it is in our unit")

    @property
    def sources(self) -> tuple[str, ...]:
        """Source columns it reads; empty for a constant."""
        return self.columns or ((self.column,) if self.column else ())


class MetricRule(_Part):
    """One wide column of readings."""

    metric: Text = Field(description="metric it is stored as")
    min: float | None = None
    max: float | None = None
    sentinels: Texts = ()
    factor: Factor = None


class PlaceName(_Part):
    """A column with an area's name, and the level it belongs to."""

    column: Text
    level: str = ""


class PlaneRule(_Part):
    """A city's own plane: a transverse Mercator grid of CGCS2000."""

    central_meridian: float = Field(ge=-180, le=180, description="degrees east")
    false_easting: float = Field(
        default=500_000.0, description="metres, with the zone's number where eastings carry it"
    )
    false_northing: float = 0.0
    scale: float = Field(default=1.0, gt=0.99, lt=1.01, description="on the central meridian")


class PlaceRule(_Part):
    """How a row says where it is."""

    crs: Crs = "wgs84"
    plane: PlaneRule | None = Field(
        default=None,
        description="lon and lat hold metres east and north; maps often call them y and x",
    )
    lon: Text = ""
    lat: Text = ""
    point: Text = Field(default="", description="one column with both numbers")
    point_order: Literal["lat_lon", "lon_lat"] = "lat_lon"
    code: Texts = Field(
        default=(),
        description="area code columns: the first filled one counts, the next one after all else",
    )
    name: Annotated[PlaceName | None, _named("column")] = None
    prefix: str = Field(default="", description="put before the code")
    order: tuple[PlaceKey, ...] = ("code", "point", "name")
    default_points: Texts = Field(
        default=(), description="points written where the place is unknown, as 'lon, lat'"
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nothing(cls, data: Any) -> Any:  # noqa: ANN401
        if isinstance(data, dict) and data.get("name", "") is None:
            return {key: value for key, value in data.items() if key != "name"}
        return data

    @property
    def sources(self) -> tuple[str, ...]:
        """Source columns it reads."""
        named = (self.name.column,) if self.name else ()
        return tuple(c for c in (self.lon, self.lat, self.point, *self.code, *named) if c)


class CumulativeRule(_Part):
    """Values that are totals since a day of the year: each is replaced by its growth."""

    by: Texts = Field(default=(), description="source columns; a total for each of their values")
    resets: Annotated[tuple[MonthDayText, ...], BeforeValidator(_texts)] = Field(
        default=("01-01",), description="days on which the totals begin anew, as MM-DD"
    )


class Limit(_Part):
    """How much time is allowed: ``5 工作日``."""

    amount: float = Field(gt=0)
    unit: Unit

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, data: Any) -> Any:  # noqa: ANN401 - whatever YAML made of it
        if not isinstance(data, str):
            return data
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(\w+)\s*", data)
        units = get_args(Unit)
        if match is None or match[2] not in units or (match[2] == "工作日" and "." in match[1]):
            msg = f"'{data}' is no limit; write a number and one of {', '.join(units)}"
            raise ValueError(msg)
        return {"amount": float(match[1]), "unit": match[2]}

    @property
    def text(self) -> str:
        """The limit as it is written."""
        return f"{self.amount:g} {self.unit}"


class WorkHours(_Part):
    """The hours of a working day on a stretch of every year: a summer and a winter may differ."""

    shifts: Annotated[tuple[tuple[dt.time, dt.time], ...], BeforeValidator(_shifts)]
    first: Annotated[MonthDay, BeforeValidator(read_month_day)] = (1, 1)
    last: Annotated[MonthDay, BeforeValidator(read_month_day)] = (12, 31)


class DeadlineRule(_Part):
    """How a deadline is reckoned where the source tells none."""

    start: Annotated[tuple[ClockStart, ...], BeforeValidator(_texts)] = Field(
        default=("accepted_at", "received_at"), description="the first that is filled starts it"
    )
    condition: Text = Field(default="", description="source column with the filing condition")
    limits: dict[Text, Limit] = Field(
        default_factory=dict, description="condition -> time allowed, for example 3 紧急工作时"
    )
    otherwise: Limit | None = Field(default=None, description="for all other conditions")
    extended: Text = Field(default="", description="column with further time in the limit's unit")
    suspended_from: Text = Field(default="", description="column: the clock stands from then")
    suspended_to: Text = Field(default="", description="column: until then; empty while it stands")
    hours: tuple[WorkHours, ...] = Field(
        default=(), description="hours of work; 08:00-12:00 and 14:00-18:00 when left out"
    )
    urgent_round_the_clock: bool = Field(
        default=True, description="紧急工作时 run at night and on holidays too"
    )

    @property
    def sources(self) -> tuple[str, ...]:
        """Source columns it reads."""
        named = (self.condition, self.extended, self.suspended_from, self.suspended_to)
        return tuple(column for column in named if column)


class SourceSpec(_Part):
    """One feed: its files, its columns, its clock, its place."""

    source: str = Field(pattern=r"^[a-z0-9_]+$", description="id")
    name: str = Field(description="name on screens")
    fact: Shape
    files: str = Field(description="glob below the inbox")
    format: Format
    encoding: Literal["auto", "utf-8", "utf-8-sig", "gb18030"] = "auto"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    sheet: str = Field(default="", description="xlsx; the first visible one when empty")
    records: Text = Field(
        default="", description="json: keys that lead to the array, for example data.items"
    )
    member: Text = Field(
        default="", description="file in a .zip, by name or glob; the only one when empty"
    )
    title_rows: int = Field(default=0, ge=0, description="rows above the header")
    totals: Texts = Field(default=(), description="a row whose first cell begins so is a total")
    empty: Texts = Field(default=("",), description="texts that mean nothing")
    rhythm: Duration = Field(default=dt.timedelta(days=1), description="expected interval")
    lag: Duration = Field(default=dt.timedelta(), description="how late the feed normally is")
    timezone: str = Field(default="", description="of the source's clock; the city's when empty")
    department: str = Field(default="", description="owner of the feed")
    key: Texts = Field(default=(), description="source columns that identify a row")
    place: PlaceRule = PlaceRule()
    columns: dict[str, Annotated[ColumnRule, _named("column")]]
    required: Texts = Field(default=(), description="further targets that must be filled")
    keep: Texts = Field(default=(), description="further columns kept in `extra`")
    ignore: Texts = Field(default=(), description="known columns that are not wanted")
    defaults: TextMap = Field(default_factory=dict, description="target -> value when empty")
    mask: Texts = Field(default=("title", "address"), description="targets rid of personal data")
    untold: Texts = Field(
        default=(),
        description="targets the source never tells; what asks for them passes over its rows",
    )
    reporter: Text = Field(default="", description="column stored as HMAC only")
    metrics: dict[str, Annotated[MetricRule, _named("metric")]] = Field(
        default_factory=dict, description="readings: wide column -> metric"
    )
    skip: dict[str, Texts] = Field(
        default_factory=dict,
        description="column -> values whose rows are set aside; * stands for any text",
    )
    system: str = Field(
        default="",
        pattern=r"^[a-z0-9_]*$",
        description="numbers rows together with the other sources of this system, for example"
        " a table of open cases and one of closed ones",
    )
    cumulative: CumulativeRule | None = None
    deadline: DeadlineRule | None = None
    defined_at: str = Field(default="", description="file:line, filled in by the loader")
    sha256: str = Field(default="", description="of the file's bytes, filled in by the loader")

    @property
    def must_have(self) -> tuple[str, ...]:
        """Targets without which a row is set aside."""
        minimum = tuple(t for t in _MINIMUM[self.fact] if not (self.metrics and t == "metric"))
        return tuple(dict.fromkeys((*minimum, *self.required)))

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """Source columns that fill what a row cannot do without, and nothing else could."""
        rules = {t: self.columns[t] for t in self.must_have if t in self.columns}
        return tuple(r.column for t, r in rules.items() if r.column and t not in self.defaults)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Source columns of the key, as written or those of the shape's own number."""
        number = self.columns.get(own_number(self.fact))
        return self.key or (number.sources if number and not number.digest else ())

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Every source column that is read, each once, in the order of the spec."""
        listed = [
            *self.key,
            *(name for rule in self.columns.values() for name in rule.sources),
            *self.place.sources,
            *self.keep,
            *self.metrics,
            *self.skip,
            *(self.cumulative.by if self.cumulative else ()),
            *(self.deadline.sources if self.deadline else ()),
            *((self.reporter,) if self.reporter else ()),
        ]
        return tuple(dict.fromkeys(listed))


def own_number(fact: Shape) -> str:
    """Return the target that holds the source's own number of a row, if the shape has one."""
    return {"case": "case_no", "event": "event_no"}.get(fact, "")


def target_columns(fact: Shape) -> tuple[str, ...]:
    """Return what ``columns:`` may fill for a shape.

    Example:
        >>> target_columns("snapshot")
        ('at', 'updated_at', 'register', 'category', 'value')
    """
    names = [c.name for c in fact_tables()[fact].columns if c.name not in _SYSTEM]
    if fact == "case":
        names.remove("at")  # it is received_at
    return ("event_no", *names) if fact == "event" else tuple(names)


def time_targets(fact: Shape) -> tuple[str, ...]:
    """Return the targets that hold a moment."""
    own = {"case": CASE_TIMES, "event": ("at", "ended_at")}.get(fact, ("at",))
    return (*own, "updated_at")
