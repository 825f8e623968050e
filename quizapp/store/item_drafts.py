"""Drafts of items as rows: the form at work, its earlier texts, and what was said about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, Uuid, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.item_bank import PlacedItem
from quizapp.domain.item_draft import KEPT_REVISIONS, OPEN, DraftState
from quizapp.store.engine import Base
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion, RowStimulus
from quizapp.store.types import Instant

OPEN_STATES = sorted(state.value for state in OPEN)


class RowItemDraft(Base):
    """The next wording of an item, or the first of a new one, while it is written and reviewed.

    ``number`` is the revision that is shown; ``saves`` counts every change, so that a window that
    was left behind is known. ``base_number`` is the version it began from.
    """

    __tablename__ = "item_draft"
    __table_args__ = (Index("ix_item_draft_state", "state", "changed_at"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bank_row_id: Mapped[UUID] = mapped_column(ForeignKey("item_bank.id"), index=True)
    item_row_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    number: Mapped[int]
    saves: Mapped[int]
    base_number: Mapped[int | None]
    #: Everybody who wrote any of it, as text: none of them approves it.
    writers: Mapped[list[Any]] = mapped_column(JSON)
    started_by: Mapped[UUID] = mapped_column(Uuid)
    started_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[UUID] = mapped_column(Uuid)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    reviewer_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)


class RowDraftRevision(Base):
    """One text a draft had; one set aside lost to another window and is out of undo's way."""

    __tablename__ = "item_draft_revision"
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("item_draft.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_aside: Mapped[bool] = mapped_column(default=False)
    saved_by: Mapped[UUID] = mapped_column(Uuid)
    saved_at: Mapped[datetime] = mapped_column(Instant)


class RowItemComment(Base):
    """A comment, or the reason given with a step (``verb``); about one place of the form, or all of it."""

    __tablename__ = "item_comment"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("item_draft.id"), index=True)
    verb: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    written_by: Mapped[UUID] = mapped_column(Uuid)
    written_at: Mapped[datetime] = mapped_column(Instant)
    resolved_by: Mapped[UUID | None] = mapped_column(Uuid)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)


# --- drafts -----------------------------------------------------------------------------


def locked(session: Session, draft_id: UUID) -> RowItemDraft | None:
    """A draft, held until the transaction ends, or None."""
    return session.get(RowItemDraft, draft_id, with_for_update=True)


def open_of(session: Session, item_row_id: UUID) -> RowItemDraft | None:
    """The open draft of an item, or None."""
    query = select(RowItemDraft).where(
        RowItemDraft.item_row_id == item_row_id, RowItemDraft.state.in_(OPEN_STATES)
    )
    return session.scalar(query)


def locked_of_bank(session: Session, bank_row_id: UUID) -> Sequence[RowItemDraft]:
    """Every open draft of a bank, held until the transaction ends."""
    query = select(RowItemDraft).where(
        RowItemDraft.bank_row_id == bank_row_id, RowItemDraft.state.in_(OPEN_STATES)
    )
    return session.scalars(query.order_by(RowItemDraft.id).with_for_update()).all()


def of_item(session: Session, item_row_id: UUID) -> Sequence[RowItemDraft]:
    """Every draft an item had, oldest first."""
    query = select(RowItemDraft).where(RowItemDraft.item_row_id == item_row_id)
    return session.scalars(query.order_by(RowItemDraft.started_at, RowItemDraft.id)).all()


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list, with the number of its unresolved comments."""

    draft: RowItemDraft
    bank_id: str
    item_id: str | None
    comments: int


def open_drafts(session: Session, bank_row_id: UUID | None = None) -> list[DraftLine]:
    """Every open draft, of one bank or of all, the one changed last first."""
    unresolved = (
        select(func.count())
        .where(
            RowItemComment.draft_id == RowItemDraft.id,
            RowItemComment.verb == "comment",
            RowItemComment.resolved_at.is_(None),
        )
        .scalar_subquery()
    )
    query = (
        select(RowItemDraft, RowItemBank.bank_id, RowItem.item_id, unresolved)
        .join(RowItemBank, RowItemBank.id == RowItemDraft.bank_row_id)
        .outerjoin(RowItem, RowItem.id == RowItemDraft.item_row_id)
        .where(RowItemDraft.state.in_(OPEN_STATES))
        .order_by(RowItemDraft.changed_at.desc(), RowItemDraft.id)
    )
    if bank_row_id is not None:
        query = query.where(RowItemDraft.bank_row_id == bank_row_id)
    return [DraftLine(*row) for row in session.execute(query)]


def new_items(session: Session, bank_row_id: UUID) -> list[str]:
    """The first task of every open draft of an item that a bank does not have yet."""
    query = select(RowItemDraft.form).where(
        RowItemDraft.bank_row_id == bank_row_id,
        RowItemDraft.item_row_id.is_(None),
        RowItemDraft.state.in_(OPEN_STATES),
    )
    return [str((form.get("tasks") or [""])[0]) for form in session.scalars(query)]


def count_waiting(session: Session, reviewer_id: UUID) -> int:
    """Drafts in review that somebody reviews: assigned to them, or to nobody and not written by them."""
    query = select(RowItemDraft.writers).where(
        RowItemDraft.state == DraftState.IN_REVIEW.value,
        (RowItemDraft.reviewer_id == reviewer_id) | RowItemDraft.reviewer_id.is_(None),
    )
    return sum(str(reviewer_id) not in writers for writers in session.scalars(query))


# --- revisions --------------------------------------------------------------------------


def revisions(session: Session, draft_id: UUID) -> Sequence[RowDraftRevision]:
    """Every kept text of a draft, oldest first."""
    query = select(RowDraftRevision).where(RowDraftRevision.draft_id == draft_id)
    return session.scalars(query.order_by(RowDraftRevision.number)).all()


def neighbour(session: Session, draft: RowItemDraft, *, is_later: bool) -> RowDraftRevision | None:
    """The kept text before or after the one that is shown, or None."""
    row = RowDraftRevision
    query = select(row).where(row.draft_id == draft.id, row.is_aside.is_(False))
    if is_later:
        query = query.where(row.number > draft.number).order_by(row.number)
    else:
        query = query.where(row.number < draft.number).order_by(row.number.desc())
    return session.scalar(query.limit(1))


def next_number(session: Session, draft_id: UUID) -> int:
    """The number of the next revision."""
    query = select(func.max(RowDraftRevision.number)).where(RowDraftRevision.draft_id == draft_id)
    return (session.scalar(query) or 0) + 1


def forget_undone(session: Session, draft: RowItemDraft) -> None:
    """Remove the texts that were undone before something else was written, and those too old to keep."""
    row = RowDraftRevision
    is_undone = (row.number > draft.number) & row.is_aside.is_(False)
    oldest = next_number(session, draft.id) - KEPT_REVISIONS
    session.execute(delete(row).where(row.draft_id == draft.id, is_undone | (row.number < oldest)))


# --- comments ---------------------------------------------------------------------------


def comments(session: Session, draft_ids: Collection[UUID]) -> Sequence[RowItemComment]:
    """What was said about these drafts, oldest first."""
    query = select(RowItemComment).where(RowItemComment.draft_id.in_(draft_ids))
    return session.scalars(query.order_by(RowItemComment.written_at, RowItemComment.id)).all()


# --- the bank around a draft ------------------------------------------------------------


def placed(session: Session, bank_row_id: UUID) -> list[PlacedItem]:
    """What the items of a bank say about each other, as far as a draft can be at odds with it."""
    query = (
        select(RowItem.item_id, RowItem.pool, RowStimulus.stimulus_id)
        .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
        .outerjoin(RowStimulus, RowStimulus.id == RowItemVersion.stimulus_version_id)
        .where(RowItem.bank_row_id == bank_row_id)
        .order_by(RowItem.item_id)
    )
    return [
        PlacedItem(item_id, item_id, (), pool, stimulus or "", frozenset())
        for item_id, pool, stimulus in session.execute(query)
    ]


def current_digests(session: Session, bank_row_id: UUID) -> list[str]:
    """The digest of every current wording of a bank, sorted."""
    query = (
        select(RowItemVersion.digest)
        .join(RowItem, RowItem.current_version_id == RowItemVersion.id)
        .where(RowItem.bank_row_id == bank_row_id)
    )
    return sorted(session.scalars(query))
