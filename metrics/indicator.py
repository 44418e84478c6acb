"""An indicator: as written in YAML, and what its words mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metrics.tables import Shape

Kind = Literal[
    "count", "sum", "ratio", "average", "quantile", "distinct", "extreme", "stock", "index",
    "composite",
]  # fmt: skip
RollUp = Literal["sum", "ratio", "last", "max", "min", "quantile", "distinct", "formula"]
Direction = Literal["up", "down", "neutral", "band"]
Role = Literal["district", "street", "community", "grid"]
Light = Literal["green", "amber", "red", "none"]

ROLL_UPS: Mapping[Kind, tuple[RollUp, ...]] = {
    "count": ("sum",),
    "sum": ("sum",),
    "ratio": ("ratio",),
    "average": ("ratio",),
    "quantile": ("quantile",),
    "distinct": ("distinct",),
    "extreme": ("max", "min"),
    "stock": ("last",),
    "index": ("formula",),
    "composite": ("formula",),
}
"""Which roll-up each kind may declare; the first is taken when none is written."""

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'")
_WORD = re.compile(r"\w+")
ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*")
PERIOD_END = "{period_end}"
"""In a numerator or denominator: the end of the period, or now while it still runs."""

SMALL_DENOMINATOR = 10
"""Below it a ratio is greyed and gets no light."""


class Indicator(BaseModel):
    """One city vital sign, written once; card, map, trend, rank and sentence all read this.

    Conditions and values are ClickHouse expressions over the columns of the fact's table.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(description="lower-case words joined by underscores")
    name: str
    name_en: str
    domain: str = Field(description="one of the display domains")
    unit: str
    kind: Kind
    fact: Shape | None = Field(default=None, description="empty for index and composite")
    time: str = Field(default="at", description="the one time basis: a time column of the fact")
    where: str = Field(default="1", description="rows the indicator is about")
    numerator: str = Field(default="1", description="condition: counted above the line")
    denominator: str = Field(default="1", description="condition: counted below the line")
    denominator_variant: str = Field(default="", description="name of the denominator definition")
    value: str = Field(default="", description="expression summed, averaged or ranked")
    key: str = Field(default="", description="expression whose different values are counted")
    quantile: float = Field(default=0.5, gt=0, lt=1)
    at_least: int = Field(default=1, ge=1, description="distinct: keys seen so many times")
    shift_days: int = Field(
        default=0, description="a row counts so many days after `time`: 364 beside its year-on-year"
    )
    leave: str = Field(default="", description="stock of open cases: time column of leaving")
    parts: dict[str, str] = Field(default_factory=dict, description="letter -> indicator id")
    formula: str = Field(default="", description="arithmetic over the letters of `parts`")
    scale: float | None = Field(default=None, description="factor on num/den; 100 where unit is %")
    roll_up: RollUp | None = None
    lowest_level: Role = "grid"
    refresh: str = "1d"
    matures_days: int = Field(
        default=0, ge=0, description="days after which a later event hardly changes a day's number"
    )
    direction: Direction = "neutral"
    target: str = "none"
    amber: str = "none"
    red: str = "none"
    note: str = Field(description="口径 in one sentence")
    reference: str = Field(default="建议", description="standard or system, or 建议")
    owner: str = ""
    tier: Literal["core", "extended"] = "extended"
    decimals: int | None = Field(default=None, ge=0, le=6)
    defined_at: str = Field(default="", description="file:line, filled in by the loader")

    @model_validator(mode="before")
    @classmethod
    def _fill_roll_up(cls, data: dict[str, object]) -> dict[str, object]:
        kind = data.get("kind")
        if "roll_up" not in data and kind in ROLL_UPS:
            data = {**data, "roll_up": ROLL_UPS[kind][0]}  # type: ignore[index]
        return data

    @property
    def factor(self) -> float:
        """What num/den is multiplied with to give the value in its unit."""
        if self.scale is not None:
            return self.scale
        return 100.0 if self.unit == "%" else 1.0

    @property
    def shown_decimals(self) -> int:
        """Decimals on screens and in documents: its own, else 0 for whole things, else 1."""
        if self.decimals is not None:
            return self.decimals
        return 0 if self.kind in ("count", "distinct", "stock") else 1

    @property
    def has_denominator(self) -> bool:
        """Tell whether the value is a quotient of sums."""
        return self.kind in ("ratio", "average")

    @property
    def counts_cases(self) -> bool:
        """Tell whether the value is a number of cases."""
        return self.kind == "count" and self.fact == "case"

    @property
    def has_items(self) -> bool:
        """Tell whether the value is read off summed items: bins of values, or different keys."""
        return self.kind in ("quantile", "distinct", "extreme")

    @property
    def enters(self) -> str:
        """Expression of the moment a row counts from: ``time``, moved by ``shift_days``."""
        return f"addDays({self.time}, {self.shift_days})" if self.shift_days else self.time

    @property
    def columns_read(self) -> frozenset[str]:
        """Words of its expressions that are no texts: the columns it reads, and functions."""
        said = (
            self.time, self.leave, self.where, self.numerator, self.denominator, self.value,
            self.key,
        )  # fmt: skip
        return frozenset(_WORD.findall(_QUOTED.sub("", " ".join(said))))

    @property
    def is_formula(self) -> bool:
        """Tell whether the value is computed from other indicators at each level."""
        return self.kind in ("index", "composite")

    @property
    def is_as_of(self) -> bool:
        """Tell whether rows are judged as they stood at the period's end."""
        return PERIOD_END in self.numerator or PERIOD_END in self.denominator

    @property
    def is_kept(self) -> bool:
        """Tell whether its sums are kept ready in ``part``; the others are summed when asked for.

        Every screen lives on the core. To keep the many further ones as well would triple the
        work of every load for numbers that few ever ask for.
        """
        return self.fact is not None and self.tier == "core" and not self.is_as_of

    @property
    def is_flow_stock(self) -> bool:
        """Tell whether the stock is what entered minus what left, up to a day."""
        return self.kind == "stock" and bool(self.leave)
