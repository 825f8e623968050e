"""Formulas of authors: read by a small parser, never by Python, and reckoned exactly.

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/") signed)*
    signed  = "-" signed | power
    power   = atom ("^" signed)?
    atom    = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"

Numbers are fractions, so nothing is rounded that nobody asked to round; only `sqrt` of what is no
square is cut off, after 30 digits. Length, depth and the size of every number on the way are
limited, so that no formula costs more than a moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

LONGEST = 200
DEEPEST = 20
#: Bits of a numerator or denominator, about 60 digits.
MOST_BITS = 200
MOST_PLACES = 12
ROOT_DIGITS = 30

TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+*/^(),]))")


class ExpressionError(Exception):
    """A formula that cannot be read or reckoned; `reason` is a key of `checks.DETAILS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Node:
    """A number, a name without parts, or an operator or function with its parts."""

    head: str | Fraction
    parts: tuple[Node, ...] = ()


def parse(text: str) -> Node:
    """The formula as a tree; raises `ExpressionError` ("bad_expression", "too_complex")."""
    if len(text) > LONGEST:
        raise ExpressionError("too_complex")
    parser = _Parser(_tokens(text))
    node = parser.sum(0)
    if parser.here:
        raise ExpressionError("bad_expression")
    return node


def names(node: Node) -> set[str]:
    """The names a formula needs values for."""
    if isinstance(node.head, str) and not node.parts:
        return {node.head}
    return {name for part in node.parts for name in names(part)}


def value(node: Node, values: Mapping[str, Fraction]) -> Fraction:
    """What the formula comes to.

    Raises `ExpressionError` ("unknown_name", "divided_by_zero", "no_root", "bad_power", "bad_places",
    "huge_number").
    """
    found = _value(node, values)
    if max(found.numerator.bit_length(), found.denominator.bit_length()) > MOST_BITS:
        raise ExpressionError("huge_number")
    return found


def _value(node: Node, values: Mapping[str, Fraction]) -> Fraction:
    if isinstance(node.head, Fraction):
        return node.head
    if node.parts:
        return OPERATIONS[node.head](*(value(part, values) for part in node.parts))
    if node.head not in values:
        raise ExpressionError("unknown_name")
    return values[node.head]


# --- reckoning --------------------------------------------------------------------------


def _quotient(one: Fraction, other: Fraction) -> Fraction:
    if other == 0:
        raise ExpressionError("divided_by_zero")
    return one / other


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise ExpressionError("bad_power")
    if base == 0 and exponent < 0:
        raise ExpressionError("divided_by_zero")
    # Before it is reckoned: nine to the power of nine to the power of nine would take for ever.
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if max(bits - 1, 1) * abs(exponent) > MOST_BITS:
        raise ExpressionError("huge_number")
    return base ** int(exponent)


def _root(number: Fraction) -> Fraction:
    if number < 0:
        raise ExpressionError("no_root")
    top, bottom = isqrt(number.numerator), isqrt(number.denominator)
    if (top * top, bottom * bottom) == (number.numerator, number.denominator):
        return Fraction(top, bottom)
    scale = 10**ROOT_DIGITS
    return Fraction(isqrt(number.numerator * scale * scale // number.denominator), scale)


def rounded(number: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    """To so many decimals; a half goes away from zero, as it does on paper."""
    if places.denominator != 1 or not 0 <= places <= MOST_PLACES:
        raise ExpressionError("bad_places")
    scale = 10 ** int(places)
    whole = (abs(number) * scale * 2 + 1) // 2
    return Fraction(whole if number >= 0 else -whole, scale)


OPERATIONS: Mapping[str, Callable[..., Fraction]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _quotient,
    "^": _power,
    "negative": lambda number: -number,
    "abs": abs,
    "max": max,
    "min": min,
    "round": rounded,
    "sqrt": _root,
}
#: Functions by name, with the fewest and the most numbers each takes.
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "abs": (1, 1),
    "max": (2, 9),
    "min": (2, 9),
    "round": (1, 2),
    "sqrt": (1, 1),
}


# --- reading ----------------------------------------------------------------------------


def _tokens(text: str) -> Iterator[str]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place)
        if found is None:
            raise ExpressionError("bad_expression")
        yield found.group().strip()
        place = found.end()


class _Parser:
    """Reads tokens one by one; every function gives the tree of what it is named after."""

    def __init__(self, tokens: Iterator[str]) -> None:
        self._rest: Sequence[str] = list(tokens)
        self._place = 0

    @property
    def here(self) -> str:
        """The token that comes next, "" at the end."""
        return self._rest[self._place] if self._place < len(self._rest) else ""

    def _take(self, *wanted: str) -> str:
        """The next token if it is one of these, which is then behind; else ""."""
        found = self.here if self.here in wanted else ""
        self._place += bool(found)
        return found

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise ExpressionError("bad_expression")

    def sum(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise ExpressionError("too_complex")
        node = self._product(depth)
        while sign := self._take("+", "-"):
            node = Node(sign, (node, self._product(depth)))
        return node

    def _product(self, depth: int) -> Node:
        node = self._signed(depth)
        while sign := self._take("*", "/"):
            node = Node(sign, (node, self._signed(depth)))
        return node

    def _signed(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise ExpressionError("too_complex")
        if self._take("-"):
            return Node("negative", (self._signed(depth + 1),))
        node = self._atom(depth)
        return Node("^", (node, self._signed(depth + 1))) if self._take("^") else node

    def _atom(self, depth: int) -> Node:
        if self._take("("):
            node = self.sum(depth + 1)
            self._need(")")
            return node
        token = self.here
        if not token or not token[0].isalnum():
            raise ExpressionError("bad_expression")
        self._place += 1
        if token[0].isdecimal():
            return Node(Fraction(token))
        return self._call(token, depth) if token in FUNCTIONS else Node(token)

    def _call(self, name: str, depth: int) -> Node:
        self._need("(")
        parts = [self.sum(depth + 1)]
        while self._take(","):
            parts.append(self.sum(depth + 1))
        self._need(")")
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(parts) <= most:
            raise ExpressionError("bad_expression")
        return Node(name, tuple(parts))
