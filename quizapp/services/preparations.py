"""Drawing forms before a certification sitting opens, so that a whole room can start at once.

A prepared form is drawn by the rules of a start at the opening. At the start it is used only if
those rules would still allow it; otherwise it is thrown away and a new one is drawn.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from quizapp.domain import admission as admission_rules
from quizapp.domain import exam as exams
from quizapp.domain.admission import Admission
from quizapp.domain.attempt import canonical
from quizapp.domain.blueprint import Blueprint
from quizapp.domain.errors import Refused
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.item import digest_of
from quizapp.domain.person import SYSTEM
from quizapp.services import admissions, forms
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import exams as exam_store
from quizapp.store import item_links
from quizapp.store import prepared_forms as store
from quizapp.store import sittings as sitting_store
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.prepared_forms import RowPreparedForm

#: How long before the opening forms are drawn.
AHEAD = timedelta(minutes=30)
#: People a round looks at, so that closing and scoring do not wait for a large roster.
MOST_A_ROUND = 40


def run(context: Context) -> int:
    """Prepare what is due and throw away what was not used; gives how many people were looked at."""
    _throw_away_unused(context)
    waiting = _waiting(context)[:MOST_A_ROUND]
    for sitting_id, person_id in waiting:
        _prepare(context, sitting_id, person_id)
    return len(waiting)


def _waiting(context: Context) -> list[tuple[UUID, UUID]]:
    now = context.clock.now()
    with context.reading() as session:
        return [
            (sitting.id, row.person_id)
            for sitting, _exam in store.opening_soon(session, now, now + AHEAD)
            for row in _not_known(sitting_store.roster(session, sitting.id), store.known(session, sitting.id))
        ]


def _not_known(roster: list[sitting_store.RosterRow], known: set[UUID]) -> list[sitting_store.RosterRow]:
    return [row for row in roster if row.person_id not in known]


def _prepare(context: Context, sitting_id: UUID, person_id: UUID) -> None:
    with context.transaction(SYSTEM) as uow:
        found = exam_store.sitting_with_exam(uow.session, sitting_id)
        if found is None or uow.session.get(RowPreparedForm, (sitting_id, person_id)) is not None:
            return
        row = RowPreparedForm(sitting_id=sitting_id, person_id=person_id, basis="", prepared_at=uow.now)
        try:
            row.form_id, row.basis = _draw(uow, *found, person_id)
        except Refused:
            # Nobody is refused here; the start says why, and draws if that has changed.
            row.form_id = None
        uow.session.add(row)
        uow.audit("prepare", "form", row.form_id or "", sitting=str(sitting_id), person=str(person_id))


def _draw(uow: UnitOfWork, sitting: RowSitting, exam: RowExam, person_id: UUID) -> tuple[UUID, str]:
    definition = exams.from_json(exam.definition)
    facts = admissions.gather(sitting.opens_at, uow.session, person_id, sitting, exam, sitting.access_code)
    admission = admission_rules.admit(definition, facts)
    blueprint = definition.blueprint
    if admission.is_top_up:
        blueprint = blueprint.top_up(facts.undemonstrated)
    purpose = admissions.purpose_of(sitting)
    form = forms.build(uow, exam.id, definition, blueprint, person_id, purpose)
    return form.id, basis(blueprint, admission)


def basis(blueprint: Blueprint, admission: Admission) -> str:
    """The digest of what decides which form somebody gets, apart from the items they have met."""
    rows = [[row.task_code, row.items, row.top_up, row.section] for row in blueprint.rows]
    return digest_of([canonical([rows, admission.cycle, admission.is_top_up])])


def take(
    uow: UnitOfWork,
    sitting_id: UUID,
    person_id: UUID,
    definition: ExamDefinition,
    blueprint: Blueprint,
    admission: Admission,
) -> UUID | None:
    """The prepared form where it is still what would be drawn now, else None; it is gone either way."""
    row = uow.session.get(RowPreparedForm, (sitting_id, person_id), with_for_update=True)
    if row is None:
        return None
    form_id = row.form_id
    if form_id is not None and _is_valid(uow, row, definition, basis(blueprint, admission)):
        uow.session.delete(row)
        return form_id
    store.throw_away(uow.session, row)
    return None


def _is_valid(uow: UnitOfWork, row: RowPreparedForm, definition: ExamDefinition, wanted: str) -> bool:
    if row.form_id is None or row.basis != wanted:
        return False
    met = attempt_store.exposed_items(uow.session, row.person_id)
    held = attempt_store.item_rows(uow.session, row.form_id)
    if met.intersection(held) or item_links.are_among(uow.session, held):
        return False
    return store.is_drawable(uow.session, row.form_id, definition.pool.value)


def _throw_away_unused(context: Context) -> None:
    with context.reading() as session:
        if not store.unused(session, context.clock.now()):
            return
    with context.transaction(SYSTEM) as uow:
        rows = store.unused(uow.session, uow.now)
        for row in rows:
            store.throw_away(uow.session, row)
        uow.audit("throw_away", "form", "", forms=len(rows))
