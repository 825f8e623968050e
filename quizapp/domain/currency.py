"""Whether somebody is current: judged from their records, by one rule for every list and page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quizapp.domain.record import RecordStatus

#: A record that ends within so many days is said to be expiring.
HORIZON_DAYS = 30
#: In so many days at most; what a registrar may look ahead.
HORIZONS = (7, 30, 60, 90)


class Currency(StrEnum):
    """What is said of one name of a list."""

    CURRENT = "current"
    EXPIRING = "expiring"
    LAPSED = "lapsed"
    NONE = "no_current_record"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Holding:
    """One record of somebody as it stands on the day asked about."""

    serial: str
    exam_title: str
    status: RecordStatus
    expires_on: date
    tasks: tuple[str, ...]
    demonstrated: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody's records say together; ``missing`` are tasks asked for and not demonstrated."""

    currency: Currency
    holding: Holding | None = None
    demonstrated: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def judge(
    holdings: Sequence[Holding], day: date, wanted: Sequence[str] = (), horizon: int = HORIZON_DAYS
) -> Answer:
    """The answer for one person: records in force count together, the longest-lived one is named.

    ``wanted`` are the tasks asked about; without them those of the person's own exams count.
    """
    valid = [held for held in holdings if held.status is RecordStatus.VALID]
    expired = [held for held in holdings if held.status is RecordStatus.EXPIRED]
    if valid:
        best = _latest(valid)
        is_soon = best.expires_on <= day + timedelta(days=horizon)
        currency = Currency.EXPIRING if is_soon else Currency.CURRENT
        asked = wanted or _all_tasks(valid)
        shown = frozenset[str]().union(*(held.demonstrated for held in valid))
        return Answer(currency, best, _those(asked, shown, True), _those(asked, shown, False))
    if expired:
        last = _latest(expired)
        return Answer(Currency.LAPSED, last, missing=tuple(wanted or last.tasks))
    return Answer(Currency.NONE, missing=tuple(wanted))


class Shown(StrEnum):
    """How somebody stands with one task."""

    DEMONSTRATED = "demonstrated"
    LAPSED = "lapsed"
    NOT_YET = "not_yet"
    INSUFFICIENT = "insufficient"
    NOT_ASSESSED = "not_assessed"


def standing(code: str, holdings: Sequence[Holding], assessed: str = "") -> tuple[Shown, Holding | None]:
    """How somebody stands with a task, and by which record; ``assessed`` is its newest released status.

    Only a record in force demonstrates; what an examination showed and no record says is not shown.
    """
    showing = [held for held in holdings if code in held.demonstrated]
    valid = [held for held in showing if held.status is RecordStatus.VALID]
    if valid:
        return Shown.DEMONSTRATED, _latest(valid)
    expired = [held for held in showing if held.status is RecordStatus.EXPIRED]
    if expired:
        return Shown.LAPSED, _latest(expired)
    told = assessed if assessed in (Shown.NOT_YET, Shown.INSUFFICIENT) else Shown.NOT_ASSESSED
    return Shown(told), None


def _latest(held: Iterable[Holding]) -> Holding:
    return max(held, key=lambda one: (one.expires_on, one.serial))


def _all_tasks(held: Iterable[Holding]) -> list[str]:
    return list(dict.fromkeys(task for one in held for task in one.tasks))


def _those(asked: Iterable[str], shown: frozenset[str], wanted: bool) -> tuple[str, ...]:
    return tuple(task for task in asked if (task in shown) is wanted)
