from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain.item_types.notation import exact, readings


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("30", ["30"]),
        (" 30 ", ["30"]),
        ("+3", ["3"]),
        ("-3", ["-3"]),
        ("\N{MINUS SIGN}3", ["-3"]),
        ("007", ["7"]),
        ("1.5", ["1.5"]),
        ("1,5", ["1.5"]),
        (".5", ["0.5"]),
        ("-,5", ["-0.5"]),
        ("0,125", ["0.125"]),
        ("1 000", ["1000"]),
        ("1\N{NARROW NO-BREAK SPACE}000", ["1000"]),
        ("1\N{RIGHT SINGLE QUOTATION MARK}000", ["1000"]),
        ("1,234,567.5", ["1234567.5"]),
        ("1.234.567,5", ["1234567.5"]),
        ("1 234,5", ["1234.5"]),
        ("1,500", ["1500", "1.500"]),
        ("1.500", ["1.500", "1500"]),
        ("30 days", ["30"]),
        ("30DAYS", ["30"]),
        ("\N{ARABIC-INDIC DIGIT THREE}\N{ARABIC DECIMAL SEPARATOR}5", ["3.5"]),
        ("\N{FULLWIDTH DIGIT THREE}", ["3"]),
    ],
)
def test_accepted(text, numbers):
    assert readings(text, "days") == tuple(Decimal(number) for number in numbers)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", ".", "days", "30,", "1e5", "1/2", "1,23,456", "1,234,56", "12 34", "thirty"),
        *("NaN", "Infinity", "30 weeks", "--3", "3 3 3", "0x1f", "1_000"),
    ],
)
def test_not_a_number(text):
    assert readings(text, "days") == ()


@pytest.mark.parametrize("text", ["30", "-1.5", "0.10"])
def test_bank_files_have_one_notation(text):
    assert exact(text) == Decimal(text)


@pytest.mark.parametrize("text", ["", "1,5", "1.", ".5", "+1", "1e3", " 1", "1\n", "1 000"])
def test_bank_files_have_no_other(text):
    assert exact(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-999, max_value=999))
def test_either_separator_reads_the_same(number):
    text = format(number, "f")
    assert readings(text) == readings(text.replace(".", ",")) == (number,)
