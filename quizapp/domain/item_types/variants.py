"""Variants of one item: the numbers a form puts in the place of {names}.

An item is expanded once, when it is read, into a list of variants that is stored with it. Which of
them a form shows is an arrangement like any other, so it follows from the form's seed for ever.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import prod

from quizapp.domain.formula import FORMULA
from quizapp.domain.item_types import notation

#: How many variants an item is expanded into, where its ranges give so many.
MOST = 20
LONGEST_NUMBER = 20
MOST_STEPS = 10_000
NAME = re.compile(r"[a-z][a-z0-9_]{0,19}")
PLACE = re.compile(r"\{([^{}\s]*)\}")

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Range:
    """The values of one parameter: from `first` in steps; `places` decimals are written."""

    name: str
    first: Fraction
    step: Fraction
    count: int
    places: int

    def text(self, index: int) -> str:
        """The value at an index, written with the decimals of the author's numbers."""
        scaled = (self.first + self.step * index) * 10**self.places
        return format(Decimal(int(scaled)).scaleb(-self.places), "f")


def read_range(name: str, first: str, last: str, step: str) -> Range | None:
    """The range that three numbers in the notation of bank files make, or None."""
    texts = (first, last, step)
    if any(len(text) > LONGEST_NUMBER or notation.exact(text) is None for text in texts):
        return None
    start, end, width = map(Fraction, texts)
    if width <= 0 or end < start or (end - start) / width >= MOST_STEPS:
        return None
    places = max(len(text.partition(".")[2]) for text in texts)
    return Range(name, start, width, int((end - start) / width) + 1, places)


def expand(ranges: Sequence[Range]) -> list[Values]:
    """Every combination of values; of more than `MOST` as many, spread evenly and fixed by the ranges."""
    total = prod(each.count for each in ranges)
    if total <= MOST:
        places = product(*(range(each.count) for each in ranges))
        return [_values(ranges, indices) for indices in places]
    label = json.dumps([[r.name, str(r.first), str(r.step), r.count] for r in ranges])
    return [_values(ranges, _indices(ranges, _drawn(total, label, number))) for number in range(MOST)]


def _drawn(total: int, label: str, number: int) -> int:
    """One combination out of the number-th of `MOST` equal stretches of all of them."""
    start, end = total * number // MOST, total * (number + 1) // MOST
    digest = hashlib.sha256(f"{label}\x1f{number}".encode()).digest()
    return start + int.from_bytes(digest[:8], "big") % (end - start)


def _indices(ranges: Sequence[Range], place: int) -> list[int]:
    found = []
    for each in reversed(ranges):
        place, index = divmod(place, each.count)
        found.append(index)
    return found[::-1]


def _values(ranges: Sequence[Range], indices: Sequence[int]) -> Values:
    return {each.name: each.text(index) for each, index in zip(ranges, indices, strict=True)}


def places(text: str) -> list[str]:
    """The names in braces in a text, in its order; in a formula any braces may be TeX's, and are none."""
    return PLACE.findall(FORMULA.sub("", text))


def in_formulas(text: str) -> list[str]:
    """What stands in braces in the formulas of a text: names, or groups of TeX."""
    return [name for match in FORMULA.finditer(text) for name in PLACE.findall(match[0])]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with values in the place of names; an unknown name stays as it is.

    In a formula the braces stay around the value: they are what holds a group together.
    """
    parts, end = [], 0
    for match in FORMULA.finditer(text):
        parts += [_filled(text[end : match.start()], values, "{0}"), _filled(match[0], values, "{{{0}}}")]
        end = match.end()
    return "".join([*parts, _filled(text[end:], values, "{0}")])


def _filled(text: str, values: Mapping[str, str], shape: str) -> str:
    def value(found: re.Match[str]) -> str:
        return shape.format(values[found[1]]) if found[1] in values else found[0]

    return PLACE.sub(value, text)


def told(values: Mapping[str, str]) -> str:
    """A variant in a line: "days = 45, price = 2.50"."""
    return ", ".join(f"{name} = {value}" for name, value in values.items())
