"""Audit lines, their seals and checkpoints, and blobs, as rows; and the queries of the chain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Uuid,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.records import RowSigningKey
from quizapp.store.types import BigKey, Instant, to_micros

#: Any number all sealers agree on: PostgreSQL's name of the lock that lets one of them work.
SEALER_LOCK = 7_164_205
#: A transaction may commit after others with higher ids. The quick look for unsealed lines
#: starts this many ids below the highest sealed one; the thorough look starts at the first.
LOOK_BACK_IDS = 10_000
BATCH = 1_000
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class RowAuditLine(Base):
    """Who did what when why; ids only, no personal data, no answers.

    ``mark`` is a keyed digest of the line alone, made when it is written, so that a line put
    in by anybody without the key is seen even before the chain seals it. ``nonce`` is unique,
    so a line with its mark cannot be copied.
    """

    __tablename__ = "audit_line"
    __table_args__ = (Index("ix_audit_line_object", "noun", "object_id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    nonce: Mapped[UUID] = mapped_column(Uuid, unique=True)
    mark: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    actor_name: Mapped[str] = mapped_column(String(40), default="")
    verb: Mapped[str] = mapped_column(String(40))
    noun: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_id: Mapped[str] = mapped_column(String(40), default="")

    @property
    def canonical(self) -> bytes:
        """The one spelling of what this line says, as its mark and its seal are taken over."""
        told = {
            "actor": str(self.actor_id or ""),
            "actor_name": self.actor_name,
            "at": to_micros(self.at),
            "facts": self.facts,
            "nonce": str(self.nonce),
            "noun": self.noun,
            "object": self.object_id,
            "request": self.request_id,
            "verb": self.verb,
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


class RowAuditSeal(Base):
    """The seal of one line: keyed, over the line and the seal before it."""

    __tablename__ = "audit_seal"
    number: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(ForeignKey("audit_line.id"), unique=True)
    seal: Mapped[str] = mapped_column(String(64))


class RowCheckpoint(Base):
    """A signed statement that the chain had this head at this number; reveals a cut tail."""

    __tablename__ = "audit_checkpoint"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    number: Mapped[int] = mapped_column(BigKey)
    seal: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(80))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)


class RowBlob(Base):
    """A file by the SHA-256 of its content; stateless processes share no folder."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which audit lines are wanted; an empty field wants them all."""

    noun: str = ""
    verb: str = ""
    actor: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def lock_sealing(session: Session) -> None:
    """Wait until no other process seals; SQLite's writers already exclude each other."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({SEALER_LOCK})"))


def last_seal(session: Session) -> RowAuditSeal | None:
    """The head of the chain, or None before the first seal."""
    return session.scalar(select(RowAuditSeal).order_by(RowAuditSeal.number.desc()).limit(1))


def _unsealed(session: Session, after_id: int, limit: int) -> Sequence[RowAuditLine]:
    sealed = select(RowAuditSeal.line_id).where(RowAuditSeal.line_id == RowAuditLine.id).exists()
    query = select(RowAuditLine).where(RowAuditLine.id > after_id, ~sealed)
    return session.scalars(query.order_by(RowAuditLine.id).limit(limit)).all()


def unsealed(session: Session, limit: int, *, is_thorough: bool) -> Sequence[RowAuditLine]:
    """Visible lines without a seal, lowest id first."""
    highest = 0 if is_thorough else session.scalar(select(func.max(RowAuditSeal.line_id))) or 0
    return _unsealed(session, max(0, highest - LOOK_BACK_IDS), limit)


def every_unsealed(session: Session) -> Iterator[RowAuditLine]:
    """Every visible line without a seal, read a batch at a time."""
    after_id = 0
    while lines := _unsealed(session, after_id, BATCH):
        yield from lines
        after_id = lines[-1].id


def add_seals(session: Session, seals: Sequence[dict[str, Any]]) -> None:
    """Append seals, as a statement: sealing changes no object, so it has no audit line of its own."""
    session.execute(insert(RowAuditSeal), list(seals))


def remember_key(session: Session, key_id: str, public_key: bytes, at: datetime) -> None:
    """Keep the public key a checkpoint is signed with, so that it verifies after the key is replaced."""
    if session.get(RowSigningKey, key_id) is None:
        row = {"key_id": key_id, "public_key": public_key, "created_at": at}
        add = INSERT[session.get_bind().dialect.name](RowSigningKey)
        session.execute(add.values(**row).on_conflict_do_nothing())


def known_keys(session: Session) -> set[str]:
    """The id of every key this installation has signed with."""
    return set(session.scalars(select(RowSigningKey.key_id)))


def add_checkpoint(session: Session, **values: Any) -> None:
    """Append a checkpoint."""
    session.execute(insert(RowCheckpoint).values(**values))


def chain(session: Session) -> Iterator[tuple[RowAuditSeal, RowAuditLine | None]]:
    """Every seal in order with the line it seals (None: the line is gone), read a batch at a time."""
    query = select(RowAuditSeal, RowAuditLine).outerjoin(
        RowAuditLine, RowAuditLine.id == RowAuditSeal.line_id
    )
    query, last = query.order_by(RowAuditSeal.number).limit(BATCH), 0
    while rows := session.execute(query.where(RowAuditSeal.number > last)).all():
        yield from ((seal, line) for seal, line in rows)
        last = rows[-1][0].number
        session.expunge_all()


def checkpoints(session: Session) -> Sequence[RowCheckpoint]:
    """Every checkpoint, oldest first."""
    return session.scalars(select(RowCheckpoint).order_by(RowCheckpoint.number, RowCheckpoint.id)).all()


def last_checkpoint(session: Session) -> RowCheckpoint | None:
    """The newest checkpoint, or None before the first."""
    return session.scalar(select(RowCheckpoint).order_by(RowCheckpoint.number.desc()).limit(1))


def _matching(wanted: LineFilter) -> Select[RowAuditLine]:
    query = select(RowAuditLine)
    for column, value in (
        (RowAuditLine.noun, wanted.noun),
        (RowAuditLine.verb, wanted.verb),
        (RowAuditLine.object_id, wanted.object_id),
    ):
        query = query.where(column == value) if value else query
    if wanted.actor:
        query = query.where(_is_actor(wanted.actor))
    if wanted.since:
        query = query.where(RowAuditLine.at >= wanted.since)
    if wanted.until:
        query = query.where(RowAuditLine.at < wanted.until)
    return query


def _is_actor(text_: str) -> Any:
    try:
        return RowAuditLine.actor_id == UUID(text_)
    except ValueError:
        return RowAuditLine.actor_name == text_


def lines(session: Session, wanted: LineFilter, limit: int, offset: int = 0) -> Sequence[RowAuditLine]:
    """Matching lines, newest first."""
    query = _matching(wanted).order_by(RowAuditLine.at.desc(), RowAuditLine.id.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def objects_of(session: Session, verb: str, noun: str) -> set[str]:
    """The ids of everything of this noun that the verb was ever done to."""
    query = select(RowAuditLine.object_id).where(RowAuditLine.verb == verb, RowAuditLine.noun == noun)
    return set(session.scalars(query.distinct()))


def count_lines(session: Session, wanted: LineFilter) -> int:
    """How many lines match."""
    return session.scalar(select(func.count()).select_from(_matching(wanted).subquery())) or 0


def words(session: Session, column: str) -> list[str]:
    """The different nouns or verbs in use, for a filter."""
    wanted = {"noun": RowAuditLine.noun, "verb": RowAuditLine.verb}[column]
    return list(session.scalars(select(wanted).distinct().order_by(wanted)))
