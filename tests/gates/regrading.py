"""A challenge, a proposal and an applied regrade in the demonstration's world."""

from __future__ import annotations

from uuid import UUID

from quizapp.domain.person import Actor, Role
from quizapp.domain.regrade import RegradeKind
from quizapp.services import challenges, regrade_views, regrades
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam
from quizapp.store.items import RowItem, RowItemBank
from quizapp.store.regrades import RowRegrade
from tests.gates.conftest import Place
from tests.support import attempts as room
from tests.support.people import TESTS
from tests.support.regrades import letter

REASON = "Two answers are right."


def made(place: Place) -> list[UUID]:
    """The regrades, the applied one first; made at the first call."""
    with place.context.reading() as session:
        # The demonstration has an applied one of its own, which nobody challenged.
        known = session.query(RowRegrade).filter_by(reason=REASON).order_by(RowRegrade.state).all()
        if known:
            return [row.id for row in known]
        taken = (
            session.query(RowAttempt)
            .join(RowExam, RowExam.id == RowAttempt.exam_id)
            .filter(RowAttempt.person_id == place.person_id("learner"), RowExam.mode == "certification")
            .filter(RowAttempt.released_at.is_not(None))
            .order_by(RowAttempt.opened_at.desc())
            .first()
        )
        assert taken is not None
        attempt_id = taken.id
    slots = room.slots(place.context, attempt_id)[:3]
    learner = Actor(place.person_id("learner"), frozenset({Role.LEARNER}))
    for slot in slots:
        challenges.challenge(place.context, learner, attempt_id, slot.position, REASON)
    registrar = Actor(place.person_id("registrar"), frozenset({Role.REGISTRAR}))
    applied, proposed = (_proposed(place, slot.item_id) for slot in slots[:2])
    seen = regrade_views.view(place.context, registrar, applied)
    regrades.approve(place.context, registrar, applied, digest=seen.digest)
    regrades.apply(place.context, registrar, applied, letter)
    return [applied, proposed]


def _proposed(place: Place, item_id: str) -> UUID:
    with place.context.reading() as session:
        bank = session.query(RowItemBank).join(RowItem).filter(RowItem.item_id == item_id).first()
        assert bank is not None
        bank_id = bank.bank_id
    return regrades.propose(place.context, TESTS, bank_id, item_id, RegradeKind.FULL_MARKS, reason=REASON)
