"""Saves of several windows in one statement: all durable before anybody is told, each with its own fate."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text

from quizapp.domain.attempt import Disposition, Entry, EventKind
from quizapp.domain.errors import Invalid
from quizapp.services import attempts, saving
from quizapp.services.saving import Saved
from quizapp.services.unit_of_work import Context
from quizapp.store import response_events
from quizapp.store.append_batches import Appends, Batch
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.support.server import wait_until

COUNTED = Disposition.COUNTED


@pytest.fixture
def sitters(context: Context) -> list[UUID]:
    """The open attempts of four learners."""
    people = [room.learner(context, f"Learner {number}") for number in range(4)]
    sitting_id = room.room(context, [actor.person_id for actor in people if actor.person_id])
    return [attempts.start(context, actor, sitting_id) for actor in people]


def save(context: Context, attempt_id: UUID, *seqs: int, slot: int = 1) -> Saved:
    batch = [room.response(slot, {"choice": "a"}, seq) for seq in seqs]
    return saving.save(context, room.token(context, attempt_id), batch)


def stored(context: Context, attempt_id: UUID) -> list[int]:
    with context.reading() as session:
        return [entry.client_seq for entry in response_events.entries(session, attempt_id)]


def together(context: Context, works: Sequence[Callable[[], Any]]) -> list[Future[Any]]:
    """Run saves that all wait for the same turn."""
    turns = context.appends.turns
    turns._is_taken = True
    with ThreadPoolExecutor(len(works)) as pool:
        told = [pool.submit(work) for work in works]
        wait_until(lambda: len(turns._waiting) == len(works), "all to wait")
        turns._hand_on([])
    return told


def test_who_waits_shares_one_statement(context, sitters: list[UUID]) -> None:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(context.engine, "before_cursor_execute", note)
    try:
        told = together(context, [lambda one=one: save(context, one, 1, 2) for one in sitters])
    finally:
        event.remove(context.engine, "before_cursor_execute", note)
    assert [[a.disposition for a in one.result().acknowledged] for one in told] == [[COUNTED] * 2] * 4
    assert [stored(context, one) for one in sitters] == [[1, 2]] * 4
    assert sum("INSERT INTO response_event" in statement for statement in sent) == 1


def test_a_repeat_or_a_place_that_is_none_harms_no_other_save(context, sitters: list[UUID]) -> None:
    repeated, nowhere, good, other = sitters
    save(context, repeated, 1)
    told = together(
        context,
        [
            lambda: save(context, repeated, 1, 2),
            lambda: save(context, nowhere, 1, slot=999),
            lambda: save(context, good, 1),
            lambda: save(context, other, 1),
        ],
    )
    assert isinstance(told[1].exception(), Invalid)
    assert [len(told[number].result().acknowledged) for number in (0, 2, 3)] == [2, 1, 1]
    assert [stored(context, one) for one in sitters] == [[1, 2], [], [1], [1]]


def test_a_batch_is_left_alone_as_a_whole_when_a_place_of_it_is_none(context, sitters: list[UUID]) -> None:
    batch = [room.response(slot, {"choice": "a"}, seq) for seq, slot in ((1, 1), (2, 999))]
    with pytest.raises(Invalid):
        saving.save(context, room.token(context, sitters[0]), batch)
    assert stored(context, sitters[0]) == []


def test_two_batches_of_one_attempt_are_both_stored(context, sitters: list[UUID]) -> None:
    told = together(context, [lambda: save(context, sitters[0], 1), lambda: save(context, sitters[0], 2)])
    assert [len(one.result().acknowledged) for one in told] == [1, 1]
    assert sorted(stored(context, sitters[0])) == [1, 2]


def test_nobody_is_told_before_the_commit_and_a_failed_commit_tells_nobody(
    sqlite_context, monkeypatch
) -> None:
    context = sqlite_context
    actor = room.learner(context)
    attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))

    class DiskFull(Exception):
        pass

    def fail(_connection: Any) -> None:
        raise DiskFull

    event.listen(context.engine, "commit", fail)
    try:
        with pytest.raises(DiskFull):
            save(context, attempt_id, 1)
    finally:
        event.remove(context.engine, "commit", fail)
    assert (stored(context, attempt_id), len(save(context, attempt_id, 1).acknowledged)) == ([], 1)


#: What only a database with several writers at a time has.
SEVERAL_WRITERS = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@SEVERAL_WRITERS
def test_a_save_waits_for_whoever_holds_its_attempt_and_nobody_waits_with_it(
    context, sitters: list[UUID]
) -> None:
    held, free = sitters[:2]
    with ThreadPoolExecutor(1) as pool:
        with context.engine.begin() as connection:
            connection.execute(select(RowAttempt.id).where(RowAttempt.id == held).with_for_update())
            waiting = pool.submit(save, context, held, 1)
            assert len(save(context, free, 1).acknowledged) == 1
            assert not waiting.done()
            connection.execute(text("UPDATE attempt SET writer_epoch = 2 WHERE id = :id"), {"id": held})
        assert waiting.result().acknowledged[0].disposition is Disposition.STALE_WRITER


def test_many_writers_at_once_lose_nothing(context, sitters: list[UUID]) -> None:
    go = threading.Barrier(len(sitters))

    def write(attempt_id: UUID) -> None:
        go.wait(10)
        for seq in range(1, 21):
            assert save(context, attempt_id, seq).acknowledged[0].disposition is COUNTED

    with ThreadPoolExecutor(len(sitters)) as pool:
        list(pool.map(write, sitters))
    assert [stored(context, one) for one in sitters] == [list(range(1, 21))] * 4


@SEVERAL_WRITERS
def test_the_statement_that_appends_commits_by_itself_and_waits_for_the_disk(context, sitters) -> None:
    with context.appends._transaction() as connection:
        assert connection.connection.dbapi_connection.autocommit
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
    entries = [(Entry(1, seq, 1, EventKind.SEEN, "true"), None) for seq in (1, 2)]
    told = context.appends.append(Batch(sitters[0], context.clock.now(), entries))
    assert (told is not None, stored(context, sitters[0])) == (True, [1, 2])


def test_two_processes_may_serve_the_same_learners(context, sitters: list[UUID]) -> None:
    """Each process has a turn of its own; the database alone stands between them."""
    doors = (context.appends, Appends(context.engine))

    def write(number: int) -> list[bool]:
        entries = [(Entry(1, number + 1, 1, EventKind.SEEN, "true"), None)]
        batches = [Batch(one, context.clock.now(), entries) for one in sitters]
        return [doors[number % 2].append(batch) is not None for batch in batches]

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(write, range(8)))
    durable = [set(stored(context, one)) for one in sitters]
    assert durable == [{number + 1 for number in range(8) if told[number][place]} for place in range(4)]
