"""Deciding about answers that arrived after the end, by times and connection alone.

Whoever decides sees when an entry was made and received, and when its window was silent; never
what it says, nor whether it is right.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from quizapp.domain.attempt import AttemptState
from quizapp.domain.errors import Forbidden, NotFound, Refused
from quizapp.domain.person import Actor, Permission
from quizapp.services import incidents, releases, scores
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import exam_day
from quizapp.store import late_entries as store
from quizapp.store.late_entries import LateRow
from quizapp.store.response_events import RowLateDecision

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class LateEntry:
    """One late answer as its decider sees it; ``made_at`` is what its window says.

    ``is_accepted`` is None before the decision. ``obstacle`` is the code why nothing can be
    decided now, or empty.
    """

    event_id: int
    attempt_id: UUID
    name: str
    writer: int
    made_at: datetime | None
    deadline_at: datetime
    received_at: datetime
    silences: tuple[Span, ...]
    is_accepted: bool | None
    rule: str
    decided_at: datetime | None
    decided_by: str
    obstacle: str


def listed(context: Context, actor: Actor, sitting_id: UUID) -> list[LateEntry]:
    """The late pile of a sitting, in the order of arrival."""
    actor.require(Permission.DECIDE_LATE)
    with context.reading() as session:
        sitting = incidents.watched(session, actor, sitting_id)
        return [
            _entry(row, exam_day.silences(session, row.attempt_id, row.received_at), actor, sitting.late_rule)
            for row in store.listed(session, sitting_id)
        ]


def _entry(row: LateRow, silences: list[Span], actor: Actor, rule: str) -> LateEntry:
    elapsed = None if row.elapsed_ms is None else timedelta(milliseconds=row.elapsed_ms)
    return LateEntry(
        event_id=row.event_id,
        attempt_id=row.attempt_id,
        name=row.name,
        writer=row.writer,
        made_at=None if elapsed is None else row.opened_at + elapsed,
        deadline_at=row.deadline_at,
        received_at=row.received_at,
        silences=tuple(span for span in silences if span[0] <= row.received_at),
        is_accepted=row.is_accepted,
        rule=row.rule,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        obstacle=_obstacle(row, actor, rule),
    )


def _obstacle(row: LateRow, actor: Actor, rule: str) -> str:
    if row.is_accepted is not None:
        return "already_decided"
    if actor.is_person(row.person_id):
        return "own_attempt"
    if row.state != AttemptState.CLOSED:
        return "attempt_open" if row.state == AttemptState.OPEN else "attempt_void"
    if row.released_at is not None:
        return "attempt_released"
    return "" if rule else "no_late_rule"


def decide(
    context: Context, actor: Actor, sitting_id: UUID, event_ids: Collection[int], *, is_accepted: bool
) -> int:
    """Accept or reject late answers under the sitting's written rule; gives how many.

    All of them or none. Raises `Refused` ("no_late_rule", "attempt_released", "attempt_open",
    "attempt_void", "already_decided"), `Forbidden` ("own_attempt"). Accepting has the attempts
    scored again; the receipt goes on to speak of what was there at the close.
    """
    actor.require(Permission.DECIDE_LATE)
    wanted = set(event_ids)
    with context.transaction(actor) as uow:
        sitting = incidents.watched(uow.session, actor, sitting_id)
        rows = store.listed(uow.session, sitting_id, wanted)
        attempt_ids = sorted({row.attempt_id for row in rows})
        scores.lock(uow, attempt_ids)
        # What was read before the locks may have changed while they were waited for.
        rows = store.listed(uow.session, sitting_id, wanted)
        if not wanted or len(rows) != len(wanted):
            raise NotFound("not_found")
        for row in rows:
            _decide(uow, row, sitting.late_rule, is_accepted)
        if is_accepted:
            scores.unscore(uow, attempt_ids)
        uow.audit(
            "accept_late" if is_accepted else "reject_late", "sitting", sitting_id, entries=sorted(wanted)
        )
    for attempt_id in attempt_ids:
        releases.finish(context, attempt_id)
    return len(rows)


def _decide(uow: UnitOfWork, row: LateRow, rule: str, is_accepted: bool) -> None:
    obstacle = _obstacle(row, uow.actor, rule)
    if obstacle:
        raise (Forbidden if obstacle == "own_attempt" else Refused)(obstacle)
    uow.session.add(
        RowLateDecision(
            event_id=row.event_id,
            is_accepted=is_accepted,
            rule=rule,
            decided_at=uow.now,
            decided_by=uow.actor.person_id,
        )
    )
