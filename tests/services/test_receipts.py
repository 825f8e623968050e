"""Receipts: found by what stands on them, computed afresh from every stored entry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from quizapp.domain.errors import Forbidden, NotFound, Refused
from quizapp.domain.exam import Release
from quizapp.services import attempts, proctoring, receipts
from quizapp.services.receipts import ReceiptFound
from quizapp.store.response_events import RowResponseEvent
from tests.support import attempts as room
from tests.support.people import TESTS


class Hall:
    """A learner who has handed in five answers."""

    def __init__(self, context) -> None:
        self.context = context
        self.ada = room.learner(context, "Ada One")
        self.sitting_id = room.room(context, [self.ada.person_id], release=Release.MANUAL)
        self.a = attempts.start(context, self.ada, self.sitting_id)
        slots = room.slots(context, self.a)[:5]
        room.saving.save(
            context,
            room.token(context, self.a),
            [room.response(slot.position, room.right_response(slot), slot.position) for slot in slots],
        )
        self.receipt = attempts.submit(context, self.ada, self.a)

    def verify(self, code: str | None = None) -> tuple[bool, bool, bool]:
        told = receipts.verify(self.context, TESTS, code or self.receipt.code, self.a)
        return told.is_code, told.is_recomputed, told.is_authentic


@pytest.fixture
def hall(context) -> Hall:
    return Hall(context)


def test_a_receipt_is_found_by_its_code_with_its_count_or_attempt(hall, context, clock) -> None:
    code, found = hall.receipt.code, ReceiptFound(5, clock.instant, False)
    typed = code.lower().replace("-", " ")
    assert [
        receipts.check(context, code, answered=5),
        receipts.check(context, typed, attempt_id=hall.a),
        receipts.check(context, code, attempt_id=hall.a, answered=5),
    ] == [found] * 3
    other = room.learner(context, "Ben Two").person_id
    wrong = ({}, {"answered": 6}, {"attempt_id": other}, {"attempt_id": hall.a, "answered": 4})
    assert [receipts.check(context, code, **claim) for claim in wrong] == [None] * 4
    assert [
        receipts.check(context, text, answered=5) for text in ("", "%%%%-%%%%-%%%%", "AAAA-AAAA-AAAA")
    ] == [None] * 3


def test_a_void_attempts_receipt_says_so(hall, context) -> None:
    proctoring.void(context, TESTS, hall.sitting_id, hall.a, "phone")
    assert receipts.check(context, hall.receipt.code, hall.a).is_void is True


def test_a_receipt_is_computed_from_every_stored_entry(hall, context, clock) -> None:
    clock.instant += timedelta(hours=1)
    late = room.response(6, {"choice": "a"}, 90)
    room.saving.save(context, room.token(context, hall.a), [late])
    before = hall.verify()
    with context.transaction(TESTS) as uow:
        uow.session.execute(
            update(RowResponseEvent).where(RowResponseEvent.client_seq == 1).values(payload='{"choice":"z"}')
        )
        uow.audit("tamper", "test", hall.a)
    assert (before, hall.verify()) == ((True, True, True), (True, False, False))


def test_another_code_is_not_this_attempts(hall) -> None:
    assert [hall.verify(code) for code in ("AAAA-AAAA-AAAA", "no code")] == [(False, True, False)] * 2


def test_who_may_compute_and_what_has_no_receipt(hall, context) -> None:
    with pytest.raises(Forbidden):
        receipts.verify(context, hall.ada, hall.receipt.code, hall.a)
    with pytest.raises(NotFound):
        receipts.verify(context, TESTS, hall.receipt.code, hall.ada.person_id)
    ben = room.learner(context, "Ben Two")
    sitting_id = room.offered(context, room.exams.PRACTICE, slug="practice")
    with pytest.raises(Refused, match="attempt_open"):
        receipts.verify(context, TESTS, hall.receipt.code, attempts.start(context, ben, sitting_id))
