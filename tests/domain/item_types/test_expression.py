"""Formulas: what they come to, and what is no formula; nothing of it is Python."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.domain.item_types.checks import DETAILS
from quizapp.domain.item_types.expression import DEEPEST, LONGEST, ExpressionError, names, parse, value

VALUES = {"a": Fraction(12), "b": Fraction(5, 2), "zero": Fraction(0)}


def reckoned(text: str) -> Fraction | str:
    try:
        return value(parse(text), VALUES)
    except ExpressionError as error:
        return error.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * b", 30),
        ("a+b/5*2", 13),
        ("(a + b) / 29", Fraction(1, 2)),
        ("a - b - b", 7),
        ("12 / 3 / 2", 2),
        ("-2^2", -4),
        ("2^-2", Fraction(1, 4)),
        ("2^3^2", 512),
        ("--3", 3),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1/3*3", 1),
        ("min(a, b, 7) + max(1, b)", 5),
        ("abs(b - a)", Fraction(19, 2)),
        ("round(2.5) + round(-2.5) * 10", -27),
        ("round(2/3, 2)", Fraction(67, 100)),
        ("sqrt(a * 3)", 6),
        ("sqrt(b/10)", Fraction(1, 2)),
        ("sqrt(2)", Fraction(1414213562373095048801688724209, 10**30)),
    ],
)
def test_what_formulas_come_to(text: str, expected: Fraction) -> None:
    assert reckoned(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "bad_expression"),
        ("a b", "bad_expression"),
        ("a +", "bad_expression"),
        ("(a", "bad_expression"),
        ("a)", "bad_expression"),
        ("2a", "bad_expression"),
        ("1.", "bad_expression"),
        ("1e5", "bad_expression"),
        ("A", "bad_expression"),
        ("a ** b", "bad_expression"),
        ("min(a)", "bad_expression"),
        ("min", "bad_expression"),
        ("round(1, 2, 3)", "bad_expression"),
        ("__import__('os')", "bad_expression"),
        ("a.b", "bad_expression"),
        ("lambda: 1", "bad_expression"),
        ("system(1)", "bad_expression"),
        ("c", "unknown_name"),
        ("a / zero", "divided_by_zero"),
        ("zero ^ -1", "divided_by_zero"),
        ("sqrt(-1)", "no_root"),
        ("2 ^ b", "bad_power"),
        ("round(a, 13)", "bad_places"),
        ("round(a, b)", "bad_places"),
        ("9^9^9", "huge_number"),
        ("2^500", "huge_number"),
        ("9" * 70, "huge_number"),
        ("1" * (LONGEST + 1), "too_complex"),
        ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), "too_complex"),
        ("-" * (DEEPEST + 2) + "1", "too_complex"),
        ("2" + "^2" * (DEEPEST + 1), "too_complex"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    assert reckoned(text) == reason
    assert reason in DETAILS


def test_names_are_those_that_need_a_value() -> None:
    assert names(parse("max(a, 3) * -b ^ 2 + a")) == {"a", "b"}


trees = st.recursive(
    st.integers(0, 99).map(str) | st.sampled_from(["a", "b", "zero"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/^"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.text("ab019.+-*/^(), minroudsqt", max_size=40) | trees)
def test_no_text_makes_anything_but_a_number_or_a_reason(text: str) -> None:
    told = reckoned(text)
    assert isinstance(told, Fraction) or told in DETAILS


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-99, 99), min_size=2, max_size=6))
def test_sums_and_products_agree_with_fractions(numbers: list[int]) -> None:
    told = " + ".join(f"{number} * ({number} - 1/7)" for number in numbers)
    assert reckoned(told) == sum(number * (number - Fraction(1, 7)) for number in numbers)
