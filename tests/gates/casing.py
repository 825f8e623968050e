"""An open appeal, a decided one and an irregularity in the demonstration's world."""

from __future__ import annotations

from uuid import UUID

from quizapp.domain.person import Actor, Role
from quizapp.services import case_files
from quizapp.store.attempts import RowAttempt
from quizapp.store.case_files import RowCaseFile
from quizapp.store.exams import RowExam
from tests.gates.conftest import Place
from tests.support.cases import letter


def made(place: Place) -> list[UUID]:
    """The decided appeal, the open one and the irregularity; made at the first call."""
    with place.context.reading() as session:
        known = [row.id for row in session.query(RowCaseFile).order_by(RowCaseFile.kind, RowCaseFile.state)]
    return known or [_decided(place), _appeal(place), _irregularity(place)]


def _attempt(place: Place, is_own: bool) -> UUID:
    """A certification attempt with a result, of the learner or of somebody else."""
    learner_id = place.person_id("learner")
    with place.context.reading() as session:
        rows = (
            session.query(RowAttempt)
            .join(RowExam, RowExam.id == RowAttempt.exam_id)
            .filter(RowExam.mode == "certification", RowAttempt.released_at.is_not(None))
            .order_by(RowAttempt.opened_at.desc())
        )
        return next(row.id for row in rows if (row.person_id == learner_id) is is_own)


def _appeal(place: Place) -> UUID:
    learner = Actor(place.person_id("learner"), frozenset({Role.LEARNER}))
    grounds = "The fire alarm rang for ten minutes."
    return case_files.open_case(place.context, learner, _attempt(place, is_own=True), grounds, letter)


def _decided(place: Place) -> UUID:
    case_id = _appeal(place)
    reviewer = Actor(place.person_id("appeal_reviewer"), frozenset({Role.APPEAL_REVIEWER}))
    case_files.note(place.context, reviewer, case_id, "Asked the proctor.")
    case_files.decide(
        place.context, reviewer, case_id, "uphold", reasons="Time was given back.", letter=letter
    )
    return case_id


def _irregularity(place: Place) -> UUID:
    author = Actor(place.person_id("instructor"), frozenset({Role.INSTRUCTOR}))
    grounds = "A telephone lay on the table."
    return case_files.open_case(place.context, author, _attempt(place, is_own=False), grounds, letter)
