"""Pages of exams, as instructors meet them; no script runs in any of this."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.blueprint import BlueprintRow
from quizapp.domain.exam import ExamState, Mode, Section
from quizapp.domain.person import Role
from quizapp.services import exams
from quizapp.services.unit_of_work import Context
from tests.support import banks
from tests.support.exams import CERTIFICATION, PRACTICE, define, published
from tests.support.people import TESTS, person, sign_in

JSON = {"Accept": "application/json"}
PILOT = "Pilot: not for personnel decisions"


@pytest.fixture
def ground(sqlite_context: Context) -> Context:
    banks.framework(sqlite_context)
    banks.bank(sqlite_context, secure={"1.A": 16, "1.B": 16, "2.A": 1})
    return sqlite_context


@pytest.fixture
def client(sqlite_app: Flask, ground: Context) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    client = sqlite_app.test_client()
    sign_in(client, ground, person(ground, Role.INSTRUCTOR))
    return client


def words(page: str) -> str:
    """The text of a page's main part."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def fields(page: str) -> dict[str, str]:
    """What the form of a page would send as it stands (checkboxes and radios aside)."""
    told = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'(\w+(?:-\w+)*)="([^"]*)"', tag))
        is_choice = attributes.get("type") in ("checkbox", "radio")
        if "name" in attributes and (not is_choice or " checked" in tag):
            told[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', page, re.S):
        told[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        told[name] = (re.findall(r'value="([^"]*)" selected', options) or ["1"])[0]
    return told


def test_an_empty_list_teaches_and_leads_to_the_form(client: FlaskClient) -> None:
    page = client.get("/exams").text
    assert "There is no exam yet." in words(page)
    assert page.count('href="/exams/new"') == 1


def test_the_list_tells_state_standing_and_counts(client: FlaskClient, ground: Context) -> None:
    published(ground)
    define(ground, PRACTICE, slug="practice")
    told = words(client.get("/exams").text)
    assert "Exams 2" in told
    assert "Small certification Certification Published Pilot 2 16 0" in told
    assert "Small practice Practice Draft Pilot 2 8 0" in told


def test_an_exam_is_defined_from_the_empty_form(client: FlaskClient, ground: Context) -> None:
    form = fields(client.get("/exams/new").text)
    form |= {
        "title": "New exam",
        "slug": "new-exam",
        "minutes": "20",
        "items-1.A": "8",
        "top_up-1.A": "4",
        "items-1.B": " 8 ",
    }
    answer = client.post("/exams/new", data=form)
    told = exams.get(ground, TESTS, "new-exam")
    assert (answer.status_code, answer.location) == (302, f"/exams/{told.id}/feasibility")
    expected = CERTIFICATION.blueprint.rows[0], BlueprintRow("1.B", 8)
    assert (told.definition.blueprint.rows, told.bank_ids) == (expected, ("small-bank",))
    assert (told.definition.task_rule, told.definition.attempts) == (
        CERTIFICATION.task_rule,
        CERTIFICATION.attempts,
    )


def test_practice_and_sections_are_defined_too(client: FlaskClient, ground: Context) -> None:
    form = fields(client.get("/exams/new").text)
    form |= {
        "title": "P",
        "slug": "pp",
        "mode": "practice",
        "items-1.A": "4",
        "items-1.B": "4",
        "section-1.B": "2",
        "section_title-0": "First",
        "section_title-1": "Second",
        "section_minutes-1": "5",
        "section_one_way-1": "1",
        "has_calculator": "y",
    }
    assert client.post("/exams/new", data=form).status_code == 302
    told = exams.get(ground, TESTS, "pp").definition
    assert (told.mode, told.attempts.is_unlimited, told.has_calculator) == (Mode.PRACTICE, True, True)
    assert told.sections == (Section("First"), Section("Second", 300, True))
    assert [row.section for row in told.blueprint.rows] == [0, 1]


def test_the_form_shows_a_draft_as_it_is_and_saving_it_changes_nothing(
    client: FlaskClient, ground: Context
) -> None:
    exam_id = define(ground, instructions="Read\n\ncarefully.")
    before = exams.get(ground, TESTS, exam_id)
    form = fields(client.get(f"/exams/{exam_id}/edit").text)
    assert client.post(f"/exams/{exam_id}/edit", data=form).status_code == 302
    assert exams.get(ground, TESTS, exam_id) == before


def test_every_wrong_field_is_told_with_its_place_and_nothing_is_lost(
    client: FlaskClient, ground: Context
) -> None:
    define(ground)
    form = fields(client.get("/exams/new").text)
    form |= {"title": "Kept title", "slug": "small-exam", "items-1.A": "many", "top_up-1.B": "3"}
    answer = client.post("/exams/new", data=form)
    told = words(answer.text)
    assert answer.status_code == 422
    assert "1.A : “many” is not a whole number up to 999." in told
    assert "1.B : A top-up needs items on the first form too." in told
    assert 'value="Kept title"' in answer.text
    form |= {"items-1.A": "8", "items-1.B": "8", "max_below": "5"}
    answer = client.post("/exams/new", data=form)
    told = words(answer.text)
    assert answer.status_code == 422
    assert "Short name: Another exam has this short name." in told
    assert "Tasks that may be below: This is outside what is allowed. (fewer than tasks)" in told
    assert len(exams.listed(ground, TESTS)) == 1


def test_the_pool_stands_beside_each_task_and_is_counted_without_saving(
    client: FlaskClient, ground: Context
) -> None:
    page = client.get("/exams/new").text
    assert "1.A Do A. 16 16" in words(page)
    form = fields(page) | {"recount": "1", "items-1.A": "8", "items-2.A": "3"}
    page = client.post("/exams/new", data={**form, "banks": []}).text
    assert "1.A Do A. 0 0" in words(page)
    assert "First 8 items" in words(page)
    assert exams.listed(ground, TESTS) == []


def test_an_exam_says_pilot_first_and_its_rules_in_words(client: FlaskClient, ground: Context) -> None:
    exam_id = published(ground)
    told = words(client.get(f"/exams/{exam_id}").text)
    assert told.startswith(PILOT)
    assert "at least 90 % certain that the person answers 70 % or more" in told
    assert "The exam is met with 75 % of the points and at most 1 of 2 tasks below." in told
    assert "Two attempts in a cycle, 30 days apart" in told
    assert "subject-matter experts have not reviewed every item, and a cut rests on no" in told


def test_the_feasibility_page_says_it_in_words_and_numbers(client: FlaskClient, ground: Context) -> None:
    exam_id = define(ground)
    told = words(client.get(f"/exams/{exam_id}/feasibility").text)
    assert told.startswith(PILOT)
    assert "It can be published." in told
    assert "1.A, 1.B : The items do not last for every cycle the rules allow;" in told
    assert "1.A 8 + 4 3 % (2 %) 11 % (6 %) 31 % (17 %) 68 % (43 %) 89 % (66 %)" in told
    assert "This freezes the title, the blueprint of 16 items on 2 tasks" in told


def test_publishing_freezes_and_leads_to_the_exam(client: FlaskClient, ground: Context) -> None:
    exam_id = define(ground)
    answer = client.post(f"/exams/{exam_id}/publish")
    assert (answer.status_code, answer.location) == (302, f"/exams/{exam_id}")
    assert exams.get(ground, TESTS, exam_id).state is ExamState.PUBLISHED
    assert client.get(f"/exams/{exam_id}/edit").location == f"/exams/{exam_id}"
    page = client.get(f"/exams/{exam_id}").text
    assert "Nobody can start yet" in words(page)
    assert f'action="/exams/{exam_id}/preview"' in page


def test_what_cannot_certify_is_refused_with_every_reason(client: FlaskClient, ground: Context) -> None:
    rows = (BlueprintRow("1.A", 17), BlueprintRow("2.A", 1))
    exam_id = define(ground, blueprint=type(CERTIFICATION.blueprint)(rows))
    answer = client.post(f"/exams/{exam_id}/publish")
    told = words(answer.text)
    assert answer.status_code == 422
    assert "1.A : There are not enough eligible items to fill one form." in told
    assert "2.A : Even somebody who answers everything right could not demonstrate this task." in told
    assert exams.get(ground, TESTS, exam_id).state is ExamState.DRAFT


def test_closing_says_what_it_does_and_does_it(client: FlaskClient, ground: Context) -> None:
    exam_id = published(ground)
    assert "Nobody can start it again, ever." in words(client.get(f"/exams/{exam_id}").text)
    assert client.post(f"/exams/{exam_id}/close").status_code == 302
    assert exams.get(ground, TESTS, exam_id).state is ExamState.CLOSED
    assert client.post(f"/exams/{exam_id}/close", headers=JSON).status_code == 409


def test_words_of_authors_are_escaped(client: FlaskClient, ground: Context) -> None:
    exam_id = define(ground, title="<b>Bold</b>", instructions="<script>alert(1)</script>")
    for path in ("/exams", f"/exams/{exam_id}", f"/exams/{exam_id}/edit", f"/exams/{exam_id}/feasibility"):
        page = client.get(path).text
        assert ("<b>Bold" in page, "<script>alert" in page) == (False, False)


ROUTES = [
    ("get", "/exams"),
    ("get", "/exams/new"),
    ("get", "/exams/{exam}"),
    ("get", "/exams/{exam}/edit"),
    ("get", "/exams/{exam}/feasibility"),
    ("post", "/exams/{exam}/publish"),
    ("post", "/exams/{exam}/close"),
    ("get", "/exams/{exam}/schedule"),
    ("get", "/sittings"),
    ("get", "/sittings/new"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_learner_gets_none_of_these(sqlite_app: Flask, ground: Context, method: str, path: str) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    client = sqlite_app.test_client()
    sign_in(client, ground, person(ground, Role.LEARNER))
    told = getattr(client, method)(path.format(exam=define(ground)), headers=JSON)
    assert told.status_code == 403


def test_what_does_not_exist_is_not_found(client: FlaskClient) -> None:
    nothing = UUID(int=0)
    for path in (f"/exams/{nothing}", f"/exams/{nothing}/edit", f"/sittings/{nothing}", "/exams/nonsense"):
        assert client.get(path, headers=JSON).status_code == 404
