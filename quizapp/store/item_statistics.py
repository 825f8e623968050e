"""Counting answers to items: grouped by the database, so that a sitting of thousands is a few rows an item.

Counted are the first forms of live attempts that are closed and scored, and on them the items a person
met for the first time. A top-up asks only what somebody did not show before, so its answers would make
items look harder than they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from quizapp.domain.attempt import AttemptState, CloseReason, Disposition, EventKind, Purpose
from quizapp.store.attempts import RowAttempt, RowExposure, RowFormSlot
from quizapp.store.exams import RowSitting
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion
from quizapp.store.regrades import chunks
from quizapp.store.response_events import RowLateDecision, RowResponseEvent
from quizapp.store.scores import RowMark

MS = 1_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose answers to what: of an exam, a sitting, a bank, an item; None asks for nothing."""

    exam_id: UUID | None = None
    sitting_id: UUID | None = None
    bank_row_id: UUID | None = None
    item_row_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """So many attempts answered a version with this payload, with that result on it and on the others."""

    version_id: UUID
    payload: str | None
    is_right: bool
    right: int
    others: int
    count: int


@dataclass(frozen=True, slots=True)
class Named:
    """An item version by its names, with what its choices are told from."""

    version_id: UUID
    bank_id: str
    item_id: str
    number: int
    type: str
    task_code: str
    content: Mapping[str, Any]
    key: Mapping[str, Any]
    is_suspended: bool


def attempts(session: Session, scope: Scope) -> tuple[int, int]:
    """How many attempts are counted, and how many top-ups are left out."""
    of_scope = (*_LIVE, *_where(scope))
    query = select(RowAttempt.is_top_up, func.count()).where(*of_scope).group_by(RowAttempt.is_top_up)
    told = {bool(is_top_up): count for is_top_up, count in session.execute(query)}
    return told.get(False, 0), told.get(True, 0)


def answers(session: Session, scope: Scope) -> list[AnswerRow]:
    """Every version of the scope with its answers, counted by what was answered and by the rest."""
    taken = _taken(scope)
    totals, final = _totals(taken), _final(taken)
    own = case((RowMark.is_evidence, 1), else_=0)
    own_right = case((and_(RowMark.is_evidence, RowMark.is_right), 1), else_=0)
    each = (
        select(
            RowMark.item_version_id,
            final.c.payload,
            RowMark.is_right,
            (totals.c.right - own_right).label("right"),
            (totals.c.counted - own).label("others"),
        )
        .select_from(taken)
        .join(RowMark, RowMark.score_id == taken.c.score_id)
        .join(totals, totals.c.score_id == taken.c.score_id)
        .join(RowItemVersion, RowItemVersion.id == RowMark.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowExposure, _is_met_first(taken.c.id))
        .outerjoin(final, and_(final.c.attempt_id == taken.c.id, final.c.slot == RowMark.position))
        .where(*_items(scope))
        .subquery("each")
    )
    query: Any = select(*each.c, func.count()).group_by(*each.c)
    return [AnswerRow(*row) for row in session.execute(query)]


def seconds(session: Session, scope: Scope) -> list[tuple[UUID, int, int]]:
    """(version, whole seconds, attempts): how long so many had an item before them.

    The time between two entries of one window belongs to the item of the later one, or of the earlier
    one when the later says that the next item was opened. Answers keyed in from paper took no time.
    """
    taken = _taken(scope)
    spent = _spent(taken)
    each = (
        select(RowFormSlot.item_version_id, (spent.c.ms // MS).label("seconds"))
        .select_from(spent)
        .join(taken, taken.c.id == spent.c.attempt_id)
        .join(
            RowFormSlot,
            and_(RowFormSlot.form_id == taken.c.form_id, RowFormSlot.position == spent.c.slot),
        )
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowExposure, _is_met_first(taken.c.id))
        .where(*_items(scope))
        .subquery("each")
    )
    query: Any = select(*each.c, func.count()).group_by(*each.c)
    return [(version_id, int(took), count) for version_id, took, count in session.execute(query)]


def sittings(session: Session, exam_id: UUID) -> list[tuple[UUID, str]]:
    """(id, title) of every sitting of an exam, the latest first."""
    query = select(RowSitting.id, RowSitting.title).where(RowSitting.exam_id == exam_id)
    found = session.execute(query.order_by(RowSitting.opens_at.desc(), RowSitting.id))
    return [(sitting_id, title) for sitting_id, title in found]


def named(session: Session, version_ids: Iterable[UUID]) -> list[Named]:
    """These versions by their names, in the order of bank, item and version, the newest first."""
    found: list[Named] = []
    for chunk in chunks(version_ids):
        query = (
            select(RowItemVersion, RowItem, RowItemBank.bank_id)
            .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
            .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
            .where(RowItemVersion.id.in_(chunk))
        )
        found += [_named(version, item, bank_id) for version, item, bank_id in session.execute(query)]
    return sorted(found, key=lambda told: (told.bank_id, told.item_id, -told.number))


def _named(version: RowItemVersion, item: RowItem, bank_id: str) -> Named:
    return Named(
        version.id,
        bank_id,
        item.item_id,
        version.number,
        version.type,
        item.scoring_task,
        version.content,
        version.key,
        item.suspended_at is not None,
    )


# --- parts ------------------------------------------------------------------------------

_LIVE = (
    RowAttempt.purpose == Purpose.LIVE.value,
    RowAttempt.state == AttemptState.CLOSED.value,
    RowAttempt.current_score_id.is_not(None),
)


def _where(scope: Scope) -> list[ColumnElement[bool]]:
    told: list[ColumnElement[bool]] = []
    if scope.exam_id is not None:
        told.append(RowAttempt.exam_id == scope.exam_id)
    if scope.sitting_id is not None:
        told.append(RowAttempt.sitting_id == scope.sitting_id)
    if scope.item_row_id is not None or scope.bank_row_id is not None:
        told.append(RowAttempt.form_id.in_(_forms(scope)))
    return told


def _forms(scope: Scope) -> Select[UUID]:
    return (
        select(RowFormSlot.form_id)
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .where(*_items(scope))
    )


def _items(scope: Scope) -> list[ColumnElement[bool]]:
    told: list[ColumnElement[bool]] = []
    if scope.bank_row_id is not None:
        told.append(RowItem.bank_row_id == scope.bank_row_id)
    if scope.item_row_id is not None:
        told.append(RowItem.id == scope.item_row_id)
    return told


def _taken(scope: Scope) -> CTE:
    return (
        select(
            RowAttempt.id,
            RowAttempt.form_id,
            RowAttempt.current_score_id.label("score_id"),
            RowAttempt.opened_at,
            RowAttempt.close_reason,
        )
        .where(*_LIVE, ~RowAttempt.is_top_up, *_where(scope))
        .cte("taken")
    )


def _is_met_first(attempt_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    return and_(
        RowExposure.attempt_id == attempt_id, RowExposure.item_row_id == RowItem.id, RowExposure.is_first
    )


def _totals(taken: CTE) -> Subquery:
    """Right and counted items of each attempt: those whose answers are evidence."""
    right = cast(func.sum(case((RowMark.is_right, 1), else_=0)), Integer)
    return (
        select(RowMark.score_id, right.label("right"), func.count().label("counted"))
        .join(taken, taken.c.score_id == RowMark.score_id)
        .where(RowMark.is_evidence)
        .group_by(RowMark.score_id)
        .subquery("totals")
    )


def _final(taken: CTE) -> Subquery:
    """The response that counts in each place: of what counted, the highest (writer, number)."""
    event = RowResponseEvent
    newest = func.row_number().over(
        partition_by=(event.attempt_id, event.slot), order_by=(event.writer.desc(), event.client_seq.desc())
    )
    ranked = (
        select(event.attempt_id, event.slot, event.payload, newest.label("place"))
        .join(taken, taken.c.id == event.attempt_id)
        .outerjoin(RowLateDecision, RowLateDecision.event_id == event.id)
        .where(
            event.kind == EventKind.RESPONSE.value,
            or_(event.disposition == Disposition.COUNTED.value, RowLateDecision.is_accepted),
        )
        .subquery("ranked")
    )
    return (
        select(ranked.c.attempt_id, ranked.c.slot, ranked.c.payload)
        .where(ranked.c.place == 1)
        .subquery("final")
    )


def _spent(taken: CTE) -> Subquery:
    """Milliseconds by attempt and place."""
    event = RowResponseEvent
    since = (type_coerce(event.received_at, BigInteger) - type_coerce(taken.c.opened_at, BigInteger)) // MS
    at = func.coalesce(event.client_elapsed_ms, since)
    window: Mapping[str, Any] = {
        "partition_by": (event.attempt_id, event.writer),
        "order_by": event.client_seq,
    }
    before = func.lag(event.slot).over(**window)
    entries = (
        select(
            event.attempt_id,
            case((event.kind == EventKind.SEEN.value, before), else_=event.slot).label("slot"),
            (at - func.lag(at).over(**window)).label("ms"),
        )
        .join(taken, taken.c.id == event.attempt_id)
        .where(
            event.disposition == Disposition.COUNTED.value,
            taken.c.close_reason != CloseReason.PAPER.value,
        )
        .subquery("entries")
    )
    total = cast(func.sum(entries.c.ms), BigInteger)
    return (
        select(entries.c.attempt_id, entries.c.slot, total.label("ms"))
        # Entries of one batch without a clock of their own arrive at one instant and tell nothing.
        .where(entries.c.ms > 0)
        .group_by(entries.c.attempt_id, entries.c.slot)
        .subquery("spent")
    )
