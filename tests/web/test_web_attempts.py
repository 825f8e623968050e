"""Pages and doors of a running attempt: whose they are, what a stale or broken window can do."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.attempt import project
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, check_ins, people, sitting_plans, sittings
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as store
from quizapp.store import response_events
from tests.support import attempts as room
from tests.support import exams
from tests.support.people import TESTS, person, sign_in


class Sitter:
    """A learner with a browser and an open attempt."""

    def __init__(self, app: Flask, context: Context, sitting_id: UUID, person_id: UUID) -> None:
        self.context, self.client = context, app.test_client()
        sign_in(self.client, context, person_id)
        answer = self.client.post(f"/sittings/{sitting_id}/start")
        self.attempt_id = UUID(answer.location.split("/")[2])
        self.url = f"/attempts/{self.attempt_id}"

    def page(self, position: int = 1) -> dict[str, str]:
        """The hidden fields of an item's page, as a window that was opened now would send them."""
        text = self.client.get(f"{self.url}/items/{position}").text
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
        return {name: value.replace("&#34;", '"') for name, value in found if name != "csrf_token"}

    def send(self, position: int, page: dict[str, str], **fields: str) -> Any:
        return self.client.post(f"{self.url}/items/{position}", data={**page, **fields})

    def responses(self) -> dict[int, Any]:
        with self.context.reading() as session:
            known = project(response_events.entries(session, self.attempt_id))
        return {slot: state.response for slot, state in known.items() if state.response is not None}


@pytest.fixture
def sitters(sqlite_app: Flask, sqlite_context: Context) -> list[Sitter]:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    ids = [person(sqlite_context, Role.LEARNER, name=name) for name in ("Ada Able", "Ben Boole")]
    sitting_id = room.room(sqlite_context, ids)
    return [Sitter(sqlite_app, sqlite_context, sitting_id, each) for each in ids]


def post(client: FlaskClient, url: str, token: str, body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"X-Attempt-Token": token, "Content-Type": "application/json"}
    return client.post(f"{url}/events", data=text, headers=headers)


def batch(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"protocol": 1, "entries": list(entries)}


def entry(**changes: Any) -> dict[str, Any]:
    return {"client_seq": 1, "slot": 1, "kind": "response", "payload": {"choice": "a"}} | changes


def test_every_page_of_an_attempt_is_its_learners_alone(sitters: list[Sitter]) -> None:
    ada, ben = sitters
    gets = ["resume", "items/1", "review", "time-up", "receipt"]
    told = [ben.client.get(f"{ada.url}/{path}").status_code for path in gets]
    told += [ben.client.post(f"{ada.url}/{path}").status_code for path in ("resume", "submit")]
    told.append(ben.client.get(f"/results/{ada.attempt_id}").status_code)
    assert told == [404] * 8
    assert ada.client.get(f"{ada.url}/items/1").status_code == 200


def test_a_token_opens_the_doors_of_its_own_attempt_only(sitters: list[Sitter]) -> None:
    ada, ben = sitters
    own = ada.page()["token"]
    told = [
        post(ada.client, ben.url, own, batch(entry())).status_code,
        beat(ada.client, ben.url, own).status_code,
        ada.client.get(f"{ben.url}/content", headers={"X-Attempt-Token": own}).status_code,
        ada.client.post(f"{ben.url}/items/1", data={"token": own, "choice": "a"}).status_code,
        beat(ada.client, ben.url, "").status_code,
        beat(ada.client, ada.url, own).status_code,
    ]
    assert (told, ada.responses(), ben.responses()) == ([403, 403, 403, 403, 403, 200], {}, {})


def beat(client: FlaskClient, url: str, token: str, body: object = None) -> Any:
    return client.post(
        f"{url}/heartbeat", json={"unsaved": 0} if body is None else body, headers={"X-Attempt-Token": token}
    )


def test_the_content_holds_every_item_and_its_state_and_nothing_else(sitters: list[Sitter]) -> None:
    ada, _ = sitters
    token = ada.page()["token"]
    post(ada.client, ada.url, token, batch(entry(), entry(client_seq=2, slot=2, kind="flag", payload=True)))
    note = {"note": "look again", "strikes": ["b"]}
    post(ada.client, ada.url, token, batch(entry(client_seq=3, kind="markup", payload=note)))
    told = ada.client.get(f"{ada.url}/content", headers={"X-Attempt-Token": token}).json
    assert set(told) == {
        "protocol", "writer", "last_seq", "opened_at", "journal_key", "sections", "titles", "items", "clock",
    }  # fmt: skip
    assert {frozenset(item) for item in told["items"]} == {
        frozenset({"slot", "section", "type", "html", "response", "flag", "seen", "markup"})
    }
    assert [item["slot"] for item in told["items"]] == list(range(1, len(told["items"]) + 1))
    first, second = told["items"][:2]
    assert (first["response"], first["markup"], first["flag"]) == ({"choice": "a"}, note, False)
    assert (second["response"], second["flag"], told["last_seq"]) == (None, True, 3)
    assert 'name="choice"' in first["html"]


@pytest.mark.parametrize("body", [[], {"unsaved": -1}, {"unsaved": "many"}, {"unsaved": 1, "slot": 0}])
def test_a_sign_of_life_that_says_nonsense_is_refused(sitters: list[Sitter], body: object) -> None:
    ada, _ = sitters
    assert beat(ada.client, ada.url, ada.page()["token"], body).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[" * 100_000,
        "[]",
        batch(),
        batch(entry(kind=["response"])),
        batch(entry(kind={})),
        batch(entry(slot=0)),
        batch(entry(slot=999)),
        batch(entry(client_seq=True)),
        batch(entry(payload="a")),
        batch(entry(payload={"text": "\ud800"})),
        json.dumps(batch(entry(payload={"number": float("nan")}))),
        batch(entry(elapsed_ms=-1)),
    ],
)
def test_a_batch_no_page_can_have_sent_is_refused_whole(sitters: list[Sitter], body: Any) -> None:
    ada, _ = sitters
    answer = post(ada.client, ada.url, ada.page()["token"], body)
    assert (answer.status_code, answer.json["code"], ada.responses()) == (422, "bad_batch", {})


def test_a_place_outside_the_form_is_nowhere(sitters: list[Sitter]) -> None:
    ada, _ = sitters
    page = ada.page()
    told = [ada.client.get(f"{ada.url}/items/{n}").status_code for n in (0, 17, 10**30)]
    told += [ada.send(n, page, choice="a").status_code for n in (0, 17, 10**30)]
    assert told == [404] * 6


def test_a_stale_tab_and_the_back_button_overwrite_nothing(sitters: list[Sitter]) -> None:
    ada, _ = sitters
    stale = ada.page()
    ada.send(1, stale, choice="a")
    ada.send(1, stale)
    assert ada.responses() == {1: {"choice": "a"}}
    ada.send(1, ada.page(), choice="b")
    ada.send(1, stale)
    assert ada.responses() == {1: {"choice": "b"}}
    ada.send(1, ada.page())
    assert ada.responses() == {}


def test_a_form_sent_twice_counts_once_and_a_closed_attempt_takes_nothing(sitters: list[Sitter]) -> None:
    ada, _ = sitters
    page = ada.page()
    for _ in range(2):
        ada.send(1, page, choice="a")
    told = [ada.client.post(f"{ada.url}/submit").location for _ in range(2)]
    answer = ada.send(1, page, choice="b")
    assert (told, ada.responses()) == ([f"{ada.url}/receipt"] * 2, {1: {"choice": "a"}})
    assert answer.status_code == 302
    assert "arrived after the end" in ada.client.get(answer.location, follow_redirects=True).text


def test_an_older_window_of_another_device_cannot_save(sitters: list[Sitter]) -> None:
    ada, _ = sitters
    old = ada.page()
    told = attempts.resume(ada.context, actor_of(ada), ada.attempt_id)
    ada.send(1, old, choice="a")
    assert (told, ada.responses()) == (2, {})
    assert ada.client.get(f"{ada.url}/items/1").location == f"{ada.url}/resume"


def actor_of(sitter: Sitter) -> Any:
    with sitter.context.reading() as session:
        row = session.get_one(store.RowAttempt, sitter.attempt_id)
        return Actor(row.person_id, frozenset({Role.LEARNER}))


def test_a_disabled_account_can_save_no_more_and_loses_nothing(sitters: list[Sitter]) -> None:
    ada, _ = sitters
    page, who = ada.page(), actor_of(ada)
    ada.send(1, page, choice="a")
    people.disable(ada.context, TESTS, who.person_id)
    ada.send(1, page, choice="b")
    shut = ada.responses()
    people.enable(ada.context, TESTS, who.person_id)
    attempts.resume(ada.context, who, ada.attempt_id)
    assert (shut, ada.responses()) == ({1: {"choice": "a"}}, {1: {"choice": "a"}})


def test_two_tabs_that_number_alike_lose_no_later_choice(sitters: list[Sitter]) -> None:
    ada, _ = sitters
    token = ada.page()["token"]
    first = post(ada.client, ada.url, token, batch(entry(elapsed_ms=10)))
    post(ada.client, ada.url, token, batch(entry(client_seq=2, payload={"choice": "b"}, elapsed_ms=20)))
    repeat = post(ada.client, ada.url, token, batch(entry(elapsed_ms=10)))
    other_tab = post(ada.client, ada.url, token, batch(entry(elapsed_ms=70)))
    assert (first.status_code, repeat.status_code) == (200, 200)
    assert (other_tab.status_code, other_tab.json["code"], other_tab.json["last_seq"]) == (
        409,
        "sequence_taken",
        "2",
    )


def test_the_start_page_leads_through_check_in_and_rules(sqlite_app: Flask, sqlite_context: Context) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    ada = person(sqlite_context, Role.LEARNER, name="Ada Able")
    sitting_id = room.room(sqlite_context, [ada])
    hall = sitting_plans.Plan(
        "Hall",
        exams.window(sqlite_context),
        person_ids=frozenset({ada}),
        needs_check_in=True,
        rules="Be *quiet*.",
        networks=("127.0.0.0/8",),
    )
    sittings.revise(sqlite_context, TESTS, sitting_id, hall)
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, ada)
    page = f"/sittings/{sitting_id}/start"
    told = client.get(page).text
    assert ("Go to your proctor first" in told, "<em>quiet</em>" in told, "Start now" in told) == (
        True,
        True,
        False,
    )
    check_ins.arrive(sqlite_context, TESTS, sitting_id, ada, "photo_id")
    assert "I have read the rules and accept them" in client.get(page).text
    assert client.post(page).location == page
    assert client.post(f"/sittings/{sitting_id}/rules").location == page
    told = client.get(page).text
    assert ("You have accepted these rules." in told, "Start now" in told) == (True, True)
    outside = client.post(page, environ_base={"REMOTE_ADDR": "192.168.0.9"})
    assert outside.location == page
    assert "/items/1" in client.post(page).location
