"""Whether somebody may start an exam now, and in which cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from quizapp.domain.errors import Refused
from quizapp.domain.exam import ExamDefinition, ExamState, Mode, SittingState, Window

#: So many days before a record ends its learner may begin anew instead of completing it.
RENEWAL_DAYS = 90


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """What admission needs to know of an earlier live attempt at the same exam.

    ``is_pending``: closed, and its result is not released yet.
    """

    cycle: int
    opened_at: datetime
    is_open: bool = False
    is_void: bool = False
    is_pending: bool = False


@dataclass(frozen=True, slots=True)
class AdmissionFacts:
    """Everything a start is decided on.

    ``barred_until`` and ``free_resits`` (when each was given) come from decided case files.
    """

    now: datetime
    exam_state: ExamState
    sitting_state: SittingState
    window: Window
    is_on_roster: bool
    past: tuple[PastAttempt, ...] = ()
    undemonstrated: frozenset[str] = field(default_factory=frozenset)
    code_matches: bool = True
    is_in_network: bool = True
    is_checked_in: bool = True
    has_accepted_rules: bool = True
    barred_until: datetime | None = None
    free_resits: tuple[datetime, ...] = ()
    #: The last day of the record in force that the last cycle brought.
    record_ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """A start that is allowed: which cycle, and whether it is the top-up of that cycle."""

    cycle: int
    is_top_up: bool


def admit(definition: ExamDefinition, facts: AdmissionFacts) -> Admission:
    """Decide whether an attempt may start now; raises `Refused` with the reason's code."""
    _check_open(facts)
    _check_bar(definition, facts)
    _check_arrival(facts)
    if definition.attempts.is_unlimited:
        return Admission(cycle=len(facts.past) + 1, is_top_up=False)
    return _place_in_cycle(definition, facts)


def _check_open(facts: AdmissionFacts) -> None:
    if not facts.is_on_roster:
        raise Refused("not_on_roster")
    if facts.exam_state is not ExamState.PUBLISHED:
        raise Refused("exam_not_published")
    if facts.sitting_state is not SittingState.SCHEDULED:
        raise Refused("sitting_closed")
    if facts.now < facts.window.opens_at:
        raise Refused("window_not_open", opens_at=facts.window.opens_at.isoformat())
    if facts.now >= facts.window.closes_at:
        raise Refused("window_over", closed_at=facts.window.closes_at.isoformat())
    if any(attempt.is_open for attempt in facts.past):
        raise Refused("attempt_already_open")


def _check_bar(definition: ExamDefinition, facts: AdmissionFacts) -> None:
    # Whoever is barred may go on practising.
    until = facts.barred_until
    if definition.mode is Mode.CERTIFICATION and until is not None and facts.now < until:
        raise Refused("barred", until=until.isoformat())


def _check_arrival(facts: AdmissionFacts) -> None:
    if not facts.is_in_network:
        raise Refused("wrong_network")
    if not facts.is_checked_in:
        raise Refused("not_checked_in")
    if not facts.has_accepted_rules:
        raise Refused("rules_not_accepted")
    if not facts.code_matches:
        raise Refused("wrong_access_code")


def is_renewal_due(valid_days: int, ends_on: date, day: date) -> bool:
    """Whether a record ends soon, or has ended: no top-up can make it last longer.

    Soon is `RENEWAL_DAYS`, and a quarter of its time for one that is valid for a short time only.
    """
    return day >= ends_on - timedelta(days=min(RENEWAL_DAYS, valid_days // 4))


def _place_in_cycle(definition: ExamDefinition, facts: AdmissionFacts) -> Admission:
    policy, blueprint = definition.attempts, definition.blueprint
    counted = sorted((a for a in facts.past if not a.is_void), key=lambda a: a.opened_at)
    if not counted:
        return Admission(cycle=1, is_top_up=False)
    last = counted[-1]
    resits = _by_resit(counted, facts.free_resits)
    if len(resits) < len(facts.free_resits):
        # A whole form in a cycle of its own, at once: what it makes good is not pooled with.
        return Admission(cycle=last.cycle + 1, is_top_up=False)
    in_cycle = sum(attempt.cycle == last.cycle for attempt in counted)
    ends_on = facts.record_ends_on
    is_renewal = ends_on is not None and is_renewal_due(definition.valid_days, ends_on, facts.now.date())
    may_top_up = in_cycle < policy.attempts_per_cycle and not is_renewal
    if may_top_up and last.is_pending:
        # The tasks of a top-up tell which were demonstrated, and so does having none.
        raise Refused("result_pending")
    # A top-up of tasks without top-up items would be a form without questions.
    if may_top_up and blueprint.top_up(facts.undemonstrated).rows:
        _wait(facts.now, last.opened_at, policy.wait_days)
        return Admission(cycle=last.cycle, is_top_up=True)
    _wait(facts.now, last.opened_at, policy.cycle_wait_days)
    since = facts.now - timedelta(days=policy.window_days)
    free = {attempt.cycle for attempt in resits}
    if len({a.cycle for a in counted if a.opened_at >= since} - free) >= policy.max_cycles:
        raise Refused("no_cycles_left")
    return Admission(cycle=last.cycle + 1, is_top_up=False)


def _by_resit(counted: Sequence[PastAttempt], given: Sequence[datetime]) -> list[PastAttempt]:
    """The attempts that used up a free resit: for each the first after it that used up no other."""
    used: list[PastAttempt] = []
    for at in sorted(given):
        after = [told for told in counted if told.opened_at >= at and told not in used]
        used += after[:1]
    return used


def _wait(now: datetime, last: datetime, days: int) -> None:
    earliest = last + timedelta(days=days)
    if now < earliest:
        raise Refused("too_soon", earliest=earliest.isoformat())
