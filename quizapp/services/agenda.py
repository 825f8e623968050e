"""What is due for a learner: exams that are running, open or coming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quizapp.domain import exam as exams
from quizapp.domain.admission import AdmissionFacts, admit
from quizapp.domain.errors import Refused
from quizapp.domain.exam import ExamDefinition, ExamState, SittingState
from quizapp.domain.person import Actor, Permission
from quizapp.services import admissions, attempts
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store import exams as store


@dataclass(frozen=True, slots=True)
class Due:
    """One sitting as a learner's home shows it.

    ``state`` is running, open, coming or blocked; ``refusal`` says why it is blocked. ``items`` are
    those of the form that would be started: a top-up asks only what is not demonstrated yet.
    """

    sitting_id: UUID
    attempt_id: UUID | None
    exam_title: str
    sitting_title: str
    mode: str
    standing: str
    items: int
    is_top_up: bool
    opens_at: datetime
    closes_at: datetime
    deadline_at: datetime | None
    state: str
    refusal: str
    earliest: str


#: What the page of an exam says and helps with, so that it is worth opening.
SAID_AT_THE_START = frozenset({"not_checked_in", "rules_not_accepted"})
ORDER = {"running": 0, "open": 1, "coming": 2, "blocked": 3}


def due(context: Context, actor: Actor) -> list[Due]:
    """The sittings a learner can do something about, most urgent first; past ones are left out."""
    actor.require(Permission.SIT_EXAM)
    if actor.person_id is None:
        return []
    attempts.finish_overdue(context, actor.person_id)
    now = context.clock.now()
    with context.reading() as session:
        lines = []
        for sitting, exam in store.sittings_of(session, actor.person_id):
            running = attempt_store.open_of(session, actor.person_id, exam.id, admissions.purpose_of(sitting))
            is_here = bool(running) and running[0].sitting_id == sitting.id
            is_over = now >= sitting.closes_at or sitting.state != SittingState.SCHEDULED
            if not is_here and (is_over or exam.state != ExamState.PUBLISHED):
                continue
            definition = exams.from_json(exam.definition)
            facts = admissions.gather(now, session, actor.person_id, sitting, exam, sitting.access_code)
            outlook = _outlook(definition, facts, is_here)
            lines.append(
                Due(
                    sitting_id=sitting.id,
                    attempt_id=running[0].id if is_here else None,
                    exam_title=exam.title,
                    sitting_title=sitting.title,
                    mode=exam.mode,
                    standing=exam.standing,
                    items=outlook.items,
                    is_top_up=outlook.is_top_up,
                    opens_at=sitting.opens_at,
                    closes_at=sitting.closes_at,
                    deadline_at=running[0].deadline_at if is_here else None,
                    state=outlook.state,
                    refusal=outlook.refusal,
                    earliest=outlook.earliest,
                )
            )
    # Titles are read by people who look for one; the exam's own order would need them to know it.
    return sorted(lines, key=lambda line: (ORDER[line.state], line.mode, line.exam_title))


@dataclass(frozen=True, slots=True)
class _Outlook:
    state: str
    items: int
    is_top_up: bool = False
    refusal: str = ""
    earliest: str = ""


def _outlook(definition: ExamDefinition, facts: AdmissionFacts, is_here: bool) -> _Outlook:
    whole = definition.blueprint
    if is_here:
        return _Outlook("running", whole.length)
    try:
        admission = admit(definition, facts)
    except Refused as refusal:
        if refusal.code in SAID_AT_THE_START:
            return _Outlook("open", whole.length)
        state = "coming" if refusal.code == "window_not_open" else "blocked"
        return _Outlook(
            state, whole.length, refusal=refusal.code, earliest=str(refusal.facts.get("earliest", ""))
        )
    asked = whole.top_up(facts.undemonstrated) if admission.is_top_up else whole
    return _Outlook("open", asked.length, admission.is_top_up)
