"""Running totals turned back into what was added from one day to the next."""

from __future__ import annotations

import polars as pl

from etl.fields import Fields
from etl.spec_time import CumulativeRule

_GROUP = "_group"


def undo_cumulation(fields: Fields, rule: CumulativeRule) -> None:
    """Replace the value of each row by its growth since the last earlier day of the same file.

    A total begins anew on a day of ``resets``, and that day's value is its own. A row without an
    earlier day, and one that fell without a reset, cannot be told and are set aside; growth over
    several days is kept on the last of them and flagged.
    """
    findings = fields.findings
    by = [fields.frame[name].fill_null("").alias(str(n)) for n, name in enumerate(rule.by)]
    group = pl.concat_str([pl.lit(""), *by], separator="\x1f").alias(_GROUP)
    told = pl.DataFrame(
        {"day": fields.values["at"].dt.date(), "total": fields.values["value"]}
    ).with_columns(pl.select(group).to_series() if by else pl.lit("").alias(_GROUP))
    days = (
        told.filter(findings.accepted & pl.col("total").is_not_null())
        .unique([_GROUP, "day"], keep="last", maintain_order=True)
        .sort(_GROUP, "day")
        .with_columns(
            last_day=pl.col("day").shift().over(_GROUP), before=pl.col("total").shift().over(_GROUP)
        )
        .drop("total")
    )
    rows = told.join(days, on=[_GROUP, "day"], how="left", maintain_order="left")
    begins = pl.col("day").dt.strftime("%m-%d").is_in(list(rule.resets))
    lost = pl.col("before").is_null() & ~begins
    is_reset = begins | _reset_between(rule)
    grown = pl.when(is_reset).then(pl.col("total")).otherwise(pl.col("total") - pl.col("before"))
    gap = (pl.col("day") - pl.col("last_day")).dt.total_days() > 1
    found = rows.select(
        grown=grown, lost=lost & pl.col("total").is_not_null(), fell=grown < 0, gap=gap
    )
    column = fields.column("value")
    findings.reject(found["lost"], "no_day_before", column)
    findings.reject(found["fell"], "total_fell", column)
    findings.flag(found["gap"], "days_between")
    fields.values["value"] = found["grown"].cast(fields.values["value"].dtype)


def _reset_between(rule: CumulativeRule) -> pl.Expr:
    """Tell whether a reset lies after the earlier day and not after the day itself."""
    found = pl.lit(value=False)
    for reset in rule.resets:
        month, day = (int(part) for part in reset.split("-"))
        here = pl.date(pl.col("day").dt.year(), month, day)
        year_before = pl.date(pl.col("day").dt.year() - 1, month, day)
        newest = pl.when(here <= pl.col("day")).then(here).otherwise(year_before)
        found = found | (newest > pl.col("last_day"))
    return found.fill_null(value=False)
