"""Responses that people mark, as rows: which wait, and every marking that was ever given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.item_types import Marking, rubric
from quizapp.domain.item_types.rubric import Stage
from quizapp.store.attempts import RowAttempt
from quizapp.store.engine import Base
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion
from quizapp.store.types import Instant


class RowScript(Base):
    """One response of one attempt that people mark, under an id that names nobody."""

    __tablename__ = "script"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), index=True)
    stage: Mapped[str] = mapped_column(String(20))
    #: Of the response to be marked.
    digest: Mapped[str] = mapped_column(String(64))


class RowMarking(Base):
    """What one person gave one script. Rows are only ever inserted; the last one of a person counts."""

    __tablename__ = "marking"
    __table_args__ = (UniqueConstraint("script_id", "number"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    script_id: Mapped[UUID] = mapped_column(ForeignKey("script.id"))
    number: Mapped[int]
    marker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    #: Of the response that was marked.
    digest: Mapped[str] = mapped_column(String(64))
    levels: Mapped[dict[str, Any]] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(Text)
    is_adjudication: Mapped[bool]
    marked_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def value(self) -> Marking:
        """As the rubric reads it."""
        return Marking(str(self.marker_id), self.levels, self.is_adjudication)


def has_open() -> ColumnElement[bool]:
    """A condition on `RowAttempt`: a script of it waits for people, and its item is still in use."""
    return (
        exists()
        .where(
            RowScript.attempt_id == RowAttempt.id,
            RowScript.stage != Stage.DONE.value,
            RowItemVersion.id == RowScript.item_version_id,
            RowItem.id == RowItemVersion.item_row_id,
            RowItem.suspended_at.is_(None),
        )
        .correlate(RowAttempt)
    )


def waits(session: Session, attempt_id: UUID) -> bool:
    """Whether the score of an attempt waits for people."""
    query = select(RowAttempt.id).where(
        RowAttempt.id == attempt_id, RowAttempt.current_score_id.is_(None), has_open()
    )
    return session.scalar(query) is not None


def by_id(session: Session, script_id: UUID) -> RowScript | None:
    """A script, or None."""
    return session.get(RowScript, script_id)


def of_attempt(session: Session, attempt_id: UUID) -> dict[int, RowScript]:
    """The scripts of an attempt by position."""
    query = select(RowScript).where(RowScript.attempt_id == attempt_id)
    return {row.position: row for row in session.scalars(query)}


Markings = dict[tuple[UUID, int], list["RowMarking"]]
"""Every marking by (attempt, position), oldest first; of whatever response there was."""


def markings(session: Session, attempt_id: UUID) -> Markings:
    """The markings of an attempt."""
    return _markings(session, RowScript.attempt_id == attempt_id)


def of_version(session: Session, version_id: UUID) -> Markings:
    """The markings of an item version."""
    return _markings(session, RowScript.item_version_id == version_id)


def _markings(session: Session, condition: ColumnElement[bool]) -> Markings:
    query = (
        select(RowScript.attempt_id, RowScript.position, RowMarking)
        .join(RowMarking, RowMarking.script_id == RowScript.id)
        .where(condition)
        .order_by(RowMarking.number)
    )
    told: Markings = {}
    for attempt_id, position, row in session.execute(query):
        told.setdefault((attempt_id, position), []).append(row)
    return told


def in_force(rows: Iterable[RowMarking], response: Mapping[str, Any] | None) -> list[RowMarking]:
    """Those of this very response: a response that was changed afterwards has to be marked anew."""
    digest = rubric.digest(response) if response else ""
    return [row for row in rows if row.digest == digest]


def next_number(session: Session, script_id: UUID) -> int:
    """The number the next marking of a script gets, from 1."""
    query = select(func.max(RowMarking.number)).where(RowMarking.script_id == script_id)
    return (session.scalar(query) or 0) + 1


def close_version(session: Session, version_id: UUID) -> None:
    """Nothing of an item version waits any more: a regrade has decided about it for everybody."""
    session.execute(
        update(RowScript).where(RowScript.item_version_id == version_id).values(stage=Stage.DONE.value)
    )


def has_unmarked(session: Session, version_id: UUID) -> bool:
    """Whether answers to an item version were scored without a marking, because of a regrade."""
    query = select(RowScript.id).where(
        RowScript.item_version_id == version_id,
        RowScript.stage == Stage.DONE.value,
        ~exists().where(RowMarking.script_id == RowScript.id, RowMarking.digest == RowScript.digest),
    )
    return session.scalar(query.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class OpenScript:
    """A script that waits, with the names of its item version; ``is_mine`` once the reader has marked it."""

    id: UUID
    stage: Stage
    version_id: UUID
    bank_id: str
    item_id: str
    number: int
    stem: str
    is_mine: bool


def open_scripts(session: Session, reader_id: UUID, version_id: UUID | None = None) -> list[OpenScript]:
    """The scripts that wait for people (of one item version), but for the reader's own answers."""
    mine = exists().where(
        RowMarking.script_id == RowScript.id,
        RowMarking.digest == RowScript.digest,
        RowMarking.marker_id == reader_id,
    )
    query = (
        select(RowScript, RowItemVersion, RowItem.item_id, RowItemBank.bank_id, mine)
        .join(RowAttempt, RowAttempt.id == RowScript.attempt_id)
        .join(RowItemVersion, RowItemVersion.id == RowScript.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .where(
            RowScript.stage != Stage.DONE.value,
            RowAttempt.current_score_id.is_(None),
            RowAttempt.person_id != reader_id,
            RowItem.suspended_at.is_(None),
        )
        .order_by(RowItemBank.bank_id, RowItem.item_id, RowItemVersion.number)
    )
    if version_id is not None:
        query = query.where(RowScript.item_version_id == version_id)
    return [
        OpenScript(
            script.id,
            Stage(script.stage),
            version.id,
            bank_id,
            item_id,
            version.number,
            str(version.content.get("stem", "")),
            bool(is_mine),
        )
        for script, version, item_id, bank_id, is_mine in session.execute(query)
    ]
