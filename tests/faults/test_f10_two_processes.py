"""F10 on PostgreSQL: two server processes on one database; any of them may serve any request."""

from __future__ import annotations

import re
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.conftest import close, make
from tests.faults.kills import Ground
from tests.support import attempts as room
from tests.support.people import sign_in
from tests.support.protocol import ProtocolClient
from tests.support.server import Server


@pytest.fixture(scope="module")
def second(served: Ground) -> Iterator[Server]:
    """A second process beside the first one."""
    server = served.warm.start(served.settings)
    yield server
    server.stop()


def session_of(served: Ground, person_id: UUID, path: str) -> tuple[str, str]:
    """A signed-in session's cookie, good at every process that has the same keys, and its form token."""
    app = make(served.settings, served.context.clock, served.context.mailer)
    client = app.test_client()
    sign_in(client, served.context, person_id)
    token = csrf(client.get(path).text)
    told = client.get_cookie("quizapp")
    close(app)
    assert told is not None
    return f"quizapp={told.value}", token


def ask(url: str, cookie: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
    """Where a request ends, and its page."""
    data = urllib.parse.urlencode(fields).encode() if fields is not None else None
    request = urllib.request.Request(url, data=data, headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.url, answer.read().decode()


# One process serves a SQLite file; a second one is refused (test_cli_serving).
@pytest.mark.parametrize("served", ["postgresql"], indirect=True)
def test_start_on_one_save_on_both_submit_on_the_first(served: Ground, second: Server) -> None:
    actor = room.learner(served.context, "Two Processes")
    first_url, second_url = served.server.url, second.url
    start = f"/sittings/{served.sitting_id}/start"
    cookie, form_token = session_of(served, actor.person_id, start)
    fields = {"csrf_token": form_token}
    ask(first_url + start, cookie, fields)
    attempt_id = served.attempt_of(actor)
    clients = [
        ProtocolClient(url, str(attempt_id), room.token(served.context, attempt_id))
        for url in (first_url, second_url)
    ]

    def save(number: int) -> None:
        clients[number].seq = number * 100
        for slot in range(1, 17):
            clients[number].enter(slot, {"choice": "ab"[number]})
            clients[number].sync()

    threads = [threading.Thread(target=save, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page = ask(f"{second_url}/attempts/{attempt_id}/submit", cookie, fields)
    assert [client.journal for client in clients] == [{}, {}]
    assert [len(client.acknowledged) for client in clients] == [16, 16]
    assert page[0].endswith(f"/attempts/{attempt_id}/receipt")
    assert {event["client_seq"] for event in served.export_of(attempt_id)} == {
        *range(1, 17),
        *range(101, 117),
    }


def csrf(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]
