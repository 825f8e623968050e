"""Changing the time of running attempts: added, taken while everybody waits, given back, cut short.

Every change stores its reason and a version, and reaches the learner with the next heartbeat.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from quizapp.domain import exam as exams
from quizapp.domain.errors import Invalid, Problem, Refused, raise_if_any
from quizapp.domain.exam import SittingState
from quizapp.domain.person import Actor, Permission
from quizapp.services import incidents, sections
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempt_sections
from quizapp.store import attempts as attempt_store
from quizapp.store import exam_day as store
from quizapp.store.attempts import RowAttempt, RowDeadlineChange

LONGEST_REASON = 500
#: One change adds at most this much, so that a slip of the finger is noticed.
MOST_SECONDS = 4 * 3600


@dataclass(frozen=True, slots=True)
class Change:
    """The deadline of one running attempt before and after."""

    attempt_id: UUID
    person_id: UUID
    before: datetime
    after: datetime


def preview(context: Context, actor: Actor, sitting_id: UUID, seconds: Mapping[UUID, int]) -> list[Change]:
    """What adding so many seconds to these running attempts would lead to; changes nothing."""
    actor.require(Permission.RUN_SITTING)
    with context.reading() as session:
        incidents.watched(session, actor, sitting_id)
        rows = attempt_store.running(session, sitting_id, seconds)
        return [_change(row, timedelta(seconds=seconds[row.id])) for row in rows]


def _change(row: RowAttempt, extra: timedelta) -> Change:
    return Change(row.id, row.person_id, row.deadline_at, row.deadline_at + extra)


def add(
    context: Context, actor: Actor, sitting_id: UUID, seconds: Mapping[UUID, int], reason: str
) -> list[Change]:
    """Give these running attempts so many more seconds each; gives what changed.

    Attempts that ended meanwhile are left alone. Raises `Invalid` ("bad_time_change").
    """
    actor.require(Permission.RUN_SITTING)
    _check(seconds.values(), reason)
    with context.transaction(actor) as uow:
        incidents.watched(uow.session, actor, sitting_id)
        done = []
        for row in attempt_store.running(uow.session, sitting_id, seconds, lock=True):
            extra = timedelta(seconds=seconds[row.id])
            done.append(_change(row, extra))
            _move(uow, row, extra, reason.strip())
            incidents.note(uow, sitting_id, "time_added", f"{seconds[row.id]} s: {reason.strip()}", row.id)
        uow.audit("add_time", "sitting", sitting_id, attempts=len(done), seconds=sorted({*seconds.values()}))
        return done


def _check(seconds: Collection[int], reason: str) -> None:
    problems = []
    if not seconds or not all(1 <= given <= MOST_SECONDS for given in seconds):
        problems.append(Problem("seconds", "", "out_of_range", f"1 to {MOST_SECONDS} seconds each"))
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        problems.append(Problem("reason", "", "missing", f"a reason of 1 to {LONGEST_REASON} characters"))
    if problems:
        raise Invalid("bad_time_change", problems)


def _move(uow: UnitOfWork, row: RowAttempt, by: timedelta, reason: str, at: datetime | None = None) -> None:
    """Move the end of an attempt. A section that was over ``at`` that instant (now) stays over, also
    where nobody has noticed it yet: its learner has gone on, and would come back to a closed one."""
    _set(uow, row, row.deadline_at + by, reason)
    connection = uow.session.connection()
    sections.expire_at(connection, row.id, at or row.paused_at or uow.now)
    attempt_sections.shift(connection, row.id, by)


def _set(uow: UnitOfWork, row: RowAttempt, deadline_at: datetime, reason: str) -> None:
    row.deadline_at = deadline_at
    row.deadline_version += 1
    uow.session.add(
        RowDeadlineChange(
            id=uow.new_id(),
            attempt_id=row.id,
            version=row.deadline_version,
            deadline_at=row.deadline_at,
            reason=reason,
            changed_at=uow.now,
            changed_by=uow.actor.person_id,
        )
    )


def pause(context: Context, actor: Actor, sitting_id: UUID, reason: str) -> int:
    """Let everybody wait: no clock of the sitting runs until `go_on`. Gives how many wait."""
    actor.require(Permission.RUN_SITTING)
    _check([1], reason)
    with context.transaction(actor) as uow:
        incidents.watched(uow.session, actor, sitting_id)
        rows = [row for row in attempt_store.running(uow.session, sitting_id, lock=True) if not row.paused_at]
        for row in rows:
            row.paused_at = uow.now
            row.deadline_version += 1
        incidents.note(uow, sitting_id, "paused", reason.strip())
        uow.audit("pause", "sitting", sitting_id, attempts=len(rows))
        return len(rows)


def go_on(context: Context, actor: Actor, sitting_id: UUID) -> int:
    """End the pause; every deadline moves by as long as its attempt has waited.

    Raises `Refused` ("not_paused") where nobody waits.
    """
    actor.require(Permission.RUN_SITTING)
    with context.transaction(actor) as uow:
        incidents.watched(uow.session, actor, sitting_id)
        rows = [row for row in attempt_store.running(uow.session, sitting_id, lock=True) if row.paused_at]
        if not rows:
            raise Refused("not_paused")
        for row in rows:
            assert row.paused_at is not None
            # A clock that was set back in between gives nothing, and takes nothing.
            waited, since, row.paused_at = max(uow.now - row.paused_at, timedelta(0)), row.paused_at, None
            _move(uow, row, waited, "pause", since)
        incidents.note(uow, sitting_id, "went_on")
        uow.audit("go_on", "sitting", sitting_id, attempts=len(rows))
        return len(rows)


def end_early(context: Context, actor: Actor, sitting_id: UUID, seconds: int, reason: str) -> list[Change]:
    """Nobody starts any more, and everybody at work has at most so many seconds left; gives what changed.

    With 0 seconds the time is over now. What was answered before the new end and arrives within the
    grace counts, so no answer is lost on its way; the attempts close by themselves. For whoever waits
    the seconds begin when they go on. It may be said again, with another end.
    Raises `Invalid` ("bad_early_end").
    """
    actor.require(Permission.RUN_SITTING)
    _check_early_end(seconds, reason)
    with context.transaction(actor) as uow:
        sitting = incidents.watched(uow.session, actor, sitting_id)
        uow.session.refresh(sitting, with_for_update=True)
        if sitting.state == SittingState.SCHEDULED:
            sitting.state = exams.move_sitting(SittingState.SCHEDULED, "close").value
            sitting.closed_at = uow.now
        done = []
        for row in attempt_store.running(uow.session, sitting_id, lock=True):
            extra = (row.paused_at or uow.now) + timedelta(seconds=seconds) - row.deadline_at
            if extra < timedelta(0):
                done.append(_change(row, extra))
                _set(uow, row, row.deadline_at + extra, reason.strip())
        incidents.note(uow, sitting_id, "ended_early", f"{seconds} s: {reason.strip()}")
        uow.audit("end_early", "sitting", sitting_id, attempts=len(done), seconds=seconds)
        return done


def _check_early_end(seconds: int, reason: str) -> None:
    problems = []
    if not 0 <= seconds <= MOST_SECONDS:
        problems.append(Problem("seconds", str(seconds), "out_of_range", f"0 to {MOST_SECONDS} seconds"))
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        problems.append(Problem("reason", "", "missing", f"a reason of 1 to {LONGEST_REASON} characters"))
    raise_if_any("bad_early_end", problems)


@dataclass(frozen=True, slots=True)
class Loss:
    """The seconds of a span in which one running attempt was not heard of."""

    attempt_id: UUID
    person_id: UUID
    seconds: int


def losses(
    context: Context, actor: Actor, sitting_id: UUID, from_at: datetime, to_at: datetime
) -> Sequence[Loss]:
    """What each running attempt of a sitting lost in a span, from the log of silences.

    A silence that still lasts counts up to the end of the span. What was given back already is not
    looked at: whoever confirms sees the resulting end times.
    """
    actor.require(Permission.RUN_SITTING)
    with context.reading() as session:
        incidents.watched(session, actor, sitting_id)
        told = []
        for row in attempt_store.running(session, sitting_id):
            spans = store.silences(session, row.id, context.clock.now())
            lost = sum((max(min(b, to_at) - max(a, from_at), timedelta(0)) for a, b in spans), timedelta(0))
            if lost >= timedelta(seconds=1):
                told.append(Loss(row.id, row.person_id, int(lost.total_seconds())))
        return told
