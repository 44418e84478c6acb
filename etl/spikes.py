"""Minutes of the day at which a source closes far more cases than people could: shown, not mended.

A unit that closes everything at 23:59, or on the last day of the month, makes its rates look as it
likes. The rows are what the source says; whoever reads the rates should know.
"""

from __future__ import annotations

from dataclasses import dataclass

from metrics.store import Store

FEWEST_CLOSES = 50
"""A source with fewer closes has no spike worth the name."""
SPIKE_SHARE = 0.1
"""Share of all closes in one minute of the day: 1 in 1,440 would be even."""


@dataclass(frozen=True)
class Spike:
    """One minute of the day in which a source closes far too much.

    Attributes:
        source: id of the source.
        minute: of the day, for example 23:59.
        closed: cases closed in it, over all days.
        of: cases closed in all.
    """

    source: str
    minute: str
    closed: int
    of: int

    @property
    def sentence(self) -> str:
        """What is to be seen, in words."""
        return (
            f"{self.source}: {self.closed:,} of {self.of:,} closes ({self.closed / self.of:.0%})"
            f" stand at {self.minute}; they are counted as told."
        )


def closing_spikes(store: Store) -> list[Spike]:
    """Return every source's minutes of the day with a tenth of its closes or more."""
    rows = store.rows(
        "SELECT source, minute, n, of FROM (SELECT source, formatDateTime(closed_at, '%H:%i') AS"
        " minute, sum(sign) AS n, sum(n) OVER (PARTITION BY source) AS of FROM fact_case"
        " WHERE isNotNull(closed_at) AND batch <= {version:UInt32} GROUP BY source, minute)"
        " WHERE of >= {fewest:UInt32} AND n >= of * {share:Float64} ORDER BY source, minute",
        {"version": store.version, "fewest": FEWEST_CLOSES, "share": SPIKE_SHARE},
        tag="reconcile.spikes",
    )
    return [Spike(row["source"], row["minute"], row["n"], row["of"]) for row in rows]
