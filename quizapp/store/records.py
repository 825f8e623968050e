"""Completion records, the history of their status, the keys that signed them, who looked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, Text, Uuid, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.attempt import Purpose
from quizapp.domain.record import RecordStatus
from quizapp.store.attempts import RowAttempt, RowForm
from quizapp.store.engine import Base
from quizapp.store.exam_day import RowCheckIn
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.people import RowPerson
from quizapp.store.types import BigKey, Instant

#: A statement names at most so many attempts.
AT_ONCE = 400


class RowSigningKey(Base):
    """A public key this installation has signed records with; retired keys stay."""

    __tablename__ = "signing_key"
    key_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    leaked_at: Mapped[datetime | None] = mapped_column(Instant)


class RowRecord(Base):
    """A completion record: the signed bytes never change, the status pointer may."""

    __tablename__ = "completion_record"
    __table_args__ = (
        Index("ix_record_person", "person_id", "issued_at"),
        # A page of a list by each of its orders, and counts by status, without reading the records.
        Index("ix_record_issued", "issued_at", "id"),
        Index("ix_record_expiry", "status", "expires_on", "id"),
        Index("ix_record_learner", "learner_name", "id"),
        # Beginnings of serials, whatever the language of the database.
        Index("ix_record_serial", "serial", postgresql_ops={"serial": "varchar_pattern_ops"}),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    # Several records may tell of one score: one that was issued anew under another key or name.
    score_id: Mapped[UUID] = mapped_column(ForeignKey("score.id"), index=True)
    cycle: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    decision: Mapped[str] = mapped_column(String(20))
    standing: Mapped[str] = mapped_column(String(20))
    demonstrated: Mapped[int]
    tasks: Mapped[int]
    learner_name: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)
    payload_sha256: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.key_id"))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    issuer_id: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_on: Mapped[date] = mapped_column(Date, index=True)
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("completion_record.id"))


class RowRecordEvent(Base):
    """One change of a record's status; the history is never edited."""

    __tablename__ = "record_event"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), index=True)
    verb: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    reason_category: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    successor_serial: Mapped[str | None] = mapped_column(String(40))
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)


class RowDisclosure(Base):
    """Who saw or exported which record, when, by which door; a program is named by its token."""

    __tablename__ = "disclosure"
    __table_args__ = (Index("ix_disclosure_record", "record_id", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"))
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    door: Mapped[str] = mapped_column(String(40))
    token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_token.id"))
    at: Mapped[datetime] = mapped_column(Instant)


IN_FORCE = RowRecord.status.in_([RecordStatus.VALID.value, RecordStatus.SUSPENDED.value])
#: Orders records as they were written; of two of one instant, ids and serials tell nothing.
_WRITTEN = (
    select(func.min(RowRecordEvent.id)).where(RowRecordEvent.record_id == RowRecord.id).scalar_subquery()
)


def by_serial(session: Session, serial: str) -> RowRecord | None:
    """The record with this serial, or None."""
    return session.scalar(select(RowRecord).where(RowRecord.serial == serial))


def locked(session: Session, serial: str) -> RowRecord | None:
    """The record with this serial, held until the transaction ends, or None."""
    query = select(RowRecord).where(RowRecord.serial == serial).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def of_score(session: Session, score_id: UUID) -> RowRecord | None:
    """The record issued for this score, the newest where it was issued anew, or None."""
    query = select(RowRecord).where(RowRecord.score_id == score_id)
    return session.scalar(query.order_by(_WRITTEN.desc()).limit(1))


def lock_cycle(session: Session, attempt: RowAttempt) -> None:
    """Hold every live attempt of a cycle, so that its records are issued one after the other."""
    query = (
        select(RowAttempt.id)
        .where(
            RowAttempt.person_id == attempt.person_id,
            RowAttempt.exam_id == attempt.exam_id,
            RowAttempt.cycle == attempt.cycle,
            RowAttempt.purpose == Purpose.LIVE.value,
        )
        .order_by(RowAttempt.id)
        .with_for_update()
    )
    session.execute(query).all()


def in_force(session: Session, attempt: RowAttempt) -> list[RowRecord]:
    """The valid and suspended records of an attempt's cycle, the newest evidence last."""
    query = (
        select(RowRecord)
        .join(RowAttempt, RowAttempt.id == RowRecord.attempt_id)
        .where(
            RowRecord.person_id == attempt.person_id,
            RowRecord.exam_id == attempt.exam_id,
            RowRecord.cycle == attempt.cycle,
            RowRecord.status.in_([RecordStatus.VALID.value, RecordStatus.SUSPENDED.value]),
        )
        .order_by(RowAttempt.opened_at, _WRITTEN)
    )
    return list(session.scalars(query))


def ends_on(session: Session, attempt: RowAttempt) -> date | None:
    """The last day of the record in force of an attempt's cycle, or None without one."""
    query = select(func.max(RowRecord.expires_on)).where(
        RowRecord.person_id == attempt.person_id,
        RowRecord.exam_id == attempt.exam_id,
        RowRecord.cycle == attempt.cycle,
        IN_FORCE,
    )
    return session.scalar(query)


def in_force_of_attempts(session: Session, attempt_ids: Collection[UUID]) -> dict[UUID, RowRecord]:
    """The valid or suspended record of each of these attempts that has one."""
    states = [RecordStatus.VALID.value, RecordStatus.SUSPENDED.value]
    wanted, told = list(attempt_ids), dict[UUID, RowRecord]()
    for start in range(0, len(wanted), AT_ONCE):
        query = select(RowRecord).where(
            RowRecord.attempt_id.in_(wanted[start : start + AT_ONCE]), RowRecord.status.in_(states)
        )
        told |= {row.attempt_id: row for row in session.scalars(query)}
    return told


def of_scores(session: Session, score_ids: Collection[UUID]) -> dict[UUID, str]:
    """The serials of the records issued for these scores."""
    wanted, told = list(score_ids), dict[UUID, str]()
    for start in range(0, len(wanted), AT_ONCE):
        query = select(RowRecord.score_id, RowRecord.serial).where(
            RowRecord.score_id.in_(wanted[start : start + AT_ONCE])
        )
        told |= {found.score_id: found.serial for found in session.execute(query)}
    return told


def newest_of_attempt(session: Session, attempt_id: UUID) -> RowRecord | None:
    """The record last issued for an attempt, or None."""
    query = select(RowRecord).where(RowRecord.attempt_id == attempt_id)
    return session.scalar(query.order_by(_WRITTEN.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One attempt a record rests on, with its form, its exam and how it was watched."""

    attempt: RowAttempt
    form: RowForm
    exam: RowExam
    sitting: RowSitting | None
    check_in: RowCheckIn | None


def evidence(session: Session, attempt_ids: Iterable[UUID]) -> list[EvidenceRow]:
    """The attempts with these ids and what stands around them, oldest first."""
    query = (
        select(RowAttempt, RowForm, RowExam, RowSitting, RowCheckIn)
        .join(RowForm, RowForm.id == RowAttempt.form_id)
        .join(RowExam, RowExam.id == RowAttempt.exam_id)
        .outerjoin(RowSitting, RowSitting.id == RowAttempt.sitting_id)
        .outerjoin(
            RowCheckIn,
            (RowCheckIn.sitting_id == RowAttempt.sitting_id) & (RowCheckIn.person_id == RowAttempt.person_id),
        )
        .where(RowAttempt.id.in_(list(attempt_ids)))
        .order_by(RowAttempt.opened_at, RowAttempt.id)
    )
    return [EvidenceRow(*row) for row in session.execute(query)]


def successor_serial(session: Session, record_id: UUID) -> str | None:
    """The serial of the record that replaced this one, or None."""
    query = (
        select(RowRecordEvent.successor_serial)
        .where(RowRecordEvent.record_id == record_id, RowRecordEvent.successor_serial.is_not(None))
        .order_by(RowRecordEvent.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def events(session: Session, record_id: UUID) -> Sequence[RowRecordEvent]:
    """The history of a record's status, oldest first."""
    query = select(RowRecordEvent).where(RowRecordEvent.record_id == record_id)
    return session.scalars(query.order_by(RowRecordEvent.id)).all()


def valid_of(session: Session, person_id: UUID) -> list[RowRecord]:
    """A person's records that were neither replaced nor withdrawn, expired ones too, oldest first."""
    query = select(RowRecord).where(
        RowRecord.person_id == person_id, RowRecord.status == RecordStatus.VALID.value
    )
    return list(session.scalars(query.order_by(RowRecord.issued_at, RowRecord.id)))


def signing_key(session: Session, key_id: str) -> RowSigningKey | None:
    """A key this installation has signed with, or None."""
    return session.get(RowSigningKey, key_id)


def remember_key(session: Session, key_id: str, public_key: bytes, now: datetime) -> None:
    """Put a key on the ring unless it is there; two processes may do so at the same time."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"key_id": key_id, "public_key": public_key, "created_at": now}
    session.execute(dialect.insert(RowSigningKey).values(row).on_conflict_do_nothing())


def in_force_of_key(session: Session, key_id: str, limit: int) -> Sequence[RowRecord]:
    """Some valid and suspended records this key signed, oldest first."""
    query = select(RowRecord).where(RowRecord.key_id == key_id, IN_FORCE)
    return session.scalars(query.order_by(RowRecord.issued_at, RowRecord.id).limit(limit)).all()


def in_force_of_person(session: Session, person_id: UUID) -> Sequence[RowRecord]:
    """A person's valid and suspended records, oldest first."""
    query = select(RowRecord).where(RowRecord.person_id == person_id, IN_FORCE)
    return session.scalars(query.order_by(RowRecord.issued_at, RowRecord.id)).all()


def in_force_by_key(session: Session) -> dict[str, int]:
    """How many valid and suspended records each key signed."""
    query = select(RowRecord.key_id, func.count()).where(IN_FORCE).group_by(RowRecord.key_id)
    return {row[0]: row[1] for row in session.execute(query)}


def signing_keys(session: Session) -> Sequence[RowSigningKey]:
    """Every key this installation has signed with, oldest first."""
    return session.scalars(
        select(RowSigningKey).order_by(RowSigningKey.created_at, RowSigningKey.key_id)
    ).all()


def retire_key(session: Session, key_id: str, at: datetime) -> None:
    """Note since when a key signs nothing more."""
    change = update(RowSigningKey).where(RowSigningKey.key_id == key_id, RowSigningKey.retired_at.is_(None))
    session.execute(change.values(retired_at=at))


def mark_leaked(session: Session, key_id: str, at: datetime) -> None:
    """Note since when a key is known to others; the first time counts."""
    change = update(RowSigningKey).where(RowSigningKey.key_id == key_id, RowSigningKey.leaked_at.is_(None))
    session.execute(change.values(leaked_at=at))


def trusted_keys(session: Session) -> Mapping[str, bytes]:
    """The public keys whose signature alone proves something: all but leaked ones, by key id."""
    query = select(RowSigningKey).where(RowSigningKey.leaked_at.is_(None))
    return {row.key_id: row.public_key for row in session.scalars(query)}


def key_ring(session: Session) -> Mapping[str, bytes]:
    """Every public key this installation has signed with, retired ones too, by key id."""
    return {row.key_id: row.public_key for row in session.scalars(select(RowSigningKey))}


def disclose(
    session: Session,
    record_ids: Iterable[UUID],
    actor_id: UUID | None,
    door: str,
    at: datetime,
    token_id: UUID | None = None,
) -> None:
    """Note that whoever acts saw these records through ``door``."""
    told = {"actor_id": actor_id, "door": door, "at": at, "token_id": token_id}
    rows = [{"record_id": found, **told} for found in record_ids]
    if rows:
        session.execute(insert(RowDisclosure), rows)


def disclosures(session: Session, record_id: UUID, limit: int) -> Sequence[tuple[RowDisclosure, str]]:
    """Who saw a record, newest first, with the name of whoever has an account; at most so many."""
    query = (
        select(RowDisclosure, func.coalesce(RowPerson.name, ""))
        .outerjoin(RowPerson, RowPerson.id == RowDisclosure.actor_id)
        .where(RowDisclosure.record_id == record_id)
        .order_by(RowDisclosure.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
