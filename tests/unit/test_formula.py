"""Formulas: arithmetic and nothing else, and the same arithmetic as Python's."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.formula import evaluate, letters

NUMBERS = st.integers(0, 50).map(str) | st.floats(0, 100).map(lambda x: f"{x:.3f}")


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner)
    return st.one_of(
        two.map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.integers(0, 3)).map(lambda t: f"{t[0]} ** {t[1]}"),
        inner.map(lambda one: f"(-{one})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
    )


FORMULAS = st.recursive(st.sampled_from("abcd") | NUMBERS, grown, max_leaves=8)
VALUES = st.floats(-1e6, 1e6)


@given(FORMULAS, VALUES, VALUES, VALUES, VALUES)
@settings(max_examples=150, deadline=None)
def test_it_is_python_s_arithmetic(formula: str, a: float, b: float, c: float, d: float) -> None:
    values = {"a": a, "b": b, "c": c, "d": d}
    assert letters(formula) <= set(values)
    try:
        expected = eval(formula, {"__builtins__": {}, "min": min, "max": max}, values)
    except (ZeroDivisionError, OverflowError):
        assert evaluate(formula, values) is None
        return
    except TypeError:  # Python compares no complex numbers
        expected = 1j
    found = evaluate(formula, values)
    if found is None:  # somewhere on the way there was no finite real number
        return
    assert math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-300)


@given(
    st.sampled_from(["a + b", "a - b", "a * b", "a / b", "max(a, -b)", "a ** 2"]),
    st.integers(-1000, 1000),
    st.integers(1, 1000),
)
def test_a_finite_number_is_given(formula: str, a: int, b: int) -> None:
    assert evaluate(formula, {"a": float(a), "b": float(b)}) is not None


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("a / b", {"a": 1.0, "b": 0.0}),
        ("a + b", {"a": None, "b": 1.0}),
        ("-a", {"a": None}),
        ("min(a, b)", {"a": 1.0, "b": None}),
        ("a ** b", {"a": 1e300, "b": 3.0}),
        ("a ** 0.5", {"a": -1.0}),
        ("a * b", {"a": 1e300, "b": 1e300}),
        ("9 ** 9 ** 9 ** 9", {}),
        ("a * b - a * b", {"a": 1e300, "b": 1e300}),
    ],
)
def test_where_there_is_no_number(formula: str, values: dict[str, float | None]) -> None:
    assert evaluate(formula, values) is None


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')", "a.b", "a[0]", "[a for a in (1,)]", "lambda: 1",
        "a if b else 1",
        "'x' * 3", "f(a)", "min()", "max(a)", "max(a, key=b)", "max(*a)", "a; b", "a = 1",
        "a and b", "a < b", "a // b", "a % b", "~a", "not a", "True", "1j", "", "a b",
        "(" * 300 + "a" + ")" * 300,
    ],
)  # fmt: skip
def test_anything_else_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="formula '"):
        letters(formula)


def test_the_letters_read() -> None:
    assert letters("0.5 * a + max(b, -c) ** 2") == {"a", "b", "c"}


def test_a_logarithm_of_what_has_one() -> None:
    assert evaluate("20 + 10 * log10(a)", {"a": 100.0}) == 40.0
    assert evaluate("log10(a)", {"a": 0.0}) is None
    assert evaluate("log10(a)", {"a": None}) is None
    with pytest.raises(ValueError, match="log10"):
        letters("log10(a, b)")
