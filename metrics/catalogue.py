"""The catalogue: every indicator, loaded and proved at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from metrics import rules
from metrics.errors import ConfigError, ConfigProblems, Problem, UnknownName, near
from metrics.indicator import Indicator
from metrics.tables import Shape
from metrics.yaml_file import LineOf, read_yaml

BUILT_IN = Path(__file__).parent / "catalogue"
_ROOT = BUILT_IN.parent.parent
_FILE_KEYS = ("domain", "owner", "indicators")


@dataclass(frozen=True)
class Catalogue:
    """All indicators by id, in the order of the files."""

    indicators: Mapping[str, Indicator]

    def get(self, indicator_id: str) -> Indicator:
        """Return one indicator.

        Raises:
            UnknownName: with the near name.
        """
        try:
            return self.indicators[indicator_id]
        except KeyError:
            raise UnknownName(
                "indicator", indicator_id, self.indicators, where="cockpit ask"
            ) from None

    @property
    def domains(self) -> dict[str, list[Indicator]]:
        """The indicators of every domain."""
        grouped: dict[str, list[Indicator]] = {}
        for indicator in self.indicators.values():
            grouped.setdefault(indicator.domain, []).append(indicator)
        return grouped


@dataclass(frozen=True)
class Untold:
    """What one source never says: its id, its shape and columns of the fact."""

    source: str
    shape: Shape
    columns: Collection[str]


def passing_over(catalogue: Catalogue, silent: Iterable[Untold]) -> Catalogue:
    """Return a catalogue whose indicators leave out the rows that cannot answer them.

    A source that never tells when a case was closed has no open cases, and no close rate of
    nought either: an indicator that reads a column passes over the sources that do not tell it.
    """
    silent = [one for one in silent if one.columns]
    if not silent:
        return catalogue
    return Catalogue({key: _passed(one, silent) for key, one in catalogue.indicators.items()})


def _passed(indicator: Indicator, silent: Iterable[Untold]) -> Indicator:
    read = indicator.columns_read
    mute = sorted(
        one.source
        for one in silent
        if one.shape == indicator.fact and not read.isdisjoint(one.columns)
    )
    if not mute:
        return indicator
    listed = ", ".join(f"'{source}'" for source in mute)
    where = f"({indicator.where}) AND source NOT IN ({listed})"
    return indicator.model_copy(update={"where": where})


def counting_once(catalogue: Catalogue) -> Catalogue:
    """Return a catalogue whose indicators leave out the cases that are merged into another one."""
    return Catalogue({key: _once(one) for key, one in catalogue.indicators.items()})


def _once(indicator: Indicator) -> Indicator:
    if indicator.fact != "case":
        return indicator
    return indicator.model_copy(update={"where": f"({indicator.where}) AND merged_into = ''"})


def catalogue_files(*folders: Path) -> list[Path]:
    """Return the YAML files of the folders that exist, sorted by name within each."""
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.yaml"))]


def load_catalogue(*folders: Path, syntax_error: Callable[[str], str] | None = None) -> Catalogue:
    """Return the catalogue of the folders; the built-in one when none is given.

    A city's folder comes after the built-in one and may replace an indicator by its id.

    Args:
        folders: where ``*.yaml`` lie.
        syntax_error: asks ClickHouse about an expression; left out, expressions are not parsed.

    Raises:
        ConfigProblems: everything that is wrong, each with file:line.
    """
    found: dict[str, Indicator] = {}
    problems: list[Problem] = []
    for folder in folders or (BUILT_IN,):
        own: dict[str, Indicator] = {}
        for path in catalogue_files(folder):
            _load_file(path, own, problems)
        found.update(own)
    catalogue = Catalogue(found)
    for indicator in found.values():
        problems += rules.check(indicator, catalogue.indicators, syntax_error)
    if problems:
        raise ConfigProblems(
            sorted(problems, key=_file_and_line), next_step="See cockpit catalogue for examples"
        )
    return catalogue


def _file_and_line(problem: Problem) -> tuple[str, int]:
    name, _, line = problem.where.rpartition(":")
    return (name, int(line)) if line.isdigit() else (problem.where, 0)


def _load_file(path: Path, own: dict[str, Indicator], problems: list[Problem]) -> None:
    try:
        data, line_of = read_yaml(path)
    except ConfigError as error:
        problems.append(Problem(error.where, error.what, error.hint))
        return
    if not isinstance(data, dict) or not isinstance(data.get("indicators"), list):
        problems.append(Problem(f"{path}:1", "the file has no list 'indicators'"))
        return
    for key in data:
        if key not in _FILE_KEYS:
            where = f"{path}:{line_of((key,))}"
            problems.append(Problem(where, f"unknown key '{key}'", _meant(key, _FILE_KEYS)))
    shared = {key: data[key] for key in ("domain", "owner") if key in data}
    for number, written in enumerate(data["indicators"]):
        indicator = _read(path, line_of, number, shared, written, problems)
        if indicator is None:
            continue
        if indicator.id in own:
            first = own[indicator.id].defined_at
            problems.append(
                Problem(
                    indicator.defined_at,
                    f"indicator '{indicator.id}' is there twice",
                    f"The first is at {first}",
                )
            )
        own[indicator.id] = indicator


def _read(
    path: Path,
    line_of: LineOf,
    number: int,
    shared: dict[str, object],
    written: object,
    problems: list[Problem],
) -> Indicator | None:
    shown = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else path
    where = f"{shown}:{line_of(('indicators', number))}"
    if not isinstance(written, dict):
        problems.append(Problem(where, "an indicator is a mapping of keys"))
        return None
    try:
        return Indicator.model_validate({**shared, **written, "defined_at": where})
    except ValidationError as error:
        for detail in error.errors():
            key = str(detail["loc"][0]) if detail["loc"] else ""
            at = f"{shown}:{line_of(('indicators', number, key))}"
            problems.append(Problem(at, *_explain(written.get("id", "?"), key, detail)))
        return None


def _explain(indicator_id: object, key: str, detail: Mapping[str, object]) -> tuple[str, str]:
    name = f"indicator '{indicator_id}'"
    if detail["type"] == "extra_forbidden":
        return f"{name} has unknown key '{key}'", _meant(key, Indicator.model_fields)
    if detail["type"] == "missing":
        return f"{name} lacks '{key}'", ""
    if detail["type"] == "literal_error":
        context = detail.get("ctx")
        allowed = str(context["expected"]) if isinstance(context, dict) else ""
        known = [word.strip(" '") for word in allowed.replace(" or ", ", ").split(",")]
        guess = near(str(detail["input"]), known)
        hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(known)}"
        return f"{name} has {key} '{detail['input']}'", hint
    return f"{name}: {key} {str(detail['msg'])[:1].lower()}{str(detail['msg'])[1:]}", ""


def _meant(key: str, known: Iterable[str]) -> str:
    guess = near(key, known)
    return f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(sorted(known))}"
