"""Pages of sittings: scheduled in the author's zone, watched, closed with the consequence said."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.exam import Window
from quizapp.domain.person import Role
from quizapp.services import cohorts, sittings
from quizapp.services.sittings import Phase
from quizapp.services.unit_of_work import Context
from quizapp.store import people as store
from tests.support import banks
from tests.support.exams import define, published, window
from tests.support.people import TESTS, person, sign_in
from tests.web.test_web_exams import JSON, fields, words


@pytest.fixture
def ground(sqlite_context: Context) -> Context:
    banks.framework(sqlite_context)
    banks.bank(sqlite_context)
    return sqlite_context


@pytest.fixture
def client(sqlite_app: Flask, ground: Context) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    client = sqlite_app.test_client()
    instructor = person(ground, Role.INSTRUCTOR, name="Ina Instructor")
    with ground.transaction(TESTS) as uow:
        store.by_id(uow.session, instructor).zone = "America/New_York"
        uow.audit("test", "person", instructor)
    sign_in(client, ground, instructor)
    return client


def plan(**changes: object) -> dict[str, object]:
    told = {"title": "Monday", "opens_at": "2026-03-03T09:00", "closes_at": "2026-03-03T12:00"}
    return {**told, **changes}


def test_a_sitting_is_scheduled_in_the_authors_zone(client: FlaskClient, ground: Context) -> None:
    exam_id = published(ground)
    ada, ben = (person(ground, Role.LEARNER, name=name) for name in ("Ada A", "Ben B"))
    pat = person(ground, Role.PROCTOR, name="Pat P")
    cohort_id = cohorts.create_cohort(ground, TESTS, "Class")
    cohorts.add_members(ground, TESTS, cohort_id, [ada])
    page = client.get(f"/exams/{exam_id}/schedule").text
    assert "Times are in your time zone: America/New_York" in words(page)
    sent = plan(
        cohorts=[str(cohort_id)], people="ben.b.1@example.org\n", proctors=[str(pat)], access_code="fig"
    )
    answer = client.post(f"/exams/{exam_id}/schedule", data=sent)
    (line,) = sittings.listed(ground, TESTS)
    assert (answer.status_code, answer.location) == (302, f"/sittings/{line.id}")
    opens_at, closes_at = (datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (14, 17))
    assert line.window == Window(opens_at, closes_at)
    assert words(client.get(answer.location).text).startswith("Scheduled. Pilot: ")
    told = words(client.get(answer.location).text)
    assert told.startswith("Pilot: not for personnel decisions")
    assert "3 Mar 2026, 09:00 EST" in told
    assert "Ada A Class Not started" in told
    assert "Ben B by name Not started" in told
    assert "Proctors Pat P Access code fig" in told
    assert {e.person_id for e in sittings.get(ground, TESTS, line.id).roster} == {ada, ben}


def test_an_hour_that_does_not_exist_is_told(client: FlaskClient, ground: Context) -> None:
    exam_id = published(ground)
    sent = plan(opens_at="2026-03-08T02:30", closes_at="2026-03-08T09:00")
    answer = client.post(f"/exams/{exam_id}/schedule", data=sent)
    assert answer.status_code == 422
    assert "Opens: This time does not exist in your zone: clocks go forward." in words(answer.text)


def test_of_an_hour_that_comes_twice_the_end_is_the_later_one(client: FlaskClient, ground: Context) -> None:
    sent = plan(opens_at="2026-11-01T01:30", closes_at="2026-11-01T01:45")
    client.post(f"/exams/{published(ground)}/schedule", data=sent)
    (line,) = sittings.listed(ground, TESTS)
    told = [(t.hour, t.minute) for t in (line.window.opens_at, line.window.closes_at)]
    assert told == [(5, 30), (6, 45)]


def test_every_wrong_field_is_told_with_its_place(client: FlaskClient, ground: Context) -> None:
    exam_id = published(ground)
    path = f"/exams/{exam_id}/schedule"
    told = words(client.post(path, data=plan(title="", closes_at="soon")).text)
    assert "Title: This field is required." in told
    assert "Closes: Not a valid datetime value." in told
    answer = client.post(path, data=plan(people="no@example.org\nnor@example.org"))
    assert "no@example.org: No account has this address." in words(answer.text)
    assert "nor@example.org" in fields(answer.text)["people"]
    told = words(client.post(path, data=plan(closes_at="2026-03-01T10:00", is_open_to_all="y")).text)
    assert "Closes: The end must be after the start." in told
    assert "Open to every learner: Certification needs a list of people." in told
    assert sittings.listed(ground, TESTS) == []


def test_what_the_day_asks_for_is_typed_stored_and_shown(client: FlaskClient, ground: Context) -> None:
    sent = plan(
        needs_check_in="y", rules="Be *quiet*.", networks="10.1.0.0/16\n10.2.0.0/16", late_rule="Power"
    )
    answer = client.post(f"/exams/{published(ground)}/schedule", data=sent)
    (line,) = sittings.listed(ground, TESTS)
    told = sittings.get(ground, TESTS, line.id)
    assert (told.needs_check_in, told.rules, told.networks, told.late_rule) == (
        True,
        "Be *quiet*.",
        ("10.1.0.0/16", "10.2.0.0/16"),
        "Power",
    )
    page = words(client.get(answer.location).text)
    assert "Check-in needed before the start Networks 10.1.0.0/16, 10.2.0.0/16 Rules accepted" in page
    form = fields(client.get(f"/sittings/{line.id}/edit").text)
    assert client.post(f"/sittings/{line.id}/edit", data=form).status_code == 302
    assert sittings.get(ground, TESTS, line.id) == told
    wrong = client.post(f"/sittings/{line.id}/edit", data=plan(networks="here"))
    assert "here: This is no network, such as 10.1.0.0/16." in words(wrong.text)


def test_a_draft_leads_to_what_can_be_scheduled(client: FlaskClient, ground: Context) -> None:
    assert client.get(f"/exams/{define(ground)}/schedule").location == "/sittings/new"
    assert "No exam is published." in words(client.get("/sittings/new").text)


def test_changing_shows_what_is_there_and_saving_it_changes_nothing(
    client: FlaskClient, ground: Context
) -> None:
    ada = person(ground, Role.LEARNER, name="Ada A")
    sitting_id = sittings.schedule(
        ground, TESTS, published(ground), title="Monday", window=window(ground), person_ids=[ada]
    )
    before = sittings.get(ground, TESTS, sitting_id)
    form = fields(client.get(f"/sittings/{sitting_id}/edit").text)
    assert client.post(f"/sittings/{sitting_id}/edit", data=form).status_code == 302
    assert sittings.get(ground, TESTS, sitting_id) == before


def test_closing_and_cancelling_say_the_consequence_in_numbers(client: FlaskClient, ground: Context) -> None:
    ada = person(ground, Role.LEARNER, name="Ada A")
    exam_id = published(ground)
    one, two = (
        sittings.schedule(ground, TESTS, exam_id, title=name, window=window(ground), person_ids=[ada])
        for name in ("One", "Two")
    )
    told = words(client.get(f"/sittings/{one}").text)
    assert "1 person has not started and cannot start any more. 0 people at work keep their time." in told
    assert "1 person expects it and is not told by this page." in told
    assert client.post(f"/sittings/{one}/close").location == f"/sittings/{one}"
    assert client.post(f"/sittings/{two}/cancel").location == f"/sittings/{two}"
    assert {line.title: line.phase for line in sittings.listed(ground, TESTS)} == {
        "One": Phase.CLOSED,
        "Two": Phase.CANCELLED,
    }
    assert client.get(f"/sittings/{one}/edit").location == f"/sittings/{one}"
    assert client.post(f"/sittings/{one}/close", headers=JSON).status_code == 409


def test_what_is_missing_is_said(client: FlaskClient, ground: Context) -> None:
    now = window(ground).opens_at
    sitting_id = sittings.schedule(
        ground, TESTS, published(ground), title="x", window=Window(now, now.replace(minute=10))
    )
    told = words(client.get(f"/sittings/{sitting_id}").text)
    assert "Nobody is on the list yet, so nobody can start." in told
    assert "nobody gets the full 20 minutes" in told


def test_a_proctor_sees_their_sittings_and_no_button(
    sqlite_app: Flask, client: FlaskClient, ground: Context
) -> None:
    pat = person(ground, Role.PROCTOR, name="Pat P")
    exam_id = published(ground)
    mine, other = (
        sittings.schedule(ground, TESTS, exam_id, title=name, window=window(ground), proctor_ids=ids)
        for name, ids in (("Mine", [pat]), ("Other", []))
    )
    proctor = sqlite_app.test_client()
    sign_in(proctor, ground, pat)
    told = words(proctor.get("/sittings").text)
    assert ("Mine" in told, "Other" in told, "Schedule" in told) == (True, False, False)
    page = words(proctor.get(f"/sittings/{mine}").text)
    assert ("Close this sitting" in page, "Change" in page) == (False, False)
    assert proctor.get(f"/sittings/{other}", headers=JSON).status_code == 404
    assert proctor.post(f"/sittings/{mine}/close", headers=JSON).status_code == 403


def test_an_administrator_can_schedule_without_seeing_exams(
    sqlite_app: Flask, client: FlaskClient, ground: Context
) -> None:
    exam_id = published(ground)
    admin = sqlite_app.test_client()
    sign_in(admin, ground, person(ground, Role.ADMINISTRATOR, name="Ada Admin"))
    assert "Small certification" in words(admin.get("/sittings/new").text)
    answer = admin.post(f"/exams/{exam_id}/schedule", data=plan())
    sitting_id = UUID(answer.location.rpartition("/")[2])
    assert admin.get(f"/sittings/{sitting_id}").status_code == 200
