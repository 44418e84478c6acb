"""A source spec: what a feed's files look like and which column means what.

One YAML file a source, checked as a whole: every problem comes with its line and the word that
was probably meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from etl.fetch.spec import HttpRule, SqlRule
from etl.spec_time import CumulativeRule, DeadlineRule
from etl.spec_values import Duration, Factor, Part, Text, TextMap, Texts, named
from metrics.tables import CASE_TIMES, LINKS, Shape, fact_tables

Format = Literal["csv", "xlsx", "json", "jsonl", "parquet"]
Crs = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
PlaceKey = Literal["code", "point", "name"]

_SYSTEM = frozenset({
    "id", "flags", "extra", "area", "placed_by", "lon", "lat", "source", "row_no", "content",
    "version", "sign", "batch", "reporter_key", "turn", *LINKS,
})  # fmt: skip
_MINIMUM: Mapping[Shape, tuple[str, ...]] = {
    "case": ("case_no", "received_at"),
    "event": ("at", "kind"),
    "reading": ("device", "metric", "at"),
    "snapshot": ("register", "at", "value"),
}


class ColumnRule(Part):
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


class MetricRule(Part):
    """One wide column of readings."""

    metric: Text = Field(description="metric it is stored as")
    min: float | None = None
    max: float | None = None
    sentinels: Texts = ()
    factor: Factor = None


class PlaceName(Part):
    """A column with an area's name, and the level it belongs to."""

    column: Text
    level: str = ""


class PlaneRule(Part):
    """A city's own plane: a transverse Mercator grid of CGCS2000."""

    central_meridian: float = Field(ge=-180, le=180, description="degrees east")
    false_easting: float = Field(
        default=500_000.0, description="metres, with the zone's number where eastings carry it"
    )
    false_northing: float = 0.0
    scale: float = Field(default=1.0, gt=0.99, lt=1.01, description="on the central meridian")


class PlaceRule(Part):
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
    name: Annotated[PlaceName | None, named("column")] = None
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


class SourceSpec(Part):
    """One feed: its files, its columns, its clock, its place."""

    source: str = Field(pattern=r"^[a-z0-9_]+$", description="id")
    name: str = Field(description="name on screens")
    fact: Shape
    files: str = Field(description="glob below the inbox; a feed that is asked needs none")
    format: Format = Field(description="of its files or pages; a database needs none")
    http: HttpRule | None = Field(default=None, description="asked of a paged interface")
    sql: SqlRule | None = Field(default=None, description="asked of a database")
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
    header_rows: Literal[1, 2] = Field(
        default=1, description="2 where a row of groups stands above the names"
    )
    totals: Texts = Field(default=(), description="a row whose first cell begins so is a total")
    empty: Texts = Field(default=("",), description="texts that mean nothing")
    rhythm: Duration = Field(default=dt.timedelta(days=1), description="expected interval")
    lag: Duration = Field(default=dt.timedelta(), description="how late the feed normally is")
    timezone: str = Field(default="", description="of the source's clock; the city's when empty")
    department: str = Field(default="", description="owner of the feed")
    key: Texts = Field(default=(), description="source columns that identify a row")
    place: PlaceRule = PlaceRule()
    columns: dict[str, Annotated[ColumnRule, named("column")]]
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
    metrics: dict[str, Annotated[MetricRule, named("metric")]] = Field(
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

    @model_validator(mode="before")
    @classmethod
    def _of_fetched(cls, data: Any) -> Any:  # noqa: ANN401
        """Let a feed that is fetched leave out what its fetch decides."""
        if not isinstance(data, dict) or not ("http" in data or "sql" in data):
            return data
        usual = {"files": f"{data.get('source', '')}/*"}
        if "sql" in data:
            usual["format"] = "parquet"
        return {**usual, **data}

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
    names = [c for c in fact_tables()[fact].column_names() if c not in _SYSTEM]
    if fact == "case":
        names.remove("at")  # it is received_at
    return ("event_no", *names) if fact == "event" else tuple(names)


def time_targets(fact: Shape) -> tuple[str, ...]:
    """Return the targets that hold a moment."""
    own = {"case": CASE_TIMES, "event": ("at", "ended_at")}.get(fact, ("at",))
    return (*own, "updated_at")
