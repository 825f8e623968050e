"""The words people are found by, kept beside their accounts by whoever writes those.

A person who is renamed stays findable by the old name: records attest the one they were issued to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, ForeignKey, String, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.person import LONGEST_WORD, search_words
from quizapp.store.engine import Base
from quizapp.store.people import IN_LIST, RowPerson

#: Compared byte by byte, so that the index answers which words begin with some letters.
Word = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")
#: Sorts after everything a word can go on with.
LAST_SIGN = "\U0010ffff"
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class RowPersonWord(Base):
    """A word somebody is found by."""

    __tablename__ = "person_word"
    word: Mapped[str] = mapped_column(Word, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


def begins_with(term: str) -> ColumnElement[bool]:
    """A condition on `RowPersonWord`: its word begins with ``term``."""
    return (RowPersonWord.word >= term) & (RowPersonWord.word < term + LAST_SIGN)


def people_with(session: Session, words: Iterable[str]) -> dict[str, list[UUID]]:
    """Who has each of these words, whole; in a few statements however many words there are."""
    wanted = sorted(set(words))
    told: dict[str, list[UUID]] = {}
    for start in range(0, len(wanted), IN_LIST):
        query = select(RowPersonWord.word, RowPersonWord.person_id)
        part = query.where(RowPersonWord.word.in_(wanted[start : start + IN_LIST]))
        for word, person_id in session.execute(part.order_by(RowPersonWord.person_id)):
            told.setdefault(word, []).append(person_id)
    return told


@event.listens_for(RowPerson, "after_insert")
@event.listens_for(RowPerson, "after_update")
def _remember_words(_mapper: Any, connection: Connection, row: RowPerson) -> None:
    # Here and not in a service, because accounts are written by several, and by extensions.
    if row.name is None or row.email is None:
        return
    rows = [{"word": word, "person_id": row.id} for word in search_words(row.name, row.email)]
    if rows and _is_changed(row):
        add = INSERT[connection.dialect.name](RowPersonWord).values(rows).on_conflict_do_nothing()
        connection.execute(add)


def _is_changed(row: RowPerson) -> bool:
    attributes: Any = inspect(row).attrs
    return bool(attributes.name.history.has_changes() or attributes.email.history.has_changes())
