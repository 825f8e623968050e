"""Case files: an appeal or an irregularity, who may decide it, and what the decision can be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from quizapp.domain.attempt import AttemptState
from quizapp.domain.errors import Problem, Refused

#: From the opening to the day by which somebody has to have decided.
TIME_TO_DECIDE = timedelta(days=28)
#: How long after its release a result can be appealed against.
APPEAL_WITHIN = timedelta(days=90)
#: One attempt brings at most so many appeals.
MOST_APPEALS = 3
LONGEST = 4000
#: For how many days somebody can be barred.
BAR_DAYS = (30, 90, 180, 365, 730)


class CaseKind(StrEnum):
    """What a case is: a learner's appeal, or something staff found irregular."""

    APPEAL = "appeal"
    IRREGULARITY = "irregularity"


class CaseState(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


TRANSITIONS: dict[str, tuple[CaseState, CaseState]] = {
    "decide": (CaseState.OPEN, CaseState.DECIDED),
    "withdraw": (CaseState.OPEN, CaseState.WITHDRAWN),
}


def move(state: CaseState, verb: str) -> CaseState:
    """The state after ``verb``; raises `Refused` when the table has no such step."""
    source, target = TRANSITIONS[verb]
    if state is not source:
        raise Refused("illegal_transition", noun="case_file", state=state.value, verb=verb)
    return target


class CaseOutcome(StrEnum):
    """What a decision does to the attempt and its learner."""

    UPHOLD = "uphold"
    RESCORE = "rescore"
    VOID = "void"
    FREE_RESIT = "free_resit"
    BAR = "bar"


#: Those that take something away that a learner had; only a registrar decides so.
HARSH = frozenset({CaseOutcome.VOID, CaseOutcome.BAR})
_POSSIBLE = {
    AttemptState.OPEN: (),
    AttemptState.CLOSED: tuple(CaseOutcome),
    # What counts for nobody can neither be scored again nor made void once more.
    AttemptState.VOID: (CaseOutcome.UPHOLD, CaseOutcome.FREE_RESIT, CaseOutcome.BAR),
}


def possible(state: AttemptState, *, is_registrar: bool) -> tuple[CaseOutcome, ...]:
    """The outcomes a case about an attempt in this state can have, for this kind of decider."""
    return tuple(told for told in _POSSIBLE[state] if is_registrar or told not in HARSH)


class Tie(StrEnum):
    """What ties somebody to a case, so that somebody else has to decide it."""

    LEARNER = "learner"
    OPENED = "opened"
    PROCTORED = "proctored"
    REGRADED = "regraded"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Involved:
    """The people around an attempt: who proctored, proposed a regrade of it, issued its records."""

    learner_id: UUID
    opened_by: UUID | None
    proctors: Collection[UUID] = ()
    regraders: Collection[UUID] = ()
    issuers: Collection[UUID] = ()


def tie(person_id: UUID, involved: Involved) -> Tie | None:
    """What keeps somebody from deciding a case, or None for somebody independent."""
    if person_id == involved.learner_id:
        return Tie.LEARNER
    if person_id == involved.opened_by:
        return Tie.OPENED
    if person_id in involved.proctors:
        return Tie.PROCTORED
    if person_id in involved.regraders:
        return Tie.REGRADED
    return Tie.ISSUED if person_id in involved.issuers else None


def is_overdue(state: CaseState, due_at: datetime, now: datetime) -> bool:
    """Whether an open case should have been decided by now."""
    return state is CaseState.OPEN and now >= due_at


def reference(case_id: UUID) -> str:
    """What a case is called in letters: the last eight digits of its id, "4F1A-09BC"."""
    digits = case_id.hex[-8:].upper()
    return f"{digits[:4]}-{digits[4:]}"


def check_text(field: str, text: str) -> list[Problem]:
    """Everything wrong with grounds, reasons or a note."""
    if 1 <= len(text.strip()) <= LONGEST and "\0" not in text:
        return []
    return [Problem(field, "", "missing", f"1 to {LONGEST} characters")]


def check_decision(
    outcome: str, reasons: str, days: int | None, allowed: Collection[CaseOutcome]
) -> list[Problem]:
    """Everything wrong with a decision; ``days`` belong to a bar and to nothing else."""
    problems = check_text("reasons", reasons)
    if outcome not in allowed:
        names = ", ".join(told.value for told in allowed)
        problems.append(Problem("outcome", outcome, "out_of_range", f"one of {names}"))
    if outcome == CaseOutcome.BAR and days not in BAR_DAYS:
        problems.append(Problem("days", str(days), "out_of_range", f"one of {BAR_DAYS}"))
    return problems
