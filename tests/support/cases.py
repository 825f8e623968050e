"""Cases for tests: a certification exam with its proctor, and people who open and decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from quizapp.domain.person import Actor, Role
from quizapp.ports import Message
from quizapp.services import case_files, case_views, sittings
from quizapp.services.case_letters import Told
from quizapp.services.case_views import CaseView
from quizapp.services.unit_of_work import Context
from quizapp.store.records import RowRecord
from tests.support import attempts, banks, exams
from tests.support.people import TESTS, person


def letter(told: Told) -> Message:
    """A letter that says no more than a test asks."""
    outcome = told.outcome.value if told.outcome else ""
    return Message(told.email, told.moment, f"{told.kind.value} {outcome} {told.reasons}".strip())


class Court:
    """Ada sits exams that Paul proctors; Ines reports, Rita and Avi decide."""

    def __init__(self, context: Context, **changes: Any) -> None:
        self.context = context
        banks.framework(context)
        # Enough for a second whole form.
        banks.bank(context, secure={"1.A": 20, "1.B": 20}, practice={})
        self.exam_id = exams.published(context, **changes)
        self.ada = attempts.learner(context, "Ada One")
        self.paul = self.staff(Role.PROCTOR, "Paul Proctor")
        self.ines = self.staff(Role.INSTRUCTOR, "Ines Instructor")
        self.rita = self.staff(Role.REGISTRAR, "Rita Registrar")
        self.avi = self.staff(Role.APPEAL_REVIEWER, "Avi Appeals")
        self.sitting_id: UUID | None = None

    def staff(self, role: Role, name: str) -> Actor:
        """A new member of staff, acting."""
        return Actor(person(self.context, role, name=name), frozenset({role}))

    def sit(self, counts: Mapping[str, int]) -> UUID:
        """One attempt of Ada's in a sitting of its own, submitted."""
        assert self.ada.person_id is not None
        assert self.paul.person_id is not None
        self.sitting_id = sittings.schedule(
            self.context,
            TESTS,
            self.exam_id,
            title="Sitting",
            window=exams.window(self.context),
            person_ids=[self.ada.person_id],
            proctor_ids=[self.paul.person_id],
        )
        return attempts.taken(self.context, self.ada, self.sitting_id, counts)

    def open(self, actor: Actor, attempt_id: UUID, grounds: str = "A phone rang.") -> UUID:
        """A case of this actor."""
        return case_files.open_case(self.context, actor, attempt_id, grounds, letter)

    def decide(
        self, case_id: UUID, outcome: str, days: int | None = None, actor: Actor | None = None
    ) -> None:
        """Rita (or somebody else) decides."""
        decider = actor or self.rita
        case_files.decide(self.context, decider, case_id, outcome, reasons="Seen.", letter=letter, days=days)

    def view(self, case_id: UUID, actor: Actor | None = None) -> CaseView:
        """The case as Rita (or somebody else) reads it."""
        return case_views.view(self.context, actor or self.rita, case_id)

    def records(self) -> list[tuple[str, int]]:
        """Status and demonstrated tasks of Ada's records, oldest first."""
        with self.context.reading() as session:
            query = select(RowRecord.status, RowRecord.demonstrated)
            rows = session.execute(query.order_by(RowRecord.issued_at, RowRecord.id))
            return [(row[0], row[1]) for row in rows]
