"""Regrading an item that was served: how it is marked from now on, and what that does to results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from quizapp.domain import score as scores
from quizapp.domain.errors import DomainError, Problem, Refused
from quizapp.domain.item_types import item_type
from quizapp.domain.score import Decision, ScoreReport, SlotFacts, SlotMark, TaskStatus

LONGEST_REASON = 2000


class RegradeKind(StrEnum):
    """What a regrade does to an item version."""

    FIX_KEY = "fix_key"
    ACCEPT = "accept"
    DROP = "drop"
    FULL_MARKS = "full_marks"
    UNDO = "undo"


#: Those that are told by answers which are right.
WITH_ANSWERS = frozenset({RegradeKind.FIX_KEY, RegradeKind.ACCEPT})


class RegradeState(StrEnum):
    """How far a regrade has come. Nothing is changed before it is applied."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"


_S = RegradeState
TRANSITIONS: dict[str, tuple[frozenset[RegradeState], RegradeState]] = {
    # Approved anew when results have changed since.
    "approve": (frozenset({_S.PROPOSED, _S.APPROVED}), _S.APPROVED),
    "apply": (frozenset({_S.APPROVED}), _S.APPLIED),
    "withdraw": (frozenset({_S.PROPOSED, _S.APPROVED}), _S.WITHDRAWN),
}


def move(state: RegradeState, verb: str) -> RegradeState:
    """The state after ``verb``; raises `Refused` when the table has no such step."""
    sources, target = TRANSITIONS[verb]
    if state not in sources:
        raise Refused("illegal_transition", noun="regrade", state=state.value, verb=verb)
    return target


class ChallengeState(StrEnum):
    """What has become of a learner's challenge of an item."""

    OPEN = "open"
    ANSWERED = "answered"
    TAKEN_UP = "taken_up"


CHALLENGE_TRANSITIONS: dict[str, tuple[ChallengeState, ChallengeState]] = {
    "answer": (ChallengeState.OPEN, ChallengeState.ANSWERED),
    "take_up": (ChallengeState.OPEN, ChallengeState.TAKEN_UP),
    "reopen": (ChallengeState.TAKEN_UP, ChallengeState.OPEN),
}


def move_challenge(state: ChallengeState, verb: str) -> ChallengeState:
    """The state after ``verb``; raises `Refused` when the table has no such step."""
    source, target = CHALLENGE_TRANSITIONS[verb]
    if state is not source:
        raise Refused("illegal_transition", noun="challenge", state=state.value, verb=verb)
    return target


# --- rulings ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ruling:
    """How an item version is marked: ``answers`` are right beside its key, or instead of it."""

    keeps_key: bool = True
    answers: tuple[Mapping[str, object], ...] = ()
    is_dropped: bool = False
    is_full: bool = False


AS_WRITTEN = Ruling()


def ruling(kind: RegradeKind, answers: Sequence[Mapping[str, object]], current: Ruling) -> Ruling:
    """The ruling that a regrade of this kind makes out of the current one."""
    match kind:
        case RegradeKind.FIX_KEY:
            return Ruling(keeps_key=False, answers=tuple(answers))
        case RegradeKind.ACCEPT:
            return Ruling(current.keeps_key, (*current.answers, *answers))
        case RegradeKind.DROP:
            return Ruling(is_dropped=True)
        case RegradeKind.FULL_MARKS:
            return Ruling(is_full=True)
        case RegradeKind.UNDO:
            return AS_WRITTEN


def to_json(told: Ruling) -> dict[str, Any]:
    """The stored form of a ruling."""
    return {**asdict(told), "answers": [dict(answer) for answer in told.answers]}


def from_json(stored: Mapping[str, Any]) -> Ruling:
    """The ruling that `to_json` stored."""
    return Ruling(**{**stored, "answers": tuple(stored["answers"])})


@dataclass(frozen=True, slots=True)
class Applied:
    """An applied regrade as one attempt sees it; ``is_spared`` when it did not reach that attempt."""

    id: str
    ruling: Ruling
    undoes: str | None = None
    is_spared: bool = False


def in_force(applied: Iterable[Applied], without: str | None = None) -> Ruling:
    """The ruling that holds after these regrades of one item version, oldest first.

    ``without`` is one that is about to be undone.
    """
    chain: list[Applied] = []
    for told in applied:
        if told.is_spared or told.id == without:
            continue
        if told.undoes is None:
            chain.append(told)
        else:
            chain = [earlier for earlier in chain if earlier.id != told.undoes]
    return chain[-1].ruling if chain else AS_WRITTEN


def mark(slot: SlotFacts, told: Ruling) -> SlotMark:
    """Mark one slot under a ruling; of several keys the one that is best for the learner."""
    if told.is_dropped:
        return scores.mark(replace(slot, counts=False))
    if told.is_full:
        plain = scores.mark(slot)
        return replace(plain, points=plain.maximum, is_right=True)
    rekey = item_type(slot.item_type).rekey
    keys = [slot.key] if told.keeps_key else []
    keys += [rekey(slot.key, answer) for answer in told.answers]
    marks = [scores.mark(replace(slot, key=key)) for key in keys]
    return max(marks, key=lambda made: (made.is_right, made.points))


def read_answers(
    kind: RegradeKind, type_name: str, content: Mapping[str, object], given: Sequence[object]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The answers of a proposal in their stored form, and everything wrong with them."""
    if kind not in WITH_ANSWERS:
        return [], [Problem("answers", "", "unexpected")] if given else []
    if not given:
        return [], [Problem("answers", "", "missing", "say which answer is right")]
    known, answers, problems = item_type(type_name), [], []
    if known.award is not None:
        return [], [Problem("answers", "", "marked_by_people", "no answer is right for everybody")]
    for number, response in enumerate(given, 1):
        try:
            answer = known.accept(content, response)
        except DomainError:
            answer = None
        if answer is None or not known.is_complete(content, answer):
            problems.append(Problem(f"answers[{number}]", "", "incomplete", "no whole answer to this item"))
        else:
            answers.append(answer)
    return answers, problems


def check_reason(reason: str) -> list[Problem]:
    """Everything wrong with the reason given for a regrade."""
    if 1 <= len(reason.strip()) <= LONGEST_REASON:
        return []
    return [Problem("reason", "", "missing", f"a reason of 1 to {LONGEST_REASON} characters")]


# --- what it does to a result -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """One task of a result."""

    task_code: str
    x: int
    n: int
    status: TaskStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result in short: the points of the cycle, its tasks, the decision."""

    points: Fraction
    maximum: Fraction
    decision: Decision
    tasks: tuple[TaskOutcome, ...]

    @property
    def share(self) -> Fraction:
        """Points over maximum."""
        return self.points / self.maximum if self.maximum else Fraction(0)


def outcome(report: ScoreReport) -> Outcome:
    """A score report in short."""
    tasks = tuple(TaskOutcome(t.task_code, t.x, t.n, t.status) for t in report.tasks)
    return Outcome(report.cycle_total.points, report.cycle_total.maximum, report.decision, tasks)


_DECISIONS = {Decision.NOT_MET: 0, Decision.INSUFFICIENT: 1, Decision.MET: 2}


@dataclass(frozen=True, slots=True)
class Change:
    """A result before and after."""

    before: Outcome
    after: Outcome

    @property
    def gained(self) -> tuple[str, ...]:
        """The tasks that become demonstrated."""
        return self._newly(self.before, self.after)

    @property
    def lost(self) -> tuple[str, ...]:
        """The tasks that were demonstrated and no longer are."""
        return self._newly(self.after, self.before)

    @staticmethod
    def _newly(before: Outcome, after: Outcome) -> tuple[str, ...]:
        shown = TaskStatus.DEMONSTRATED
        had = {task.task_code for task in before.tasks if task.status is shown}
        return tuple(t.task_code for t in after.tasks if t.status is shown and t.task_code not in had)

    @property
    def flips(self) -> tuple[TaskOutcome, ...]:
        """The tasks whose status changes, as they are afterwards."""
        known = {task.task_code: task.status for task in self.before.tasks}
        return tuple(task for task in self.after.tasks if known.get(task.task_code) is not task.status)

    @property
    def is_decision_flipped(self) -> bool:
        """Whether the exam's decision changes."""
        return self.before.decision is not self.after.decision

    @property
    def is_lowered(self) -> bool:
        """Whether anything a learner was told becomes worse: a task, the decision, the share of points."""
        falls = _DECISIONS[self.after.decision] < _DECISIONS[self.before.decision]
        return bool(self.lost) or falls or self.after.share < self.before.share


def digest(lines: Iterable[Mapping[str, object]]) -> str:
    """SHA-256 over what a dry run says, so that what was approved is what is applied."""
    text = json.dumps(list(lines), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
