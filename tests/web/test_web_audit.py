"""The audit pages: administrators read and filter the log and see the state of its chain."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from quizapp.domain.person import Role, operator
from quizapp.services import audit
from tests.support.people import person, sign_in

ADA = operator("ada")


@pytest.fixture
def client(sqlite_app, sqlite_context, clock):
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, Role.ADMINISTRATOR))
    with sqlite_context.transaction(ADA) as uow:
        uow.audit("publish", "exam", "e1", items=40)
    return client


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["publish exam", "create person"]),
        ("?noun=exam", ["publish exam"]),
        ("?verb=create", ["create person"]),
        ("?actor=ada", ["publish exam"]),
        ("?object_id=e1", ["publish exam"]),
        ("?object_id=other", []),
        ("?since=2026-03-02&until=2026-03-02", ["publish exam", "create person"]),
        ("?since=2026-03-03", []),
        ("?until=2026-03-01", []),
        ("?noun=exam&page=2", []),
    ],
)
def test_lines_are_found_by_filter(client, query: str, found: list[str]) -> None:
    assert rows(client.get(f"/audit{query}").text) == found


def test_a_filter_keeps_its_values_and_a_bad_date_is_said(client) -> None:
    page = client.get("/audit?noun=exam&since=yesterday").text
    assert '<option selected translate="no" value="exam">exam</option>' in page
    assert "error-summary" in page


def test_days_are_days_of_the_reader(client, sqlite_context, clock) -> None:
    clock.instant = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    with sqlite_context.engine.begin() as connection:
        connection.execute(text("UPDATE person SET zone = 'Asia/Tokyo'"))
    with sqlite_context.transaction(ADA) as uow:
        uow.audit("close", "exam", "e1")
    assert rows(client.get("/audit?since=2026-03-04").text) == ["close exam"]


def test_the_chain_is_proved_on_its_page(client, sqlite_context) -> None:
    audit.seal(sqlite_context)
    assert "verdict-valid" in client.get("/audit/chain").text
    with sqlite_context.engine.begin() as connection:
        connection.execute(text("UPDATE audit_line SET verb = 'x' WHERE id = 2"))
    page = client.get("/audit/chain").text
    assert "verdict-revoked" in page
    assert "seal 2, line 2" in page


@pytest.mark.parametrize("path", ["/audit", "/audit/chain"])
def test_whoever_is_not_signed_in_is_sent_to_do_so(sqlite_app, path: str) -> None:
    answer = sqlite_app.test_client().get(path)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")


@pytest.mark.parametrize("path", ["/audit", "/audit/chain"])
def test_no_other_role_reads_the_log(sqlite_app, sqlite_context, path: str) -> None:
    client = sqlite_app.test_client()
    roles = [role for role in Role if role is not Role.ADMINISTRATOR]
    sign_in(client, sqlite_context, person(sqlite_context, *roles))
    assert client.get(path).status_code == 403
