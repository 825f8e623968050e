"""Exams inside a running transaction: what defining in a form and loading a file have in common."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import analysis, exam_check
from quizapp.domain import exam as exams
from quizapp.domain.analysis import Feasibility
from quizapp.domain.errors import Invalid, NotFound, Problem, raise_if_any
from quizapp.domain.exam import ExamDefinition, ExamState
from quizapp.domain.item import digest_of
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import exams as store
from quizapp.store import frameworks as framework_store
from quizapp.store import items as item_store
from quizapp.store import people as people_store
from quizapp.store.exams import RowExam
from quizapp.store.frameworks import RowFramework
from quizapp.store.items import RowItemBank


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
        raise Invalid("bad_exam", [problem])
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
    raise_if_any("bad_exam", [*problems, *check(definition, ground)])
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
    raise_if_any("bad_exam", check(definition, ground))
    _write(row, definition, ground.banks)
    store.set_banks(uow.session, row.id, [bank.id for bank in ground.banks])
    uow.audit("revise", "exam", row.id, items=definition.blueprint.length)


def publish_draft(uow: UnitOfWork, row: RowExam) -> None:
    """Freeze a draft; raises `Refused` for anything else, `Invalid` when it is not feasible."""
    state = exams.move(ExamState(row.state), "publish")
    definition, ground = exams.from_json(row.definition), ground_of(uow.session, row)
    report = report_of(uow.session, row, definition)
    raise_if_any("not_feasible", [*check(definition, ground), *report.blocks])
    _write(row, definition, ground.banks)
    row.state, row.published_at = state.value, uow.now
    row.blueprint_digest = digest_of(row.definition["blueprint"])
    row.bank_digest = digest_of({bank.bank_id: bank.digest for bank in ground.banks})
    row.feasibility = analysis.to_json(report)
    uow.audit("publish", "exam", row.id, standing=row.standing, banks=[b.bank_id for b in ground.banks])


def check(definition: ExamDefinition, ground: Ground) -> list[Problem]:
    """Everything wrong with a definition on this ground, the pool aside."""
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


def report_of(session: Session, row: RowExam, definition: ExamDefinition) -> Feasibility:
    """What the pool, as it is now, can do for a stored exam."""
    pool = item_store.eligible(session, store.bank_row_ids(session, row.id), definition.pool)
    return analysis.feasibility(definition, [entry.candidate for entry in pool])
