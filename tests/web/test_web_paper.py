"""The pages on which answer sheets are keyed in."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.person import Role
from quizapp.services import packs
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt
from quizapp.store.packs import RowPrintedForm
from tests.support import attempts as room
from tests.support.people import TESTS, person, sign_in


@pytest.fixture
def sheet(sqlite_app: Flask, sqlite_context: Context) -> tuple[UUID, UUID, str]:
    """Sitting, learner and form code of a sheet to key in."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    learner_id = person(sqlite_context, Role.LEARNER, name="Lea Learner")
    sitting_id = room.room(sqlite_context, [learner_id], hours=4)
    packs.print_pack(sqlite_context, TESTS, "small-exam", 1)
    with sqlite_context.reading() as session:
        return sitting_id, learner_id, session.query(RowPrintedForm).one().code


def reader(app: Flask, context: Context, name: str, role: Role = Role.INSTRUCTOR) -> FlaskClient:
    client = app.test_client()
    sign_in(client, context, person(context, role, name=name))
    return client


def test_two_people_key_a_sheet_in_and_a_third_decides(
    sqlite_app: Flask, sqlite_context: Context, sheet: tuple[UUID, UUID, str]
) -> None:
    sitting_id, learner_id, code = sheet
    first, second, third = (reader(sqlite_app, sqlite_context, name) for name in ("Ida", "Imo", "Ivo"))
    listed = f"/sittings/{sitting_id}/paper"
    asked = {"person": str(learner_id), "code": f" {code.lower().replace('-', '')} "}
    place = first.get(listed, query_string=asked).headers["Location"]
    answers = {f"slot-{slot}": "a" for slot in range(1, 17)}
    assert first.post(place, data=answers).headers["Location"] == listed
    assert "Somebody else has to enter it now." in first.get(place).text
    assert len(re.findall(r'name="slot-\d+" value=""', second.get(place).text)) == 16
    second.post(place, data=answers | {"slot-7": "b"})
    page = third.get(place).text
    assert re.findall(r'name="slot-(\d+)"', page) == ["7"]
    assert "readings differ" in third.get(listed).text
    third.post(place, data={"slot-7": "a"})
    assert "This sheet is entered and closed." in third.get(place).text
    with sqlite_context.reading() as session:
        assert session.query(RowAttempt).one().close_reason == "paper"


def test_wrong_letters_come_back_with_everything_else_kept(
    sqlite_app: Flask, sqlite_context: Context, sheet: tuple[UUID, UUID, str]
) -> None:
    client = reader(sqlite_app, sqlite_context, "Ida")
    told = client.post(
        f"/sittings/{sheet[0]}/paper/{sheet[1]}/{sheet[2]}", data={"slot-1": "Z", "slot-2": "b"}
    )
    assert (told.status_code, told.text.count("This cannot stand on the sheet.")) == (422, 1)
    assert ('name="slot-1" value="Z"' in told.text, 'name="slot-2" value="b"' in told.text) == (True, True)


def test_a_proctor_of_another_sitting_finds_nothing(
    sqlite_app: Flask, sqlite_context: Context, sheet: tuple[UUID, UUID, str]
) -> None:
    client = reader(sqlite_app, sqlite_context, "Pia", Role.PROCTOR)
    assert client.get(f"/sittings/{sheet[0]}/paper").status_code == 404
    assert client.get(f"/sittings/{sheet[0]}/paper/{sheet[1]}/{sheet[2]}").status_code == 404
