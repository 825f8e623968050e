"""The feed has no gap and no repeat, also when transactions overlap or publishers race."""

from __future__ import annotations

import threading

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.domain.api_token import Scope
from quizapp.services import api_tokens, record_feed, records_api
from quizapp.services.unit_of_work import Context
from quizapp.store import record_changes as store
from quizapp.store.records import RowRecordEvent
from tests.support.people import TESTS
from tests.support.records import Room, room


def several(small: Room, count: int) -> list[int]:
    """The ids of the first events of so many records."""
    for number in range(count):
        small.certified(f"Person {number}")
    with small.context.reading() as session:
        return list(session.scalars(select(RowRecordEvent.id).order_by(RowRecordEvent.id)))


def feed(context: Context) -> list[tuple[int, int]]:
    with context.reading() as session:
        query = select(store.RowRecordChange).order_by(store.RowRecordChange.number)
        return [(row.number, row.event_id) for row in session.scalars(query)]


def test_a_late_commit_gets_a_later_number(context: Context) -> None:
    small = room(context)
    first, second, third = several(small, 3)
    # The second event was still invisible when the third was published.
    with Session(context.engine) as session:
        store.add(session, 1, [first, third])
        session.commit()
    assert (record_feed.publish(context), feed(context)) == (1, [(1, first), (2, third), (3, second)])
    token = api_tokens.create(context, TESTS, "One", ["changes"], 30).text
    bearer = api_tokens.authenticate(context, token, Scope.CHANGES)
    told = records_api.changes(context, bearer, 2)
    assert ([change.number for change in told.changes], told.cursor, told.has_more) == ([3], 3, False)


def test_publishers_at_the_same_time_number_each_event_once(context: Context) -> None:
    small = room(context)
    event_ids = several(small, 4)
    start = threading.Barrier(3)

    def publish() -> None:
        start.wait()
        record_feed.publish(context)

    threads = [threading.Thread(target=publish) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert feed(context) == [(number, event_id) for number, event_id in enumerate(event_ids, start=1)]


def test_the_thorough_look_finds_what_stayed_open_very_long(context: Context, monkeypatch) -> None:
    small = room(context)
    first, second, third = several(small, 3)
    monkeypatch.setattr(store, "LOOK_BACK_IDS", 0)
    with Session(context.engine) as session:
        store.add(session, 1, [first, third])
        session.commit()
    assert (record_feed.publish(context), record_feed.publish(context, is_thorough=True)) == (0, 1)
    assert feed(context)[-1] == (3, second)
