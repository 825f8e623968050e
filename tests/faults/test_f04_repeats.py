"""F4, F11, F12: the same wish many times at once, and everybody at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from quizapp.domain.errors import Refused
from quizapp.services import attempts
from quizapp.store.attempts import RowAttempt
from quizapp.store.audit import RowAuditLine
from quizapp.store.scores import RowScore
from tests.support import attempts as room

REPEATS, EVERYBODY, THREADS = 50, 30, 8


def at_once(work, things):
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, things))


def count(context, query) -> int:
    with context.reading() as session:
        return session.scalar(query)


def test_fifty_starts_at_once_open_one_attempt(context) -> None:
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id])

    def start(_number):
        try:
            return attempts.start(context, actor, sitting_id)
        except Refused as refusal:
            return refusal.code

    told = at_once(start, range(REPEATS))
    assert sorted(map(str, told))[1:] == ["attempt_already_open"] * (REPEATS - 1)
    assert count(context, select(func.count()).select_from(RowAttempt)) == 1


def test_fifty_submits_at_once_close_once_and_give_one_receipt(context) -> None:
    actor = room.learner(context)
    attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))
    room.answer(context, attempt_id, lambda slot: slot.position % 2 == 0)
    told = at_once(lambda _number: attempts.submit(context, actor, attempt_id), range(REPEATS))
    closes = select(func.count()).where(RowAuditLine.verb == "close")
    assert (len(set(told)), told[0].answered) == (1, 16)
    assert count(context, closes) == 1
    assert count(context, select(func.count()).select_from(RowScore)) == 1


def test_everybody_starts_and_ends_at_once_and_has_the_full_time(context) -> None:
    actors = [room.learner(context, f"Eve {number}") for number in range(EVERYBODY)]
    sitting_id = room.room(context, [actor.person_id for actor in actors])
    ids = at_once(lambda actor: attempts.start(context, actor, sitting_id), actors)
    at_once(lambda attempt_id: room.answer(context, attempt_id, lambda _slot: True), ids)
    told = at_once(lambda pair: attempts.submit(context, *pair), list(zip(actors, ids, strict=True)))
    attempts.sweep(context)  # receipts come first: a process scores only a few while everybody waits
    with context.reading() as session:
        rows = [session.get_one(RowAttempt, attempt_id) for attempt_id in ids]
        facts = {(row.deadline_at - row.opened_at, row.state, row.scored_at is not None) for row in rows}
    assert {receipt.answered for receipt in told} == {16}
    assert facts == {(timedelta(minutes=20), "closed", True)}
