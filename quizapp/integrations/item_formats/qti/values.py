"""Values of QTI: what a response or an outcome holds, and what a declaration says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from quizapp.integrations.item_formats.qti.names import Element, attribute, child, children, text_of

Scalar: TypeAlias = str | float | bool


@dataclass(frozen=True, slots=True)
class Many:
    """Several values; an ordered container keeps its order, a multiple one does not mean it."""

    values: tuple[Scalar, ...]
    is_ordered: bool = False

    def alike(self, other: Many) -> bool:
        """Whether both hold the same."""
        if self.is_ordered or other.is_ordered:
            return self.is_ordered == other.is_ordered and self.values == other.values
        return sorted(map(str, self.values)) == sorted(map(str, other.values))


Value: TypeAlias = Scalar | Many | None
"""None is QTI's NULL: no response."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One entry of a mapping: what a value is worth."""

    key: str
    worth: float
    is_case_sensitive: bool = True


@dataclass(frozen=True, slots=True)
class Worth:
    """What each value is worth, and the bounds of the sum."""

    entries: tuple[Mapped, ...] = ()
    default: float = 0.0
    lower: float | None = None
    upper: float | None = None

    def sum_of(self, value: Value, base_type: str) -> float:
        """What a response is worth."""
        if isinstance(value, Many):
            # Of several equal values one counts.
            told = sum(self._worth(one, base_type) for one in dict.fromkeys(value.values))
        else:
            told = self.default if value is None else self._worth(value, base_type)
        if self.lower is not None:
            told = max(told, self.lower)
        return told if self.upper is None else min(told, self.upper)

    def _worth(self, value: Scalar, base_type: str) -> float:
        for entry in self.entries:
            if _is_it(entry, value, base_type):
                return entry.worth
        return self.default


@dataclass(frozen=True, slots=True)
class Declared:
    """A response or outcome as its declaration says it."""

    identifier: str
    cardinality: str
    base_type: str
    correct: Value = None
    default: Value = None
    mapping: Worth | None = None
    correct_texts: tuple[str, ...] = field(default=())


def read(element: Element) -> Declared:
    """A declaration; what is no number where one should be counts as nothing."""
    cardinality, base_type = attribute(element, "cardinality", "single"), attribute(element, "base-type")
    correct, default = child(element, "correct-response"), child(element, "default-value")
    mapping = child(element, "mapping")
    return Declared(
        attribute(element, "identifier"),
        cardinality,
        base_type,
        _value(correct, cardinality, base_type),
        _value(default, cardinality, base_type),
        None if mapping is None else _mapping(mapping),
        tuple(text_of(one) for one in children(correct, "value")) if correct is not None else (),
    )


def _value(element: Element | None, cardinality: str, base_type: str) -> Value:
    if element is None:
        return None
    told = [scalar(text_of(one), base_type) for one in children(element, "value")]
    values = tuple(one for one in told if one is not None)
    if cardinality in ("multiple", "ordered"):
        return Many(values, cardinality == "ordered") if values else None
    return values[0] if values else None


def _mapping(element: Element) -> Worth:
    entries = tuple(
        Mapped(
            attribute(entry, "map-key"),
            number(attribute(entry, "mapped-value")) or 0.0,
            attribute(entry, "case-sensitive", "true") != "false",
        )
        for entry in children(element, "map-entry")
    )
    lower, upper = attribute(element, "lower-bound"), attribute(element, "upper-bound")
    return Worth(entries, number(attribute(element, "default-value")) or 0.0, number(lower), number(upper))


def scalar(text: str, base_type: str) -> Scalar | None:
    """One value as text of this base type; identifiers and pairs are texts with single spaces."""
    match base_type:
        case "float" | "integer":
            return number(text)
        case "boolean":
            return text.strip() in ("true", "1")
        case "pair":
            return " ".join(sorted(text.split()))
        case "string":
            return text
    return " ".join(text.split())


def number(text: str) -> float | None:
    """A finite number, None for anything else."""
    try:
        told = float(text)
    except ValueError:
        return None
    return told if told - told == 0 else None


def _is_it(entry: Mapped, value: Scalar, base_type: str) -> bool:
    key = scalar(entry.key, base_type)
    if isinstance(key, str) and isinstance(value, str) and not entry.is_case_sensitive:
        return key.casefold() == value.casefold()
    return key == value


def by_identifier(elements: list[Element]) -> Mapping[str, Declared]:
    """Declarations by what they declare."""
    return {told.identifier: told for told in map(read, elements)}
