"""Tokens of programs as rows: a digest of each, never the token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Uuid, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.people import RowPerson
from quizapp.store.types import Instant


class RowApiToken(Base):
    """A program's right to read records; ``created_by`` is empty for one made on the command line."""

    __tablename__ = "api_token"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


def by_digest(session: Session, digest: str) -> tuple[RowApiToken, bool] | None:
    """The token with this digest and whether its maker's account is open, or None."""
    query = (
        select(RowApiToken, RowPerson.active)
        .outerjoin(RowPerson, RowPerson.id == RowApiToken.created_by)
        .where(RowApiToken.digest == digest)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[0].created_by is None or bool(found[1]))


def locked(session: Session, token_id: UUID) -> RowApiToken | None:
    """The token with this id, held until the transaction ends, or None."""
    return session.scalar(select(RowApiToken).where(RowApiToken.id == token_id).with_for_update())


def listed(session: Session) -> Sequence[tuple[RowApiToken, str | None]]:
    """Every token with its maker's name, newest first."""
    query = (
        select(RowApiToken, RowPerson.name)
        .outerjoin(RowPerson, RowPerson.id == RowApiToken.created_by)
        .order_by(RowApiToken.created_at.desc(), RowApiToken.id.desc())
    )
    return [(row, name) for row, name in session.execute(query)]


def note_use(session: Session, token_id: UUID, at: datetime) -> None:
    """Write down that a token was used, as a statement: it changes nothing anybody decides by."""
    session.execute(update(RowApiToken).where(RowApiToken.id == token_id).values(last_used_at=at))
