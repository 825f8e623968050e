"""The framework's pages: every cell of any shape, the source's words, our notes apart."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from quizapp.domain.person import Role, operator
from quizapp.services import frameworks
from quizapp.services.unit_of_work import Context
from tests.support import inventions
from tests.support.people import person, sign_in

TESTS = operator("tests")
CELL = re.compile(r'class="task-cell" href="([^"]+)"')


@pytest.fixture
def client(sqlite_app: Flask, sqlite_context: Context) -> FlaskClient:
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, Role.LEARNER))
    return client


def page(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.text


def test_without_a_framework_the_page_says_what_to_do(client: FlaskClient) -> None:
    assert "quizapp framework load" in page(client, "/framework")


def test_the_map_of_another_shape_draws_every_cell(client: FlaskClient, sqlite_context: Context) -> None:
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    html = page(client, "/framework")
    codes = [url.rsplit("/", 1)[1] for url in CELL.findall(html)]
    expected = [f"{letter}.{n}" for letter, count in inventions.SHAPE.items() for n in range(1, count + 1)]
    assert codes == expected
    assert html.count("title not given in source") == 1
    for url in CELL.findall(html):
        page(client, url)


def test_two_frameworks_are_listed(client: FlaskClient, sqlite_context: Context) -> None:
    source = inventions.framework()
    frameworks.load(sqlite_context, TESTS, source)
    frameworks.load(sqlite_context, TESTS, source | {"id": "lighthouses", "function": "Lighthouses"})
    html = page(client, "/framework")
    assert 'href="/framework/harbour-pilotage"' in html
    assert 'href="/framework/lighthouses"' in html


def test_pages_give_the_source_word_for_word(client: FlaskClient, sqlite_context: Context) -> None:
    source = inventions.framework()
    odd = "Keep <b>odd</b> words & a partner nations' spelling."
    source["competencies"][2]["tasks"][4] |= {"text": odd, "note": "Kept as it is."}
    frameworks.load(sqlite_context, TESTS, source)
    for url in ("/framework/harbour-pilotage/tasks/C.5", "/framework/harbour-pilotage/competencies/C"):
        html = page(client, url)
        assert str(escape(odd)) in html
        assert "Editorial note" in html
        assert "Kept as it is." in html
    untitled = page(client, "/framework/harbour-pilotage/competencies/B")
    assert "Title not given in source" in untitled
    assert "Description not given in source" in untitled


def test_old_versions_stay_readable_and_say_so(client: FlaskClient, sqlite_context: Context) -> None:
    source = inventions.framework()
    frameworks.load(sqlite_context, TESTS, source)
    source["competencies"][0]["tasks"][0]["text"] = "Bring the new ship in."
    frameworks.load(sqlite_context, TESTS, source | {"version": "2026"})
    assert "Bring the new ship in." in page(client, "/framework/harbour-pilotage/tasks/A.1")
    old = page(client, "/framework/harbour-pilotage/tasks/A.1?version=2025-b")
    assert "Bring ship A1 alongside." in old
    assert "not the current one" in old
    assert "/framework/harbour-pilotage/tasks/B.1?version=2025-b" in old


def test_the_download_is_the_published_shape(client: FlaskClient, sqlite_context: Context) -> None:
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    answer = client.get("/framework/harbour-pilotage/export.json")
    told: dict[str, Any] = answer.get_json()
    assert set(told) == {"id", "function", "version", "competencies"}
    assert [len(entry["tasks"]) for entry in told["competencies"]] == [1, 4, 11]
    assert "harbour-pilotage-2025-b.json" in answer.headers["Content-Disposition"]


MISSING = (
    "/framework/nothing",
    "/framework/harbour-pilotage?version=1",
    "/framework/harbour-pilotage/tasks/Z.9",
    "/framework/harbour-pilotage/competencies/Z",
)


def test_what_is_not_there_is_not_found(client: FlaskClient, sqlite_context: Context) -> None:
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    for url in MISSING:
        assert client.get(url, headers={"Accept": "application/json"}).status_code == 404


def test_visitors_are_sent_to_sign_in(sqlite_app: Flask) -> None:
    answer = sqlite_app.test_client().get("/framework")
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")
