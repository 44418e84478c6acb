"""YAML a person wrote, as plain Python values that still know their lines.

Catalogue, source specs, city and scenes are read here, so that every problem in them can be
reported as ``file:line``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from metrics.errors import ConfigError

KeyPath = tuple[str | int, ...]
_QUOTED = re.compile(r'"([^"]*)"')
LineOf = Callable[[KeyPath], int]


def read_yaml(path: Path) -> tuple[Any, LineOf]:
    """Return the content of one file and a way to find the line of any key in it.

    Returns:
        The data as dict, list, str, int, float, bool, date or None, and ``line_of``: the line
        of a key path such as ``("columns", "closed_at", "formats", 0)``. A path that is not in
        the file gives the line of its deepest known part, 1 when there is none.

    Raises:
        ConfigError: the file is missing, is not UTF-8, breaks YAML, or says a key twice.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        msg = "the file does not exist"
        raise ConfigError(msg, where=str(path)) from error
    except OSError as error:
        msg = f"the file cannot be read ({error.strerror})"
        raise ConfigError(msg, where=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        msg = "the file is not UTF-8"
        raise ConfigError(msg, where=f"{path}:{line}", next_step="Save it as UTF-8") from error
    return parse_yaml(text, str(path))


def _no_day(error: ValueError, node: Any, name: str) -> ConfigError:  # noqa: ANN401 - ruamel's own
    """Return the error of a day that no calendar has, 2026-02-30, with its line."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one.value, list):
            pairs = [part if isinstance(part, tuple) else (part,) for part in one.value]
            waiting += [part for pair in reversed(pairs) for part in reversed(pair)]
        elif one.tag == "tag:yaml.org,2002:timestamp" and not _is_day(one.value):
            where = f"{name}:{one.start_mark.line + 1}"
            return ConfigError(f"there is no day {one.value}", where=where)
    return ConfigError(f"a value cannot be read ({error})", where=f"{name}:1")


def _is_day(text: str) -> bool:
    try:
        dt.date(*map(int, text[:10].split("-")))
    except ValueError:
        return False
    return True


def parse_yaml(text: str, name: str) -> tuple[Any, LineOf]:
    r"""Return the same as ``read_yaml`` for text at hand; ``name`` stands for the file.

    Example:
        >>> data, line_of = parse_yaml("a: 1\nb:\n  c: x\n", "example.yaml")
        >>> data["b"]["c"], line_of(("b", "c")), line_of(("b", "missing"))
        ('x', 3, 2)
    """
    reader, node = YAML(typ="safe", pure=True), None
    try:
        node = reader.compose(text)
        data = None if node is None else reader.constructor.construct_document(node)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        key = _QUOTED.search(error.problem or "")
        msg = f"the key '{key[1] if key else ''}' is there twice"
        raise ConfigError(
            msg,
            where=f"{name}:{line}",
            next_step="Keep one of them",
        ) from error
    except YAMLError as error:
        raise _syntax_error(error, name) from error
    except ValueError as error:  # a word that reads like a day, but is none
        raise _no_day(error, node, name) from error
    lines: dict[KeyPath, int] = {}
    if node is not None:
        _collect(node, (), node.start_mark.line + 1, lines)

    def line_of(path: KeyPath) -> int:
        for length in range(len(path), -1, -1):
            if path[:length] in lines:
                return lines[path[:length]]
        return 1

    return data, line_of


def _collect(node: Node, path: KeyPath, line: int, lines: dict[KeyPath, int]) -> None:
    lines[path] = line
    if isinstance(node, MappingNode):
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else str(key)
            _collect(value, (*path, name), key.start_mark.line + 1, lines)
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            _collect(value, (*path, number), value.start_mark.line + 1, lines)


def _syntax_error(error: YAMLError, name: str) -> ConfigError:
    mark = getattr(error, "problem_mark", None) if isinstance(error, MarkedYAMLError) else None
    where = f"{name}:{mark.line + 1}" if mark is not None else name
    problem = getattr(error, "problem", None) or " ".join(str(error).split())[:120]
    return ConfigError(
        f"this is not YAML ({problem})",
        where=where,
        hint="Often a tab, a missing space after a colon, or a quote left open",
    )
