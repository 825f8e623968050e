"""Letters about a case: kept with it word for word, and sent by a job until they are gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quizapp.domain import case_file as domain
from quizapp.domain.case_file import CaseKind, CaseOutcome
from quizapp.domain.person import SYSTEM
from quizapp.ports import Message
from quizapp.services import jobs
from quizapp.services.jobs import Job
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as people_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.case_files import RowCaseEvent, RowCaseFile, RowCaseLetter
from quizapp.store.exams import RowExam

KIND = "case_letter"


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter about a case speaks of; ``moment`` is opened, decided or withdrawn."""

    moment: str
    name: str
    email: str
    case_id: UUID
    reference: str
    kind: CaseKind
    exam_title: str
    taken_at: datetime
    opened_at: datetime
    due_at: datetime
    grounds: str
    is_held: bool
    is_released: bool
    outcome: CaseOutcome | None = None
    reasons: str = ""
    barred_until: datetime | None = None


#: Puts it into words; the doors know the words and the address of the case.
Letter = Callable[[Told], Message]


def write(uow: UnitOfWork, row: RowCaseFile, moment: str, letter: Letter) -> None:
    """Keep a letter to the learner and have it sent; simulated learners have no mailbox."""
    person = people_store.by_id(uow.session, row.person_id)
    if person is None or person.is_simulated or not person.email:
        return
    attempt = uow.session.get_one(RowAttempt, row.attempt_id)
    message = letter(
        Told(
            moment=moment,
            name=person.name,
            email=person.email,
            case_id=row.id,
            reference=domain.reference(row.id),
            kind=CaseKind(row.kind),
            exam_title=uow.session.get_one(RowExam, row.exam_id).title,
            taken_at=attempt.opened_at,
            opened_at=row.opened_at,
            due_at=row.due_at,
            grounds=row.grounds,
            is_held=attempt.released_at is None,
            is_released=attempt.released_at is not None,
            outcome=CaseOutcome(row.outcome) if row.outcome else None,
            reasons=row.reasons,
            barred_until=row.barred_until,
        )
    )
    kept = RowCaseLetter(
        id=uow.new_id(),
        case_id=row.id,
        moment=moment,
        email=message.to,
        subject=message.subject,
        text=message.text,
        written_at=uow.now,
    )
    uow.session.add(kept)
    jobs.ask(uow, KIND, kept.id)


@jobs.handles(KIND)
def send(context: Context, job: Job) -> None:
    """Send a letter that was not sent yet; raises OSError when it cannot be handed over."""
    with context.reading() as session:
        kept = session.get(RowCaseLetter, UUID(job.object_id))
        if kept is None or kept.sent_at is not None:
            return
        message = Message(kept.email, kept.subject, kept.text)
    context.mailer.send(message)
    with context.transaction(SYSTEM) as uow:
        kept = uow.session.get_one(RowCaseLetter, UUID(job.object_id))
        kept.sent_at = uow.now
        uow.session.add(RowCaseEvent(case_id=kept.case_id, verb="sent", text=kept.moment, at=uow.now))
        uow.audit("send", "case_letter", kept.id, case=str(kept.case_id))
