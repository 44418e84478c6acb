"""What was found wrong with the rows of one file while it is checked."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.rules import FLAGS, REASONS


class Findings:
    """Per row the first reason to set it aside, and every flag.

    Attributes:
        reasons: number of the reason in ``REASONS``, 0 for none; one entry a row.
        columns: number of the offending column in ``names``, one entry a row.
        names: source columns that were named.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.reasons = np.zeros(rows, dtype=np.uint8)
        self.columns = np.zeros(rows, dtype=np.uint16)
        self.names: list[str] = [""]
        self._flags: dict[str, pl.Series] = {}
        self._order = {reason: n for n, reason in enumerate(REASONS, start=1)}

    def reject(self, where: pl.Series, reason: str, column: str = "") -> None:
        """Set rows aside, unless an earlier reason did so."""
        if not where.any():
            return
        fresh = where.fill_null(value=False).to_numpy() & (self.reasons == 0)
        if column not in self.names:
            self.names.append(column)
        self.reasons[fresh] = self._order[reason]
        self.columns[fresh] = self.names.index(column)

    def flag(self, where: pl.Series, name: str) -> None:
        """Note something on rows that are kept."""
        where = where.fill_null(value=False)
        if where.any():
            earlier = self._flags.get(name)
            self._flags[name] = where if earlier is None else earlier | where

    @property
    def accepted(self) -> pl.Series:
        """True for each row that was not set aside."""
        return pl.Series(self.reasons == 0, dtype=pl.Boolean)

    def reason(self, row: int) -> tuple[str, str]:
        """Return reason and column of a row that was set aside."""
        return list(REASONS)[self.reasons[row] - 1], self.names[self.columns[row]]

    def flags(self) -> pl.Series:
        """Return the flags of every row as a list, in the order of ``FLAGS``."""
        empty = pl.lit([], dtype=pl.List(pl.String))
        present = [name for name in FLAGS if name in self._flags]
        if not present:
            return pl.select(empty.repeat_by(0)).to_series().clear() if self.rows == 0 else (
                pl.Series("flags", [[]], dtype=pl.List(pl.String)).new_from_index(0, self.rows)
            )  # fmt: skip
        frame = pl.DataFrame({name: self._flags[name] for name in present})
        words = [pl.when(pl.col(name)).then(pl.lit(name)) for name in present]
        listed = pl.concat_list(words).list.drop_nulls().alias("flags")
        return frame.select(listed).to_series()
