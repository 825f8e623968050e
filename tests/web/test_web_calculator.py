"""Whether an exam offers a calculator: decided by its author, told before the start and to the runner."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from quizapp.domain.person import Role
from quizapp.services import exams
from quizapp.services.unit_of_work import Context
from tests.support import attempts as room
from tests.support.people import TESTS, person, sign_in


@pytest.mark.parametrize("offered", [True, False])
def test_the_learner_is_told_and_the_exam_window_knows(
    sqlite_app: Flask, sqlite_context: Context, offered: bool
) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    learner_id = person(sqlite_context, Role.LEARNER, name="Lea Learner")
    sitting_id = room.room(sqlite_context, [learner_id], has_calculator=offered)
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, learner_id)
    page = client.get(f"/sittings/{sitting_id}/start").text
    assert ("A calculator is part of the exam window" in page, "No calculator is offered." in page) == (
        offered,
        not offered,
    )
    place = client.post(f"/sittings/{sitting_id}/start").headers["Location"]
    assert (
        bool(re.search(r'<form[^>]*id="item-form"[^>]* data-calculator', client.get(place).text)) is offered
    )
    assert exams.get(sqlite_context, TESTS, "small-exam").definition.has_calculator is offered
