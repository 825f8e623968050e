"""An exam and the rules it is published under; a sitting of it and its window."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
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
    TWO_PEOPLE = "two_people"


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
    has_calculator: bool = False

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


def rules_to_json(definition: ExamDefinition) -> dict[str, Any]:
    """Of the same form only what a score is decided by."""
    task, cut = asdict(definition.task_rule), asdict(definition.cut_rule)
    return {"task_rule": plain(task), "cut_rule": plain(cut)}


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


# --- sittings -------------------------------------------------------------


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
