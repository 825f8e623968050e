"""Sections without a way back, a pause and a lost login, by plain pages and without scripts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import Section
from quizapp.domain.person import Role
from quizapp.services import attempts, deadlines
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.support import exams
from tests.support.people import TESTS, person
from tests.web.test_web_attempts import Sitter, actor_of

TWO = Blueprint((BlueprintRow("1.A", 8, 4, 0), BlueprintRow("1.B", 8, 4, 1)))
ONE_WAY = replace(
    exams.CERTIFICATION, blueprint=TWO, sections=(Section("First", is_one_way=True), Section("Second"))
)


@pytest.fixture
def ada(sqlite_app: Flask, sqlite_context: Context) -> Sitter:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    who = person(sqlite_context, Role.LEARNER, name="Ada Able")
    sitting_id = room.room(sqlite_context, [who], ONE_WAY)
    return Sitter(sqlite_app, sqlite_context, sitting_id, who)


def shown(text: str) -> str:
    """What is there without scripts: templates are theirs alone."""
    return re.sub(r"<template.*?</template>", "", text, flags=re.S)


def get(sitter: Sitter, path: str) -> Any:
    return sitter.client.get(f"{sitter.url}/{path}")


def leave(sitter: Sitter, section: int = 0) -> Any:
    token = sitter.page(9 if section else 1)["token"]
    return sitter.client.post(f"{sitter.url}/sections/{section}/leave", data={"token": token})


def test_an_item_of_a_section_to_come_says_why_it_is_closed(ada: Sitter) -> None:
    told = get(ada, "items/9")
    assert (told.status_code, "opens when you finish the section before it" in told.text) == (409, True)
    assert "item-form" not in shown(told.text)


def test_the_last_item_of_a_section_leads_to_its_review_and_that_to_the_next_section(ada: Sitter) -> None:
    assert 'name="go" value="review">To the review' in get(ada, "items/8").text
    review = shown(get(ada, "review").text)
    assert ("Finish section 1 and go on" in review, "Yes, submit" in review) == (True, False)
    told = leave(ada)
    assert ada.client.get(told.location).location == f"{ada.url}/items/9"
    assert "Yes, submit" in shown(get(ada, "review").text)


def test_nothing_of_a_section_that_was_left_is_shown_or_changed(ada: Sitter) -> None:
    page = ada.page(1)
    ada.send(1, page, choice="a")
    leave(ada)
    told = get(ada, "items/1")
    assert (told.status_code, "Nobody comes back to it" in told.text) == (409, True)
    answer = ada.send(1, {**page, "rendered": ""}, choice="b")
    assert "That section is closed" in ada.client.get(answer.location).text
    assert ada.responses() == {1: {"choice": "a"}}


def test_leaving_twice_changes_nothing_and_a_section_nobody_has_is_nowhere(ada: Sitter) -> None:
    assert leave(ada).status_code == 302
    token = ada.page(9)["token"]
    told = [ada.client.post(f"{ada.url}/sections/{n}/leave", data={"token": token}) for n in (0, 7)]
    assert [answer.status_code for answer in told] == [302, 404]
    assert get(ada, "items/9").status_code == 200


def test_a_resumed_learner_lands_in_the_section_that_is_open(ada: Sitter) -> None:
    leave(ada)
    with ada.client.session_transaction() as stored:
        stored.pop(f"place:{ada.attempt_id}", None)
    assert ada.client.post(f"{ada.url}/resume").location == f"{ada.url}/items/9"


def test_while_everybody_waits_no_question_is_shown(ada: Sitter, sqlite_context) -> None:
    with sqlite_context.reading() as session:
        sitting_id = session.get_one(RowAttempt, ada.attempt_id).sitting_id
    deadlines.pause(sqlite_context, TESTS, sitting_id, "fire alarm")
    waiting = get(ada, "items/1")
    assert (waiting.status_code, "Everybody waits" in waiting.text) == (409, True)
    deadlines.go_on(sqlite_context, TESTS, sitting_id)
    assert get(ada, "items/1").status_code == 200


def test_the_token_submits_without_a_login_and_again_tells_the_same(ada: Sitter) -> None:
    token = ada.page()["token"]
    ada.send(1, ada.page(), choice="a")
    ada.client.delete_cookie("quizapp")
    told = [
        ada.client.post(f"{ada.url}/submit-by-token", headers={"X-Attempt-Token": token}) for _ in range(2)
    ]
    assert [answer.status_code for answer in told] == [200, 200]
    assert told[0].json == told[1].json
    assert told[0].json["receipt"]["answered"] == 1


def test_an_older_window_cannot_submit(ada: Sitter) -> None:
    token = ada.page()["token"]
    attempts.resume(ada.context, actor_of(ada), ada.attempt_id)
    told = ada.client.post(
        f"{ada.url}/submit-by-token", headers={"X-Attempt-Token": token, "Accept": "application/json"}
    )
    assert (told.status_code, told.json["code"]) == (409, "taken_over")
