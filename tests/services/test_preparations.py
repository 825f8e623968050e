"""Forms drawn before a sitting opens: the same person gets the same rules either way."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import attempts, item_links, preparations, rounds, sittings
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store.attempts import RowAttempt, RowExposure, RowForm, RowFormSlot
from quizapp.store.items import RowItem
from quizapp.store.prepared_forms import RowPreparedForm
from tests.support import attempts as room
from tests.support import banks, exams
from tests.support.people import TESTS, person

SOON = timedelta(minutes=29)


@pytest.fixture
def learners(context: Context) -> list[Actor]:
    return [room.learner(context, name) for name in ("Lea One", "Leo Two")]


@pytest.fixture
def sitting_id(context: Context, clock: FixedClock, learners: list[Actor]) -> UUID:
    """A certification sitting that opens in an hour."""
    banks.framework(context)
    banks.bank(context)
    people = [actor.person_id for actor in learners]
    exam_id = exams.published(context)
    window = exams.window(context, hours=4, starts_in=1)
    return sittings.schedule(
        context, TESTS, exam_id, title="Soon", window=window, person_ids=[p for p in people if p]
    )


def prepared(context: Context) -> dict[UUID, UUID | None]:
    with context.reading() as session:
        return {row.person_id: row.form_id for row in session.query(RowPreparedForm)}


def form_of(context: Context, attempt_id: UUID) -> UUID:
    with context.reading() as session:
        return session.get_one(RowAttempt, attempt_id).form_id


def test_forms_are_drawn_within_the_last_half_hour_once_for_each_person_and_expose_nothing(
    context: Context, clock: FixedClock, sitting_id: UUID, learners: list[Actor]
) -> None:
    assert preparations.run(context) == 0
    clock.instant += timedelta(hours=1) - SOON
    assert (preparations.run(context), preparations.run(context)) == (2, 0)
    forms = prepared(context)
    assert forms.keys() == {actor.person_id for actor in learners}
    assert len({form for form in forms.values() if form}) == 2
    with context.reading() as session:
        assert session.query(RowExposure).count() == 0


def test_the_start_uses_the_prepared_form_by_the_rules_of_a_drawn_one(
    context: Context, clock: FixedClock, sitting_id: UUID, learners: list[Actor]
) -> None:
    clock.instant += timedelta(hours=1) - SOON
    preparations.run(context)
    forms = prepared(context)
    with context.transaction(TESTS) as uow:
        second = uow.session.get_one(RowPreparedForm, (sitting_id, learners[1].person_id))
        uow.session.delete(second)
        uow.audit("test", "form", "")
    clock.instant += SOON
    with_form, without = (attempts.start(context, actor, sitting_id) for actor in learners)
    assert form_of(context, with_form) == forms[learners[0].person_id]
    assert prepared(context) == {}

    def rules(attempt_id: UUID) -> tuple[object, ...]:
        with context.reading() as session:
            row = session.get_one(RowAttempt, attempt_id)
            slots = session.query(RowFormSlot).filter_by(form_id=row.form_id).all()
            exposed = session.query(RowExposure).filter_by(attempt_id=attempt_id, is_first=True).count()
            tasks = sorted(slot.task_code for slot in slots)
            return row.purpose, row.cycle, row.is_top_up, row.opened_at, row.deadline_at, tasks, exposed

    assert rules(with_form) == rules(without)
    assert rules(with_form)[-1] == 16


def test_a_form_with_an_item_the_person_has_met_since_is_thrown_away(
    context: Context, clock: FixedClock, sitting_id: UUID, learners: list[Actor]
) -> None:
    clock.instant += timedelta(hours=1) - SOON
    preparations.run(context)
    form_id = prepared(context)[learners[0].person_id]
    with context.reading() as session:
        met = attempt_store.item_rows(session, form_id)[0]
    clock.instant += SOON
    earlier = attempts.start(context, learners[1], sitting_id)
    with context.transaction(TESTS) as uow:
        uow.session.query(RowExposure).filter_by(item_row_id=met, attempt_id=earlier).delete()
        uow.session.add(
            RowExposure(
                person_id=learners[0].person_id,
                item_row_id=met,
                attempt_id=earlier,
                exposed_at=uow.now,
                is_first=True,
            )
        )
        uow.audit("test", "form", "")
    attempt_id = attempts.start(context, learners[0], sitting_id)
    with context.reading() as session:
        assert session.get_one(RowAttempt, attempt_id).form_id != form_id
        assert session.get(RowForm, form_id) is None
        assert met not in attempt_store.item_rows(session, session.get_one(RowAttempt, attempt_id).form_id)


def test_a_form_with_an_item_suspended_or_items_linked_since_is_thrown_away(
    context: Context, clock: FixedClock, sitting_id: UUID, learners: list[Actor]
) -> None:
    author = Actor(person(context, Role.INSTRUCTOR, name="Ann Author"), frozenset({Role.INSTRUCTOR}))
    clock.instant += timedelta(hours=1) - SOON
    preparations.run(context)
    forms = [prepared(context)[actor.person_id] for actor in learners]
    with context.transaction(TESTS) as uow:
        first, second = (attempt_store.item_rows(uow.session, form_id) for form_id in forms)
        suspended = next(row_id for row_id in first if row_id not in second)
        uow.session.get_one(RowItem, suspended).suspended_at = uow.now
        uow.audit("suspend", "item", suspended)
        linked = [uow.session.get_one(RowItem, row_id).item_id for row_id in second[:2]]
    item_links.link(context, author, "small-bank", linked[0], linked[1:])
    clock.instant += SOON
    started = [attempts.start(context, actor, sitting_id) for actor in learners]
    with context.reading() as session:
        items = [attempt_store.item_rows(session, form_of(context, attempt_id)) for attempt_id in started]
        assert suspended not in items[0]
        assert not set(second[:2]) <= set(items[1])
        assert [session.get(RowForm, form_id) for form_id in forms] == [None, None]


def test_what_nobody_used_is_thrown_away_when_the_sitting_is_over(
    context: Context, clock: FixedClock, sitting_id: UUID, learners: list[Actor]
) -> None:
    clock.instant += timedelta(hours=1) - SOON
    assert rounds.run_round(context).prepared == 2
    clock.instant += SOON
    attempt_id = attempts.start(context, learners[0], sitting_id)
    clock.instant += timedelta(hours=5)
    rounds.run_round(context)
    with context.reading() as session:
        assert prepared(context) == {}
        assert [row.id for row in session.query(RowForm)] == [form_of(context, attempt_id)]


def test_somebody_who_may_not_start_is_looked_at_once(
    context: Context, clock: FixedClock, sitting_id: UUID, learners: list[Actor]
) -> None:
    with context.transaction(TESTS) as uow:
        for item in uow.session.query(RowItem).filter_by(pool="secure", scoring_task="1.A"):
            item.suspended_at = uow.now
        uow.audit("suspend", "item", "all")
    clock.instant += timedelta(hours=1) - SOON
    assert (preparations.run(context), preparations.run(context)) == (2, 0)
    assert set(prepared(context).values()) == {None}
