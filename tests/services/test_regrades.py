"""A regrade changes every score it says and no other, once two people agree; and it can be undone."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from quizapp.domain.errors import Forbidden, Invalid, Refused
from quizapp.domain.exam import Release
from quizapp.domain.person import Role
from quizapp.domain.regrade import RegradeKind
from quizapp.domain.score import TaskStatus
from quizapp.ports import Message
from quizapp.services import (
    attempts,
    item_suspension,
    jobs,
    letters,
    record_status,
    regrade_views,
    regrades,
    score_reports,
    scores,
    verification,
)
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store.audit import RowAuditLine
from quizapp.store.jobs import RowJob
from quizapp.store.records import RowRecord, RowRecordEvent
from quizapp.store.scores import RowScore
from tests.support import attempts as room
from tests.support.people import TESTS, person
from tests.support.records import revoke
from tests.support.regrades import Desk, letter

B = {"choice": "b"}
EVERY = {"secure": {"1.A": 8, "1.B": 8}}


class Hall:
    """Learners of an exam whose every form holds the same sixteen items."""

    def __init__(self, context: Any, **changes: Any) -> None:
        self.context = context
        self.ada, self.ben = room.learner(context, "Ada One"), room.learner(context, "Ben Two")
        ids = [self.ada.person_id, self.ben.person_id]
        self.sitting_id = room.room(context, ids, bank=EVERY, **changes)
        self.desk = Desk(context)

    def sit(self, actor: Any, wrong: str) -> UUID:
        """Everything right but for the items named (by the end of their ids)."""
        attempt_id = attempts.start(self.context, actor, self.sitting_id)
        missed = set(wrong.split())
        room.answer(self.context, attempt_id, lambda slot: short(slot.item_id) not in missed)
        attempts.submit(self.context, actor, attempt_id)
        return attempt_id

    def score(self, attempt_id: UUID) -> tuple[Any, ...]:
        """Points, maximum, decision and tasks of the current score."""
        with self.context.reading() as session:
            told = score_reports.report_of(session, attempt_id)
        tasks = tuple((t.x, t.n, t.status is TaskStatus.DEMONSTRATED) for t in told.tasks)
        return (told.cycle_total.points, told.cycle_total.maximum, told.decision.value, *tasks)

    def records(self, attempt_id: UUID) -> list[str]:
        """The statuses of an attempt's records, oldest first."""
        with self.context.reading() as session:
            query = select(RowRecord.status).where(RowRecord.attempt_id == attempt_id)
            return list(session.scalars(query.order_by(RowRecord.issued_at)))


def short(item_id: str) -> str:
    """ "a3" for "1.a-secure-03"."""
    return f"{item_id[2]}{int(item_id[-2:])}"


@pytest.fixture
def hall(context) -> Hall:
    return Hall(context)


A0, A1 = "1.a-secure-00", "1.a-secure-01"
FULL = (Fraction(16), Fraction(16), "met", (8, 8, True), (8, 8, True))
ONE_OFF = (Fraction(15), Fraction(16), "met", (7, 8, False), (8, 8, True))


@pytest.mark.parametrize(
    ("kind", "answers", "after"),
    [
        (RegradeKind.ACCEPT, [B], (FULL, FULL)),
        (RegradeKind.FULL_MARKS, [], (FULL, FULL)),
        (RegradeKind.FIX_KEY, [B], (ONE_OFF, FULL)),
        (
            RegradeKind.DROP,
            [],
            (
                (Fraction(15), Fraction(15), "met", (7, 7, True), (8, 8, True)),
                (Fraction(15), Fraction(15), "met", (7, 7, True), (8, 8, True)),
            ),
        ),
    ],
)
def test_each_kind_says_before_what_it_does_and_can_be_undone(hall, context, mail, kind, answers, after):
    a, b = hall.sit(hall.ada, ""), hall.sit(hall.ben, "a0")
    before = (hall.score(a), hall.score(b))
    assert before == (FULL, ONE_OFF)
    regrade_id = hall.desk.propose(A0, kind, *answers)
    seen = regrade_views.view(context, hall.desk.registrar, regrade_id, lowers=True)
    hall.desk.apply(regrade_id, lowers=True)
    told = {line.attempt_id: line.change.after for line in seen.changes}
    assert (hall.score(a), hall.score(b)) == after
    # What the dry run left out did not change, and what it named became what it said.
    for attempt_id, was in ((a, before[0]), (b, before[1])):
        now = hall.score(attempt_id)
        assert (attempt_id in told) is (now != was)
        if attempt_id in told:
            assert now[:3] == (told[attempt_id].points, told[attempt_id].maximum, told[attempt_id].decision)
    done = regrade_views.view(context, hall.desk.registrar, regrade_id)
    assert (done.counts, {line.attempt_id: line.change for line in done.changes}) == (
        seen.counts,
        {line.attempt_id: line.change for line in seen.changes},
    )
    letters = len(mail.sent)
    hall.desk.undo(regrade_id)
    assert (hall.score(a), hall.score(b)) == before
    assert len(mail.sent) == 2 * letters
    assert {hall.records(a)[-1], hall.records(b)[-1]} == {"valid"}


def test_history_grows_and_the_public_page_shows_the_chain(hall, context, mail) -> None:
    b = hall.sit(hall.ben, "a0")
    hall.desk.undo(hall.desk.regrade(A0, RegradeKind.ACCEPT, B))
    with context.reading() as session:
        numbers = list(session.scalars(select(RowScore.number).order_by(RowScore.number)))
        rows = list(session.scalars(select(RowRecord).order_by(RowRecord.issued_at)))
        session.expunge_all()
    assert (numbers, [row.status for row in rows]) == ([1, 2, 3], ["superseded", "superseded", "valid"])
    assert [row.supersedes_id for row in rows] == [None, rows[0].id, rows[1].id]
    chain = [verification.look_up(context, TESTS, row.serial) for row in rows]
    assert [told.successor_serial for told in chain if told] == [rows[1].serial, rows[2].serial, None]
    assert [told.history[-1].reason_category for told in chain if told] == ["correction", "correction", ""]
    assert [message.text for message in mail.sent] == ["+1.A - undo=False", "+ -1.A undo=True"]
    assert hall.score(b) == ONE_OFF


def test_no_letter_is_lost_when_the_process_dies_after_the_commit(hall, context, mail, monkeypatch) -> None:
    def die(_uow: UnitOfWork) -> None:
        raise SystemExit

    def refuse(_message: Message) -> None:
        raise ConnectionRefusedError

    hall.sit(hall.ben, "a0")
    regrade_id = hall.desk.propose(A0, RegradeKind.ACCEPT, B)
    hall.desk.approve(regrade_id)
    with monkeypatch.context() as patch:
        patch.setattr(UnitOfWork, "run_effects", die)
        with pytest.raises(SystemExit):
            regrades.apply(context, hall.desk.registrar, regrade_id, letter)
    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", refuse)
        assert (jobs.run_due(context), mail.sent) == (1, [])
    context.clock.instant += jobs.FIRST_PAUSE
    assert (jobs.run_due(context), jobs.run_due(context)) == (1, 0)
    assert [message.text for message in mail.sent] == ["+1.A - undo=False"]
    with context.reading() as session:
        kept = select(RowJob.state, RowJob.facts).where(RowJob.kind == letters.KIND)
        assert session.execute(kept).all() == [("done", {})], "no letter is kept once it is sent"


def test_of_records_of_one_instant_the_one_written_last_is_in_force(hall, context) -> None:
    hall.sit(hall.ben, "a0")
    desk = hall.desk
    for _ in range(2):
        given = desk.propose(A0, RegradeKind.ACCEPT, B)
        desk.approve(given)
        regrades.apply(context, desk.registrar, given, letter)
        back = regrades.undo(context, desk.instructor, given, "It was right before.")
        desk.approve(back, lowers=True)
        regrades.apply(context, desk.registrar, back, letter)
    with context.reading() as session:
        issued = (
            select(RowRecord)
            .join(RowRecordEvent, RowRecordEvent.record_id == RowRecord.id)
            .where(RowRecordEvent.verb == "issue")
        )
        rows = session.scalars(issued.order_by(RowRecordEvent.id)).all()
        assert {row.issued_at for row in rows} == {context.clock.instant}
        assert [row.status for row in rows] == ["superseded"] * 4 + ["valid"]
        assert [row.supersedes_id for row in rows] == [None, *(row.id for row in rows[:-1])]


def test_what_was_shown_is_lowered_only_by_a_registrars_decision(hall, context, mail) -> None:
    a, b = hall.sit(hall.ada, ""), hall.sit(hall.ben, "a0")
    regrade_id = hall.desk.propose(A0, RegradeKind.FIX_KEY, B)
    seen = regrade_views.view(context, hall.desk.registrar, regrade_id)
    assert (seen.counts.lowered, seen.counts.spared, seen.counts.changed) == (1, 1, 1)
    hall.desk.apply(regrade_id)
    assert (hall.score(a), hall.score(b), len(mail.sent)) == (FULL, FULL, 1)
    # Scored afresh, the spared one is still marked as it was.
    with context.reading() as session:
        row = session.get_one(scores.RowAttempt, a)
        slots = score_reports.store.marking_slots(session, row)
        assert score_reports.compute(session, row, slots) == score_reports.report_of(session, a)
    with pytest.raises(Invalid, match="bad_regrade"):
        regrades.approve(context, hall.desk.registrar, regrade_id, digest="x", lowers=True)


def test_results_nobody_was_shown_follow_whatever_the_regrade_says(context) -> None:
    hall = Hall(context, release=Release.MANUAL)
    a = hall.sit(hall.ada, "")
    hall.desk.regrade(A0, RegradeKind.FIX_KEY, B)
    assert (hall.score(a)[:2], hall.records(a)) == ((Fraction(15), Fraction(16)), [])
    # Whoever is scored afterwards is marked by it as well.
    assert hall.score(hall.sit(hall.ben, "a0")) == FULL


def test_two_people_decide_and_neither_about_their_own_result(hall, context) -> None:
    hall.sit(hall.ada, "")
    desk, kind = hall.desk, RegradeKind.FULL_MARKS
    second = room.Actor(person(context, Role.REGISTRAR, name="Rob Second"), frozenset({Role.REGISTRAR}))
    regrade_id = regrades.propose(context, second, "small-bank", A0, kind, reason="x")
    digest = regrade_views.view(context, second, regrade_id).digest

    def refusal(actor: Any, **more: Any) -> str:
        with pytest.raises(Forbidden) as told:
            regrades.approve(context, actor, regrade_id, digest=digest, **more)
        return told.value.code

    taker = room.Actor(hall.ada.person_id, frozenset({Role.REGISTRAR}))
    codes = [refusal(who) for who in (second, desk.instructor, TESTS, taker)]
    assert codes == ["own_proposal", "not_allowed", "needs_person", "own_result"]
    with pytest.raises(Refused, match="preview_changed"):
        regrades.approve(context, desk.registrar, regrade_id, digest="another")
    with pytest.raises(Refused, match="illegal_transition"):
        regrades.apply(context, desk.registrar, regrade_id, letter)
    with pytest.raises(Refused, match="regrade_pending"):
        desk.propose(A0, kind)
    teacher = room.Actor(hall.ada.person_id, frozenset({Role.INSTRUCTOR}))
    with pytest.raises(Forbidden, match="own_result"):
        regrades.propose(context, teacher, "small-bank", A1, kind, reason="x")
    # A registrar reads no keys, so an answer is for those who do.
    with pytest.raises(Forbidden, match="not_allowed"):
        regrades.propose(context, second, "small-bank", A1, RegradeKind.ACCEPT, reason="x", answers=[B])


@pytest.mark.parametrize(
    ("kind", "answers", "reason"),
    [("accept", [], "x"), ("fix_key", [{"choice": "z"}], "x"), ("fix_key", ["b"], "x"),
     ("drop", [B], "x"), ("drop", [], " "), ("drop", [], "x" * 2001)],
)  # fmt: skip
def test_what_is_no_regrade_is_refused(hall, context, kind, answers, reason) -> None:
    with pytest.raises(Invalid, match="bad_regrade"):
        regrades.propose(context, TESTS, "small-bank", A0, RegradeKind(kind), reason=reason, answers=answers)


def test_what_changed_since_the_approval_is_approved_again(hall, context) -> None:
    hall.sit(hall.ben, "a0")
    regrade_id = hall.desk.propose(A0, RegradeKind.ACCEPT, B)
    hall.desk.approve(regrade_id)
    hall.sit(hall.ada, "a0")
    with pytest.raises(Refused, match="preview_changed"):
        regrades.apply(context, hall.desk.registrar, regrade_id, letter)
    assert regrade_views.view(context, hall.desk.registrar, regrade_id).is_outdated
    assert hall.desk.apply(regrade_id).changed == 2


def test_only_the_last_that_holds_can_be_undone(hall, context) -> None:
    b = hall.sit(hall.ben, "a0")
    first = hall.desk.regrade(A0, RegradeKind.DROP)
    second = hall.desk.regrade(A0, RegradeKind.FULL_MARKS)
    with pytest.raises(Refused, match="not_undoable"):
        hall.desk.undo(first)
    assert hall.score(b) == FULL
    back = hall.desk.undo(second)
    assert hall.score(b)[:2] == (Fraction(15), Fraction(15))
    with pytest.raises(Refused, match="not_undoable"):
        hall.desk.undo(back)
    hall.desk.undo(first)
    assert hall.score(b) == ONE_OFF


def test_a_first_attempts_regrade_reaches_its_top_up(context, clock) -> None:
    ada = room.learner(context)
    sitting_id = room.room(context, [ada.person_id])
    first = room.taken(context, ada, sitting_id, {"1.A": 8, "1.B": 7})
    missed = [slot for slot in room.slots(context, first) if slot.task_code == "1.B"][7].item_id
    clock.instant += timedelta(days=30)
    second = room.taken(context, ada, sitting_id, {"1.B": 3})
    desk = Desk(context)
    done = desk.apply(desk.propose(missed, RegradeKind.ACCEPT, B))
    with context.reading() as session:
        told = [score_reports.report_of(session, which).demonstrated for which in (first, second)]
        rows = list(session.scalars(select(RowRecord).order_by(RowRecord.issued_at)))
        session.expunge_all()
    assert (done.changed, told) == (2, [("1.A", "1.B"), ("1.A", "1.B")])
    # In force is the one record of the latest attempt.
    assert [row.attempt_id for row in rows if row.status == "valid"] == [second]
    assert attempts.sweep(context).finished == 0


def test_a_record_that_attests_nothing_any_more_is_revoked_and_comes_back_as_a_new_one(context) -> None:
    hall = Hall(context)
    a = hall.sit(hall.ada, "b0 b1 b2")
    regrade_id = hall.desk.regrade(A0, RegradeKind.FIX_KEY, B, lowers=True)
    assert (hall.score(a)[3], hall.records(a)) == ((7, 8, False), ["revoked"])
    hall.desk.undo(regrade_id)
    assert (hall.score(a)[3], hall.records(a)) == ((8, 8, True), ["revoked", "valid"])


@pytest.mark.parametrize(("end", "after"), [(revoke, "revoked"), (record_status.suspend, "suspended")])
def test_a_regrade_lifts_no_revocation_and_no_suspension(hall, context, end, after) -> None:
    b = hall.sit(hall.ben, "a0")
    with context.reading() as session:
        serial = session.scalars(select(RowRecord.serial)).one()
    end(context, hall.desk.registrar, serial, "irregularity", "Told by a proctor.")
    hall.desk.regrade(A0, RegradeKind.FULL_MARKS)
    assert hall.records(b)[-1] == after
    assert attempts.sweep(context).finished == 0


def test_a_suspended_item_stays_out_of_what_it_was_out_of(context) -> None:
    hall = Hall(context, release=Release.MANUAL)
    a = hall.sit(hall.ada, "a0")
    item_suspension.suspend(context, TESTS, "small-bank", A0, "two keys")
    attempts.sweep(context)
    assert hall.desk.apply(hall.desk.propose(A0, RegradeKind.FULL_MARKS)).changed == 0
    assert hall.score(a)[:2] == (Fraction(15), Fraction(15))
    item_suspension.restore(context, TESTS, "small-bank", A0, "settled")
    attempts.sweep(context)
    assert hall.score(a)[:2] == (Fraction(16), Fraction(16))


def test_applying_leaves_an_audit_line_that_names_no_person(hall, context) -> None:
    hall.sit(hall.ben, "a0")
    hall.desk.regrade(A0, RegradeKind.FULL_MARKS)
    with context.reading() as session:
        query = select(RowAuditLine.facts).where(RowAuditLine.noun == "regrade", RowAuditLine.verb == "apply")
        assert list(session.scalars(query)) == [{"changed": 1, "spared": 0, "records": 1}]
