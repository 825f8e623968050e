"""What many answers say about one item: classical statistics, exact until the last step.

An answer is compared with the *rest score* of its attempt: the share of the other items that were
answered right. Everything is reckoned from whole counts (choices, right or wrong, rest score), so
that counts of two sittings are merged by adding them, and floats appear only where a root is drawn.

Formulas: the corrected item-total correlation is Pearson's between right (1) or wrong (0) and the rest
score; its interval is Fisher's, tanh(atanh(r) +- z / sqrt(n - 3)) (Fisher 1921). A choice is correlated
in the same way, which makes it a point-biserial correlation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import atanh, lcm, sqrt, tanh
from statistics import NormalDist
from typing import Any, NamedTuple

#: Below so many answers nothing is said: an interval would be wider than what it tells.
FEWEST_ANSWERS = 30
#: A choice of fewer people is compared with nothing.
FEWEST_CHOOSERS = 5
#: "Clearly" means that two means differ by more than so many standard errors (Welch 1947).
CLEARLY = 2
CONFIDENCE = Fraction(95, 100)


class Answer(NamedTuple):
    """What one answer adds: what was chosen, whether it was right, and ``right`` of the ``others``."""

    choices: tuple[str, ...]
    is_right: bool
    right: int
    others: int


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """The answers to one item version, counted; ``seconds`` by whole seconds spent on it."""

    answers: Counter[Answer] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: ItemCounts) -> ItemCounts:
        return ItemCounts(self.answers + other.answers, self.seconds + other.seconds)

    @property
    def n(self) -> int:
        """How many answers, the empty ones included."""
        return self.answers.total()


class Flag(StrEnum):
    """Why an item wants to be looked at before results are shown."""

    #: Who chose a distractor did clearly better on the rest than everybody else.
    MISKEY = "miskey"
    #: Who had the item right did clearly worse on the rest.
    BACKWARDS = "backwards"


@dataclass(frozen=True, slots=True)
class ChoiceStatistics:
    """One choice: how many made it, their mean rest score, its correlation with the rest score."""

    id: str
    is_key: bool
    count: int
    mean_rest: Fraction | None
    correlation: float | None
    is_suspect: bool = False


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What is known of an item version. With fewer than `FEWEST_ANSWERS` only ``n`` is told.

    ``difficulty`` is the share that answered right. ``correlation`` is None where everybody did alike.
    """

    n: int
    difficulty: Fraction | None = None
    correlation: float | None = None
    interval: tuple[float, float] | None = None
    median_seconds: Fraction | None = None
    unanswered: int = 0
    choices: tuple[ChoiceStatistics, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def is_suppressed(self) -> bool:
        """Whether there are too few answers to say anything."""
        return self.n < FEWEST_ANSWERS

    @property
    def suspects(self) -> tuple[ChoiceStatistics, ...]:
        """The choices that may be right although the key says otherwise, or the other way round."""
        return tuple(choice for choice in self.choices if choice.is_suspect)


class Finding(StrEnum):
    """What items can be searched for by their answers; `FINDINGS` says which items those are."""

    FLAGGED = "flagged"
    HARD = "hard"
    EASY = "easy"
    WEAK = "weak"
    FEW = "few"


#: Fewer right answers than this are hard, more than the other easy; a weaker correlation tells little.
HARD, EASY, WEAK = Fraction(30, 100), Fraction(95, 100), 0.1
FINDINGS: Mapping[Finding, Callable[[ItemStatistics], bool]] = {
    Finding.FLAGGED: lambda told: bool(told.flags),
    Finding.HARD: lambda told: told.difficulty is not None and told.difficulty < HARD,
    Finding.EASY: lambda told: told.difficulty is not None and told.difficulty > EASY,
    Finding.WEAK: lambda told: told.correlation is not None and told.correlation < WEAK,
    Finding.FEW: lambda told: told.is_suppressed,
}


def choices_of(response: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What a canonical response chose: options, or the one thing that was typed; else nothing."""
    if response is None:
        return ()
    if "choices" in response:
        return tuple(sorted(response["choices"]))
    typed = (response.get(name) for name in ("choice", "number", "text"))
    return tuple(str(value) for value in typed if value is not None)[:1]


def offered(content: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, bool]:
    """The options of an item that has some to choose, each with whether it is a key; else nothing."""
    keys = key.get("keys")
    # The options of gaps stand in their gaps, and are chosen several at once.
    if keys is None or "options" not in content:
        return {}
    return {option["id"]: option["id"] in keys for option in content["options"]}


def statistics(counts: ItemCounts, options: Mapping[str, bool]) -> ItemStatistics:
    """The statistics of an item from its counts.

    ``options`` are what could be chosen and whether that is a key; without options, what several
    people typed alike is told instead.
    """
    if counts.n < FEWEST_ANSWERS:
        return ItemStatistics(counts.n)
    table = _Table(counts)
    told = options or _typed(counts)
    right = table.group(lambda answer: answer.is_right)
    correlation = table.correlation(right)
    between = interval(correlation, counts.n)
    choosers = _choosers_of_key(table, right, options)
    choices = tuple(_choice(table, name, is_key, choosers) for name, is_key in told.items())
    flags = [Flag.MISKEY] if any(choice.is_suspect for choice in choices) else []
    if between is not None and between[1] < 0:
        flags.append(Flag.BACKWARDS)
    return ItemStatistics(
        n=counts.n,
        difficulty=Fraction(right.n, counts.n),
        correlation=correlation,
        interval=between,
        median_seconds=median(counts.seconds),
        unanswered=table.group(lambda answer: not answer.choices).n if told else 0,
        choices=choices,
        flags=tuple(flags),
    )


def _typed(counts: ItemCounts) -> dict[str, bool]:
    """What was typed alike often enough to say so without telling on anybody, the commonest first."""
    typed: Counter[tuple[str, bool]] = Counter()
    for answer, n in counts.answers.items():
        for text in answer.choices:
            typed[text, answer.is_right] += n
    often = [(-n, told) for told, n in typed.items() if n >= FEWEST_CHOOSERS]
    return {text: is_right for _, (text, is_right) in sorted(often)}


def median(counted: Mapping[int, int]) -> Fraction | None:
    """The median of counted values; None without any."""
    total, seen, middle = sum(counted.values()), 0, []
    for value in sorted(counted):
        first, seen = seen, seen + counted[value]
        # The two places in the middle, which are one where the number is odd.
        middle += [value] * sum(first <= place < seen for place in ((total - 1) // 2, total // 2))
    return Fraction(sum(middle), 2) if middle else None


def interval(correlation: float | None, n: int) -> tuple[float, float] | None:
    """Fisher's interval of a correlation over ``n`` answers; None where it says nothing."""
    if correlation is None or n <= 3 or abs(correlation) >= 1:
        return None
    half = NormalDist().inv_cdf(float(1 + CONFIDENCE) / 2) / sqrt(n - 3)
    return tanh(atanh(correlation) - half), tanh(atanh(correlation) + half)


# --- groups of answers ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """How many, the sum of their rest scores and of the squares, in units of the table."""

    n: int
    total: int
    squares: int

    def __sub__(self, other: _Group) -> _Group:
        return _Group(self.n - other.n, self.total - other.total, self.squares - other.squares)

    @property
    def mean(self) -> Fraction:
        return Fraction(self.total, self.n)

    @property
    def error(self) -> Fraction:
        """The square of the standard error of the mean."""
        spread = Fraction(self.n * self.squares - self.total**2, self.n)
        return spread / (self.n - 1) / self.n


class _Table:
    """The answers with their rest scores in one unit, so that sums are sums of whole numbers."""

    def __init__(self, counts: ItemCounts) -> None:
        self.unit = lcm(*{answer.others for answer in counts.answers if answer.others})
        self._rows = [(answer, self._rest(answer), n) for answer, n in counts.answers.items()]
        self.all = self.group(lambda _: True)

    def _rest(self, answer: Answer) -> int:
        return answer.right * self.unit // answer.others if answer.others else 0

    def group(self, belongs: Callable[[Answer], bool]) -> _Group:
        """The answers for which that is so."""
        rows = [(rest, n) for answer, rest, n in self._rows if belongs(answer)]
        return _Group(
            n=sum(n for _, n in rows),
            total=sum(n * rest for rest, n in rows),
            squares=sum(n * rest**2 for rest, n in rows),
        )

    def correlation(self, group: _Group) -> float | None:
        """Pearson's correlation between being in the group and the rest score."""
        n, everybody = self.all.n, self.all
        spread = group.n * (n - group.n) * (n * everybody.squares - everybody.total**2)
        if not spread:
            return None
        together = n * group.total - group.n * everybody.total
        return (1 if together > 0 else -1) * sqrt(Fraction(together**2, spread))


def _choice(table: _Table, name: str, is_key: bool, right: _Group | None) -> ChoiceStatistics:
    group = table.group(lambda answer: name in answer.choices)
    return ChoiceStatistics(
        id=name,
        is_key=is_key,
        count=group.n,
        mean_rest=group.mean / table.unit if group.n else None,
        correlation=table.correlation(group),
        is_suspect=_is_suspect(group, table.all - group, is_key, right),
    )


def _is_suspect(group: _Group, others: _Group, is_key: bool, right: _Group | None) -> bool:
    """Whether the rest scores speak against what the key says of a choice.

    A distractor is suspect when who made it is clearly above who did not and, where one choice is the key,
    above who chose that. Of several keys each is suspect when who made it is clearly below who did not.
    """
    if is_key:
        return right is None and is_clearly_above(others, group)
    is_above = right is None or not right.n or (group.n > 0 and group.mean > right.mean)
    return is_above and is_clearly_above(group, others)


def _choosers_of_key(table: _Table, right: _Group, options: Mapping[str, bool]) -> _Group | None:
    """Who chose the one key as written, or typed something right; None where there are several keys."""
    keys = [name for name, is_key in options.items() if is_key]
    if len(keys) == 1:
        return table.group(lambda answer: keys[0] in answer.choices)
    return None if keys else right


def is_clearly_above(one: _Group, other: _Group) -> bool:
    """Whether the mean of one group is above the other's by more than chance would explain; exact."""
    if min(one.n, other.n) < FEWEST_CHOOSERS:
        return False
    difference = one.mean - other.mean
    return difference > 0 and difference**2 > CLEARLY**2 * (one.error + other.error)
