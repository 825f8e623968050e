"""Regrades as rows: proposed, approved, applied; and what each did to which attempt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Text, Uuid, func, insert, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from quizapp.domain.attempt import AttemptState, EventKind, Purpose
from quizapp.domain.regrade import Applied, RegradeState, from_json
from quizapp.store.attempts import RowAttempt, RowExposure, RowForm, RowFormSlot
from quizapp.store.engine import Base
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion
from quizapp.store.response_events import RowLateDecision, RowResponseEvent
from quizapp.store.scores import RowMark
from quizapp.store.types import Instant

#: Rows of this many attempts are asked for in one statement.
CHUNK = 400


class RowRegrade(Base):
    """One change of how an item version is marked; ``sequence`` counts the applied ones of a version."""

    __tablename__ = "regrade"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    ruling: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    undoes_id: Mapped[UUID | None] = mapped_column(ForeignKey("regrade.id"), index=True)
    proposed_by: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    approval_note: Mapped[str] = mapped_column(Text, default="")
    #: The registrar's decision that released results may become worse.
    lowers: Mapped[bool] = mapped_column(default=False)
    #: Of the dry run that was approved.
    digest: Mapped[str] = mapped_column(String(64), default="")
    applied_by: Mapped[UUID | None] = mapped_column(Uuid)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    sequence: Mapped[int | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(Uuid)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class RowRegradeChange(Base):
    """What one applied regrade did to one attempt; nothing, where the learner was spared."""

    __tablename__ = "regrade_change"
    regrade_id: Mapped[UUID] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True, index=True)
    before_score_id: Mapped[UUID] = mapped_column(ForeignKey("score.id"), index=True)
    after_score_id: Mapped[UUID | None] = mapped_column(ForeignKey("score.id"), index=True)
    was_released: Mapped[bool]
    is_spared: Mapped[bool]
    #: A record that nothing could take the place of.
    revoked_record_id: Mapped[UUID | None] = mapped_column(ForeignKey("completion_record.id"), index=True)


@dataclass(frozen=True, slots=True)
class Version:
    """An item version with what marking needs, and its names."""

    id: UUID
    item_row_id: UUID
    bank_id: str
    item_id: str
    number: int
    type: str
    content: Mapping[str, Any]
    key: Mapping[str, Any]
    is_suspended: bool


def version(session: Session, version_id: UUID, *, lock: bool = False) -> Version | None:
    """An item version, or None. Locked, nobody scores an attempt that holds it until the end."""
    query = (
        select(RowItemVersion, RowItem, RowItemBank.bank_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .where(RowItemVersion.id == version_id)
    )
    found = session.execute(query.with_for_update(of=RowItemVersion) if lock else query).first()
    if found is None:
        return None
    row, item, bank_id = found
    return Version(
        row.id,
        item.id,
        bank_id,
        item.item_id,
        row.number,
        row.type,
        row.content,
        row.key,
        item.suspended_at is not None,
    )


def version_id_of(session: Session, bank_id: str, item_id: str, number: int | None = None) -> UUID | None:
    """The version of an item with this number, or its newest that was ever made; None without."""
    query = (
        select(RowItemVersion.id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .where(RowItemBank.bank_id == bank_id, RowItem.item_id == item_id)
        .order_by(RowItemVersion.number.desc())
    )
    if number is not None:
        query = query.where(RowItemVersion.number == number)
    return session.scalar(query.limit(1))


def numbers(session: Session, item_row_id: UUID) -> list[int]:
    """The numbers of an item's versions, oldest first."""
    query = select(RowItemVersion.number).where(RowItemVersion.item_row_id == item_row_id)
    return list(session.scalars(query.order_by(RowItemVersion.number)))


def locked(session: Session, regrade_id: UUID) -> RowRegrade | None:
    """A regrade, held until the transaction ends, or None."""
    query = select(RowRegrade).where(RowRegrade.id == regrade_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def pending(session: Session, version_id: UUID) -> RowRegrade | None:
    """The regrade of a version that is neither applied nor withdrawn, or None."""
    open_states = [RegradeState.PROPOSED.value, RegradeState.APPROVED.value]
    query = select(RowRegrade).where(
        RowRegrade.item_version_id == version_id, RowRegrade.state.in_(open_states)
    )
    return session.scalar(query)


def applied(session: Session, version_id: UUID) -> list[RowRegrade]:
    """The applied regrades of a version, oldest first."""
    query = select(RowRegrade).where(
        RowRegrade.item_version_id == version_id, RowRegrade.state == RegradeState.APPLIED.value
    )
    return list(session.scalars(query.order_by(RowRegrade.sequence)))


def spared(session: Session, version_id: UUID) -> set[tuple[UUID, UUID]]:
    """(regrade, attempt) of everybody whom a regrade of this version did not reach."""
    query = (
        select(RowRegradeChange.regrade_id, RowRegradeChange.attempt_id)
        .join(RowRegrade, RowRegrade.id == RowRegradeChange.regrade_id)
        .where(RowRegrade.item_version_id == version_id, RowRegradeChange.is_spared)
    )
    return {(regrade_id, attempt_id) for regrade_id, attempt_id in session.execute(query)}


def of_form(session: Session, form_id: UUID, attempt_id: UUID) -> dict[UUID, list[Applied]]:
    """The applied regrades of every version on a form as an attempt sees them, oldest first."""
    change = RowRegradeChange
    query = (
        select(
            RowRegrade.item_version_id,
            RowRegrade.id,
            RowRegrade.ruling,
            RowRegrade.undoes_id,
            func.coalesce(change.is_spared, False),
        )
        .outerjoin(change, (change.regrade_id == RowRegrade.id) & (change.attempt_id == attempt_id))
        .where(
            RowRegrade.state == RegradeState.APPLIED.value,
            RowRegrade.item_version_id.in_(
                select(RowFormSlot.item_version_id).where(RowFormSlot.form_id == form_id)
            ),
        )
        .order_by(RowRegrade.item_version_id, RowRegrade.sequence)
    )
    told: dict[UUID, list[Applied]] = {}
    for version_id, regrade_id, ruling, undoes_id, is_spared in session.execute(query):
        undoes = str(undoes_id) if undoes_id else None
        entry = Applied(str(regrade_id), from_json(ruling), undoes, bool(is_spared))
        told.setdefault(version_id, []).append(entry)
    return told


# --- whom it touches --------------------------------------------------------------------

_COUNTS = (
    RowAttempt.purpose == Purpose.LIVE.value,
    RowAttempt.state == AttemptState.CLOSED.value,
    RowAttempt.current_score_id.is_not(None),
)


def _holds(version_id: UUID) -> Any:
    forms = select(RowFormSlot.form_id).where(RowFormSlot.item_version_id == version_id)
    return RowAttempt.form_id.in_(forms)


def touched(session: Session, version_id: UUID, *, lock: bool = False) -> list[RowAttempt]:
    """The scored live attempts with a version on their form, and those of their cycles that pool
    evidence with them; oldest first."""
    ids = set(session.scalars(select(RowAttempt.id).where(*_COUNTS, _holds(version_id))))
    ids |= set(session.scalars(_mates(version_id)))
    found: list[RowAttempt] = []
    for chunk in chunks(sorted(ids)):
        query = select(RowAttempt).where(RowAttempt.id.in_(chunk)).order_by(RowAttempt.id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found += session.scalars(query)
    return sorted(found, key=lambda row: (row.opened_at, row.id))


def _mates(version_id: UUID) -> Any:
    served = aliased(RowAttempt)
    return (
        select(RowAttempt.id)
        .join(
            served,
            (served.person_id == RowAttempt.person_id)
            & (served.exam_id == RowAttempt.exam_id)
            & (served.cycle == RowAttempt.cycle)
            & (served.purpose == RowAttempt.purpose),
        )
        .join(RowFormSlot, RowFormSlot.form_id == served.form_id)
        .where(
            RowFormSlot.item_version_id == version_id,
            *_COUNTS,
            or_(served.is_top_up, RowAttempt.is_top_up),
        )
    )


def served(session: Session, version_id: UUID) -> int:
    """How many scored live attempts have a version on their form."""
    query = select(func.count()).select_from(RowAttempt).where(*_COUNTS, _holds(version_id))
    return session.scalar(query) or 0


def was_served_to(session: Session, person_id: UUID, version_id: UUID) -> bool:
    """Whether a person has a live attempt with a version on its form."""
    query = select(RowAttempt.id).where(
        RowAttempt.person_id == person_id,
        RowAttempt.purpose == Purpose.LIVE.value,
        _holds(version_id),
    )
    return session.scalar(query.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class StoredMark:
    """One mark of a score, by its columns."""

    position: int
    item_version_id: UUID
    item_id: str
    task_code: str
    points: Any
    maximum: Any
    is_right: bool
    is_answered: bool
    is_evidence: bool


def marks(session: Session, score_ids: Sequence[UUID]) -> dict[UUID, list[StoredMark]]:
    """The marks of these scores, each in the form's order."""
    told: dict[UUID, list[StoredMark]] = {score_id: [] for score_id in score_ids}
    for chunk in chunks(score_ids):
        query = (
            select(
                RowMark.score_id,
                RowMark.position,
                RowMark.item_version_id,
                RowItem.item_id,
                RowMark.task_code,
                RowMark.points,
                RowMark.maximum,
                RowMark.is_right,
                RowMark.is_answered,
                RowMark.is_evidence,
            )
            .join(RowItemVersion, RowItemVersion.id == RowMark.item_version_id)
            .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
            .where(RowMark.score_id.in_(chunk))
            .order_by(RowMark.score_id, RowMark.position)
        )
        for score_id, *columns in session.execute(query):
            told[score_id].append(StoredMark(*columns))
    return told


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version stands on the form of an attempt, and the form's seed."""

    position: int
    task_code: str
    is_scored: bool
    is_first: bool
    seed: str


def places(session: Session, told: Version, attempts: Collection[RowAttempt]) -> dict[UUID, list[Place]]:
    """The places of a version on the forms of these attempts."""
    found: dict[UUID, list[Place]] = {}
    for chunk in chunks([row.id for row in attempts]):
        query = (
            select(
                RowAttempt.id,
                RowFormSlot.position,
                RowFormSlot.task_code,
                RowFormSlot.is_scored,
                RowExposure.is_first,
                RowForm.seed,
            )
            .join(RowForm, RowForm.id == RowAttempt.form_id)
            .join(RowFormSlot, RowFormSlot.form_id == RowAttempt.form_id)
            .join(
                RowExposure,
                (RowExposure.attempt_id == RowAttempt.id) & (RowExposure.item_row_id == told.item_row_id),
            )
            .where(RowAttempt.id.in_(chunk), RowFormSlot.item_version_id == told.id)
        )
        for attempt_id, position, task_code, is_scored, is_first, seed in session.execute(query):
            place = Place(position, task_code, is_scored, is_first, seed)
            found.setdefault(attempt_id, []).append(place)
    return found


def entries(
    session: Session, version_id: UUID, attempts: Collection[RowAttempt]
) -> dict[UUID, list[tuple[Any, ...]]]:
    """(writer, seq, slot, payload, disposition, is_accepted) of the responses given to a version."""
    event = RowResponseEvent
    found: dict[UUID, list[tuple[Any, ...]]] = {}
    for chunk in chunks([row.id for row in attempts]):
        query = (
            select(
                event.attempt_id,
                event.writer,
                event.client_seq,
                event.slot,
                event.payload,
                event.disposition,
                RowLateDecision.is_accepted,
            )
            .join(RowAttempt, RowAttempt.id == event.attempt_id)
            .join(
                RowFormSlot,
                (RowFormSlot.form_id == RowAttempt.form_id) & (RowFormSlot.position == event.slot),
            )
            .outerjoin(RowLateDecision, RowLateDecision.event_id == event.id)
            .where(
                event.attempt_id.in_(chunk),
                event.kind == EventKind.RESPONSE.value,
                RowFormSlot.item_version_id == version_id,
            )
            .order_by(event.id)
        )
        for attempt_id, *columns in session.execute(query):
            found.setdefault(attempt_id, []).append(tuple(columns))
    return found


def counted_before(session: Session, version_id: UUID) -> dict[UUID, bool]:
    """By attempt, whether a version counted in any score that a regrade of it replaced."""
    query = (
        select(RowRegradeChange.attempt_id, RowMark.maximum)
        .join(RowRegrade, RowRegrade.id == RowRegradeChange.regrade_id)
        .join(RowMark, RowMark.score_id == RowRegradeChange.before_score_id)
        .where(RowRegrade.item_version_id == version_id, RowMark.item_version_id == version_id)
    )
    told: dict[UUID, bool] = {}
    for attempt_id, maximum in session.execute(query):
        told[attempt_id] = told.get(attempt_id, False) or maximum > 0
    return told


def add_changes(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what a regrade did, by column and all at once."""
    if rows:
        session.connection().execute(insert(RowRegradeChange), rows)


def revoked_by_regrade(session: Session, record_id: UUID) -> bool:
    """Whether a record was revoked because a regrade left nothing to attest."""
    query = select(RowRegradeChange.regrade_id).where(RowRegradeChange.revoked_record_id == record_id)
    return session.scalar(query.limit(1)) is not None


def chunks(things: Iterable[Any]) -> Iterator[list[Any]]:
    """These things in lists of at most `CHUNK`."""
    told = list(things)
    for start in range(0, len(told), CHUNK):
        yield told[start : start + CHUNK]


# --- looking ----------------------------------------------------------------------------


def listed(session: Session, version_id: UUID | None = None) -> list[tuple[RowRegrade, str, str, int]]:
    """(regrade, bank, item, version number), newest first."""
    query = (
        select(RowRegrade, RowItemBank.bank_id, RowItem.item_id, RowItemVersion.number)
        .join(RowItemVersion, RowItemVersion.id == RowRegrade.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .order_by(RowRegrade.proposed_at.desc(), RowRegrade.id.desc())
    )
    if version_id is not None:
        query = query.where(RowRegrade.item_version_id == version_id)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def changes(session: Session, regrade_id: UUID) -> list[RowRegradeChange]:
    """What a regrade did, attempt by attempt."""
    query = select(RowRegradeChange).where(RowRegradeChange.regrade_id == regrade_id)
    return list(session.scalars(query.order_by(RowRegradeChange.attempt_id)))


def of_attempt(session: Session, attempt_id: UUID) -> list[tuple[RowRegradeChange, RowRegrade]]:
    """The regrades that changed the released score of an attempt, oldest first."""
    query = (
        select(RowRegradeChange, RowRegrade)
        .join(RowRegrade, RowRegrade.id == RowRegradeChange.regrade_id)
        .where(
            RowRegradeChange.attempt_id == attempt_id,
            RowRegradeChange.was_released,
            ~RowRegradeChange.is_spared,
        )
        .order_by(RowRegrade.applied_at, RowRegrade.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
