"""Webhooks through services: at least once, in order, retried, replayed; nothing is ever lost."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from quizapp.domain import webhook as domain
from quizapp.domain.errors import Forbidden, Invalid, NotFound
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock, NullPoster
from quizapp.services import jobs, record_feed, record_status, rounds, webhooks
from quizapp.services.unit_of_work import Context
from quizapp.store.jobs import RowJob
from quizapp.store.records import RowDisclosure
from tests.support.people import TESTS, person
from tests.support.records import Room, registrar, room

TARGET = "https://hooks.example.org/records"
AWAY = ConnectionRefusedError("nobody listens")


@pytest.fixture
def target() -> NullPoster:
    return NullPoster()


@pytest.fixture
def small(context: Context, target: NullPoster) -> Room:
    return room(replace(context, poster=target))


def numbers(target: NullPoster) -> list[int]:
    return [json.loads(body)["data"]["number"] for _, _, body in target.sent]


def turn(context: Context) -> None:
    """What a round of the worker does for webhooks."""
    record_feed.publish(context)
    jobs.run_due(context)


def state(context: Context) -> tuple[str, int, int, str]:
    told = webhooks.listed(context, TESTS)[0]
    return told.state, told.cursor, told.waiting, told.error


def test_each_change_is_sent_signed_and_without_a_name(small: Room, target: NullPoster) -> None:
    context = small.context
    small.certified("Before Webhook")
    record_feed.publish(context)
    made = webhooks.create(context, TESTS, TARGET)
    serial = small.certified()
    record_status.suspend(context, registrar(context), serial, "appeal", "The reason is not sent")
    turn(context)
    told = ((2, "issue", "valid", ""), (3, "suspend", "suspended", "appeal"))
    assert [json.loads(body) for _, _, body in target.sent] == [
        {
            "type": f"record.{verb}",
            "timestamp": "2026-03-02T12:00:00+00:00",
            "data": {
                "number": number,
                "serial": serial,
                "status": status,
                "reason_category": category,
                "successor": None,
            },
        }
        for number, verb, status, category in told
    ]
    url, headers, body = target.sent[0]
    secret = base64.b64decode(made.secret.removeprefix("whsec_"))
    name = f"msg_{made.id.hex}_2"
    assert (url, headers) == (TARGET, domain.headers(secret, name, context.clock.now(), body))
    theirs = Webhook(made.secret).sign(name, context.clock.now(), body.decode())
    assert headers["webhook-signature"] == theirs, "what the receivers' own library expects"
    assert state(context) == ("active", 3, 0, "")
    turn(context)
    assert len(target.sent) == 2
    with context.reading() as session:
        assert list(session.scalars(select(RowDisclosure.door))) == ["webhook", "webhook"]


def test_what_fails_is_sent_again_later_in_order(small: Room, target: NullPoster, clock: FixedClock) -> None:
    context = small.context
    webhooks.create(context, TESTS, TARGET)
    small.certified("One Example")
    small.certified("Two Example")
    target.answers = [AWAY, 500, 301, 204]
    turn(context)
    assert state(context) == ("failing", 0, 2, "ConnectionRefusedError: nobody listens")
    turn(context)
    assert numbers(target) == [1]
    for pause, told in ((10, "the target answered 500"), (20, "the target answered 301")):
        clock.instant += timedelta(seconds=pause)
        turn(context)
        assert state(context) == ("failing", 0, 2, told)
    small.certified("Three Example")
    turn(context)
    assert numbers(target) == [1, 1, 1]
    clock.instant += timedelta(seconds=40)
    turn(context)
    assert (numbers(target), state(context)) == ([1, 1, 1, 1, 2, 3], ("active", 3, 0, ""))
    names = {headers["webhook-id"] for _, headers, _ in target.sent}
    assert len(names) == 3


def test_a_target_away_for_days_misses_nothing(small: Room, target: NullPoster, clock: FixedClock) -> None:
    context = small.context
    webhooks.create(context, TESTS, TARGET)
    small.certified("One Example")
    target.answers = [AWAY] * webhooks.MAX_TRIES
    record_feed.publish(context)
    began = clock.instant
    for _ in range(webhooks.MAX_TRIES):
        jobs.run_due(context)
        clock.instant += jobs.LONGEST_PAUSE
    assert clock.instant - began >= timedelta(days=3)
    with context.reading() as session:
        assert session.scalars(select(RowJob.state)).all() == ["failed"]
    small.certified("Two Example")
    turn(context)
    assert (numbers(target)[-2:], state(context)) == ([1, 2], ("active", 2, 0, ""))


def test_a_replay_sends_the_same_messages_again(small: Room, target: NullPoster) -> None:
    context = small.context
    made = webhooks.create(context, TESTS, TARGET)
    for number in range(3):
        small.certified(f"Person {number}")
    turn(context)
    assert webhooks.replay(context, TESTS, made.id, 1) == 2
    turn(context)
    assert numbers(target) == [1, 2, 3, 2, 3]
    first, again = target.sent[1], target.sent[3]
    assert (first[1]["webhook-id"], first[2]) == (again[1]["webhook-id"], again[2])
    for after in (-1, 4):
        with pytest.raises(Invalid):
            webhooks.replay(context, TESTS, made.id, after)


def test_a_disabled_target_gets_nothing_until_it_is_enabled(small: Room, target: NullPoster) -> None:
    context = small.context
    made = webhooks.create(context, TESTS, TARGET)
    webhooks.disable(context, TESTS, made.id)
    small.certified()
    turn(context)
    assert (target.sent, state(context)) == ([], ("disabled", 0, 1, ""))
    webhooks.enable(context, TESTS, made.id)
    turn(context)
    assert (numbers(target), state(context)) == ([1], ("active", 1, 0, ""))
    target.answers = [410]
    small.certified("Two Example")
    turn(context)
    assert state(context) == ("disabled", 1, 1, "the target answered 410")


def test_a_change_published_while_a_message_travels_is_not_forgotten(
    small: Room, target: NullPoster, clock: FixedClock
) -> None:
    context = small.context
    webhooks.create(context, TESTS, TARGET)
    small.certified("One Example")
    record_feed.publish(context)
    real = webhooks._deliver_next

    def late(given: Context, webhook_id: object) -> bool:
        # The last look found nothing; then, before the job is done, another process publishes.
        found = real(given, webhook_id)  # type: ignore[arg-type]
        if not found and len(target.sent) == 1:
            small.certified("Two Example")
            record_feed.publish(given)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhooks, "_deliver_next", late)
        jobs.run_due(context)
    assert (numbers(target), state(context)) == ([1, 2], ("active", 2, 0, ""))


def test_a_slow_target_gives_the_others_their_turn(
    small: Room, target: NullPoster, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = small.context
    monkeypatch.setattr(webhooks, "TURN_SECONDS", -1)
    webhooks.create(context, TESTS, TARGET)
    for number in range(2):
        small.certified(f"Person {number}")
    told = []
    for _ in range(3):
        assert rounds.run_round(context).jobs is not None
        told.append(numbers(target))
        clock.instant += webhooks.NEXT_TURN
    assert told == [[1], [1, 2], [1, 2]]


def test_who_may_and_what_is_refused(sqlite_context: Context) -> None:
    learner = Actor(person(sqlite_context, Role.LEARNER), frozenset({Role.LEARNER}))
    made = webhooks.create(sqlite_context, TESTS, TARGET)
    with pytest.raises(Forbidden):
        webhooks.create(sqlite_context, learner, TARGET)
    with pytest.raises(Forbidden):
        webhooks.listed(sqlite_context, learner)
    for change in (webhooks.disable, webhooks.enable):
        with pytest.raises(Forbidden):
            change(sqlite_context, learner, made.id)
        with pytest.raises(NotFound):
            change(sqlite_context, TESTS, learner.person_id)
    with pytest.raises(Invalid) as error:
        webhooks.create(sqlite_context, TESTS, "http://127.0.0.1/")
    assert [problem.reason for problem in error.value.problems] == ["not_https", "private"]
