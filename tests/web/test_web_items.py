"""Bank pages: coverage, filters, and keys for those alone who may read them."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Role, operator
from quizapp.services import frameworks, items
from quizapp.services.unit_of_work import Context
from tests.support import inventions
from tests.support.inventions import item, write_bank
from tests.support.people import person, sign_in

TESTS = operator("tests")
ROW = re.compile(r'<th scope="row" class="item-id"><a href="/banks/harbour-items/items/([^"]+)"')


@pytest.fixture
def bank(sqlite_context: Context, tmp_path: Path) -> UUID:
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    every = [item(f"h-{kind}".replace("_", "-"), kind) for kind in ITEM_TYPES]
    practised = [item(f"p-{n}", task="B.1", pool="practice", stem=f"What is light {n}?") for n in range(6)]
    secured = [item(f"s-{n}", task="B.1") for n in range(12)]
    single = item(
        "d-1", task="C.11", status="draft", tasks=["C.11", "B.1"], stimulus="storm", enemies=["s-0"]
    )
    scenario = {"id": "storm", "title": "A storm", "text": "The wind is *rising*."}
    items.load_bank(
        sqlite_context, TESTS, write_bank(tmp_path / "b", [*every, *practised, *secured, single], [scenario])
    )
    return person(sqlite_context, Role.INSTRUCTOR)


def signed_in(app: Flask, context: Context, person_id: UUID) -> FlaskClient:
    client = app.test_client()
    sign_in(client, context, person_id)
    return client


@pytest.fixture
def author(sqlite_app: Flask, sqlite_context: Context, bank: UUID) -> FlaskClient:
    return signed_in(sqlite_app, sqlite_context, bank)


@pytest.fixture
def administrator(sqlite_app: Flask, sqlite_context: Context, bank: UUID) -> FlaskClient:
    keeper = person(sqlite_context, Role.ADMINISTRATOR, name="Max Example")
    return signed_in(sqlite_app, sqlite_context, keeper)


def page(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.text


def test_banks_are_listed_with_their_approved_items(author: FlaskClient) -> None:
    html = page(author, "/banks")
    assert 'href="/banks/harbour-items"' in html
    assert re.findall(r'class="num" data-label="[^"]+" translate="no">(\d+)<', html) == [
        str(19 + EVERY),
        str(12 + EVERY),
        "6",
    ]


def test_an_empty_installation_says_what_to_do(sqlite_app: Flask, sqlite_context: Context) -> None:
    client = signed_in(sqlite_app, sqlite_context, person(sqlite_context, Role.INSTRUCTOR))
    assert "quizapp bank load" in page(client, "/banks")


def test_every_task_is_counted_by_pool_state_and_type(author: FlaskClient) -> None:
    table = page(author, "/banks/harbour-items").partition('id="by-task"')[2].partition("</table>")[0]
    rows = {
        told[0]: [int(count) for count in told[1:] if count.isdigit()]
        for told in (re.findall(r'translate="no">([^<]+)<', row) for row in table.split("<tr")[2:])
    }
    labels = re.findall(r'data-label="([^"]+)"', table.split("<tr")[2])
    assert labels[:3] == ["Secure · Draft", "Secure · Approved", "Practice · Approved"]
    assert labels[3:6] == ["Single choice", "Multiple response", "True or false"]
    assert len(rows) == 16
    none = [0] * (EVERY - 1)
    assert rows["A.1"] == [0, EVERY, 0, 1, *[1] * (EVERY - 1)]
    assert rows["B.1"] == [0, 12, 6, 18, *none]
    assert rows["C.11"] == [1, 0, 0, 1, *none]
    assert rows["C.1"] == [0, 0, 0, 0, *none]


def test_the_coverage_map_shows_every_task_against_the_need(author: FlaskClient) -> None:
    html = page(author, "/banks/harbour-items")
    cells = re.findall(r'class="task-cell" href="/banks/harbour-items\?task=([^#]+)#items"', html)
    assert len(cells) == 16
    assert html.count("No approved item: write one; secure + practice: ") == 14
    assert html.count("More items needed; secure + practice: ") == 1
    assert html.count("Enough approved items; secure + practice: ") == 1
    assert "1 of 16 tasks" in html


EVERY = len(ITEM_TYPES)
FILTERS = {
    "task=C.11": ["d-1"],
    "task=B.1&pool=practice": [f"p-{n}" for n in range(6)],
    "type=numeric": ["h-numeric"],
    "status=draft": ["d-1"],
    "text=LIGHT+3": ["p-3"],
    "text=h-num": ["h-numeric"],
    "text=nowhere": [],
}


def test_items_are_filtered(author: FlaskClient) -> None:
    told = {query: ROW.findall(page(author, f"/banks/harbour-items?{query}")) for query in FILTERS}
    assert told == FILTERS


def test_an_item_of_each_type_shows_preview_and_key(author: FlaskClient) -> None:
    for kind in ITEM_TYPES:
        html = page(author, f"/banks/harbour-items/items/h-{kind}".replace("_", "-"))
        for told in ("As the learner sees it", "Key and rationales", "item-rationale"):
            assert told in html, kind


def test_an_item_shows_where_it_belongs(author: FlaskClient) -> None:
    html = page(author, "/banks/harbour-items/items/d-1")
    assert "The wind is <em>rising</em>." in html
    assert "/banks/harbour-items/items/s-0" in html
    assert html.index("tasks/C.11") < html.index("tasks/B.1")
    assert "Port law" in html


def test_enemies_are_searched_linked_and_let_go_on_the_page(
    author: FlaskClient, administrator: FlaskClient
) -> None:
    author.application.config["WTF_CSRF_ENABLED"] = False
    url = "/banks/harbour-items/items/s-0"
    found = page(author, f"{url}?apart=s-1")
    assert re.findall(r'name="other" value="([^"]+)"', found) == ["s-1", "s-10", "s-11"]
    told = author.post(f"{url}/enemies", data={"other": ["s-1", "x-1"]}, follow_redirects=True).text
    assert "Nothing was linked" in told
    assert "x-1 The bank has no such item." in told
    told = author.post(f"{url}/enemies", data={"other": ["s-1", "s-2"]}, follow_redirects=True).text
    assert "Kept apart from 2 more items" in told
    assert "its version names this item" in told
    assert page(author, f"{url[:-1]}2").count("linked beside the versions") == 1
    told = author.post(f"{url}/enemies/s-2/unlink", follow_redirects=True).text
    assert "The link is gone" in told
    assert 'value="s-2"' in told
    assert "1 draft no longer names" in author.post(f"{url}/enemies/d-1/draft", follow_redirects=True).text
    told = page(administrator, f"{url}?apart=s")
    assert ("linked beside the versions" in told, "Keep apart" in told) == (True, False)


def test_without_the_permission_there_is_no_key(administrator: FlaskClient) -> None:
    for kind in ITEM_TYPES:
        html = page(administrator, f"/banks/harbour-items/items/h-{kind}".replace("_", "-"))
        assert "As the learner sees it" in html
        for told in ("Key and rationales", "item-rationale", "Distractor", "Scoring"):
            assert told not in html


URLS = ("/banks", "/banks/harbour-items", "/banks/harbour-items/items/d-1")


def test_learners_see_no_bank(sqlite_app: Flask, sqlite_context: Context, bank: UUID) -> None:
    learner = signed_in(sqlite_app, sqlite_context, person(sqlite_context, Role.LEARNER, name="L"))
    told = [learner.get(url, headers={"Accept": "application/json"}).status_code for url in URLS]
    assert told == [403, 403, 403]


def test_visitors_see_no_bank(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    assert [client.get(url).status_code for url in URLS] == [302, 302, 302]


def test_what_is_not_there_is_not_found(author: FlaskClient) -> None:
    for url in ("/banks/none", "/banks/harbour-items/items/none"):
        assert author.get(url, headers={"Accept": "application/json"}).status_code == 404


def test_long_lists_come_in_pages(
    sqlite_app: Flask, sqlite_context: Context, bank: UUID, tmp_path: Path
) -> None:
    many = [item(f"m-{n:03}") for n in range(150)]
    items.load_bank(sqlite_context, TESTS, write_bank(tmp_path / "c", many))
    client = signed_in(sqlite_app, sqlite_context, bank)
    first = ROW.findall(page(client, "/banks/harbour-items?text=m-"))
    second = ROW.findall(page(client, "/banks/harbour-items?text=m-&page=2"))
    assert first + second == [f"m-{n:03}" for n in range(150)]
    assert ROW.findall(page(client, "/banks/harbour-items?text=m-&page=99")) == second
