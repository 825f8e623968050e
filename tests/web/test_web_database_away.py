"""While the database is away every door says so: 503, when to come again, and nothing is claimed."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from quizapp.domain.person import Role
from tests.support import attempts as room
from tests.support.people import person, sign_in


@pytest.fixture
def away(sqlite_app, sqlite_context):
    """A signed-in learner's window, and a database that fails from now on."""
    client, person_id = sqlite_app.test_client(), person(sqlite_context, Role.LEARNER)
    sign_in(client, sqlite_context, person_id)

    def refuse(*_ignored) -> None:
        raise OperationalError("", {}, Exception("gone"))

    event.listen(sqlite_context.engine, "before_cursor_execute", refuse)
    yield client
    event.remove(sqlite_context.engine, "before_cursor_execute", refuse)


def test_a_page_says_so_and_when_to_come_again(away) -> None:
    told = away.get("/")
    assert (told.status_code, told.headers["Retry-After"]) == (503, "2")
    assert "Just a moment" in told.text


def test_a_save_says_so_in_json(away, sqlite_context) -> None:
    attempt_id = sqlite_context.entropy.new_id(sqlite_context.clock.now())
    entry = {"client_seq": 1, "slot": 1, "kind": "response", "payload": None}
    told = away.post(
        f"/attempts/{attempt_id}/events",
        json={"protocol": 1, "entries": [entry]},
        headers={"X-Attempt-Token": room.token(sqlite_context, attempt_id)},
    )
    assert (told.status_code, told.headers["Retry-After"]) == (503, "2")
    assert (told.mimetype, told.json["code"]) == ("application/problem+json", "database_away")


def test_the_probe_is_red(away) -> None:
    assert away.get("/readyz").status_code == 503
