"""Where keys stand, and what a bank holds for every task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import erfc, sqrt

from quizapp.domain.item import ItemVersion, Pool
from quizapp.domain.item_bank import PRACTICE_NEEDED, SECURE_NEEDED
from quizapp.domain.item_quality.leakage import holm
from quizapp.domain.item_quality.reading import Reading


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """How many single-choice keys stand at a place (from 1) of so many options; ``p`` two-sided, Holm."""

    options: int
    place: int
    items: int
    expected: float
    p: float


@dataclass(frozen=True, slots=True)
class TaskCoverage:
    """The items whose evidence counts for one task, counted four ways."""

    task: str
    secure: int
    practice: int
    levels: Mapping[str, int]
    types: Mapping[str, int]

    @property
    def is_enough(self) -> bool:
        """Whether it reaches what certification and practice need."""
        return self.secure >= SECURE_NEEDED and self.practice >= PRACTICE_NEEDED


def key_places(readings: Iterable[Reading]) -> tuple[KeyPlace, ...]:
    """Single-choice items whose options may be shuffled, by number of options and place of the key."""
    counted: Counter[tuple[int, int]] = Counter()
    for reading in readings:
        if reading.item.type == "single_choice" and not reading.item.content.get("lock_order"):
            counted[len(reading.options), min(reading.keys) + 1] += 1
    sizes = sorted({size for size, _ in counted})
    rows = [(size, place) for size in sizes for place in range(1, size + 1)]
    totals = {size: sum(counted[size, place] for place in range(1, size + 1)) for size in sizes}
    corrected = holm([_p(counted[size, place], totals[size], 1 / size) for size, place in rows])
    return tuple(
        KeyPlace(size, place, counted[size, place], totals[size] / size, p)
        for (size, place), p in zip(rows, corrected, strict=True)
    )


def _p(count: int, total: int, share: float) -> float:
    """Two-sided, by the normal approximation of the binomial."""
    return erfc(abs(count - total * share) / sqrt(2 * total * share * (1 - share)))


def coverage(items: Iterable[ItemVersion], task_codes: Iterable[str]) -> tuple[TaskCoverage, ...]:
    """Every task in the framework's order, whether it has items or not."""
    told = list(items)
    return tuple(_task(code, [item for item in told if item.scoring_task == code]) for code in task_codes)


def _task(code: str, items: list[ItemVersion]) -> TaskCoverage:
    pools = Counter(item.pool for item in items)
    return TaskCoverage(
        code,
        pools[Pool.SECURE],
        pools[Pool.PRACTICE],
        dict(Counter(item.level.value for item in items)),
        dict(Counter(item.type for item in items)),
    )
