"""Reporting a problem in the middle of an exam, and what authors do about it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from quizapp.domain.person import Role
from quizapp.services import problem_reports
from quizapp.services.unit_of_work import Context
from quizapp.store.items import RowItem
from tests.support import attempts as room
from tests.support.people import TESTS, person, sign_in
from tests.web.test_web_attempts import Sitter
from tests.web.test_web_exams import words


@pytest.fixture
def ada(sqlite_app: Flask, sqlite_context: Context) -> Sitter:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    who = person(sqlite_context, Role.LEARNER, name="Ada Able")
    return Sitter(sqlite_app, sqlite_context, room.room(sqlite_context, [who]), who)


def reports(context: Context) -> list[str]:
    return [told.text for told in problem_reports.listed(context, TESTS)]


def test_the_plain_form_keeps_the_answer_and_sends_the_report(ada: Sitter) -> None:
    data = {**ada.page(2), "choice": "a", "go": "2", "report": "Two are right"}
    answer = ada.client.post(f"{ada.url}/items/2/report", data=data)
    assert (answer.location, ada.responses()) == (f"{ada.url}/items/2", {2: {"choice": "a"}})
    assert "Thank you." in ada.client.get(answer.location).text
    assert reports(ada.context) == ["Two are right"]
    ada.client.post(f"{ada.url}/items/2/report", data={**ada.page(2), "report": " "})
    assert "The report was not sent" in ada.client.get(f"{ada.url}/items/2").text
    assert reports(ada.context) == ["Two are right"]


def test_a_script_reports_with_its_token(ada: Sitter) -> None:
    token = {"X-Attempt-Token": room.token(ada.context, ada.attempt_id)}
    body: dict[str, Any] = {"slot": 1, "text": "A typo"}
    told = [
        ada.client.post(f"{ada.url}/reports", json=body, headers=token),
        ada.client.post(f"{ada.url}/reports", json=body),
        ada.client.post(f"{ada.url}/reports", data="{", headers=token),
    ]
    assert [answer.status_code for answer in told] == [200, 403, 422]
    assert (told[0].json, reports(ada.context)) == ({"protocol": 1, "reported": True}, ["A typo"])


def test_an_author_reads_suspends_and_restores(ada: Sitter, sqlite_app: Flask) -> None:
    slot = room.slots(ada.context, ada.attempt_id)[0]
    token = room.token(ada.context, ada.attempt_id)
    problem_reports.report(ada.context, token, {"slot": 1, "text": "Two are right"})
    client = sqlite_app.test_client()
    sign_in(client, ada.context, person(ada.context, Role.REVIEWER, name="Rea"))
    page = f"/banks/small-bank/items/{slot.item_id}"
    listed = client.get("/problem-reports").text
    assert (page in listed, "Two are right" in listed, "Ada Able" in listed) == (True, True, False)
    for verb, is_suspended in (("suspend", True), ("restore", False)):
        assert "a reason is needed" in client.post(f"{page}/{verb}", follow_redirects=True).text
        client.post(f"{page}/{verb}", data={"reason": "two keys"})
        with ada.context.reading() as session:
            row = session.query(RowItem).filter_by(item_id=slot.item_id).one()
            assert (row.suspended_at is not None) is is_suspended
    assert "Two are right" in words(client.get(page).text)


def test_an_administrator_sees_items_and_no_reports(ada: Sitter, sqlite_app: Flask) -> None:
    slot = room.slots(ada.context, ada.attempt_id)[0]
    client = sqlite_app.test_client()
    sign_in(client, ada.context, person(ada.context, Role.ADMINISTRATOR, name="Adm"))
    assert "Reported problems" not in client.get(f"/banks/small-bank/items/{slot.item_id}").text
    assert "Reported problems" not in client.get("/banks").text
