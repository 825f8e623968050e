"""The public page that says whether a receipt is ours."""

from __future__ import annotations

from flask import Flask

from quizapp.services import attempts
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.web.test_web_exams import words


def test_anybody_may_ask_and_nobody_is_told_whose_it_is(sqlite_app: Flask, sqlite_context: Context) -> None:
    ada = room.learner(sqlite_context, "Ada One")
    sitting_id = room.room(sqlite_context, [ada.person_id])
    attempt_id = room.taken(sqlite_context, ada, sitting_id, {"1.A": 8})
    with sqlite_context.reading() as session:
        code = attempts.receipt_of(session.get_one(RowAttempt, attempt_id)).code
    client = sqlite_app.test_client()
    asked = {
        f"code={code}&answered=16": (200, "The receipt is ours"),
        f"code={code}&attempt={attempt_id}": (200, "The receipt is ours"),
        f"code={code}&answered=15": (404, "No such receipt"),
        f"code={code}": (404, "No such receipt"),
        "code=AAAA-AAAA-AAAA&answered=16": (404, "No such receipt"),
        f"code={code}&answered=many": (422, "Not a valid integer value"),
        "": (200, "See whether a receipt was given"),
    }
    for query, (status, sentence) in asked.items():
        answer = client.get(f"/receipts/check?{query}")
        assert (answer.status_code, sentence in words(answer.text), "Ada One" in answer.text) == (
            status,
            True,
            False,
        ), query
