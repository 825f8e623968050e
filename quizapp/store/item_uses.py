"""Where an item is in use: what each of its versions stands on, and what is running or can still change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.store.attempts import RowAttempt, RowForm, RowFormSlot
from quizapp.store.items import RowItemVersion
from quizapp.store.prepared_forms import RowPreparedForm
from quizapp.store.records import IN_FORCE, RowRecord


@dataclass(frozen=True, slots=True)
class Forms:
    """How many forms hold a version, how many of them wait for their sitting, and when the last was drawn."""

    forms: int = 0
    prepared: int = 0
    latest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many attempts met a version, of one kind; in how many sittings; and when the last began."""

    attempts: int = 0
    sittings: int = 0
    latest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """How many records tell of an attempt that met a version, how many are in force, the last one's day."""

    records: int = 0
    in_force: int = 0
    latest_at: datetime | None = None


def forms_query(version_ids: Collection[UUID]) -> Select[UUID, int, int, datetime]:
    """Forms by version: (version, forms, prepared, latest)."""
    return (
        select(
            RowFormSlot.item_version_id,
            func.count(),
            func.count(RowPreparedForm.form_id),
            func.max(RowForm.created_at),
        )
        .join(RowForm, RowForm.id == RowFormSlot.form_id)
        .outerjoin(RowPreparedForm, RowPreparedForm.form_id == RowFormSlot.form_id)
        .where(RowFormSlot.item_version_id.in_(version_ids))
        .group_by(RowFormSlot.item_version_id)
    )


def attempts_query(version_ids: Collection[UUID]) -> Select[UUID, bool, int, int, datetime]:
    """Attempts by version and by whether they are live: (version, is live, attempts, sittings, latest)."""
    is_live = RowAttempt.purpose == Purpose.LIVE.value
    return (
        select(
            RowFormSlot.item_version_id,
            is_live,
            func.count(),
            func.count(RowAttempt.sitting_id.distinct()),
            func.max(RowAttempt.opened_at),
        )
        .join(RowAttempt, RowAttempt.form_id == RowFormSlot.form_id)
        .where(RowFormSlot.item_version_id.in_(version_ids))
        .group_by(RowFormSlot.item_version_id, is_live)
    )


def records_query(version_ids: Collection[UUID]) -> Select[UUID, int, Any, datetime]:
    """Records by version: (version, records, in force, latest)."""
    return (
        select(
            RowFormSlot.item_version_id,
            func.count(),
            func.sum(case((IN_FORCE, 1), else_=0)),
            func.max(RowRecord.issued_at),
        )
        .join(RowAttempt, RowAttempt.form_id == RowFormSlot.form_id)
        .join(RowRecord, RowRecord.attempt_id == RowAttempt.id)
        .where(RowFormSlot.item_version_id.in_(version_ids))
        .group_by(RowFormSlot.item_version_id)
    )


def forms(session: Session, version_ids: Collection[UUID]) -> dict[UUID, Forms]:
    """The forms that hold these versions; a version on none is left out."""
    found = session.execute(forms_query(version_ids))
    return {version: Forms(count, prepared, latest) for version, count, prepared, latest in found}


def attempts(session: Session, version_ids: Collection[UUID]) -> dict[tuple[UUID, bool], Attempts]:
    """The attempts that met these versions, by whether they are live; previews and rehearsals are not."""
    found = session.execute(attempts_query(version_ids))
    return {
        (version, bool(is_live)): Attempts(count, sittings, latest)
        for version, is_live, count, sittings, latest in found
    }


def records(session: Session, version_ids: Collection[UUID]) -> dict[UUID, Records]:
    """The records that rest on these versions."""
    return {version: Records(*told) for version, *told in session.execute(records_query(version_ids))}


def _has_item(item_row_id: UUID) -> Any:
    forms = (
        select(RowFormSlot.form_id)
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        .where(RowItemVersion.item_row_id == item_row_id)
    )
    return RowAttempt.form_id.in_(forms)


def unreleased_with(session: Session, item_row_id: UUID) -> list[UUID]:
    """The scored attempts with an item on their form whose results nobody has been shown."""
    query = select(RowAttempt.id).where(
        RowAttempt.state == AttemptState.CLOSED.value,
        RowAttempt.current_score_id.is_not(None),
        RowAttempt.released_at.is_(None),
        _has_item(item_row_id),
    )
    return list(session.scalars(query.order_by(RowAttempt.id)))


def running_sittings_with(session: Session, item_row_id: UUID) -> Sequence[UUID]:
    """The sittings in which somebody is at work on a form with an item."""
    query = (
        select(RowAttempt.sitting_id)
        .where(
            RowAttempt.state == AttemptState.OPEN.value,
            RowAttempt.sitting_id.is_not(None),
            _has_item(item_row_id),
        )
        .distinct()
    )
    return [sitting_id for sitting_id in session.scalars(query) if sitting_id is not None]
