"""Numbers as programs write them, as the plain decimals items hold."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction

from quizapp.domain.item_types import notation
from quizapp.domain.item_types.numeric import LONGEST_TEXT

#: Digits, and an exponent too small to make a short text a long number.
_WRITTEN = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,2})?")


def exact(text: str) -> Fraction | None:
    """The number a program wrote, None where it wrote none."""
    text = text.strip()
    return Fraction(text.removesuffix(".")) if _WRITTEN.fullmatch(text) else None


def plain(text: str) -> str | None:
    """The same number in digits and at most one point; kept as it is where it is that already."""
    text = text.strip()
    if len(text) <= LONGEST_TEXT and notation.exact(text) is not None:
        return text
    number = exact(text)
    return None if number is None else decimal_text(number)


def decimal_text(number: Fraction) -> str | None:
    """A number with a finite decimal of bearable length in digits, else None."""
    with localcontext() as context:
        context.prec = 4 * LONGEST_TEXT
        told = Decimal(number.numerator) / Decimal(number.denominator)
        if Fraction(told) != number:
            return None
        text = format(told.normalize(), "f")
    return text if len(text) <= LONGEST_TEXT else None
