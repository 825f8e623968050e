"""Tokens and webhooks on their page: made with a fresh sign-in, shown once, ended."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from quizapp.domain.person import Role
from quizapp.services import api_tokens, webhooks
from quizapp.services.unit_of_work import Context
from tests.support.api import Program
from tests.support.browsing import submit
from tests.support.people import TESTS, person, sign_in

PAGE = "/connections"
FORM = {"name": "Personnel system", "scopes": ["changes", "currency"], "days": "30"}


@pytest.fixture
def client(sqlite_app: Flask, sqlite_context: Context) -> Any:
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, Role.REGISTRAR))
    return client


def test_a_token_is_made_shown_once_and_revoked(
    sqlite_app: Flask, sqlite_context: Context, client: Any
) -> None:
    shown = submit(client, PAGE, f"{PAGE}/tokens", **FORM)
    found = re.search(r"qzt_[A-Za-z0-9_-]{43}", shown.text)
    assert found is not None
    asker = Program(sqlite_app, found[0])
    assert asker.ask("/changes").status_code == 200
    listed = client.get(PAGE).text
    assert (found[0] in listed, found[0][:10] in listed, "Personnel system" in listed) == (False, True, True)
    token = api_tokens.listed(sqlite_context, TESTS)[0]
    assert (token.scopes, token.state, token.maker) == (("changes", "currency"), "active", "Ada Example")
    answer = submit(client, PAGE, f"{PAGE}/tokens/{token.id}/revoke")
    assert (answer.status_code, asker.ask("/changes").status_code) == (302, 401)
    assert "Revoked" in client.get(PAGE).text


def test_what_is_missing_is_said_and_nothing_is_made(sqlite_context: Context, client: Any) -> None:
    for change in ({"name": " "}, {"scopes": []}, {"scopes": ["all"]}, {"days": "0"}, {"days": "x"}):
        answer = submit(client, PAGE, f"{PAGE}/tokens", **{**FORM, **change})
        assert (answer.status_code, "Some entries need a change" in answer.text) == (422, True), change
    assert api_tokens.listed(sqlite_context, TESTS) == []


def test_an_old_sign_in_makes_no_token(sqlite_context: Context, client: Any) -> None:
    with client.session_transaction() as stored:
        stored["fs_paa"] -= 3600
    answer = submit(client, PAGE, f"{PAGE}/tokens", **FORM)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/sign-in-again")
    assert api_tokens.listed(sqlite_context, TESTS) == []


def state(context: Context) -> list[tuple[str, str, int]]:
    return [(told.url, told.state, told.cursor) for told in webhooks.listed(context, TESTS)]


def test_a_webhook_is_made_disabled_enabled_and_replayed(sqlite_context: Context, client: Any) -> None:
    url = "https://hooks.example.org/records"
    shown = submit(client, PAGE, f"{PAGE}/webhooks", url=f" {url} ")
    found = re.search(r"whsec_[A-Za-z0-9+/=]{44}", shown.text)
    assert found is not None
    listed = client.get(PAGE).text
    assert (found[0] in listed, url in listed) == (False, True)
    hook = webhooks.listed(sqlite_context, TESTS)[0]
    told = []
    for verb, fields in (("disable", {}), ("enable", {}), ("replay", {"after": "0"})):
        answer = submit(client, PAGE, f"{PAGE}/webhooks/{hook.id}/{verb}", **fields)
        told.append((answer.status_code, state(sqlite_context)))
    assert told == [(302, [(url, how, 0)]) for how in ("disabled", "active", "active")]
    beyond = submit(client, PAGE, f"{PAGE}/webhooks/{hook.id}/replay", after="1")
    assert beyond.status_code == 422


def test_a_bad_target_is_said_beside_its_field(sqlite_context: Context, client: Any) -> None:
    for url, sentence in (
        ("http://hooks.example.org/", "The address must begin with https://."),
        ("https://127.0.0.1/", "This leads to a private address, where nothing is sent."),
        ("nonsense", "This is not a web address."),
        ("", "Give the address."),
    ):
        answer = submit(client, PAGE, f"{PAGE}/webhooks", url=url)
        assert (answer.status_code, sentence in answer.text) == (422, True), url
    assert state(sqlite_context) == []
