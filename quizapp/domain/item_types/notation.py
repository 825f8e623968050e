"""How people write numbers, read exactly.

Accepted: a sign, digits, one decimal point or comma; groups of three digits set
apart by a space, an apostrophe, a comma or a point; any script's decimal digits.
Not accepted: exponents, fractions, two different readings of one separator.
"1,500" and "1.500" are one and a half to some readers and fifteen hundred to
others: both readings are returned, and nobody loses points to a convention.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

EXACT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
PLAIN = re.compile(r"(?P<whole>[+-]?\d*)(?:[.,](?P<part>\d+))?")
GROUPED = re.compile(
    r"(?P<whole>[+-]?(?!0)\d{1,3}(?P<mark>[ ',.])\d{3}(?:(?P=mark)\d{3})*)"
    r"(?:(?!(?P=mark))[.,](?P<part>\d+))?"
)
# Minus and hyphens, the two apostrophes of Swiss numbers, the Arabic separators.
ALIKE = str.maketrans("−‐‑–’ʼ٫٬", "----''.,")


def exact(text: str) -> Decimal | None:
    """The one notation of bank files: digits and at most one point."""
    return Decimal(text) if EXACT.fullmatch(text) else None


def readings(text: str, unit: str = "") -> tuple[Decimal, ...]:
    """Every number the text may mean, the likelier first; empty when it is none.

    The unit may be written along, before or after the number.
    """
    bare = _without_unit(_folded(text), _folded(unit))
    found = [_number(match) for match in _matches(bare)]
    return tuple(dict.fromkeys(found))


def _matches(text: str) -> list[re.Match[str]]:
    # English thousands are the likelier reading of a comma, a decimal of a point.
    patterns = (PLAIN, GROUPED) if "." in text else (GROUPED, PLAIN)
    matches = (pattern.fullmatch(text) for pattern in patterns)
    return [match for match in matches if match and (match["part"] or match["whole"].strip("+-"))]


def _number(match: re.Match[str]) -> Decimal:
    whole = re.sub(r"[^\d+-]", "", match["whole"])
    return Decimal(f"{whole}.{match['part'] or '0'}" if match["part"] else whole)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(ALIKE).split()).casefold()


def _without_unit(text: str, unit: str) -> str:
    return text.removesuffix(unit).removeprefix(unit).strip() if unit else text
