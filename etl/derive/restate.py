"""The second kind of restatement: lines of cases that say something else because others changed.

A case whose links or counts differ from those in its line is taken back and asserted again one
``turn`` later, with the same id and content, in the batch at hand. What is written follows from the
rows visible with that batch, whatever way they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass

import polars as pl

from etl.columns import INSERT_ROWS
from etl.derive.links import Case, link
from etl.derive.rules import CaseRules, StepLog
from metrics.store import Store
from metrics.tables import LINKS, STEP_COUNTS, Shape, fact_tables
from metrics.territory import Territory

_LINE = ("id", "version", "content")
_ABOUT = "if(subcategory != '', subcategory, category)"
_IS_TEXT = "title != '' AND area NOT IN {above:Array(String)}"
_LOADED = "batch IN {batches:Array(UInt32)}"
_UP_TO = "batch <= {into:UInt32}"
_SPAN = (
    "at BETWEEN fromUnixTimestamp64Milli({first:Int64}) AND fromUnixTimestamp64Milli({last:Int64})"
)
_MOST = 65_535
_SEEN = ("source", "case_no", "channel", "reporter_key", "title", "area", "lon", "lat", "is_void")
_TYPES: dict[str, str] = {
    "id": "String", "version": "UInt32", "content": "UInt64", "turn": "UInt16",
    "merged_into": "String", "channels": "Array(String)", "repeat_of": "String",
    "repeat_rule": "String", **dict.fromkeys(STEP_COUNTS, "UInt16"),
}  # fmt: skip
_LINKED = {
    "id": pl.String(), "merged_into": pl.String(), "channels": pl.List(pl.String()),
    "repeat_of": pl.String(), "repeat_rule": pl.String(),
}  # fmt: skip


@dataclass(frozen=True)
class Derivation:
    """Derives for a store by the rules of its city."""

    store: Store
    rules: CaseRules
    territory: Territory

    def after(self, batches: Mapping[int, tuple[Shape, str]]) -> bool:
        """Restate what the batches change in the links of cases; tell whether anything is written.

        Args:
            batches: shape and source of those just written and not yet visible; the lines are
                written under the last of them.
        """
        logs = {log.source for log in self.rules.steps}
        mine = [
            batch
            for batch, (shape, source) in batches.items()
            if self.rules.is_on and (shape == "case" or (shape == "event" and source in logs))
        ]
        if not mine:
            return False
        told = {source for _, source in batches.values()}
        return self._restate(self._touched(told & logs), mine, max(batches), is_whole=False)

    def anew(self, into: int) -> bool:
        """Restate all cases by the rules as they are now; tell whether anything is written."""
        return self._restate(self._any(), [into], into, is_whole=True)

    def _touched(self, logs: Set[str]) -> list[str]:
        """Return which cases may look different now: conditions, any of which is enough.

        ``same_person`` of a case whose reporter is not known is its own.
        """
        found = [f"same_person IN (SELECT same_person FROM fact_case WHERE {_LOADED})"]
        if self.rules.has("text"):
            texts = f"SELECT same_text FROM fact_case WHERE {_LOADED} AND {_IS_TEXT}"
            found.append(f"same_text IN ({texts})")
        for log in self.rules.steps:
            if log.source in logs:
                steps = f"SELECT subject FROM fact_event WHERE {_LOADED} AND {_is_of(log)}"
                found.append(f"source IN {_listed(log.of)} AND case_no IN ({steps})")
        return found

    def _any(self) -> list[str]:
        """Return which cases have links or counts, or had them."""
        rules = self.rules
        found = [f"id IN (SELECT id FROM fact_case WHERE {_UP_TO} AND turn > 0)"]
        again = "GROUP BY 1 HAVING uniq(id) > 1"
        if rules.looks_at_reporters:
            persons = f"SELECT same_person FROM fact_case WHERE {_UP_TO} {again}"
            found.append(f"same_person IN ({persons})")
        if rules.has("text"):
            texts = f"SELECT same_text FROM fact_case WHERE {_UP_TO} AND {_IS_TEXT} {again}"
            found.append(f"same_text IN ({texts})")
        if rules.repeat and rules.has("keyword"):
            found.append(f"multiSearchAny(title, {_listed(rules.repeat.keywords, '[]')})")
        for log in rules.steps:
            steps = f"SELECT subject FROM fact_event WHERE {_UP_TO} AND {_is_of(log)}"
            said = " OR ".join(f"{count} != 0" for count in log.counts)
            found.append(f"source IN {_listed(log.of)} AND ({said} OR case_no IN ({steps}))")
        return found

    def _restate(
        self, touched: list[str], batches: Sequence[int], into: int, *, is_whole: bool
    ) -> bool:
        about = " OR ".join(f"({one})" for one in touched)
        values: dict[str, object] = {
            "batches": list(batches), "into": into, "above": _above(self.territory),
        }  # fmt: skip
        rows = self._current(about, values, is_whole=is_whole)
        mine = rows.filter("is_touched").drop("is_touched")
        wanted = mine.join(self._links(rows), on="id", how="left", suffix="_new")
        wanted = self._counted(_filled(wanted), into)
        changed = wanted.filter(_differs()).select(
            *_LINE,
            "at",
            pl.col("turn") + 1,
            *(pl.col(f"{name}_new").alias(name) for name in (*LINKS, *STEP_COUNTS)),
        )
        for start in range(0, changed.height, INSERT_ROWS):
            self._write(changed.slice(start, INSERT_ROWS), into)
        return not changed.is_empty()

    def _current(self, about: str, values: dict[str, object], *, is_whole: bool) -> pl.DataFrame:
        """Return the current lines of the cases in question and of all they may be linked with."""
        groups = [] if is_whole else list(self._groups())
        of_them = f"FROM fact_case WHERE {_UP_TO} AND ({about})"
        near = [f"{key} IN (SELECT {key} {of_them} AND {some})" for key, some in groups]
        rows = " OR ".join([f"({about})", *(f"({one})" for one in near)])
        seen = ", ".join(f"any({name}) AS {name}_" for name in _SEEN)
        said = ", ".join(f"argMin({name}, turn) AS {name}_said_" for name in STEP_COUNTS)
        now = ", ".join(f"argMax({name}, turn) AS {name}_" for name in (*LINKS, *STEP_COUNTS))
        found = self.store.arrow(
            f"SELECT toString(id) AS id_, version AS version_, content AS content_,"
            f" max(turn) AS turn_, toUnixTimestamp64Milli(any(at)) AS at_,"
            f" any({_ABOUT}) AS about_, {seen}, {said}, {now}, max({about}) AS is_touched_"
            f" FROM fact_case WHERE {_UP_TO} AND ({rows})"
            " GROUP BY id, version, content HAVING sum(sign) > 0",
            values,
            tag="derive.cases",
        )
        frame = pl.DataFrame(pl.from_arrow(found))
        frame = frame.rename({name: name.removesuffix("_") for name in frame.columns})
        texts = [name for name, kind in frame.schema.items() if kind in (pl.Categorical, pl.Binary)]
        return frame.with_columns(
            pl.col(texts).cast(pl.String),
            pl.col("channels").cast(pl.List(pl.String)),
            pl.col("is_touched").cast(pl.Boolean),
        )

    def _groups(self) -> Iterator[tuple[str, str]]:
        """Yield what keeps cases together: the column and which cases it does."""
        if self.rules.looks_at_reporters:
            yield "same_person", "1"
        if self.rules.has("text"):
            yield "same_text", _IS_TEXT

    def _links(self, rows: pl.DataFrame) -> pl.DataFrame:
        above = pl.col("area").is_in(_above(self.territory))
        valid = rows.filter(pl.col("is_void") == 0).select(
            "id", "at", "channel", pl.col("reporter_key").alias("reporter"), "about", "title",
            pl.when(above).then(pl.lit("")).otherwise("area").alias("area"), "lon", "lat",
        ).filter(self._may_be_linked())  # fmt: skip
        found = link((Case(**row) for row in valid.iter_rows(named=True)), self.rules)
        said = [{"id": key, **asdict(one)} for key, one in found.items()]
        return pl.DataFrame(said, schema=_LINKED)

    def _may_be_linked(self) -> pl.Expr:
        """Return which cases are not alone, that the many others need not be looked at."""
        person = (pl.len().over("reporter", "about") > 1) & (pl.col("reporter") != "")
        text = (pl.len().over("title", "area") > 1) & (pl.col("title") != "")
        words = self.rules.repeat.keywords if self.rules.repeat else ()
        said = (pl.col("title").str.contains(word, literal=True) for word in words)
        return pl.any_horizontal(person, text, *said)

    def _counted(self, rows: pl.DataFrame, into: int) -> pl.DataFrame:
        """Return the rows with what the counts have to be: of the log, or as the source said."""
        steps = self._steps(rows, into)
        for count in STEP_COUNTS:
            value = pl.col(f"{count}_said")
            for number, log in enumerate(self.rules.steps):
                if count not in log.counts:
                    continue
                of_log = (pl.col("log") == log.source) & pl.col("kind").is_in(log.counts[count])
                counted = (
                    steps.filter(of_log)
                    .group_by("case_no")
                    .agg(pl.col("n").sum().clip(0, _MOST).alias(f"{count}_{number}"))
                )
                rows = rows.join(counted, on="case_no", how="left")
                is_logged, found = pl.col("source").is_in(log.of), pl.col(f"{count}_{number}")
                value = pl.when(is_logged).then(found.fill_null(0)).otherwise(value)
            rows = rows.with_columns(value.cast(pl.UInt16).alias(f"{count}_new"))
        return rows

    def _steps(self, rows: pl.DataFrame, into: int) -> pl.DataFrame:
        """Return how many steps of each kind the logs hold of these cases."""
        schema = {"log": pl.String, "case_no": pl.String, "kind": pl.String, "n": pl.Int64}
        logs = {log.source: log for log in self.rules.steps}
        cases = [source for log in logs.values() for source in log.of]
        numbers = rows.filter(pl.col("source").is_in(cases)).select("case_no").unique()
        if numbers.is_empty():
            return pl.DataFrame(schema=schema)
        self._stage("derived_of", {"case_no": "String"}, numbers)
        found = self.store.arrow(
            "SELECT toString(source) AS log, toString(subject) AS case_no, toString(kind) AS kind,"
            f" toInt64(sum(sign)) AS n FROM fact_event WHERE {_UP_TO}"
            " AND source IN {logs:Array(String)} AND subject IN (SELECT case_no FROM derived_of)"
            " GROUP BY log, case_no, kind HAVING n > 0",
            {"into": into, "logs": sorted(logs)},
            tag="derive.steps",
        )
        return pl.DataFrame(pl.from_arrow(found)).cast(schema)  # type: ignore[arg-type]

    def _write(self, changed: pl.DataFrame, into: int) -> None:
        """Take the lines back and assert them again with what is said of them now."""
        self._stage("derived", _TYPES, changed)
        names = fact_tables(self.store.timezone)["case"].column_names()
        values = {"into": into, "first": changed["at"].min(), "last": changed["at"].max()}
        own = {"batch": "{into:UInt32}", "sign": "toInt8(-1)"}
        back = ", ".join(own.get(name, f"`{name}`") for name in names)
        own |= {name: f"d.{name}" for name in (*LINKS, *STEP_COUNTS, "turn")}
        again = ", ".join({**own, "sign": "toInt8(1)"}.get(name, f"f.`{name}`") for name in names)
        insert = (
            f"INSERT INTO fact_case ({', '.join(f'`{name}`' for name in names)})"
            " SETTINGS max_partitions_per_insert_block = 0 SELECT"
        )
        keys = ", ".join(_LINE)
        lines = f"{_SPAN} AND id IN (SELECT id FROM derived) AND sign = 1 AND {_UP_TO}"
        self.store.command(
            f"{insert} {back} FROM fact_case WHERE {lines}"
            f" AND ({keys}, turn) IN (SELECT {keys}, toUInt16(turn - 1) FROM derived)",
            values,
            tag="derive.write",
        )
        same = " AND ".join(f"f.{name} = d.{name}" for name in _LINE)
        self.store.command(
            f"{insert} {again} FROM (SELECT * FROM fact_case WHERE {lines} AND turn = 0"
            f" AND ({keys}) IN (SELECT {keys} FROM derived)) AS f"
            f" INNER JOIN derived AS d ON {same}",
            values,
            tag="derive.write",
        )

    def _stage(self, name: str, types: Mapping[str, str], rows: pl.DataFrame) -> None:
        columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
        self.store.command(
            f"CREATE OR REPLACE TABLE {name} ({columns}) ENGINE = Memory", tag="derive.stage"
        )
        self.store.insert(name, rows.select(*types).to_arrow(), tag="derive.stage")


def _is_of(log: StepLog) -> str:
    return f"source IN {_listed([log.source])}"


def _listed(words: Sequence[str], brackets: str = "()") -> str:
    escaped = (word.replace("\\", "\\\\").replace("'", "\\'") for word in words)
    return brackets[0] + ", ".join(f"'{word}'" for word in escaped) + brackets[1]


def _above(territory: Territory) -> list[str]:
    """Return the areas that others lie in: too large to be the place of a demand."""
    return sorted({territory.root, *(area.parent for area in territory.areas.values())})


def _filled(rows: pl.DataFrame) -> pl.DataFrame:
    nothing = {name: pl.lit("") for name in LINKS} | {"channels": pl.lit([], _LINKED["channels"])}
    return rows.with_columns(
        pl.col(f"{name}_new").fill_null(empty) for name, empty in nothing.items()
    )


def _differs() -> pl.Expr:
    return pl.any_horizontal(
        pl.col(name) != pl.col(f"{name}_new") for name in (*LINKS, *STEP_COUNTS)
    )
