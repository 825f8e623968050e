"""Pictures of items, named by their digest: never changed, one row for the same bytes; gone once unused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, Text, cast, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from quizapp.domain.picture import STORED_NAME
from quizapp.store.engine import Base
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.item_drafts import RowDraftRevision, RowItemComment, RowItemDraft
from quizapp.store.items import RowItemVersion, RowStimulus
from quizapp.store.regrades import RowRegrade
from quizapp.store.types import Instant

#: Every column whose text may show a picture, or bring one back when somebody goes back to it.
TEXTS: tuple[Any, ...] = (
    RowItemVersion.content,
    RowItemVersion.key,
    RowStimulus.text,
    RowItemDraft.form,
    RowDraftRevision.form,
    RowItemComment.text,
    RowRegrade.ruling,
    RowExam.definition,
    RowSitting.rules,
)
#: Rows that are read at once.
AT_ONCE = 500


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


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture without its bytes."""

    name: str
    bytes: int
    created_at: datetime


def kept_before(session: Session, instant: datetime) -> list[Kept]:
    """The pictures stored before an instant, the oldest first."""
    query = select(RowPicture.name, func.length(RowPicture.data), RowPicture.created_at)
    found = session.execute(
        query.where(RowPicture.created_at < instant).order_by(RowPicture.created_at, RowPicture.name)
    )
    return [Kept(name, size, created_at) for name, size, created_at in found]


def mentioned(session: Session) -> set[str]:
    """The name of every picture that any stored text speaks of, whether or not it is stored."""
    return {
        name for column in TEXTS for text in _texts(session, column) for name in STORED_NAME.findall(text)
    }


def _texts(session: Session, column: Any) -> Iterator[str]:
    text = cast(column, Text)
    may_name = or_(*(text.like(f"%.{ending}%") for ending in ("png", "jpg", "webp")))
    yield from session.scalars(select(text).where(may_name).execution_options(yield_per=AT_ONCE))


def remove(session: Session, names: Collection[str]) -> None:
    """Delete pictures by name."""
    session.execute(delete(RowPicture).where(RowPicture.name.in_(names)))
