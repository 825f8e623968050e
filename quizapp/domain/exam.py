"""An exam and the rules it is published under; a sitting of it, and who may start one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Refused
from quizapp.domain.item import Pool

PROVISIONAL = "provisional: no standard-setting study"
RULE_VERSION = "1"
SECONDS_PER_ITEM = 75
DEFAULT_GRACE_SECONDS = 180


class Mode(StrEnum):
    """Practice guides study; certification gives a status per task."""

    PRACTICE = "practice"
    CERTIFICATION = "certification"


class Standing(StrEnum):
    """Whether results may be used for decisions about people."""

    PILOT = "pilot"
    OPERATIONAL = "operational"


class ExamState(StrEnum):
    """How far an exam has come."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class Release(StrEnum):
    """When learners see results."""

    IMMEDIATE = "immediate"
    AFTER_SITTING = "after_sitting"
    MANUAL = "manual"


TRANSITIONS: dict[str, tuple[frozenset[ExamState], ExamState]] = {
    "revise": (frozenset({ExamState.DRAFT}), ExamState.DRAFT),
    "publish": (frozenset({ExamState.DRAFT}), ExamState.PUBLISHED),
    "close": (frozenset({ExamState.PUBLISHED}), ExamState.CLOSED),
}


def move(state: ExamState, verb: str) -> ExamState:
    """The state after ``verb``; raises `Refused` when the table has no such step."""
    sources, target = TRANSITIONS[verb]
    if state not in sources:
        raise Refused("illegal_transition", noun="exam", state=state.value, verb=verb)
    return target


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an exam; ``time_limit_seconds`` 0 means only the whole exam is limited."""

    title: str
    time_limit_seconds: int = 0
    is_one_way: bool = False


@dataclass(frozen=True, slots=True)
class TaskRule:
    """When a task counts as demonstrated: P(p >= c | x of n) >= gamma with n >= n_min."""

    c: Fraction = Fraction(70, 100)
    gamma: Fraction = Fraction(90, 100)
    n_min: int = 8
    basis: str = PROVISIONAL
    version: str = RULE_VERSION


@dataclass(frozen=True, slots=True)
class CutRule:
    """The exam's decision: every task (conjunctive), or a total with at most ``max_below`` short."""

    is_conjunctive: bool = False
    total: Fraction = Fraction(75, 100)
    max_below: int = 1
    basis: str = PROVISIONAL


@dataclass(frozen=True, slots=True)
class AttemptsPolicy:
    """How often, how far apart. A cycle is the span in which evidence pools.

    ``is_unlimited`` means as often as wished (practice); nothing else is looked at then.
    """

    attempts_per_cycle: int = 2
    wait_days: int = 30
    cycle_wait_days: int = 183
    max_cycles: int = 3
    window_days: int = 730
    is_unlimited: bool = False


UNLIMITED = AttemptsPolicy(is_unlimited=True)


@dataclass(frozen=True, slots=True)
class ExamDefinition:
    """Everything that is frozen when an exam is published."""

    title: str
    mode: Mode
    blueprint: Blueprint
    time_limit_seconds: int
    instructions: str = ""
    pool: Pool = Pool.SECURE
    sections: tuple[Section, ...] = ()
    attempts: AttemptsPolicy = AttemptsPolicy()
    task_rule: TaskRule = TaskRule()
    cut_rule: CutRule = CutRule()
    release: Release = Release.IMMEDIATE
    grace_seconds: int = DEFAULT_GRACE_SECONDS
    valid_days: int = 1095

    @property
    def is_certification(self) -> bool:
        """Whether results may become records."""
        return self.mode is Mode.CERTIFICATION


def standing(
    definition: ExamDefinition, sme_reviews: Collection[str], distributions: Collection[str]
) -> Standing:
    """Pilot unless reviewed by experts, not publicly distributed, and cut on a real basis."""
    is_reviewed = bool(sme_reviews) and set(sme_reviews) == {"done"}
    has_basis = all(
        not basis.startswith("provisional")
        for basis in (definition.cut_rule.basis, definition.task_rule.basis)
    )
    if is_reviewed and "public" not in distributions and has_basis:
        return Standing.OPERATIONAL
    return Standing.PILOT


def to_json(definition: ExamDefinition) -> dict[str, Any]:
    """The stored form of a definition: plain JSON, fractions as "7/10"."""
    told = plain(asdict(definition))
    assert isinstance(told, dict)
    return told


def plain(value: object) -> object:
    """A value as plain JSON: fractions as text, names of states as text, tuples as lists."""
    match value:
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case StrEnum():
            return value.value
        case Mapping():
            return {str(name): plain(entry) for name, entry in value.items()}
        case tuple() | list():
            return [plain(entry) for entry in value]
        case _:
            return value


def from_json(stored: Mapping[str, Any]) -> ExamDefinition:
    """The definition that `to_json` stored."""
    rule, cut = dict(stored["task_rule"]), dict(stored["cut_rule"])
    rule |= {name: Fraction(rule[name]) for name in ("c", "gamma")}
    cut |= {"total": Fraction(cut["total"])}
    return ExamDefinition(
        **{
            **stored,
            "blueprint": Blueprint(tuple(BlueprintRow(**row) for row in stored["blueprint"]["rows"])),
            "sections": tuple(Section(**entry) for entry in stored["sections"]),
            "attempts": AttemptsPolicy(**stored["attempts"]),
            "task_rule": TaskRule(**rule),
            "cut_rule": CutRule(**cut),
            "mode": Mode(stored["mode"]),
            "pool": Pool(stored["pool"]),
            "release": Release(stored["release"]),
        }
    )


# --- sittings and admission -------------------------------------------------------------


class SittingState(StrEnum):
    """A sitting is scheduled until somebody closes or cancels it; time does the rest."""

    SCHEDULED = "scheduled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


SITTING_TRANSITIONS: dict[str, tuple[frozenset[SittingState], SittingState]] = {
    "close": (frozenset({SittingState.SCHEDULED}), SittingState.CLOSED),
    "cancel": (frozenset({SittingState.SCHEDULED}), SittingState.CANCELLED),
}


def move_sitting(state: SittingState, verb: str) -> SittingState:
    """The sitting's state after ``verb``; raises `Refused` when the table has no such step."""
    sources, target = SITTING_TRANSITIONS[verb]
    if state not in sources:
        raise Refused("illegal_transition", noun="sitting", state=state.value, verb=verb)
    return target


@dataclass(frozen=True, slots=True)
class Window:
    """When a sitting may be started, and the last instant anybody works in it."""

    opens_at: datetime
    closes_at: datetime

    def extended(self, extra: timedelta) -> Window:
        """The window of a person whose limit is ``extra`` longer: it ends that much later."""
        return replace(self, closes_at=self.closes_at + extra)


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
    """Everything a start is decided on."""

    now: datetime
    exam_state: ExamState
    sitting_state: SittingState
    window: Window
    is_on_roster: bool
    past: tuple[PastAttempt, ...] = ()
    undemonstrated: frozenset[str] = field(default_factory=frozenset)
    code_matches: bool = True


@dataclass(frozen=True, slots=True)
class Admission:
    """A start that is allowed: which cycle, and whether it is the top-up of that cycle."""

    cycle: int
    is_top_up: bool


def admit(definition: ExamDefinition, facts: AdmissionFacts) -> Admission:
    """Decide whether an attempt may start now; raises `Refused` with the reason's code."""
    _check_open(facts)
    if not facts.code_matches:
        raise Refused("wrong_access_code")
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


def _place_in_cycle(definition: ExamDefinition, facts: AdmissionFacts) -> Admission:
    policy, blueprint = definition.attempts, definition.blueprint
    counted = sorted((a for a in facts.past if not a.is_void), key=lambda a: a.opened_at)
    if not counted:
        return Admission(cycle=1, is_top_up=False)
    last = counted[-1]
    in_cycle = sum(attempt.cycle == last.cycle for attempt in counted)
    if in_cycle < policy.attempts_per_cycle and last.is_pending:
        # The tasks of a top-up tell which were demonstrated, and so does having none.
        raise Refused("result_pending")
    # A top-up of tasks without top-up items would be a form without questions.
    if in_cycle < policy.attempts_per_cycle and blueprint.top_up(facts.undemonstrated).rows:
        _wait(facts.now, last.opened_at, policy.wait_days)
        return Admission(cycle=last.cycle, is_top_up=True)
    _wait(facts.now, last.opened_at, policy.cycle_wait_days)
    since = facts.now - timedelta(days=policy.window_days)
    if len({a.cycle for a in counted if a.opened_at >= since}) >= policy.max_cycles:
        raise Refused("no_cycles_left")
    return Admission(cycle=last.cycle + 1, is_top_up=False)


def _wait(now: datetime, last: datetime, days: int) -> None:
    earliest = last + timedelta(days=days)
    if now < earliest:
        raise Refused("too_soon", earliest=earliest.isoformat())
