"""Exams: defined as drafts, frozen by publishing, closed in the end. Sittings are in `sittings`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import analysis
from quizapp.domain import exam as exams
from quizapp.domain.analysis import Feasibility
from quizapp.domain.errors import NotFound
from quizapp.domain.exam import ExamDefinition, ExamState, Mode, SittingState, Standing
from quizapp.domain.framework import Framework
from quizapp.domain.item import Pool
from quizapp.domain.person import Actor, Permission
from quizapp.services import exam_drafts
from quizapp.services.sittings import cancel as cancel_sitting
from quizapp.services.sittings import close as close_sitting
from quizapp.services.sittings import schedule
from quizapp.services.unit_of_work import Context
from quizapp.store import exams as store
from quizapp.store import frameworks as framework_store
from quizapp.store import items as item_store
from quizapp.store import sittings as sitting_store
from quizapp.store.exams import RowExam

__all__ = [
    "ExamDetail", "ExamSummary", "cancel_sitting", "close", "close_sitting", "define",
    "feasibility", "get", "listed", "pool_counts", "publish", "revise", "schedule",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExamSummary:
    """One line of the list of exams; ``items`` is the length of a first form."""

    id: UUID
    slug: str
    title: str
    mode: Mode
    standing: Standing
    state: ExamState
    tasks: int
    items: int
    sittings: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExamDetail:
    """An exam with all it was defined by; ``frozen`` is the report it was published with."""

    id: UUID
    slug: str
    definition: ExamDefinition
    framework: Framework
    bank_ids: tuple[str, ...]
    state: ExamState
    standing: Standing
    sme_review: str
    blueprint_digest: str
    bank_digest: str
    frozen: Feasibility | None
    sittings: int
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


# --- verbs ------------------------------------------------------------------------------


def define(
    context: Context,
    actor: Actor,
    *,
    slug: str,
    definition: ExamDefinition,
    framework_id: str,
    bank_ids: Collection[str],
    framework_version: str | None = None,
) -> UUID:
    """Define a draft on a framework (its current version unless named) and banks; gives its id.

    Raises `Invalid` ("bad_exam") with every problem, among them a slug in use.
    """
    actor.require(Permission.DEFINE_EXAM)
    with context.transaction(actor) as uow:
        ground = exam_drafts.find_ground(uow.session, framework_id, framework_version, bank_ids)
        return exam_drafts.add_draft(uow, slug, definition, ground).id


def revise(
    context: Context,
    actor: Actor,
    exam_id: UUID,
    *,
    definition: ExamDefinition,
    bank_ids: Collection[str] | None = None,
) -> None:
    """Replace the definition of a draft, and its banks when given; all problems as `define`."""
    actor.require(Permission.DEFINE_EXAM)
    with context.transaction(actor) as uow:
        row = exam_drafts.locked(uow.session, exam_id)
        ground = exam_drafts.ground_of(uow.session, row)
        if bank_ids is not None:
            framework = ground.framework
            ground = exam_drafts.find_ground(uow.session, framework.framework_id, framework.version, bank_ids)
        exam_drafts.revise_draft(uow, row, definition, ground)


def publish(context: Context, actor: Actor, exam_id: UUID) -> None:
    """Freeze a draft with what it rests on: banks, their review, and the feasibility report.

    Raises `Invalid` ("not_feasible") with everything that forbids it; nothing is changed then.
    """
    actor.require(Permission.DEFINE_EXAM)
    with context.transaction(actor) as uow:
        exam_drafts.publish_draft(uow, exam_drafts.locked(uow.session, exam_id))


def close(context: Context, actor: Actor, exam_id: UUID) -> None:
    """Close an exam and its sittings: nobody starts it any more, what is running runs on."""
    actor.require(Permission.DEFINE_EXAM)
    with context.transaction(actor) as uow:
        row = exam_drafts.locked(uow.session, exam_id)
        row.state = exams.move(ExamState(row.state), "close").value
        row.closed_at = uow.now
        open_sittings = sitting_store.scheduled_of(uow.session, exam_id)
        for sitting in open_sittings:
            sitting.state = exams.move_sitting(SittingState(sitting.state), "close").value
            sitting.closed_at = uow.now
        uow.audit("close", "exam", exam_id, sittings=len(open_sittings))


# --- reading ----------------------------------------------------------------------------


def feasibility(context: Context, actor: Actor, exam_id: UUID) -> Feasibility:
    """What the pool, as it is now, can do for this exam."""
    actor.require(Permission.PREVIEW_EXAM)
    with context.reading() as session:
        row = exam_drafts.found(session, exam_id)
        return exam_drafts.report_of(session, row, exams.from_json(row.definition))


def listed(context: Context, actor: Actor) -> list[ExamSummary]:
    """Every exam, by title."""
    actor.require(Permission.PREVIEW_EXAM)
    with context.reading() as session:
        sittings = sitting_store.count_by_exam(session)
        return [_summary(row, sittings.get(row.id, 0)) for row in store.listed(session)]


def get(context: Context, actor: Actor, exam: UUID | str) -> ExamDetail:
    """One exam by id or slug; raises `NotFound`."""
    actor.require(Permission.PREVIEW_EXAM)
    with context.reading() as session:
        row = store.by_slug(session, exam) if isinstance(exam, str) else session.get(RowExam, exam)
        if row is None:
            raise NotFound("not_found")
        return _detail(session, row)


def pool_counts(context: Context, actor: Actor, bank_ids: Collection[str]) -> dict[Pool, dict[str, int]]:
    """Eligible items by pool and task code, of the banks named; unknown banks hold nothing."""
    actor.require(Permission.DEFINE_EXAM)
    with context.reading() as session:
        rows = [row.id for name in bank_ids if (row := item_store.bank(session, name)) is not None]
        return {pool: _count_by_task(session, rows, pool) for pool in Pool}


def _count_by_task(session: Session, bank_row_ids: Collection[UUID], pool: Pool) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in item_store.eligible(session, bank_row_ids, pool):
        counts[entry.candidate.task_code] = counts.get(entry.candidate.task_code, 0) + 1
    return counts


# --- rows as values -------------------------------------------------------------------


def _summary(row: RowExam, sittings: int) -> ExamSummary:
    definition = exams.from_json(row.definition)
    return ExamSummary(
        id=row.id,
        slug=row.slug,
        title=row.title,
        mode=Mode(row.mode),
        standing=Standing(row.standing),
        state=ExamState(row.state),
        tasks=len(definition.blueprint.rows),
        items=definition.blueprint.length,
        sittings=sittings,
        published_at=row.published_at,
    )


def _detail(session: Session, row: RowExam) -> ExamDetail:
    ground = exam_drafts.ground_of(session, row)
    return ExamDetail(
        id=row.id,
        slug=row.slug,
        definition=exams.from_json(row.definition),
        framework=framework_store.to_domain(ground.framework),
        bank_ids=tuple(bank.bank_id for bank in ground.banks),
        state=ExamState(row.state),
        standing=Standing(row.standing),
        sme_review=row.sme_review,
        blueprint_digest=row.blueprint_digest,
        bank_digest=row.bank_digest,
        frozen=analysis.from_json(row.feasibility) if row.feasibility else None,
        sittings=sitting_store.count_by_exam(session).get(row.id, 0),
        created_at=row.created_at,
        published_at=row.published_at,
        closed_at=row.closed_at,
    )
