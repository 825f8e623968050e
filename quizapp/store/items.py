"""Item banks, items and their frozen versions as rows.

``content`` and ``key`` of a version are two columns, so that delivery selects the one and
cannot reach the other by accident.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.blueprint import Candidate
from quizapp.domain.item import ItemStatus, ItemVersion, Level, Pool, Source
from quizapp.store import item_links
from quizapp.store.engine import Base
from quizapp.store.types import Instant


class RowItemBank(Base):
    """A bank; ``digest`` is over the digests of its current item versions."""

    __tablename__ = "item_bank"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(64), unique=True)
    framework_id: Mapped[str] = mapped_column(String(64))
    framework_version: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    distribution: Mapped[str] = mapped_column(String(20))
    sme_review: Mapped[str] = mapped_column(String(20))
    licence: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    notes: Mapped[list[Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime] = mapped_column(Instant)


class RowStimulus(Base):
    """One frozen wording of a shared scenario."""

    __tablename__ = "stimulus_version"
    __table_args__ = (UniqueConstraint("bank_row_id", "stimulus_id", "number"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bank_row_id: Mapped[UUID] = mapped_column(ForeignKey("item_bank.id"))
    stimulus_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowItem(Base):
    """An item: its stable id, its place in the bank, and which version is current."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("bank_row_id", "item_id"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bank_row_id: Mapped[UUID] = mapped_column(ForeignKey("item_bank.id"))
    item_id: Mapped[str] = mapped_column(String(64))
    pool: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    scoring_task: Mapped[str] = mapped_column(String(20), index=True)
    current_version_id: Mapped[UUID | None] = mapped_column(Uuid)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)


class RowItemVersion(Base):
    """One frozen wording of one item."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_row_id", "number"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    item_row_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[dict[str, Any]] = mapped_column(JSON)
    level: Mapped[str] = mapped_column(String(20))
    difficulty: Mapped[int]
    sources: Mapped[list[Any]] = mapped_column(JSON)
    enemies: Mapped[list[Any]] = mapped_column(JSON)
    stimulus_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("stimulus_version.id"))
    author: Mapped[str] = mapped_column(String(200))
    reviewer: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowItemTask(Base):
    """Which task statements a version is tagged to; position 0 is the scoring task."""

    __tablename__ = "item_version_task"
    __table_args__ = (Index("ix_item_version_task_code", "task_code"),)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    task_code: Mapped[str] = mapped_column(String(20))


def bank(session: Session, bank_id: str) -> RowItemBank | None:
    """The bank with this id, or None."""
    return session.scalar(select(RowItemBank).where(RowItemBank.bank_id == bank_id))


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item and its current version."""

    item: RowItem
    version: RowItemVersion


def stored(session: Session, bank_row_id: UUID) -> list[StoredItem]:
    """Every item of a bank with its current version, by stable id."""
    query = (
        select(RowItem, RowItemVersion)
        .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
        .where(RowItem.bank_row_id == bank_row_id)
        .order_by(RowItem.item_id)
    )
    return [StoredItem(item, version) for item, version in session.execute(query)]


def of_ids(session: Session, bank_row_id: UUID, item_ids: Collection[str]) -> list[RowItem]:
    """These items of a bank, by id; the unknown are left out."""
    query = select(RowItem).where(
        RowItem.bank_row_id == bank_row_id, RowItem.item_id.in_(sorted(set(item_ids)))
    )
    return list(session.scalars(query.order_by(RowItem.item_id)))


def locked(session: Session, bank_id: str, item_ids: Collection[str]) -> list[RowItem]:
    """These items of a bank, by id, held until the transaction ends; the unknown are left out."""
    query = (
        select(RowItem)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .where(RowItemBank.bank_id == bank_id, RowItem.item_id.in_(sorted(set(item_ids))))
        .order_by(RowItem.item_id)
        .with_for_update(of=RowItem)
    )
    return list(session.scalars(query))


def current_stimuli(session: Session, bank_row_id: UUID) -> dict[str, RowStimulus]:
    """The newest wording of every scenario of a bank, by its id."""
    query = select(RowStimulus).where(RowStimulus.bank_row_id == bank_row_id).order_by(RowStimulus.number)
    return {row.stimulus_id: row for row in session.scalars(query)}


def version_row(
    item: ItemVersion, row_id: UUID, item_row_id: UUID, number: int, digest: str
) -> RowItemVersion:
    """The row of a wording; the caller sets created_at and the scenario's version."""
    return RowItemVersion(
        id=row_id,
        item_row_id=item_row_id,
        number=number,
        digest=digest,
        type=item.type,
        content=dict(item.content),
        key=dict(item.key),
        level=item.level.value,
        difficulty=item.difficulty,
        sources=[asdict(source) for source in item.sources],
        enemies=sorted(item.enemies),
        author=item.author,
        reviewer=item.reviewer,
    )


def task_rows(item: ItemVersion, version_id: UUID) -> list[RowItemTask]:
    """The rows that say which task statements a wording is tagged to."""
    return [
        RowItemTask(item_version_id=version_id, position=position, task_code=code)
        for position, code in enumerate(item.tasks)
    ]


def to_domain(
    item: RowItem, version: RowItemVersion, tasks: Sequence[str], stimulus_id: str | None
) -> ItemVersion:
    """The value of a stored wording; pool and status are the item's of today."""
    return ItemVersion(
        id=item.item_id,
        type=version.type,
        tasks=tuple(tasks),
        pool=Pool(item.pool),
        level=Level(version.level),
        difficulty=version.difficulty,
        content=version.content,
        key=version.key,
        sources=tuple(Source(**source) for source in version.sources),
        stimulus=stimulus_id,
        enemies=frozenset(version.enemies),
        author=version.author,
        reviewer=version.reviewer,
        status=ItemStatus(item.status),
    )


def change(row: Base, columns: Mapping[str, object]) -> bool:
    """Set the columns that differ; gives whether any did."""
    different = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


@dataclass(frozen=True, slots=True)
class Eligible:
    """An item a form may hold now: its rows, and what drawing needs to know of it."""

    item_row_id: UUID
    version_id: UUID
    candidate: Candidate


_ELIGIBLE = (
    select(
        RowItem.id,
        RowItem.bank_row_id,
        RowItem.item_id,
        RowItem.scoring_task,
        RowItemVersion.id,
        RowItemVersion.enemies,
        RowStimulus.stimulus_id,
        RowStimulus.number,
    )
    .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
    .outerjoin(RowStimulus, RowStimulus.id == RowItemVersion.stimulus_version_id)
    .where(RowItem.status == ItemStatus.APPROVED.value, RowItem.suspended_at.is_(None))
    .order_by(RowItem.bank_row_id, RowItem.item_id)
)


def eligible(
    session: Session, bank_row_ids: Collection[UUID], pool: Pool, tasks: Collection[str] | None = None
) -> list[Eligible]:
    """Approved, not suspended items of these banks and this pool, by stable id; of these tasks, or of all.

    Candidates are named by bank and stable item id: unique over all banks, and sorted as
    authored, which the items of a scenario keep on a form.
    """
    query = _ELIGIBLE.where(RowItem.bank_row_id.in_(bank_row_ids), RowItem.pool == pool.value)
    if tasks is not None:
        query = query.where(RowItem.scoring_task.in_(tasks))
    rows = session.execute(query).all()
    names = {row_id: f"{bank_id}/{item_id}" for row_id, bank_id, item_id, *_ in rows}
    there = set(names.values())
    apart = item_links.of_banks(session, bank_row_ids)
    reworded = _reworded([(names[row[0]], f"{row[1]}/{row[6]}", row[7]) for row in rows if row[6]])
    return [
        Eligible(
            row_id,
            version_id,
            Candidate(
                id=f"{bank_id}/{item_id}",
                task_code=task_code,
                stimulus=f"{bank_id}/{scenario}" if scenario else None,
                enemies=frozenset(f"{bank_id}/{enemy}" for enemy in enemies) & there
                | {names[other] for other in apart.get(row_id, ()) if other in names}
                | reworded.get(names[row_id], frozenset()),
            ),
        )
        for row_id, bank_id, item_id, task_code, version_id, enemies, scenario, _ in rows
    ]


def _reworded(sharing: Collection[tuple[str, str, int]]) -> dict[str, frozenset[str]]:
    """The items that rest on another wording of the same scenario: a form never tells it in two ways.

    ``sharing`` are (item, scenario, number of the wording); items whose scenario has one are left out.
    """
    wordings: dict[str, dict[int, set[str]]] = {}
    for item, scenario, number in sharing:
        wordings.setdefault(scenario, {}).setdefault(number, set()).add(item)
    return {
        item: frozenset().union(*(told[number] for number in told.keys() - {own}))
        for told in wordings.values()
        if len(told) > 1
        for own, items in told.items()
        for item in items
    }
