"""Making a Mark out of counts. Exact: integers and Fractions only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeAlias

from quizapp.domain.item_types.base import MAXIMUM, Mark

ALL_OR_NOTHING = "all_or_nothing"

Policy: TypeAlias = Callable[[Sequence[bool]], Mark]
"""What parts of equal worth make together, by whether each is right."""

UNANSWERED = Mark(Fraction(0), MAXIMUM, is_right=False)


def whole(is_right: bool) -> Mark:
    """All or nothing."""
    return share(int(is_right), 1)


def share(right: int, total: int) -> Mark:
    """The share of `total` parts that are right; below zero counts as zero."""
    points = Fraction(max(0, right), total) if total else Fraction(0)
    return Mark(points, MAXIMUM, is_right=points == MAXIMUM)


def all_right(parts: Sequence[bool]) -> Mark:
    """All or nothing, of parts."""
    return whole(all(parts))


def each_right(parts: Sequence[bool]) -> Mark:
    """Every part for itself."""
    return share(sum(parts), len(parts))
