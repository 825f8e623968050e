"""Pictures of items, named by their digest: never changed, one row for the same bytes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import Instant


class RowPicture(Base):
    """A picture as it is served; ``source_sha256`` is of the file it was made from."""

    __tablename__ = "picture"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    source_sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)


def by_name(session: Session, name: str) -> RowPicture | None:
    """The picture of this name, or None."""
    return session.get(RowPicture, name)


def known(session: Session, names: Collection[str]) -> set[str]:
    """Those of the names that are stored."""
    return set(session.scalars(select(RowPicture.name).where(RowPicture.name.in_(names))))


def of_source(session: Session, sha256: str) -> RowPicture | None:
    """The picture that was made from a file of this digest, or is that file; without its bytes."""
    is_it = (RowPicture.source_sha256 == sha256) | RowPicture.name.startswith(f"{sha256}.")
    query = select(RowPicture).options(defer(RowPicture.data)).where(is_it).order_by(RowPicture.created_at)
    return session.scalars(query.limit(1)).first()
