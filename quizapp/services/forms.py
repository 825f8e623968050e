"""Building a form for one person and opening an attempt with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import blueprint as blueprints
from quizapp.domain.attempt import AttemptState, Clock, Purpose, SectionPlan
from quizapp.domain.blueprint import Blueprint, Slot
from quizapp.domain.errors import Refused
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.item import digest_of
from quizapp.domain.person import NO_ACCOMMODATION, Accommodation
from quizapp.services import sections
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import attempts as store
from quizapp.store import exams as exam_store
from quizapp.store import items as item_store
from quizapp.store.attempts import RowAttempt, RowForm
from quizapp.store.exams import RowExam
from quizapp.store.items import Eligible


@dataclass(frozen=True, slots=True)
class Opening:
    """What an attempt is opened with."""

    exam: RowExam
    definition: ExamDefinition
    blueprint: Blueprint
    purpose: Purpose
    person_id: UUID
    clock: Clock
    sitting_id: UUID | None
    accommodation: Accommodation = NO_ACCOMMODATION


def open_attempt(
    uow: UnitOfWork, opening: Opening, cycle: int, is_top_up: bool, prepared: UUID | None = None
) -> RowAttempt:
    """Open the attempt with the prepared form or a new one; every item on it is now exposed.

    Raises `Refused` ("pool_too_small") where no form can be built from unseen items.
    """
    form_id = (
        prepared
        or build(
            uow, opening.exam.id, opening.definition, opening.blueprint, opening.person_id, opening.purpose
        ).id
    )
    wanted = sections.plans(opening.definition, opening.blueprint, opening.accommodation)
    return open_with(uow, opening, form_id, cycle, is_top_up, wanted)


def open_with(
    uow: UnitOfWork,
    opening: Opening,
    form_id: UUID,
    cycle: int,
    is_top_up: bool,
    plans: Sequence[SectionPlan],
) -> RowAttempt:
    """Open the attempt with a form that is stored; every item on it is now exposed to the person."""
    row = RowAttempt(
        id=uow.new_id(),
        sitting_id=opening.sitting_id,
        exam_id=opening.exam.id,
        person_id=opening.person_id,
        form_id=form_id,
        purpose=opening.purpose.value,
        cycle=cycle,
        is_top_up=is_top_up,
        state=AttemptState.OPEN.value,
        opened_at=opening.clock.opened_at,
        deadline_at=opening.clock.deadline_at,
        grace_seconds=opening.clock.grace_seconds,
    )
    uow.session.add(row)
    uow.flush()
    sections.start(uow, row, plans)
    exposed = store.exposed_items(uow.session, opening.person_id)
    store.add_exposures(
        uow.session,
        [
            {
                "person_id": opening.person_id,
                "item_row_id": item_row_id,
                "attempt_id": row.id,
                "exposed_at": uow.now,
                "is_first": item_row_id not in exposed,
            }
            for item_row_id in store.item_rows(uow.session, form_id)
        ],
    )
    return row


@dataclass(frozen=True, slots=True)
class Drawn:
    """The slots of a form, and the pool they came from by item."""

    slots: tuple[Slot, ...]
    pool: dict[str, Eligible]


def draw(
    session: Session,
    exam_id: UUID,
    definition: ExamDefinition,
    blueprint: Blueprint,
    person_id: UUID | None,
    purpose: Purpose,
    seed: str,
) -> Drawn:
    """Unseen items; in practice and preview seen ones too where unseen ones do not suffice.

    A form that nobody in particular will get (no ``person_id``) is drawn from all of them.
    """
    banks, tasks = exam_store.bank_row_ids(session, exam_id), blueprint.task_codes
    pool = item_store.eligible(session, banks, definition.pool, tasks)
    exposed = store.exposed_items(session, person_id) if person_id else set()
    unseen = [entry.candidate for entry in pool if entry.item_row_id not in exposed]
    try:
        slots = blueprints.assemble(blueprint, unseen, seed)
    except Refused:
        if definition.is_certification and purpose is not Purpose.PREVIEW:
            raise
        slots = blueprints.assemble(blueprint, [entry.candidate for entry in pool], seed)
    return Drawn(slots, {entry.candidate.id: entry for entry in pool})


def build(
    uow: UnitOfWork,
    exam_id: UUID,
    definition: ExamDefinition,
    blueprint: Blueprint,
    person_id: UUID | None,
    purpose: Purpose,
) -> RowForm:
    """Draw a form and store it with its seed; nothing on it is exposed by that."""
    seed = uow.new_seed()
    drawn = draw(uow.session, exam_id, definition, blueprint, person_id, purpose, seed)
    return _store_form(uow, exam_id, seed, drawn.slots, drawn.pool)


def _store_form(
    uow: UnitOfWork, exam_id: UUID, seed: str, slots: tuple[Slot, ...], pool: dict[str, Eligible]
) -> RowForm:
    versions = [str(pool[slot.item_id].version_id) for slot in slots]
    form = RowForm(
        id=uow.new_id(), exam_id=exam_id, seed=seed, digest=digest_of(versions), created_at=uow.now
    )
    uow.session.add(form)
    uow.flush()
    store.add_slots(
        uow.session,
        [
            {
                "form_id": form.id,
                "position": slot.position,
                "section": slot.section,
                "item_version_id": pool[slot.item_id].version_id,
                "task_code": slot.task_code,
            }
            for slot in slots
        ],
    )
    return form
