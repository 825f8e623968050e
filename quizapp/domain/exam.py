"""An exam and the rules it is published under; a sitting of it, and who may start one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from quizapp.domain import blueprint as blueprints
from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Problem, Refused
from quizapp.domain.item import STABLE_ID, Pool

PROVISIONAL = "provisional: no standard-setting study"
RULE_VERSION = "1"
SECONDS_PER_ITEM = 75
DEFAULT_GRACE_SECONDS = 180
TITLE_LENGTH = 200
ACCESS_CODE_LENGTH = 40


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

    ``max_attempts`` 0 means as often as wished (practice).
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


def check_slug(slug: str) -> list[Problem]:
    """A short name stands in addresses and commands, so it is plain."""
    if STABLE_ID.fullmatch(slug):
        return []
    return [Problem("slug", slug, "bad_id", "lower-case letters, digits, dots and hyphens, 2 to 64")]


def check(definition: ExamDefinition, task_codes: Collection[str]) -> list[Problem]:
    """Everything wrong with a definition, before any look at the pool."""
    problems = blueprints.check(definition.blueprint, task_codes, len(definition.sections))
    if not definition.title.strip():
        problems.append(Problem("title", "", "missing", "a title is needed"))
    if definition.time_limit_seconds < 60:
        told = str(definition.time_limit_seconds)
        problems.append(Problem("time_limit_seconds", told, "out_of_range", "at least a minute"))
    if definition.is_certification and definition.pool is not Pool.SECURE:
        detail = "practice items are seen before; they prove nothing"
        problems.append(Problem("pool", definition.pool.value, "pool_not_secure", detail))
    if definition.is_certification and definition.attempts.is_unlimited:
        problems.append(Problem("attempts", "unlimited", "out_of_range", "certification is limited"))
    return problems + _check_rules(definition)


def _check_rules(definition: ExamDefinition) -> list[Problem]:
    rule, cut, problems = definition.task_rule, definition.cut_rule, []
    for name, share in (("c", rule.c), ("gamma", rule.gamma), ("total", cut.total)):
        if not 0 < share < 1:
            problems.append(Problem(name, str(share), "out_of_range", "between 0 and 1, exclusive"))
    if rule.n_min < 1:
        problems.append(Problem("n_min", str(rule.n_min), "out_of_range", "at least 1"))
    if not 0 <= cut.max_below < max(len(definition.blueprint.rows), 1):
        problems.append(Problem("max_below", str(cut.max_below), "out_of_range", "fewer than tasks"))
    for name, basis in (("task_rule.basis", rule.basis), ("cut_rule.basis", cut.basis)):
        if not basis.strip():
            problems.append(Problem(name, "", "missing", "say what the value rests on"))
    return problems


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


def check_window(window: Window) -> list[Problem]:
    """A window must end after it starts."""
    if window.closes_at <= window.opens_at:
        told = window.closes_at.isoformat()
        return [Problem("closes_at", told, "out_of_order", "must be after the opening")]
    return []


def check_sitting(title: str, window: Window, access_code: str) -> list[Problem]:
    """Everything wrong with a sitting's own facts, its roster aside."""
    problems = check_window(window)
    if not 0 < len(title.strip()) <= TITLE_LENGTH:
        detail = f"a title of 1 to {TITLE_LENGTH} characters is needed"
        problems.append(Problem("title", title[:60], "missing" if not title.strip() else "too_long", detail))
    if len(access_code) > ACCESS_CODE_LENGTH:
        detail = f"at most {ACCESS_CODE_LENGTH} characters"
        problems.append(Problem("access_code", access_code[:60], "too_long", detail))
    return problems


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """What admission needs to know of an earlier live attempt at the same exam."""

    cycle: int
    opened_at: datetime
    is_open: bool = False
    is_void: bool = False


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
    return _place_in_cycle(definition.attempts, facts)


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


def _place_in_cycle(policy: AttemptsPolicy, facts: AdmissionFacts) -> Admission:
    counted = sorted((a for a in facts.past if not a.is_void), key=lambda a: a.opened_at)
    if not counted:
        return Admission(cycle=1, is_top_up=False)
    last = counted[-1]
    in_cycle = sum(attempt.cycle == last.cycle for attempt in counted)
    if in_cycle < policy.attempts_per_cycle and facts.undemonstrated:
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
