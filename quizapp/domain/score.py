"""From responses to marks, from marks to task evidence, from evidence to decisions.

Task status rests on the posterior P(p >= c | x right of n) under a uniform Beta(1,1) prior,
1 - I_c(x+1, n-x+1). For integers that is the lower tail of a binomial, an exact finite sum:
P = sum_{j=0..x} C(n+1, j) c^j (1-c)^(n+1-j). Everything here is integers and Fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import comb, lcm

from quizapp.domain.exam import CutRule, TaskRule
from quizapp.domain.item_types import Mark, Marking, item_type

#: Practice says "looks strong" from this posterior on, "start here" below the other.
PRACTICE_STRONG = Fraction(80, 100)
PRACTICE_START_HERE = Fraction(20, 100)
#: The interval shown beside a practice result: central, this much probability.
INTERVAL_MASS = Fraction(80, 100)
INTERVAL_STEPS = 1000


class TaskStatus(StrEnum):
    """What certification says about one task."""

    DEMONSTRATED = "demonstrated"
    NOT_YET = "not_yet"
    INSUFFICIENT = "insufficient"
    NOT_ASSESSED = "not_assessed"


class PracticeStatus(StrEnum):
    """What practice says about one task: advice, never a claim."""

    STRONG = "strong"
    MIXED = "mixed"
    START_HERE = "start_here"
    NOT_ASSESSED = "not_assessed"


class Decision(StrEnum):
    """What an exam as a whole says."""

    MET = "met"
    NOT_MET = "not_met"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """One slot with all it takes to mark it.

    ``counts`` is false for a pilot or suspended item; ``is_first_exposure`` for one met before.
    ``markings`` are people's, of this very response, where its type is marked by people.
    """

    position: int
    item_id: str
    item_type: str
    task_code: str
    content: Mapping[str, object]
    key: Mapping[str, object]
    response: Mapping[str, object] | None
    counts: bool = True
    is_first_exposure: bool = True
    markings: tuple[Marking, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotMark:
    """The mark of one slot."""

    position: int
    item_id: str
    task_code: str
    points: Fraction
    maximum: Fraction
    is_right: bool
    is_answered: bool
    is_evidence: bool


def mark(slot: SlotFacts) -> SlotMark:
    """Mark one slot by its item type; an unanswered one is wrong, never absent, and so is one that waits."""
    told = _award(slot) or item_type(slot.item_type).mark(slot.key, slot.content, slot.response)
    return SlotMark(
        position=slot.position,
        item_id=slot.item_id,
        task_code=slot.task_code,
        points=told.points if slot.counts else Fraction(0),
        maximum=told.maximum if slot.counts else Fraction(0),
        is_right=told.is_right,
        is_answered=slot.response is not None,
        is_evidence=slot.counts and slot.is_first_exposure,
    )


def waits(slot: SlotFacts) -> bool:
    """Whether people have still to mark this slot; what counts for nobody waits for nobody."""
    return slot.counts and item_type(slot.item_type).award is not None and _award(slot) is None


def _award(slot: SlotFacts) -> Mark | None:
    award = item_type(slot.item_type).award
    return award(slot.key, slot.content, slot.response, slot.markings) if award else None


def posterior(x: int, n: int, c: Fraction) -> Fraction:
    """P(p >= c | x right of n) under Beta(1,1), exactly."""
    if not 0 <= x <= n:
        raise ValueError(f"{x} right of {n}")
    trials, right, whole = n + 1, c.numerator, c.denominator
    wrong = whole - right
    # One fraction at the end: every term has the denominator whole ** trials.
    ways = sum(comb(trials, j) * right**j * wrong ** (trials - j) for j in range(x + 1))
    return Fraction(ways, whole**trials)


@lru_cache(maxsize=2_000)
def interval(x: int, n: int, mass: Fraction = INTERVAL_MASS) -> tuple[Fraction, Fraction]:
    """The central credible interval of p, each end exact to 1/INTERVAL_STEPS."""
    tail = (1 - mass) / 2
    return _quantile(x, n, tail), _quantile(x, n, 1 - tail)


def _quantile(x: int, n: int, below: Fraction) -> Fraction:
    low, high = 0, INTERVAL_STEPS
    while low < high:
        middle = (low + high) // 2
        if 1 - posterior(x, n, Fraction(middle, INTERVAL_STEPS)) < below:
            low = middle + 1
        else:
            high = middle
    return Fraction(low, INTERVAL_STEPS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one attempt contributes to one task: ``x`` right of ``n`` items met for the first time.

    ``withdrawn`` items were on the form but suspended; n_min falls by them.
    """

    attempt_id: str
    task_code: str
    x: int
    n: int
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class TaskScore:
    """One task after pooling the evidence of a cycle."""

    task_code: str
    x: int
    n: int
    status: TaskStatus
    probability: Fraction
    evidence: tuple[Evidence, ...]


def evidence_of(attempt_id: str, marks: Iterable[SlotMark]) -> list[Evidence]:
    """The evidence of one attempt, per task, in the order the tasks first appear."""
    tally: dict[str, list[SlotMark]] = {}
    for slot in marks:
        tally.setdefault(slot.task_code, []).append(slot)
    return [
        Evidence(
            attempt_id,
            code,
            x=sum(s.is_right for s in slots if s.is_evidence),
            n=sum(s.is_evidence for s in slots),
            withdrawn=sum(s.maximum == 0 for s in slots),
        )
        for code, slots in tally.items()
    ]


def task_status(x: int, n: int, rule: TaskRule, withdrawn: int = 0) -> TaskStatus:
    """The status of a task with ``x`` right of ``n``; ``withdrawn`` items lower n_min."""
    if n == 0:
        return TaskStatus.NOT_ASSESSED
    if n < rule.n_min - withdrawn:
        return TaskStatus.INSUFFICIENT
    if posterior(x, n, rule.c) >= rule.gamma:
        return TaskStatus.DEMONSTRATED
    return TaskStatus.NOT_YET


def pool(task_code: str, evidence: Sequence[Evidence], rule: TaskRule) -> TaskScore:
    """One task from the evidence of its cycle, oldest first.

    A task demonstrated by the first attempts stands: later evidence is not looked at.
    """
    used: list[Evidence] = []
    for piece in (e for e in evidence if e.task_code == task_code):
        used.append(piece)
        if _status(used, rule) is TaskStatus.DEMONSTRATED:
            break
    x, n = sum(e.x for e in used), sum(e.n for e in used)
    return TaskScore(task_code, x, n, _status(used, rule), posterior(x, n, rule.c), tuple(used))


def _status(used: Sequence[Evidence], rule: TaskRule) -> TaskStatus:
    x, n = sum(e.x for e in used), sum(e.n for e in used)
    return task_status(x, n, rule, sum(e.withdrawn for e in used))


def practice_status(x: int, n: int, c: Fraction) -> PracticeStatus:
    """What practice says about a task: where the posterior lies between the two thresholds."""
    if n == 0:
        return PracticeStatus.NOT_ASSESSED
    probability = posterior(x, n, c)
    if probability >= PRACTICE_STRONG:
        return PracticeStatus.STRONG
    return PracticeStatus.START_HERE if probability < PRACTICE_START_HERE else PracticeStatus.MIXED


@dataclass(frozen=True, slots=True)
class Total:
    """Points of everything that counts, over the attempts of a cycle."""

    points: Fraction
    maximum: Fraction

    @property
    def share(self) -> Fraction:
        """Points over maximum; 0 where nothing counts."""
        return self.points / self.maximum if self.maximum else Fraction(0)


def total_of(marks: Iterable[SlotMark]) -> Total:
    """The points of these marks."""
    known = list(marks)
    return Total(_sum([slot.points for slot in known]), _sum([slot.maximum for slot in known]))


def _sum(values: Sequence[Fraction]) -> Fraction:
    """The exact sum over one denominator: adding fraction by fraction reduces each step, for nothing."""
    whole = lcm(*{value.denominator for value in values})
    return Fraction(sum(value.numerator * (whole // value.denominator) for value in values), whole)


@dataclass(frozen=True, slots=True)
class CompetencyScore:
    """One competency: points, items and its tasks."""

    code: str
    total: Total
    x: int
    n: int
    tasks: tuple[TaskScore, ...]


def competency_score(code: str, tasks: Sequence[TaskScore], marks: Sequence[SlotMark]) -> CompetencyScore:
    """A competency from its tasks and the marks of the cycle that belong to them."""
    codes = {task.task_code for task in tasks}
    return CompetencyScore(
        code=code,
        total=total_of(slot for slot in marks if slot.task_code in codes),
        x=sum(task.x for task in tasks),
        n=sum(task.n for task in tasks),
        tasks=tuple(tasks),
    )


def decide(tasks: Sequence[TaskScore], total: Total, rule: CutRule) -> Decision:
    """The exam's decision over every task of its blueprint and the total of the cycle.

    Not met only for lack of items is said as insufficient evidence, not as failure.
    """
    short = [task for task in tasks if task.status is not TaskStatus.DEMONSTRATED]
    allowed = 0 if rule.is_conjunctive else rule.max_below
    total_is_met = rule.is_conjunctive or total.share >= rule.total
    if len(short) <= allowed and total_is_met:
        return Decision.MET
    unmeasured = {TaskStatus.INSUFFICIENT, TaskStatus.NOT_ASSESSED}
    lacking = sum(task.status in unmeasured for task in short)
    if total_is_met and len(short) - lacking <= allowed:
        return Decision.INSUFFICIENT
    return Decision.NOT_MET


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """The breakdown of one attempt, with the evidence of its cycle pooled in."""

    marks: tuple[SlotMark, ...]
    competencies: tuple[CompetencyScore, ...]
    total: Total
    cycle_total: Total
    decision: Decision

    @property
    def tasks(self) -> tuple[TaskScore, ...]:
        """Every task of the blueprint, in framework order."""
        return tuple(task for competency in self.competencies for task in competency.tasks)

    @property
    def demonstrated(self) -> tuple[str, ...]:
        """The codes of the demonstrated tasks."""
        return tuple(t.task_code for t in self.tasks if t.status is TaskStatus.DEMONSTRATED)


@dataclass(frozen=True, slots=True)
class EarlierAttempt:
    """The marks of an earlier attempt of the same cycle."""

    attempt_id: str
    marks: tuple[SlotMark, ...]


def report(
    attempt_id: str,
    marks: Sequence[SlotMark],
    earlier: Sequence[EarlierAttempt],
    outline: Sequence[tuple[str, Sequence[str]]],
    task_rule: TaskRule,
    cut_rule: CutRule,
) -> ScoreReport:
    """The score report of an attempt.

    ``outline`` is the blueprint by competency: (competency code, its task codes), in order.
    ``earlier`` are the attempts of the same cycle, oldest first.
    """
    attempts = [*earlier, EarlierAttempt(attempt_id, tuple(marks))]
    evidence = [piece for a in attempts for piece in evidence_of(a.attempt_id, a.marks)]
    all_marks = [slot for a in attempts for slot in a.marks]
    competencies = tuple(
        competency_score(code, [pool(task, evidence, task_rule) for task in tasks], all_marks)
        for code, tasks in outline
    )
    tasks = [task for competency in competencies for task in competency.tasks]
    cycle_total = total_of(all_marks)
    return ScoreReport(
        marks=tuple(marks),
        competencies=competencies,
        total=total_of(marks),
        cycle_total=cycle_total,
        decision=decide(tasks, cycle_total, cut_rule),
    )
