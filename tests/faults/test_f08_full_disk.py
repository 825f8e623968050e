"""F8 on SQLite: the disk is full; nothing is acknowledged that is not stored, and saving goes on after."""

from __future__ import annotations

from sqlalchemy import event

from quizapp.services import attempts
from quizapp.store import response_events
from tests.support import attempts as room

UNLIMITED = 2**30
MOST = 400


def test_a_full_disk_acknowledges_nothing_it_did_not_store(sqlite_app, sqlite_context) -> None:
    context, client = sqlite_context, sqlite_app.test_client()
    actor = room.learner(context)
    attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))
    headers = {"X-Attempt-Token": room.token(context, attempt_id)}
    pages = [1]  # SQLite raises a limit below the present size to that size: not a page more

    def limit(connection, *_ignored) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages[0]}")

    def save(seq: int):
        payload = {"text": "x" * 3000}
        entry = {"client_seq": seq, "slot": 1, "kind": "response", "payload": payload}
        body = {"protocol": 1, "entries": [entry]}
        return client.post(f"/attempts/{attempt_id}/events", json=body, headers=headers)

    event.listen(context.engine, "checkout", limit)
    try:
        told = []
        while (answer := save(len(told) + 1)).status_code == 200 and len(told) < MOST:
            told.append(answer.json["acknowledged"][0]["client_seq"])
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        with context.reading() as session:
            assert [entry.client_seq for entry in response_events.entries(session, attempt_id)] == told
        assert client.get("/readyz").status_code == 503
        pages[0] = UNLIMITED
        assert client.get("/readyz").status_code == 200
        assert save(len(told) + 1).status_code == 200
    finally:
        pages[0] = UNLIMITED
        event.remove(context.engine, "checkout", limit)
        context.engine.dispose()
    with context.reading() as session:
        assert len(response_events.entries(session, attempt_id)) == len(told) + 1
