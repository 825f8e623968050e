"""An item that every form asks with other numbers: shown, scored, regraded and scored again alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Actor
from quizapp.domain.regrade import RegradeKind
from quizapp.services import attempts, delivery, score_exports, score_reports
from quizapp.services.unit_of_work import Context
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.scores import MarkingSlot
from tests.support import attempts as room
from tests.support.people import TESTS
from tests.support.regrades import Desk

DRAWN = "1.a-secure-00"
EVERY = {"secure": {"1.A": 8, "1.B": 8}}
KIND = ITEM_TYPES["parametrised_numeric"]
MOST_TRIED = 12


def draw_numbers(context: Context) -> None:
    """Make one item of the bank a parametrised one, before anybody has seen it."""
    with context.transaction(TESTS) as uow:
        item = uow.session.query(RowItem).filter_by(item_id=DRAWN).one()
        version = uow.session.get_one(RowItemVersion, item.current_version_id)
        version.type, (version.content, version.key) = KIND.name, KIND.split(KIND.example())
        uow.audit("revise", "item", item.id)


def drawn(context: Context, attempt_id: UUID) -> MarkingSlot:
    return next(slot for slot in room.slots(context, attempt_id) if slot.item_id == DRAWN)


def variant(slot: MarkingSlot) -> str:
    (only,) = slot.content["variants"]
    return str(only["id"])


def two_that_differ(context: Context, sitting_id: UUID, people: list[Actor]) -> list[tuple[Actor, UUID]]:
    """Two of the learners, with attempts whose forms have settled on other variants."""
    found: dict[str, tuple[Actor, UUID]] = {}
    for actor in people:
        attempt_id = attempts.start(context, actor, sitting_id)
        found.setdefault(variant(drawn(context, attempt_id)), (actor, attempt_id))
        if len(found) > 1:
            break
    return list(found.values())


def is_right(context: Context, attempt_id: UUID) -> bool:
    with context.reading() as session:
        report = score_reports.report_of(session, attempt_id)
    return next(mark.is_right for mark in report.marks if mark.item_id == DRAWN)


def sit(context: Context, actor: Actor, attempt_id: UUID, number: str) -> None:
    """Answer the drawn item with a number, all others rightly, and submit."""
    room.answer(context, attempt_id, lambda _slot: True)
    slot = drawn(context, attempt_id).position
    given: dict[str, Any] = {"number": number}
    batch = [room.response(slot, given, 100)]
    assert room.saving.save(context, room.token(context, attempt_id), batch).acknowledged
    attempts.submit(context, actor, attempt_id)


def test_what_a_form_asked_decides_for_ever(context: Context) -> None:
    people = [room.learner(context, f"Learner {n}") for n in range(MOST_TRIED)]
    sitting_id = room.room(context, [actor.person_id for actor in people if actor.person_id], bank=EVERY)
    draw_numbers(context)
    (ada, a), (ben, b) = two_that_differ(context, sitting_id, people)
    slots = [drawn(context, attempt_id) for attempt_id in (a, b)]
    # Everybody sees the numbers of their own form, and no name of a parameter.
    for actor, attempt_id, slot in zip((ada, ben), (a, b), slots, strict=True):
        _, page = delivery.item_page(context, actor, attempt_id, slot.position)
        assert page is not None
        values = slot.content["variants"][0]["values"]
        assert page.presented["stem"] == KIND.example()["stem"].format(**values)
        assert page.presented["variants"] == []
    # Both give the answer to Ada's numbers, which is no answer to Ben's.
    answer = slots[0].key["answers"][variant(slots[0])]
    other = slots[1].key["answers"][variant(slots[1])]
    wrong = answer if answer != other else "999"
    sit(context, ada, a, answer)
    sit(context, ben, b, wrong)
    assert (is_right(context, a), is_right(context, b)) == (True, False)
    # A regrade names the variant whose further answer it accepts: Ben's, and nobody else's.
    desk = Desk(context)
    accepted = {"number": wrong, "variant": variant(slots[1])}
    desk.apply(desk.propose(DRAWN, RegradeKind.ACCEPT, accepted), lowers=True)
    assert (is_right(context, a), is_right(context, b)) == (True, True)
    told = list(score_exports.audit(context, TESTS))
    assert sorted(attempt_id for attempt_id, _ in told) == sorted((a, b))
    assert [differences for _, differences in told if differences] == []
