"""Looking through banks: counts and lists that never touch a key, and one item with its history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.store import item_links
from quizapp.store.items import RowItem, RowItemBank, RowItemTask, RowItemVersion, RowStimulus


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items of a bank share a task, a pool and a status."""

    bank_row_id: UUID
    task_code: str
    pool: str
    status: str
    is_suspended: bool
    items: int


@dataclass(frozen=True, slots=True)
class Line:
    """An item in a list; without its key."""

    item: RowItem
    number: int
    type: str
    level: str
    difficulty: int
    content: Mapping[str, Any]
    author: str
    tasks: tuple[str, ...]


def banks(session: Session, framework_id: str | None = None) -> Sequence[RowItemBank]:
    """Every bank, or those of one framework, by title."""
    query = select(RowItemBank).order_by(RowItemBank.title, RowItemBank.bank_id)
    if framework_id is not None:
        query = query.where(RowItemBank.framework_id == framework_id)
    return session.scalars(query).all()


def tallies(session: Session, bank_row_id: UUID | None = None) -> list[Tally]:
    """Counts of items, of one bank or of all."""
    keys = (
        RowItem.bank_row_id,
        RowItem.scoring_task,
        RowItem.pool,
        RowItem.status,
        RowItem.suspended_at.is_not(None),
    )
    query = select(*keys, func.count()).group_by(*keys)
    if bank_row_id is not None:
        query = query.where(RowItem.bank_row_id == bank_row_id)
    return [Tally(*row) for row in session.execute(query)]


def lines(session: Session, bank_row_id: UUID) -> list[Line]:
    """Every item of a bank by stable id, in its current wording."""
    version = RowItemVersion
    query = (
        select(
            RowItem,
            version.id,
            version.number,
            version.type,
            version.level,
            version.difficulty,
            version.content,
            version.author,
        )
        .join(version, version.id == RowItem.current_version_id)
        .where(RowItem.bank_row_id == bank_row_id)
        .order_by(RowItem.item_id)
    )
    tasks = tasks_by_version(session, bank_row_id)
    return [
        Line(item, number, kind, level, difficulty, content, author, tasks.get(version_id, ()))
        for item, version_id, number, kind, level, difficulty, content, author in session.execute(query)
    ]


def tasks_by_version(session: Session, bank_row_id: UUID) -> dict[UUID, tuple[str, ...]]:
    """The task codes of every current wording of a bank, by the version's row."""
    query = (
        select(RowItemTask.item_version_id, RowItemTask.task_code)
        .join(RowItem, RowItem.current_version_id == RowItemTask.item_version_id)
        .where(RowItem.bank_row_id == bank_row_id)
        .order_by(RowItemTask.item_version_id, RowItemTask.position)
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for version_id, code in session.execute(query):
        found[version_id] = (*found.get(version_id, ()), code)
    return found


def contents(session: Session, bank_row_id: UUID) -> list[tuple[str, Mapping[str, Any]]]:
    """What learners read of every item of a bank, with its stable id, in order."""
    query = (
        select(RowItem.item_id, RowItemVersion.content)
        .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
        .where(RowItem.bank_row_id == bank_row_id)
        .order_by(RowItem.item_id)
    )
    return [(item_id, content) for item_id, content in session.execute(query)]


def links(session: Session, bank_row_id: UUID) -> dict[str, frozenset[str]]:
    """What the items of a bank are kept apart from beside their versions, all by stable id."""
    apart = item_links.of_banks(session, [bank_row_id])
    named = select(RowItem.id, RowItem.item_id).where(RowItem.id.in_(apart))
    names = {row.id: row.item_id for row in session.execute(named)} if apart else {}
    return {names[row_id]: frozenset(names[other] for other in others) for row_id, others in apart.items()}


def saying(session: Session, bank_row_id: UUID) -> dict[str, frozenset[str]]:
    """The enemies that the current wording of each item of a bank names, by stable id."""
    query = (
        select(RowItem.item_id, RowItemVersion.enemies)
        .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
        .where(RowItem.bank_row_id == bank_row_id)
    )
    return {item_id: frozenset(enemies) for item_id, enemies in session.execute(query)}


def stems(session: Session, bank_row_id: UUID, item_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """(what is asked, status) of these items of a bank, by stable id."""
    query = (
        select(RowItem.item_id, RowItem.status, RowItemVersion.content)
        .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
        .where(RowItem.bank_row_id == bank_row_id, RowItem.item_id.in_(item_ids))
    )
    return {
        name: (str(text.get("stem", "")).strip(), status) for name, status, text in session.execute(query)
    }


def ids_of_task(session: Session, bank_row_id: UUID, task_code: str) -> tuple[str, ...]:
    """The stable ids of a bank's items whose evidence counts for a task, in order."""
    query = select(RowItem.item_id).where(
        RowItem.bank_row_id == bank_row_id, RowItem.scoring_task == task_code
    )
    return tuple(session.scalars(query.order_by(RowItem.item_id)))


def task_codes(session: Session, version_id: UUID) -> list[str]:
    """The task codes of one wording, the scoring task first."""
    query = (
        select(RowItemTask.task_code)
        .where(RowItemTask.item_version_id == version_id)
        .order_by(RowItemTask.position)
    )
    return list(session.scalars(query))


def item(session: Session, bank_id: str, item_id: str) -> RowItem | None:
    """The item with this stable id in that bank, or None."""
    query = (
        select(RowItem)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .where(RowItemBank.bank_id == bank_id, RowItem.item_id == item_id)
    )
    return session.scalar(query)


def versions(session: Session, item_row_id: UUID) -> Sequence[RowItemVersion]:
    """Every wording of an item, newest first."""
    query = (
        select(RowItemVersion)
        .where(RowItemVersion.item_row_id == item_row_id)
        .order_by(RowItemVersion.number.desc())
    )
    return session.scalars(query).all()


def stimulus(session: Session, stimulus_version_id: UUID | None) -> RowStimulus | None:
    """That wording of a scenario, or None."""
    return session.get(RowStimulus, stimulus_version_id) if stimulus_version_id else None
