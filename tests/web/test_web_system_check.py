"""The system check as a plain page; in Chromium its lines say what the browser can do."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Role
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowExposure
from tests.support import attempts as room
from tests.support.people import person, sign_in


@pytest.fixture
def client(sqlite_app: Flask, sqlite_context: Context) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    learner_id = person(sqlite_context, Role.LEARNER, name="Lea Learner")
    client = sqlite_app.test_client()
    client.sitting_id = room.room(sqlite_context, [learner_id])
    sign_in(client, sqlite_context, learner_id)
    return client


def test_every_item_type_can_be_tried_and_nothing_comes_from_a_bank(
    client: FlaskClient, sqlite_context: Context
) -> None:
    page = client.get("/system-check").text
    assert re.findall(r'name="type" value="(\w+)"', page) == list(ITEM_TYPES)
    assert ("Question 1.a-secure" in page, page.count("not checked")) == (False, 4)
    with sqlite_context.reading() as session:
        assert session.query(RowExposure).count() == 0


def test_an_example_that_was_sent_is_shown_as_it_arrived(client: FlaskClient) -> None:
    page = client.post("/system-check", data={"type": "short_text", "text": "A few words"}).text
    assert (page.count("This is what reached the server."), 'value="A few words"' in page) == (1, True)
    assert client.post("/system-check", data={"type": "nothing"}).status_code == 404


def test_the_start_page_leads_there(client: FlaskClient) -> None:
    assert 'href="/system-check"' in client.get(f"/sittings/{client.sitting_id}/start").text


def test_the_time_told_is_the_servers(client: FlaskClient, sqlite_context: Context) -> None:
    told = client.get("/system-check/now").json
    assert told == {"server_now": sqlite_context.clock.now().isoformat()}
