"""The rows set aside, a page at a time, and how many there are of each reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metrics.store import Store

_SET_ASIDE = (
    " FROM quarantine WHERE batch IN (SELECT max(batch) FROM batch"
    " WHERE batch <= {version:UInt32} AND shape != '' GROUP BY source, file)"
    " AND ({source:String} = '' OR source = {source:String})"
)


@dataclass(frozen=True)
class QuarantinePage:
    """One page of the rows set aside by the newest reading of each file.

    Attributes:
        total: rows on all pages.
        rows: batch, source, file, row_no, column, value, reason, sentence; newest batch first.
        reasons: rows by reason, most frequent first.
    """

    total: int
    rows: tuple[Mapping[str, Any], ...]
    reasons: Mapping[str, int]


def quarantine_page(
    store: Store, source: str = "", *, limit: int = 50, offset: int = 0
) -> QuarantinePage:
    """Return a page of the rows set aside, of all sources or of one."""
    asked: dict[str, object] = {"version": store.version, "source": source}
    counted = store.rows(
        f"SELECT reason, count() AS n{_SET_ASIDE} GROUP BY reason ORDER BY n DESC, reason",
        asked,
        tag="etl.quarantine.reasons",
    )
    rows = store.rows(
        f"SELECT batch, source, file, row_no, column, value, reason, sentence{_SET_ASIDE}"
        " ORDER BY batch DESC, row_no, column LIMIT {limit:UInt32} OFFSET {offset:UInt32}",
        {**asked, "limit": limit, "offset": offset},
        tag="etl.quarantine.page",
    )
    reasons = {str(row["reason"]): int(row["n"]) for row in counted}
    return QuarantinePage(sum(reasons.values()), tuple(rows), reasons)


def flagged_rows(store: Store) -> dict[str, int]:
    """Return how many accepted rows carry a flag, by source."""
    rows = store.rows(
        "SELECT source, sum(flagged) AS n FROM batch WHERE batch <= {version:UInt32}"
        " AND shape != '' GROUP BY source",
        {"version": store.version},
        tag="etl.flagged",
    )
    return {str(row["source"]): int(row["n"]) for row in rows}
