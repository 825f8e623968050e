"""Answer sheets are keyed in by two people blind; equal readings make a scored attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from quizapp.domain.attempt import CloseReason, Purpose
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import attempts, packs, paper_entries, score_reports
from quizapp.services.paper_entries import Difference
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store.attempts import RowAttempt, RowExposure
from quizapp.store.audit import RowAuditLine
from quizapp.store.packs import RowPaperEntry, RowPrintedForm
from tests.support import attempts as room
from tests.support.people import TESTS, person

RIGHT = "a"


@dataclass
class Desk:
    context: Context
    sitting_id: UUID
    learner_id: UUID
    code: str
    right: dict[int, str]
    readers: list[Actor]

    def enter(self, reader: int, typed: dict[int, str]) -> UUID | None:
        return paper_entries.enter(
            self.context, self.readers[reader], self.sitting_id, self.learner_id, self.code, typed
        )

    def look(self, reader: int) -> paper_entries.SheetView:
        return paper_entries.get(
            self.context, self.readers[reader], self.sitting_id, self.learner_id, self.code
        )


@pytest.fixture
def desk(context: Context) -> Desk:
    learner_id = person(context, Role.LEARNER, name="Lea Learner")
    sitting_id = room.room(context, [learner_id], hours=4)
    packs.print_pack(context, TESTS, "small-exam", 1)
    readers = [
        Actor(person(context, Role.INSTRUCTOR, name=name), frozenset({Role.INSTRUCTOR}))
        for name in ("Ida One", "Imo Two", "Ivo Three")
    ]
    with context.reading() as session:
        form = session.query(RowPrintedForm).one()
        right = {}
        for item in attempt_store.served_items(session, form.form_id):
            options = packs.presented(item)["options"]
            right[item.position] = next(o["letter"] for o in options if o["id"] == RIGHT)  # type: ignore[attr-defined]
        return Desk(context, sitting_id, learner_id, form.code, right, readers)


def test_two_equal_readings_make_a_closed_attempt_that_is_scored(desk: Desk) -> None:
    assert desk.enter(0, desk.right) is None
    attempt_id = desk.enter(1, {slot: f" {letter.lower()}" for slot, letter in desk.right.items()})
    assert attempt_id is not None
    with desk.context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        report = score_reports.report_of(session, attempt_id)
        assert (row.purpose, row.close_reason, row.answered) == (Purpose.LIVE, CloseReason.PAPER, 16)
        assert (row.scored_at is not None, sum(mark.is_right for mark in report.marks)) == (True, 16)
        assert session.query(RowExposure).filter_by(person_id=desk.learner_id, is_first=True).count() == 16


def test_nobody_reads_a_sheet_twice_and_the_first_reading_is_shown_to_nobody(desk: Desk) -> None:
    desk.enter(0, desk.right)
    with pytest.raises(Refused) as refused:
        desk.enter(0, desk.right)
    assert refused.value.code == "another_reader_needed"
    assert (desk.look(0).slots, desk.look(0).differences) == ((), ())
    assert (len(desk.look(1).slots), desk.look(1).differences) == (16, ())


def test_a_third_look_decides_where_two_readings_differ(desk: Desk) -> None:
    wrong = next(letter for letter in "ABC" if letter != desk.right[3])
    desk.enter(0, desk.right)
    assert desk.enter(1, desk.right | {3: wrong, 5: ""}) is None
    told = (Difference(3, desk.right[3], wrong), Difference(5, desk.right[5], ""))
    assert [desk.look(reader).differences for reader in range(3)] == [told] * 3
    assert [len(desk.look(reader).slots) for reader in range(3)] == [0, 0, 2]
    attempt_id = desk.enter(2, {3: wrong, 5: desk.right[5]})
    assert attempt_id is not None
    with desk.context.reading() as session:
        report = score_reports.report_of(session, attempt_id)
        assert [mark.is_right for mark in report.marks].count(False) == 1
    with pytest.raises(Refused) as refused:
        desk.enter(2, {})
    assert (refused.value.code, desk.look(2).number) == ("paper_done", 0)


def test_what_cannot_stand_on_the_sheet_is_told_and_nothing_is_stored(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.enter(0, desk.right | {2: "Q", 4: "AB"})
    assert [problem.field for problem in refused.value.problems] == ["slot-2", "slot-4"]
    with desk.context.reading() as session:
        assert session.query(RowPaperEntry).count() == 0


def test_nobody_keys_in_their_own(desk: Desk) -> None:
    own = Actor(desk.learner_id, frozenset({Role.LEARNER, Role.PROCTOR}))
    instructor = Actor(desk.learner_id, frozenset({Role.LEARNER, Role.INSTRUCTOR}))
    for actor, error in (
        (own, NotFound),
        (instructor, Forbidden),
        (room.learner(desk.context, "Otto Other"), Forbidden),
    ):
        with pytest.raises(error):
            paper_entries.enter(desk.context, actor, desk.sitting_id, desk.learner_id, desk.code, desk.right)


def test_only_people_on_the_roster_and_forms_of_the_exam_are_found(desk: Desk) -> None:
    stranger = person(desk.context, Role.LEARNER, name="Sam Stranger")
    for person_id, code in ((stranger, desk.code), (desk.learner_id, "AAAA-AAAA")):
        with pytest.raises(NotFound):
            paper_entries.get(desk.context, desk.readers[0], desk.sitting_id, person_id, code)


def test_a_sheet_is_keyed_in_after_the_sitting_is_over(desk: Desk, clock: FixedClock) -> None:
    clock.instant += timedelta(days=3)
    desk.enter(0, desk.right)
    attempt_id = desk.enter(1, desk.right)
    with desk.context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        assert row.closed_at == clock.instant
        assert clock.instant - row.opened_at > timedelta(days=2)
        assert row.answered == 16


def test_an_attempt_at_the_machine_has_to_end_before_paper_counts(desk: Desk) -> None:
    attempts.start(desk.context, Actor(desk.learner_id, room.LEARNER), desk.sitting_id)
    with pytest.raises(Refused) as refused:
        desk.enter(0, desk.right)
    assert refused.value.code == "attempt_already_open"


def test_every_reading_and_the_close_have_an_audit_line_without_answers(desk: Desk) -> None:
    desk.enter(0, desk.right)
    desk.enter(1, desk.right)
    with desk.context.reading() as session:
        nouns = ["paper_entry", "attempt"]
        lines = session.query(RowAuditLine).filter(RowAuditLine.noun.in_(nouns)).all()
        told = {(line.verb, line.noun): set(line.facts) for line in lines}
        readings = sorted(line.facts["number"] for line in lines if line.verb == "enter")
        assert readings == [1, 2]
        assert told["enter", "paper_entry"] == {"sitting", "form", "number"}
        assert told["close", "attempt"] == {"reason", "answered"}
