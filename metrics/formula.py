"""Arithmetic over indicator values, for indices and composites: + - * / **, min, max, log10."""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

_BINARY: dict[type[ast.operator], Callable[[float, float], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "log10": math.log10}


def letters(formula: str) -> set[str]:
    """Return the names a formula reads.

    Raises:
        ValueError: it is not arithmetic.

    Example:
        >>> sorted(letters("100 * a / (a + b)"))
        ['a', 'b']
    """
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"formula '{formula}' is not arithmetic") from error
    names: set[str] = set()
    _check(tree.body, names, formula)
    return names


def _check(node: ast.expr, names: set[str], formula: str) -> None:
    if isinstance(node, ast.Name):
        names.add(node.id)
    elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        _check(node.left, names, formula)
        _check(node.right, names, formula)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _check(node.operand, names, formula)
    elif isinstance(node, ast.Call) and _is_function(node):
        for argument in node.args:
            _check(argument, names, formula)
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise ValueError(
            f"formula '{formula}' holds more than + - * / ** min max log10 and numbers"
        )


def _is_function(node: ast.Call) -> bool:
    if not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS or node.keywords:
        return False
    return len(node.args) == 1 if node.func.id == "log10" else len(node.args) > 1


def evaluate(formula: str, values: Mapping[str, float | None]) -> float | None:
    """Return the value, or None when a letter has none, or there is no finite real number.

    Example:
        >>> evaluate("100 * a / b", {"a": 1.0, "b": 4.0})
        25.0
        >>> evaluate("a / b", {"a": 1.0, "b": 0.0}) is None
        True
    """
    try:
        return _value(_parsed(formula), values)
    except (ZeroDivisionError, OverflowError, ValueError):  # ValueError: log10 of nothing
        return None


@functools.cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, values)
        return None if operand is None else -operand
    if isinstance(node, ast.Call):
        arguments = [_value(argument, values) for argument in node.args]
        known = [argument for argument in arguments if argument is not None]
        complete = len(known) == len(arguments) and isinstance(node.func, ast.Name)
        return _FUNCTIONS[node.func.id](*known) if complete else None  # type: ignore[attr-defined]
    assert isinstance(node, ast.BinOp)  # noqa: S101 - letters() admits nothing else
    left, right = _value(node.left, values), _value(node.right, values)
    if left is None or right is None:
        return None
    result = _BINARY[type(node.op)](left, right)  # a root of a negative number is complex
    return result if isinstance(result, int | float) and math.isfinite(result) else None
