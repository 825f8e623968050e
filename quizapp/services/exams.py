"""Exams: defined as drafts, frozen by publishing, closed in the end. Sittings are in `sittings`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import analysis, exam_check
from quizapp.domain import exam as exams
from quizapp.domain.analysis import Feasibility
from quizapp.domain.errors import NotFound, Problem, raise_if_any
from quizapp.domain.exam import ExamDefinition, ExamState, Mode, SittingState, Standing
from quizapp.domain.framework import Framework
from quizapp.domain.item import Pool, digest_of
from quizapp.domain.person import Actor, Permission
from quizapp.services.sittings import cancel as cancel_sitting
from quizapp.services.sittings import close as close_sitting
from quizapp.services.sittings import schedule
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import exams as store
from quizapp.store import frameworks as framework_store
from quizapp.store import items as item_store
from quizapp.store import people as people_store
from quizapp.store import sittings as sitting_store
from quizapp.store.exams import RowExam
from quizapp.store.frameworks import RowFramework
from quizapp.store.items import RowItemBank

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
        ground = find_ground(uow.session, framework_id, framework_version, bank_ids)
        return add_draft(uow, slug, definition, ground).id


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
        row = locked(uow.session, exam_id)
        ground = ground_of(uow.session, row)
        if bank_ids is not None:
            framework = ground.framework
            ground = find_ground(uow.session, framework.framework_id, framework.version, bank_ids)
        revise_draft(uow, row, definition, ground)


def publish(context: Context, actor: Actor, exam_id: UUID) -> None:
    """Freeze a draft with what it rests on: banks, their review, and the feasibility report.

    Raises `Invalid` ("not_feasible") with everything that forbids it; nothing is changed then.
    """
    actor.require(Permission.DEFINE_EXAM)
    with context.transaction(actor) as uow:
        publish_draft(uow, locked(uow.session, exam_id))


def close(context: Context, actor: Actor, exam_id: UUID) -> None:
    """Close an exam and its sittings: nobody starts it any more, what is running runs on."""
    actor.require(Permission.DEFINE_EXAM)
    with context.transaction(actor) as uow:
        row = locked(uow.session, exam_id)
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
        row = found(session, exam_id)
        return _feasibility(session, row, exams.from_json(row.definition))


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


# --- inside a transaction: shared with loading exam files -------------------------------


@dataclass(frozen=True, slots=True)
class Ground:
    """What an exam stands on; a bank or framework that was not found is among the problems."""

    framework: RowFramework
    banks: tuple[RowItemBank, ...]
    problems: tuple[Problem, ...] = ()


def find_ground(
    session: Session, framework_id: str, framework_version: str | None, bank_ids: Collection[str]
) -> Ground:
    """The framework and banks of these ids; raises `Invalid` when there is no such framework."""
    framework = framework_store.find(session, framework_id, framework_version)
    if framework is None:
        told = " ".join(filter(None, [framework_id, framework_version]))
        problem = Problem("framework", told, "unknown_framework", "load the framework first")
        raise_if_any("bad_exam", [problem])
    assert framework is not None
    banks, problems = [], []
    for name in sorted(set(bank_ids)):
        bank = item_store.bank(session, name)
        if bank is None:
            problems.append(Problem("banks", name, "unknown_bank", "load the bank first"))
        else:
            banks.append(bank)
            problems += _check_bank(bank, framework)
    if not bank_ids:
        problems.append(Problem("banks", "", "missing", "at least one bank is needed"))
    return Ground(framework, tuple(banks), tuple(problems))


def _check_bank(bank: RowItemBank, framework: RowFramework) -> list[Problem]:
    mine = (framework.framework_id, framework.version)
    theirs = (bank.framework_id, bank.framework_version)
    if mine == theirs:
        return []
    return [Problem("banks", bank.bank_id, "other_framework", f"it is written for {' '.join(theirs)}")]


def ground_of(session: Session, row: RowExam) -> Ground:
    """What a stored exam stands on."""
    framework = session.get_one(RowFramework, row.framework_row_id)
    return Ground(framework, tuple(store.banks_of(session, row.id)))


def locked(session: Session, exam_id: UUID) -> RowExam:
    """The exam's row, locked against other writers; raises `NotFound`."""
    row = session.get(RowExam, exam_id, with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    return row


def found(session: Session, exam_id: UUID) -> RowExam:
    """The exam's row; raises `NotFound`."""
    row = session.get(RowExam, exam_id)
    if row is None:
        raise NotFound("not_found")
    return row


def add_draft(uow: UnitOfWork, slug: str, definition: ExamDefinition, ground: Ground) -> RowExam:
    """A new draft; raises `Invalid` with every problem."""
    problems = exam_check.check_slug(slug)
    if store.by_slug(uow.session, slug) is not None:
        problems.append(Problem("slug", slug, "in_use", "another exam has this short name"))
    raise_if_any("bad_exam", [*problems, *_check(definition, ground)])
    row = RowExam(
        id=uow.new_id(),
        slug=slug,
        state=ExamState.DRAFT.value,
        framework_row_id=ground.framework.id,
        issuer_id=_issuer_id(uow),
        created_at=uow.now,
        created_by=uow.actor.person_id,
    )
    _write(row, definition, ground.banks)
    uow.session.add(row)
    uow.flush()
    store.set_banks(uow.session, row.id, [bank.id for bank in ground.banks])
    uow.audit("define", "exam", row.id, slug=slug, items=definition.blueprint.length)
    return row


def revise_draft(uow: UnitOfWork, row: RowExam, definition: ExamDefinition, ground: Ground) -> None:
    """Replace what a draft says; raises `Refused` for anything but a draft."""
    row.state = exams.move(ExamState(row.state), "revise").value
    raise_if_any("bad_exam", _check(definition, ground))
    _write(row, definition, ground.banks)
    store.set_banks(uow.session, row.id, [bank.id for bank in ground.banks])
    uow.audit("revise", "exam", row.id, items=definition.blueprint.length)


def publish_draft(uow: UnitOfWork, row: RowExam) -> None:
    """Freeze a draft; raises `Refused` for anything else, `Invalid` when it is not feasible."""
    state = exams.move(ExamState(row.state), "publish")
    definition, ground = exams.from_json(row.definition), ground_of(uow.session, row)
    report = _feasibility(uow.session, row, definition)
    raise_if_any("not_feasible", [*_check(definition, ground), *report.blocks])
    _write(row, definition, ground.banks)
    row.state, row.published_at = state.value, uow.now
    row.blueprint_digest = digest_of(row.definition["blueprint"])
    row.bank_digest = digest_of({bank.bank_id: bank.digest for bank in ground.banks})
    row.feasibility = analysis.to_json(report)
    uow.audit("publish", "exam", row.id, standing=row.standing, banks=[b.bank_id for b in ground.banks])


def _check(definition: ExamDefinition, ground: Ground) -> list[Problem]:
    codes = framework_store.to_domain(ground.framework).task_codes
    return [*ground.problems, *exam_check.check(definition, codes)]


def _write(row: RowExam, definition: ExamDefinition, banks: Sequence[RowItemBank]) -> None:
    reviews = {bank.sme_review for bank in banks}
    row.title, row.mode = definition.title, definition.mode.value
    row.definition = exams.to_json(definition)
    row.sme_review = "done" if reviews == {"done"} else "pending"
    row.standing = exams.standing(definition, reviews, {bank.distribution for bank in banks}).value


def _issuer_id(uow: UnitOfWork) -> str:
    installation = people_store.installation(uow.session)
    return installation.issuer_id if installation else uow.context.signer.key_id


def _feasibility(session: Session, row: RowExam, definition: ExamDefinition) -> Feasibility:
    pool = item_store.eligible(session, store.bank_row_ids(session, row.id), definition.pool)
    return analysis.feasibility(definition, [entry.candidate for entry in pool])


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
    ground = ground_of(session, row)
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
