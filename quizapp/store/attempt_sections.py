"""Where the sections of running attempts stand. Written by column, so that a save can do it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, select, update

from quizapp.domain.attempt import SectionClock, SectionPlan
from quizapp.store.attempts import RowAttempt, RowAttemptSection, RowFormSlot


def rows(
    attempt_id: UUID, plans: Sequence[SectionPlan], clocks: Sequence[SectionClock]
) -> list[RowAttemptSection]:
    """The rows of an attempt that starts; none where no section restricts anything."""
    return [
        RowAttemptSection(
            attempt_id=attempt_id,
            section=number,
            limit_seconds=int(plan.limit.total_seconds()) if plan.limit is not None else None,
            is_one_way=plan.is_one_way,
            entered_at=clock.entered_at,
            deadline_at=clock.deadline_at,
            left_at=clock.left_at,
        )
        for number, (plan, clock) in enumerate(zip(plans, clocks, strict=False))
    ]


#: Built once: every page of a running attempt asks it.
_CLOCKS = (
    select(
        RowAttemptSection.limit_seconds,
        RowAttemptSection.is_one_way,
        RowAttemptSection.entered_at,
        RowAttemptSection.deadline_at,
        RowAttemptSection.left_at,
    )
    .where(RowAttemptSection.attempt_id == bindparam("attempt_id", type_=Uuid))
    .order_by(RowAttemptSection.section)
)


def read(connection: Connection, attempt_id: UUID) -> tuple[list[SectionPlan], list[SectionClock]]:
    """What the sections of an attempt restrict, and where they stand; two empty lists for none."""
    found = connection.execute(_CLOCKS, {"attempt_id": attempt_id}).all()
    plans = [
        SectionPlan(timedelta(seconds=r.limit_seconds) if r.limit_seconds is not None else None, r.is_one_way)
        for r in found
    ]
    return plans, [SectionClock(r.entered_at, r.deadline_at, r.left_at) for r in found]


def write(
    connection: Connection, attempt_id: UUID, known: Sequence[SectionClock], wanted: Sequence[SectionClock]
) -> None:
    """Store the clocks that changed."""
    table = RowAttemptSection
    for number, (old, new) in enumerate(zip(known, wanted, strict=True)):
        if old != new:
            connection.execute(
                update(table)
                .where(table.attempt_id == attempt_id, table.section == number)
                .values(entered_at=new.entered_at, deadline_at=new.deadline_at, left_at=new.left_at)
            )


def section_of(connection: Connection, attempt_id: UUID, slot: int) -> int | None:
    """The section a place of an attempt's form belongs to, or None."""
    query = (
        select(RowFormSlot.section)
        .join(RowAttempt, RowAttempt.form_id == RowFormSlot.form_id)
        .where(RowAttempt.id == attempt_id, RowFormSlot.position == slot)
    )
    told: int | None = connection.execute(query).scalar()
    return told


def unentered_section_of(connection: Connection, attempt_id: UUID, slot: int) -> int | None:
    """The section of a place where it restricts something and nobody has entered it yet, else None."""
    query = (
        select(RowFormSlot.section)
        .join(RowAttempt, RowAttempt.form_id == RowFormSlot.form_id)
        .join(
            RowAttemptSection,
            (RowAttemptSection.attempt_id == RowAttempt.id)
            & (RowAttemptSection.section == RowFormSlot.section),
        )
        .where(
            RowAttempt.id == attempt_id, RowFormSlot.position == slot, RowAttemptSection.entered_at.is_(None)
        )
    )
    told: int | None = connection.execute(query).scalar()
    return told


def lock(connection: Connection, attempt_id: UUID) -> datetime | None:
    """Keep other writers from this attempt's clock until the end of the transaction.

    Gives the instant it was opened, or None when there is no such attempt.
    """
    query = select(RowAttempt.opened_at).where(RowAttempt.id == attempt_id)
    told: datetime | None = connection.execute(query.with_for_update()).scalar()
    return told


def shift(connection: Connection, attempt_id: UUID, by: timedelta) -> None:
    """Move the end of every section that is running."""
    _, clocks = read(connection, attempt_id)
    write(
        connection,
        attempt_id,
        clocks,
        [
            replace(clock, deadline_at=clock.deadline_at + by)
            if clock.is_running and clock.deadline_at is not None
            else clock
            for clock in clocks
        ],
    )
