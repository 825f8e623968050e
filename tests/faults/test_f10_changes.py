"""F10: a new release, a migration and an old client in the middle of an exam."""

from __future__ import annotations

import threading

import flask_migrate
from sqlalchemy import text

from quizapp.domain.attempt import Disposition
from quizapp.services import attempts, saving
from quizapp.store import response_events
from tests.conftest import close, make
from tests.support import attempts as room

COUNTED = Disposition.COUNTED


def started(context):
    actor = room.learner(context)
    attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))
    return actor, attempt_id, room.token(context, attempt_id)


def stored(context, attempt_id) -> list[int]:
    with context.reading() as session:
        return [entry.client_seq for entry in response_events.entries(session, attempt_id)]


def save(context, token, seq):
    return saving.save(context, token, [room.response(1, {"choice": "a"}, seq)]).acknowledged[0].disposition


def test_a_token_and_entries_of_an_old_client_work_with_the_next_process(context, clock, mail) -> None:
    _actor, attempt_id, token = started(context)
    first = save(context, token, 1)
    new = make(context.settings, clock, mail)
    body = {"protocol": 1, "entries": [{"client_seq": 2, "slot": 2, "kind": "flag", "payload": True}]}
    answer = new.test_client().post(
        f"/attempts/{attempt_id}/events", json=body, headers={"X-Attempt-Token": token}
    )
    close(new)
    assert (first, answer.json["acknowledged"]) == (COUNTED, [{"client_seq": 2, "disposition": "counted"}])
    assert stored(context, attempt_id) == [1, 2]


def test_a_window_of_another_release_saves_with_what_it_knows(app, context) -> None:
    """An older one says nothing of elapsed times and places, a newer one says what nobody here knows."""
    _actor, attempt_id, token = started(context)
    client, headers = app.test_client(), {"X-Attempt-Token": token}
    older = {"client_seq": 1, "slot": 1, "kind": "response", "payload": {"choice": "a"}}
    newer = {**older, "client_seq": 2, "elapsed_ms": 0, "mood": "calm"}
    for path, body, status in (
        ("heartbeat", {}, 200),
        ("heartbeat", {"unsaved": 0, "battery": 0.5}, 200),
        ("events", {"protocol": 1, "entries": [older]}, 200),
        ("events", {"protocol": 1, "entries": [newer], "build": "next"}, 200),
        ("events", {"protocol": 2, "entries": [newer]}, 422),
    ):
        assert client.post(f"/attempts/{attempt_id}/{path}", json=body, headers=headers).status_code == status
    assert stored(context, attempt_id) == [1, 2]


def test_an_attempt_of_the_first_release_goes_on_after_the_upgrade(context) -> None:
    actor, attempt_id, token = started(context)
    save(context, token, 1)
    flask_migrate.downgrade(revision="0001")
    flask_migrate.upgrade()
    assert save(context, token, 2) == COUNTED
    assert (stored(context, attempt_id), attempts.submit(context, actor, attempt_id).answered) == ([1, 2], 1)


def test_a_step_of_a_migration_beside_saves_loses_none(context) -> None:
    """With SQLite the server upgrades before it serves, so there the step only has to wait its turn."""
    _actor, attempt_id, token = started(context)
    told, is_half_way = [], threading.Event()

    def save_all() -> None:
        for seq in range(1, 81):
            told.append(save(context, token, seq))
            if seq == 20:
                is_half_way.set()

    saver = threading.Thread(target=save_all)
    saver.start()
    assert is_half_way.wait(60)
    for step in ("ADD COLUMN expanded INTEGER", "DROP COLUMN expanded"):
        with context.transaction(attempts.scores.SWEEP) as uow:
            uow.session.execute(text(f"ALTER TABLE attempt {step}"))
    saver.join()
    assert (told, stored(context, attempt_id)) == ([COUNTED] * 80, list(range(1, 81)))
