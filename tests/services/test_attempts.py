"""Starting, saving, closing: through the services, on both databases."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from quizapp.domain.attempt import AttemptState, CloseReason, Disposition, EventKind, project
from quizapp.domain.errors import Forbidden, NotFound, Refused
from quizapp.domain.person import Accommodation, Actor, Role
from quizapp.services import accommodations, agenda, attempts, delivery, receipt_views, saving, score_reports
from quizapp.store import attempts as store
from quizapp.store import response_events
from quizapp.store.audit import RowAuditLine
from quizapp.store.exams import RowExam
from tests.support import attempts as room
from tests.support import exams as exam_support
from tests.support.people import TESTS, person

COUNTED, LATE, STALE = Disposition.COUNTED, Disposition.LATE, Disposition.STALE_WRITER


def started(context, **changes):
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id], **changes)
    return actor, sitting_id, attempts.start(context, actor, sitting_id)


def row_of(context, attempt_id):
    with context.reading() as session:
        row = session.get_one(store.RowAttempt, attempt_id)
        session.expunge(row)
        return row


def verbs(context, attempt_id) -> list[str]:
    with context.reading() as session:
        query = select(RowAuditLine.verb).where(RowAuditLine.object_id == str(attempt_id))
        return list(session.scalars(query.order_by(RowAuditLine.id)))


# --- starting ---------------------------------------------------------------------------


def test_a_start_draws_the_blueprint_and_stores_the_deadline(context, clock) -> None:
    _, _, attempt_id = started(context)
    row = row_of(context, attempt_id)
    tasks = [slot.task_code for slot in room.slots(context, attempt_id)]
    assert (row.deadline_at - row.opened_at, row.opened_at) == (timedelta(minutes=20), clock.instant)
    assert sorted(tasks) == ["1.A"] * 8 + ["1.B"] * 8
    assert verbs(context, attempt_id) == ["start"]


def test_an_accommodation_moves_limit_and_window(context, clock) -> None:
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id], hours=1)
    accommodations.set_accommodation(context, TESTS, actor.person_id, Accommodation(150, 5))
    clock.instant += timedelta(minutes=58)
    row = row_of(context, attempts.start(context, actor, sitting_id))
    # 20 minutes x 1.5 + 5 = 35: 15 more than usual, so this person's window ends at 75 minutes.
    assert row.deadline_at - row.opened_at == timedelta(minutes=17)


def refusal(context, actor, sitting_id) -> str:
    with pytest.raises(Refused) as told:
        attempts.start(context, actor, sitting_id)
    return told.value.code


def test_a_start_off_the_roster_or_outside_the_window_changes_nothing(context, clock) -> None:
    actor, stranger = room.learner(context), room.learner(context, "Sam Stranger")
    sitting_id = room.room(context, [actor.person_id], hours=2)
    told = [refusal(context, stranger, sitting_id)]
    clock.instant += timedelta(hours=2)
    told.append(refusal(context, actor, sitting_id))
    clock.instant -= timedelta(hours=3)
    told.append(refusal(context, actor, sitting_id))
    with context.reading() as session:
        count = session.scalar(select(func.count()).select_from(store.RowAttempt))
    assert (told, count) == (["not_on_roster", "window_over", "window_not_open"], 0)


def test_a_second_start_is_refused_and_the_first_goes_on(context) -> None:
    actor, sitting_id, attempt_id = started(context)
    assert refusal(context, actor, sitting_id) == "attempt_already_open"
    assert row_of(context, attempt_id).state == AttemptState.OPEN


def test_concurrent_starts_make_one_attempt(context) -> None:
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id])
    told: list[str] = []

    def start() -> None:
        try:
            attempts.start(context, actor, sitting_id)
            told.append("started")
        except Refused as error:
            told.append(error.code)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["attempt_already_open"] * 5 + ["started"]


def test_the_index_decides_a_race_that_admission_did_not_see(context) -> None:
    _, _, attempt_id = started(context)
    first = row_of(context, attempt_id)
    twin = {c.name: getattr(first, c.name) for c in store.RowAttempt.__table__.columns}

    def start_again() -> None:
        with context.transaction(TESTS) as uow:
            uow.session.add(store.RowAttempt(**{**twin, "id": uow.new_id()}))
            uow.audit("start", "attempt", attempt_id)

    with pytest.raises(IntegrityError):
        start_again()


# --- saving -----------------------------------------------------------------------------


def test_a_repeat_changes_nothing_and_is_acknowledged_alike(context) -> None:
    _, _, attempt_id = started(context)
    token = room.token(context, attempt_id)
    batch = [room.response(1, {"choice": "a"}, 1), room.response(2, {"choice": "b"}, 2)]
    first, second = saving.save(context, token, batch), saving.save(context, token, batch)
    with context.reading() as session:
        entries = response_events.entries(session, attempt_id)
    assert first == second
    assert first.acknowledged == [saving.Acknowledged(1, COUNTED), saving.Acknowledged(2, COUNTED)]
    assert [(e.slot, e.payload) for e in entries] == [(1, '{"choice":"a"}'), (2, '{"choice":"b"}')]


def test_a_number_that_is_taken_by_another_entry_stores_nothing_of_the_batch(context) -> None:
    _, _, attempt_id = started(context)
    token = room.token(context, attempt_id)
    saving.save(context, token, [room.response(1, {"choice": "a"}, 1)])
    with pytest.raises(Refused) as told:
        saving.save(
            context, token, [room.response(2, {"choice": "c"}, 2), room.response(1, {"choice": "b"}, 1)]
        )
    with context.reading() as session:
        entries = response_events.entries(session, attempt_id)
    assert (told.value.code, told.value.facts["last_seq"]) == ("sequence_taken", 2)
    assert [e.payload for e in entries] == ['{"choice":"a"}']


@pytest.mark.parametrize(
    ("seconds", "worth"), [(0, COUNTED), (1200, COUNTED), (1210, COUNTED), (1211, LATE), (5000, LATE)]
)
def test_a_late_save_is_kept_and_counts_for_nothing(context, clock, seconds, worth) -> None:
    _, _, attempt_id = started(context)
    token = room.token(context, attempt_id)
    clock.instant += timedelta(seconds=seconds)
    told = saving.save(context, token, [room.response(1, {"choice": "a"}, 1)])
    assert told.acknowledged == [saving.Acknowledged(1, worth)]
    with context.reading() as session:
        known = project(response_events.entries(session, attempt_id))
    assert (1 in known) == (worth is COUNTED)


def test_taking_over_turns_the_older_window_stale(context) -> None:
    actor, _, attempt_id = started(context)
    old = room.token(context, attempt_id, 1)
    writer = attempts.resume(context, actor, attempt_id)
    token = room.token(context, attempt_id, writer)
    told = saving.save(context, old, [room.response(1, {"choice": "a"}, 1)]).acknowledged
    new = saving.save(context, token, [room.response(1, {"choice": "b"}, 1)]).acknowledged
    with context.reading() as session:
        known = project(response_events.entries(session, attempt_id))
    assert (writer, told[0].disposition, new[0].disposition) == (2, STALE, COUNTED)
    assert known[1].response == {"choice": "b"}


def test_a_forged_or_expired_token_saves_nothing(context, clock) -> None:
    _, _, attempt_id = started(context)
    token = room.token(context, attempt_id)
    swapped = token.replace(token[3], "0" if token[3] != "0" else "1", 1)
    codes = []
    for text, days in ((swapped, 0), ("", 0), (token, 3)):
        clock.instant += timedelta(days=days)
        with pytest.raises(Forbidden) as told:
            saving.save(context, text, [room.response(1, {"choice": "a"}, 1)])
        codes.append(told.value.code)
    with context.reading() as session:
        assert (codes, response_events.entries(session, attempt_id)) == (["bad_token"] * 3, [])


def item(context: Any, actor: Actor, attempt_id: Any) -> delivery.ItemView:
    """The first item of a running attempt."""
    _, shown = delivery.item_page(context, actor, attempt_id, 1)
    assert shown is not None
    return shown


def test_a_plain_form_appends_only_what_it_changed(context) -> None:
    actor, _, attempt_id = started(context)
    token = room.token(context, attempt_id)
    blank = item(context, actor, attempt_id)
    delivery.save_plain_form(context, token, 1, {"choice": ["a"]}, blank.rendered)
    # A window made with the blank page goes on to another question without touching this one.
    delivery.save_plain_form(context, token, 1, {}, blank.rendered)
    shown = item(context, actor, attempt_id)
    delivery.save_plain_form(context, token, 1, {"choice": ["a"], "flag": ["1"]}, shown.rendered)
    with context.reading() as session:
        entries = response_events.entries(session, attempt_id)
    assert shown.response == {"choice": "a"}
    assert [(e.kind, e.payload) for e in entries if e.kind is not EventKind.SEEN] == [
        (EventKind.RESPONSE, '{"choice":"a"}'),
        (EventKind.FLAG, "true"),
    ]


def test_the_delivery_of_an_item_holds_no_key(context) -> None:
    actor, _, attempt_id = started(context)
    shown = item(context, actor, attempt_id)
    assert set(shown.presented) == {"type", "stem", "options"}
    assert {frozenset(option) for option in shown.presented["options"]} == {
        frozenset({"id", "text", "letter"})
    }


# --- closing ----------------------------------------------------------------------------


def test_submitting_twice_gives_one_close_and_the_same_receipt(context, clock) -> None:
    actor, _, attempt_id = started(context)
    room.answer(context, attempt_id, lambda _slot: True)
    first = attempts.submit(context, actor, attempt_id)
    clock.instant += timedelta(minutes=3)
    assert attempts.submit(context, actor, attempt_id) == first
    assert (first.answered, verbs(context, attempt_id)) == (16, ["start", "close", "score", "release"])


def test_the_receipt_can_be_recomputed_from_the_stored_events(context) -> None:
    actor, _, attempt_id = started(context)
    room.answer(context, attempt_id, lambda slot: slot.position % 2 == 0)
    told = attempts.submit(context, actor, attempt_id)
    with context.reading() as session:
        responses = {str(e.slot): json.loads(e.payload) for e in response_events.entries(session, attempt_id)}
    text = json.dumps(
        {"attempt": str(attempt_id), "responses": responses}, sort_keys=True, separators=(",", ":")
    )
    assert told.digest == hashlib.sha256(text.encode()).hexdigest()


def test_while_others_are_being_scored_a_receipt_does_not_wait_for_a_score(context) -> None:
    actor, _sitting_id, attempt_id = started(context)
    with context.finishing.turn(context.clock):
        told = attempts.submit(context, actor, attempt_id)
    early = row_of(context, attempt_id).scored_at
    swept = attempts.sweep(context)
    assert (told.answered, early, swept) == (0, None, attempts.Swept(0, 1))
    assert row_of(context, attempt_id).released_at is not None


def test_the_sweep_closes_and_scores_after_deadline_and_grace(context, clock) -> None:
    _, _, attempt_id = started(context)
    room.answer(context, attempt_id, lambda _slot: True)
    clock.instant += timedelta(minutes=20, seconds=179)
    early = attempts.sweep(context)
    clock.instant += timedelta(seconds=1)
    late = attempts.sweep(context)
    row = row_of(context, attempt_id)
    with context.reading() as session:
        report = score_reports.report_of(session, attempt_id)
    assert (early.closed, late.closed) == (0, 1)
    assert (row.state, row.close_reason, row.answered) == (AttemptState.CLOSED, CloseReason.TIME, 16)
    assert report.demonstrated == ("1.A", "1.B")


def test_whoever_looks_closes_an_overdue_attempt(context, clock) -> None:
    actor, _, attempt_id = started(context)
    clock.instant += timedelta(minutes=30)
    view = delivery.attempt_view(context, actor, attempt_id)
    assert (view.is_open, row_of(context, attempt_id).close_reason) == (False, "time")


def test_a_foreign_attempt_does_not_exist(context) -> None:
    _, _, attempt_id = started(context)
    stranger = room.learner(context, "Sam Stranger")
    codes = []
    for call in (
        lambda: delivery.attempt_view(context, stranger, attempt_id),
        lambda: delivery.item_page(context, stranger, attempt_id, 1),
        lambda: attempts.submit(context, stranger, attempt_id),
        lambda: attempts.resume(context, stranger, attempt_id),
        lambda: receipt_views.receipt_view(context, stranger, attempt_id),
    ):
        with pytest.raises(NotFound) as told:
            call()
        codes.append(told.value.code)
    assert (codes, row_of(context, attempt_id).state) == (["not_found"] * 5, "open")


def test_no_item_is_delivered_after_time_or_after_the_close(context, clock) -> None:
    actor, _, attempt_id = started(context)
    told = []
    for minutes in (21, 10):
        clock.instant += timedelta(minutes=minutes)
        attempts.sweep(context)
        view, shown = delivery.item_page(context, actor, attempt_id, 1)
        told.append((view.is_open, view.is_time_up, shown))
    assert told == [(True, True, None), (False, True, None)]


def test_the_second_attempt_asks_unseen_items_on_open_tasks_only(context, clock) -> None:
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id])
    first = room.taken(context, actor, sitting_id, {"1.A": 8, "1.B": 6})
    early = refusal(context, actor, sitting_id)
    clock.instant += timedelta(days=30)
    second = attempts.start(context, actor, sitting_id)
    seen = {slot.item_id for slot in room.slots(context, first)}
    again = room.slots(context, second)
    row = row_of(context, second)
    assert (early, row.cycle, row.is_top_up) == ("too_soon", 1, True)
    assert [slot.task_code for slot in again] == ["1.B"] * 4
    assert seen & {slot.item_id for slot in again} == set()
    assert row.deadline_at - row.opened_at == timedelta(minutes=5)


def test_without_unseen_items_the_retake_is_refused_with_that_reason(context, clock) -> None:
    actor = room.learner(context)
    few: dict[str, Any] = {"secure": {"1.A": 12, "1.B": 8}}
    sitting_id = room.room(context, [actor.person_id], bank=few)
    room.taken(context, actor, sitting_id, {"1.A": 8, "1.B": 2})
    clock.instant += timedelta(days=31)
    assert refusal(context, actor, sitting_id) == "pool_too_small"


def test_practice_repeats_items_when_no_unseen_ones_are_left(context, clock) -> None:
    actor = room.learner(context)
    few: dict[str, Any] = {"practice": {"1.A": 4, "1.B": 4}}
    sitting_id = room.room(context, [actor.person_id], exam_support.PRACTICE, bank=few)
    room.taken(context, actor, sitting_id, {"1.A": 4, "1.B": 4})
    second = attempts.start(context, actor, sitting_id)
    assert {slot.is_first for slot in room.slots(context, second)} == {False}


def test_a_previewed_item_is_not_eligible_for_the_previewer(context) -> None:
    both = person(context, Role.INSTRUCTOR, Role.LEARNER)
    actor = Actor(both, frozenset({Role.INSTRUCTOR, Role.LEARNER}))
    sitting_id = room.room(context, [both])
    with context.reading() as session:
        exam_id = session.scalars(select(RowExam.id)).one()
    previewed = attempts.preview(context, actor, exam_id)
    live = attempts.start(context, actor, sitting_id)
    known = {slot.item_id for slot in room.slots(context, previewed)}
    assert known & {slot.item_id for slot in room.slots(context, live)} == set()


def test_the_agenda_shows_what_can_be_done_now(context, clock) -> None:
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id])
    states = [[line.state for line in agenda.due(context, actor)]]
    attempts.start(context, actor, sitting_id)
    states.append([line.state for line in agenda.due(context, actor)])
    clock.instant += timedelta(minutes=30)
    states.append([(line.state, line.refusal) for line in agenda.due(context, actor)])
    assert states == [["open"], ["running"], [("blocked", "too_soon")]]


def test_the_agenda_says_how_many_questions_a_second_attempt_asks(context, clock) -> None:
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id])
    room.taken(context, actor, sitting_id, {"1.A": 8, "1.B": 2})
    clock.instant += timedelta(days=31)
    told = [(line.state, line.items, line.is_top_up) for line in agenda.due(context, actor)]
    assert told == [("open", 4, True)]
