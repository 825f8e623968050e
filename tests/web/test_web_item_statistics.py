"""From a result that waits to the question that looks wrong, and on to what a regrade would do."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from quizapp.domain.person import Role
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting
from tests.services.test_item_statistics import ITEM, spoil
from tests.support import synthetic
from tests.support.people import TESTS, person, sign_in
from tests.web.test_web_exams import words


@pytest.fixture
def sitting_id(sqlite_context: Context) -> UUID:
    """Ninety learners, one wrong key, and nothing shown to anybody."""
    synthetic.crowd(sqlite_context, 90, "statistics")
    spoil(sqlite_context)
    with sqlite_context.transaction(TESTS) as uow:
        uow.session.execute(update(RowAttempt).values(released_at=None))
        return uow.session.scalars(select(RowSitting.id)).one()


def client_of(app: Flask, context: Context, role: Role) -> Any:
    client = app.test_client()
    sign_in(client, context, person(context, role, name=f"{role.value} Example"))
    return client


def test_a_doubtful_key_is_seen_before_the_release(sqlite_app, sqlite_context, sitting_id) -> None:
    instructor = client_of(sqlite_app, sqlite_context, Role.INSTRUCTOR)
    page = instructor.get(f"/sittings/{sitting_id}").text
    assert "1 question looks wrong by its answers." in words(page)
    item = f"/banks/small-bank/items/{ITEM}"
    assert (f"{item}#statistics" in page, f"/sittings/{sitting_id}/items" in page) == (True, True)
    table = words(instructor.get(f"/sittings/{sitting_id}/items").text)
    assert "Counted: 88 attempts." in table
    assert table.count("Key may be wrong") == 2
    shown = instructor.get(item).text
    assert "Who chose this, which is no key, did better on the rest than everybody else: Right" in words(
        shown
    )
    [link] = re.findall(rf'href="({item}/versions/1/regrade\?[^"]+)"', shown)
    proposal = instructor.get(link.replace("&amp;", "&")).text
    assert re.search(r'value="fix_key" required checked', proposal)
    assert re.search(r'value="a"[^>]* checked', proposal)


def test_reviewers_reach_them_by_the_exam_and_proctors_do_not(sqlite_app, sqlite_context, sitting_id) -> None:
    with sqlite_context.reading() as session:
        exam_id = session.scalars(select(RowExam.id)).one()
    reviewer = client_of(sqlite_app, sqlite_context, Role.REVIEWER)
    assert f"/exams/{exam_id}/items" in reviewer.get(f"/exams/{exam_id}").text
    assert f"/sittings/{sitting_id}/items" in reviewer.get(f"/exams/{exam_id}/items").text
    assert "regrade would change" not in reviewer.get(f"/sittings/{sitting_id}/items").text
    proctor = client_of(sqlite_app, sqlite_context, Role.PROCTOR)
    paths = (f"/exams/{exam_id}/items", f"/sittings/{sitting_id}/items")
    assert [proctor.get(path).status_code for path in paths] == [403, 403]
    assert "Item statistics" not in proctor.get(f"/sittings/{sitting_id}").text
    assert [reviewer.get(f"/{noun}/{UUID(int=1)}/items").status_code for noun in ("exams", "sittings")] == [
        404,
        404,
    ]
