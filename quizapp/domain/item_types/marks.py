"""Making a Mark out of counts. Exact: integers and Fractions only."""

from __future__ import annotations

from fractions import Fraction

from quizapp.domain.item_types.base import MAXIMUM, Mark

ALL_OR_NOTHING = "all_or_nothing"

UNANSWERED = Mark(Fraction(0), MAXIMUM, is_right=False)


def whole(is_right: bool) -> Mark:
    """All or nothing."""
    return share(int(is_right), 1)


def share(right: int, total: int) -> Mark:
    """The share of `total` parts that are right; below zero counts as zero."""
    points = Fraction(max(0, right), total) if total else Fraction(0)
    return Mark(points, MAXIMUM, is_right=points == MAXIMUM)
