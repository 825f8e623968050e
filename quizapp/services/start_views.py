"""What a learner is told before starting; nothing is changed by looking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.admission import AdmissionFacts, admit
from quizapp.domain.attempt import Purpose
from quizapp.domain.blueprint import Blueprint
from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.exam import ExamDefinition, Window
from quizapp.domain.person import Accommodation, Actor, Permission
from quizapp.services import admissions, attempts
from quizapp.services.forms import draw
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as store
from quizapp.store import exams as exam_store
from quizapp.store import people as people_store
from quizapp.store.exams import RowExam, RowSitting, definition_of


@dataclass(frozen=True, slots=True)
class StartView:
    """What the pre-start page says before anybody commits to anything."""

    sitting_id: UUID
    exam_id: UUID
    exam_title: str
    sitting_title: str
    instructions: str
    mode: str
    standing: str
    release: str
    items: int
    tasks: tuple[str, ...]
    limit: timedelta
    own_limit: timedelta
    accommodation: Accommodation
    window: Window
    server_now: datetime
    needs_code: bool
    rules: str
    needs_rules: bool
    is_top_up: bool
    cycle: int
    attempts_in_cycle: int
    open_attempt: UUID | None
    refusal: str
    refusal_facts: Mapping[str, object]
    rule: ExamDefinition

    @property
    def seconds_to_opening(self) -> int:
        """Whole seconds until the sitting opens, rounded up so that nobody reloads too early."""
        return max(0, -int((self.server_now - self.window.opens_at).total_seconds() // 1))


def start_view(context: Context, actor: Actor, sitting_id: UUID, address: str | None = None) -> StartView:
    """Everything a learner is told before starting, and why starting is refused, if it is."""
    actor.require(Permission.SIT_EXAM)
    attempts.finish_overdue(context, actor.person_id)
    with context.reading() as session:
        found = exam_store.sitting_with_exam(session, sitting_id)
        person_id = actor.person_id
        if found is None or person_id is None:
            raise NotFound("not_found")
        if not exam_store.is_on_roster(session, sitting_id, person_id):
            raise Refused("not_on_roster")
        return _view(context, session, person_id, *found, address)


def _view(
    context: Context,
    session: Session,
    person_id: UUID,
    sitting: RowSitting,
    exam: RowExam,
    address: str | None,
) -> StartView:
    definition = definition_of(exam)
    code = sitting.access_code
    facts = admissions.gather(context.clock.now(), session, person_id, sitting, exam, code, address)
    outlook = _outlook(session, person_id, exam, definition, facts)
    limit = admissions.time_limit(definition, outlook.blueprint)
    accommodation = people_store.accommodation_of(session, person_id)
    running = store.open_of(session, person_id, exam.id, admissions.purpose_of(sitting))
    return StartView(
        sitting_id=sitting.id,
        exam_id=exam.id,
        exam_title=exam.title,
        sitting_title=sitting.title,
        instructions=definition.instructions,
        mode=exam.mode,
        standing=exam.standing,
        release=definition.release.value,
        items=outlook.blueprint.length,
        tasks=outlook.blueprint.task_codes,
        limit=limit,
        own_limit=accommodation.extend(limit),
        accommodation=accommodation,
        window=facts.window,
        server_now=facts.now,
        needs_code=bool(sitting.access_code),
        rules=sitting.rules,
        needs_rules=not facts.has_accepted_rules,
        is_top_up=outlook.is_top_up,
        cycle=outlook.cycle,
        attempts_in_cycle=definition.attempts.attempts_per_cycle,
        open_attempt=running[0].id if running else None,
        refusal=outlook.refusal.code if outlook.refusal else "",
        refusal_facts=outlook.refusal.facts if outlook.refusal else {},
        rule=definition,
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would be started, or why nothing would."""

    blueprint: Blueprint
    is_top_up: bool = False
    cycle: int = 0
    refusal: Refused | None = None


def _outlook(
    session: Session, person_id: UUID, exam: RowExam, definition: ExamDefinition, facts: AdmissionFacts
) -> Outlook:
    whole = definition.blueprint
    try:
        admission = admit(definition, facts)
    except Refused as refusal:
        return Outlook(whole, refusal=refusal)
    blueprint = whole.top_up(facts.undemonstrated) if admission.is_top_up else whole
    try:
        # A page must not promise questions that are used up.
        draw(session, exam.id, definition, blueprint, person_id, Purpose.LIVE, seed="")
    except Refused as refusal:
        return Outlook(blueprint, admission.is_top_up, admission.cycle, refusal)
    return Outlook(blueprint, admission.is_top_up, admission.cycle)
