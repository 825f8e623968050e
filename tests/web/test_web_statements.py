"""How often the pages of an exam ask the database: whole rooms open them at the same moment."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from quizapp.services.unit_of_work import Context
from tests.support import attempts as room
from tests.support.people import sign_in
from tests.support.statements import counted


class Sitter:
    """A learner with a browser, whose requests are counted."""

    def __init__(self, app: Flask, context: Context) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.context, self.actor = context, room.learner(context)
        assert self.actor.person_id is not None
        self.sitting_id = room.room(context, [self.actor.person_id])
        self.client = app.test_client()
        sign_in(self.client, context, self.actor.person_id)

    def begin(self) -> UUID:
        answer = self.client.post(f"/sittings/{self.sitting_id}/start")
        return UUID(answer.location.split("/")[2])

    def count(self, method: str, url: str, **sent: Any) -> int:
        """How many statements a request takes that is answered well."""
        with counted(self.context) as told:
            answer = self.client.open(url, method=method, **sent)
        assert answer.status_code < 400, answer.text
        return len(told)


@pytest.fixture
def sitter(app: Flask, context: Context) -> Sitter:
    return Sitter(app, context)


def held(sitter: Sitter, attempt_id: UUID) -> dict[str, str]:
    return {"X-Attempt-Token": room.token(sitter.context, attempt_id)}


def test_the_whole_content_takes_the_same_few_statements_however_many_items(sitter: Sitter) -> None:
    attempt_id = sitter.begin()
    url, headers = f"/attempts/{attempt_id}/content", held(sitter, attempt_id)
    # The first delivery is noted, with its audit line; the login is loaded by an extension.
    assert [sitter.count("GET", url, headers=headers) for _ in range(2)] == [11, 7]


def test_an_item_page_reads_the_attempt_once(sitter: Sitter) -> None:
    attempt_id = sitter.begin()
    sitter.count("GET", f"/attempts/{attempt_id}/items/1")  # the first delivery is noted
    # The login; whether anything is due; sections; attempt, exam, entries, places and item; is it a demo.
    assert sitter.count("GET", f"/attempts/{attempt_id}/items/2") == 9


def test_starting_takes_one_statement_for_all_slots_and_one_for_all_exposures(sitter: Sitter) -> None:
    assert sitter.count("POST", f"/sittings/{sitter.sitting_id}/start") == 21


def test_submitting_closes_scores_releases_and_issues_in_few_statements(sitter: Sitter) -> None:
    attempt_id = sitter.begin()
    room.answer(sitter.context, attempt_id, lambda _slot: True)
    submitted = sitter.count("POST", f"/attempts/{attempt_id}/submit")
    shown = [
        sitter.count("GET", f"{path}")
        for path in (f"/attempts/{attempt_id}/receipt", f"/results/{attempt_id}")
    ]
    assert (submitted, shown) == (40, [9, 11])


def test_a_batch_of_saves_is_one_statement_and_the_login_is_not_looked_at(sitter: Sitter) -> None:
    attempt_id = sitter.begin()
    headers = held(sitter, attempt_id) | {"Content-Type": "application/json"}
    payload = {"choice": "a"}
    entries = [
        {"client_seq": slot, "slot": slot, "kind": "response", "payload": payload} for slot in range(1, 5)
    ]
    body = json.dumps({"protocol": 1, "entries": entries})
    assert sitter.client.get_cookie("quizapp") is not None
    assert sitter.count("POST", f"/attempts/{attempt_id}/events", headers=headers, data=body) == 1
