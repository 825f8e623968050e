"""No object of A can be read or changed by B (S07): every route, filled with A's ids, tried by B."""

from __future__ import annotations

from typing import Any

import pytest

from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, records
from quizapp.store.attempts import RowAttempt
from quizapp.web.access import Access, Door, access_of
from tests.support import attempts as room
from tests.support import exams
from tests.support.people import person, sign_in

#: What everybody may look up by serial, by design.
PUBLIC_BY_SERIAL = {"records.verify", "records.verify_json", "records.verify_pdf"}
OWNED = {"attempt_id", "serial"}


@pytest.fixture
def belongings(sqlite_context: Any) -> dict[str, dict[str, Any]]:
    """Ids of A: an open attempt and a closed one with its record."""
    owner = room.learner(sqlite_context, "Ann Owner")
    sitting_id = room.room(sqlite_context, [owner.person_id])
    done = room.taken(sqlite_context, owner, sitting_id, {"1.A": 8})
    practice = room.offered(sqlite_context, exams.PRACTICE, slug="practice")
    running = attempts.start(sqlite_context, owner, practice)
    serial = records.mine(sqlite_context, owner)[0].serial
    return {
        "open": {"attempt_id": running, "serial": serial, "sitting_id": practice},
        "closed": {"attempt_id": done, "serial": serial, "sitting_id": sitting_id},
    }


def owned_routes(app: Any, ids: dict[str, Any]) -> list[tuple[str, str, str, Access]]:
    """(endpoint, method, path, classification) of every route that names an object of A."""
    adapter = app.url_map.bind("localhost")
    told = []
    for rule in app.url_map.iter_rules():
        if not rule.arguments & OWNED or rule.endpoint in PUBLIC_BY_SERIAL:
            continue
        arguments = {name: ids.get(name, 1) for name in rule.arguments}
        access = access_of(app, rule.endpoint)
        assert access is not None
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            told.append((rule.endpoint, method, adapter.build(rule.endpoint, arguments, method), access))
    return told


def rows(context: Any) -> list[tuple[Any, ...]]:
    """Everything about every attempt that a stranger could try to change."""
    with context.reading() as session:
        return [
            (row.id, row.state, row.writer_epoch, row.deadline_at, row.answered, row.released_at)
            for row in session.query(RowAttempt).order_by(RowAttempt.id)
        ]


@pytest.mark.parametrize("which", ["open", "closed"])
@pytest.mark.parametrize("role", [Role.LEARNER, Role.PROCTOR, Role.REVIEWER])
def test_nothing_of_a_is_open_to_b(sqlite_app, sqlite_context, belongings, which, role) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    stranger = person(sqlite_context, role, name="Ben Stranger")
    before, let_in = rows(sqlite_context), []
    for endpoint, method, path, _ in owned_routes(sqlite_app, belongings[which]):
        client = sqlite_app.test_client()
        sign_in(client, sqlite_context, stranger)
        answer = client.open(path, method=method, json={} if endpoint == "attempts.events" else None)
        if answer.status_code not in {401, 403, 404}:
            let_in.append((endpoint, method, answer.status_code))
    assert (let_in, rows(sqlite_context)) == ([], before)


DOORS = (
    "attempts.events",
    "attempts.heartbeat",
    "attempts.leave_section",
    "attempts.save_item",
    "attempts.submit_by_token",
    "attempts.whole_content",
    "problem_reports.report",
    "problem_reports.report_by_form",
)


#: Doors that take the token as a field.
FORMS = {"attempts.leave_section", "attempts.save_item", "problem_reports.report_by_form"}


def test_a_token_for_one_attempt_opens_no_other(sqlite_app, sqlite_context, belongings) -> None:
    other = Actor(person(sqlite_context, Role.LEARNER, name="Ben Stranger"), frozenset({Role.LEARNER}))
    assert other.person_id is not None
    token = room.token(sqlite_context, belongings["closed"]["attempt_id"])
    entry = {"client_seq": 1, "slot": 1, "kind": "response", "payload": {"choice": "a"}}
    told = []
    for endpoint, method, path, access in owned_routes(sqlite_app, belongings["open"]):
        if access.door is Door.ATTEMPT_TOKEN:
            body = {"protocol": 1, "entries": [entry]} if endpoint == "attempts.events" else None
            answer = sqlite_app.test_client().open(
                path,
                method=method,
                json=body,
                data={"token": token} if endpoint in FORMS else None,
                headers={"X-Attempt-Token": token},
            )
            told.append((endpoint, answer.status_code))
    assert sorted(told) == [(name, 403) for name in DOORS]
