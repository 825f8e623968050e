"""Expressions of response processing: each operator of QTI that is understood, as a function."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

from quizapp.integrations.item_formats.qti.names import Element, attribute, name
from quizapp.integrations.item_formats.qti.values import Many, Scalar, Value, number


class Unread(Exception):
    """Processing that is not understood: its first unknown element."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


def alike(one: Value, other: Value) -> bool:
    """Whether two values are the same; NULL is like nothing."""
    if one is None or other is None:
        return False
    if isinstance(one, Many) or isinstance(other, Many):
        return isinstance(one, Many) and isinstance(other, Many) and one.alike(other)
    return one == other


def _match(_element: Element, told: list[Value]) -> Value:
    return None if None in told else alike(*_two(told))


def _two(told: list[Value]) -> tuple[Value, Value]:
    if len(told) != 2:
        raise Unread("two values")
    return told[0], told[1]


def _numbers(told: list[Value]) -> list[float] | None:
    """The numbers of expressions, those of containers among them; None when one is missing."""
    flat = [one for value in told for one in (value.values if isinstance(value, Many) else (value,))]
    if any(not isinstance(one, int | float) for one in flat):
        return None
    return [float(one) for one in flat if one is not None]


def _of_numbers(found: Callable[[list[float]], Value]) -> Callable[[Element, list[Value]], Value]:
    def told(_element: Element, values: list[Value]) -> Value:
        numbers = _numbers(values)
        return None if numbers is None else found(numbers)

    return told


def _equal(element: Element, told: list[Value]) -> Value:
    numbers = _numbers(told)
    if numbers is None or len(numbers) != 2:
        return None
    given, wanted = numbers
    match attribute(element, "tolerance-mode", "exact"):
        case "exact":
            return given == wanted
        case mode:
            below, above = tolerances(element, wanted if mode == "relative" else None)
    lower, upper = wanted - below, wanted + above
    is_over = given >= lower if _includes(element, "lower") else given > lower
    return is_over and (given <= upper if _includes(element, "upper") else given < upper)


def tolerances(element: Element, wanted: float | None = None) -> tuple[float, float]:
    """How far below and above a number may be; ``wanted`` is given where they are percentages."""
    told = [number(part) for part in attribute(element, "tolerance").split()]
    known = [part for part in told if part is not None]
    if not known or len(known) != len(told):
        raise Unread("tolerance")
    scale = 1.0 if wanted is None else abs(wanted) / 100
    return known[0] * scale, known[-1] * scale


def _includes(element: Element, side: str) -> bool:
    return attribute(element, f"include-{side}-bound", "true") != "false"


def _string_match(element: Element, told: list[Value]) -> Value:
    one, other = _two(told)
    if one is None or other is None:
        return None
    texts = (str(one), str(other))
    if attribute(element, "case-sensitive", "true") == "false":
        texts = (texts[0].casefold(), texts[1].casefold())
    is_part = attribute(element, "substring") == "true"
    return texts[1] in texts[0] if is_part else texts[0] == texts[1]


def _and(_element: Element, told: list[Value]) -> Value:
    if any(one is False for one in told):
        return False
    return None if None in told else True


def _or(_element: Element, told: list[Value]) -> Value:
    if any(one is True for one in told):
        return True
    return None if None in told else False


def _not(_element: Element, told: list[Value]) -> Value:
    return None if told[0] is None else told[0] is not True


def _container(element: Element, told: list[Value]) -> Value:
    flat: list[Scalar] = []
    for one in told:
        flat += one.values if isinstance(one, Many) else () if one is None else (one,)
    return Many(tuple(flat), name(element) == "ordered") if flat else None


def _member(_element: Element, told: list[Value]) -> Value:
    one, many = _two(told)
    if one is None or not isinstance(many, Many):
        return None
    return one in many.values


def _contains(_element: Element, told: list[Value]) -> Value:
    many, part = _two(told)
    if not isinstance(many, Many) or not isinstance(part, Many):
        return None
    if many.is_ordered:
        size = len(part.values)
        return any(many.values[at : at + size] == part.values for at in range(len(many.values) - size + 1))
    return all(many.values.count(one) >= part.values.count(one) for one in part.values)


def _delete(_element: Element, told: list[Value]) -> Value:
    one, many = _two(told)
    if one is None or not isinstance(many, Many):
        return None
    left = tuple(value for value in many.values if value != one)
    return Many(left, many.is_ordered) if left else None


def _index(element: Element, told: list[Value]) -> Value:
    place = number(attribute(element, "n"))
    many = told[0]
    if place is None or not isinstance(many, Many):
        return None
    return many.values[int(place) - 1] if 1 <= place <= len(many.values) else None


def _size(_element: Element, told: list[Value]) -> Value:
    return float(len(told[0].values)) if isinstance(told[0], Many) else 0.0


EXPRESSIONS: Mapping[str, Callable[[Element, list[Value]], Value]] = {
    "match": _match,
    "equal": _equal,
    "string-match": _string_match,
    "is-null": lambda _element, told: told[0] is None or told[0] == "",
    "and": _and,
    "or": _or,
    "not": _not,
    "multiple": _container,
    "ordered": _container,
    "member": _member,
    "contains": _contains,
    "delete": _delete,
    "index": _index,
    "container-size": _size,
    "sum": _of_numbers(lambda told: float(sum(told))),
    "product": _of_numbers(lambda told: float(math.prod(told))),
    "subtract": _of_numbers(lambda told: told[0] - told[1]),
    "divide": _of_numbers(lambda told: told[0] / told[1] if told[1] else None),
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "round": _of_numbers(lambda told: float(math.floor(told[0] + 0.5))),
    "truncate": _of_numbers(lambda told: float(math.trunc(told[0]))),
    "lt": _of_numbers(lambda told: _rising(told, lambda a, b: a < b)),
    "lte": _of_numbers(lambda told: _rising(told, lambda a, b: a <= b)),
    "gt": _of_numbers(lambda told: _rising(told, lambda a, b: a > b)),
    "gte": _of_numbers(lambda told: _rising(told, lambda a, b: a >= b)),
}


def _rising(told: list[float], is_so: Callable[[float, float], bool]) -> bool:
    return all(is_so(*pair) for pair in pairwise(told))
