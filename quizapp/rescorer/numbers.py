"""Numbers as people write them: every number a text may mean."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

MARKS = " ',."
SAME = {
    "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-",
    "\u2019": "'", "\u02bc": "'",
    "\u066b": ".", "\u066c": ",",
}  # fmt: skip


def meanings(text: str, unit: str) -> set[Fraction]:
    """Every number the text may mean, with or without its unit."""
    body, unit = folded(text), folded(unit)
    if unit and body.endswith(unit):
        body = body[: len(body) - len(unit)]
    if unit and body.startswith(unit):
        body = body[len(unit) :]
    body = body.strip() if unit else body
    sign = -1 if body.startswith("-") else 1
    if body[:1] in ("+", "-"):
        body = body[1:]
    found = [_plain(body)] + [_grouped(body, mark, point) for mark in MARKS for point in ("", ".", ",")]
    return {sign * number for number in found if number is not None}


def folded(text: str) -> str:
    """One form for signs that look alike, single spaces, no capitals."""
    composed = unicodedata.normalize("NFKC", text)
    return " ".join("".join(SAME.get(letter, letter) for letter in composed).split()).casefold()


def _plain(body: str) -> Fraction | None:
    for point in (".", ","):
        if body.count(point) == 1:
            whole, part = body.split(point)
            return _number(whole, part) if part else None
    return _number(body, "") if body else None


def _grouped(body: str, mark: str, point: str) -> Fraction | None:
    if point == mark or (point and body.count(point) != 1):
        return None
    left, part = body.split(point) if point else (body, "")
    first, *rest = left.split(mark)
    if point and not part:
        return None
    if not rest or not 1 <= len(first) <= 3 or first.startswith("0") or any(len(g) != 3 for g in rest):
        return None
    return _number("".join((first, *rest)), part) if all((first, *rest)) else None


def _number(whole: str, part: str) -> Fraction | None:
    digits = whole + part
    if not digits or any(unicodedata.category(letter) != "Nd" for letter in digits):
        return None
    return Fraction(int(digits), 10 ** len(part))
