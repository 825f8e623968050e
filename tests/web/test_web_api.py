"""The records API over HTTP: who may ask what, what is answered, and what each refusal says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from quizapp.domain.api_token import Scope
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import api_tokens, people, record_status, records
from quizapp.services.unit_of_work import Context
from quizapp.store.records import RowDisclosure
from tests.support.api import BASE, Program, program
from tests.support.people import TESTS, person, sign_in
from tests.support.records import GOOD, MIXED, MONTH, Room, registrar, revoke, room

CASE = "/ims/case/v1p0"
EVERY_TASK = ["1.A", "1.B", "2.A"]
REASON = ("irregularity", "Two people, one keyboard")


@pytest.fixture
def small(context: Context) -> Room:
    return room(context)


@pytest.fixture
def anyone(app: Flask, context: Context) -> Program:
    return program(app, context)


def code(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.mimetype, answer.json["code"]


def refused(status: int, word: str) -> tuple[int, str, str]:
    return status, "application/problem+json", word


# --- tokens -----------------------------------------------------------------------------


def test_each_way_a_token_fails_has_its_own_answer(
    sqlite_app: Flask, sqlite_context: Context, clock: FixedClock
) -> None:
    good = program(sqlite_app, sqlite_context, days=1)
    narrow = program(sqlite_app, sqlite_context, Scope.RECORDS)
    gone = program(sqlite_app, sqlite_context)
    maker = Actor(person(sqlite_context, Role.REGISTRAR), frozenset({Role.REGISTRAR}))
    assert maker.person_id is not None
    orphan = Program(sqlite_app, api_tokens.create(sqlite_context, maker, "Orphan", ["changes"], 9).text)
    assert gone.token_id is not None
    api_tokens.revoke(sqlite_context, TESTS, gone.token_id)
    assert [code(gone.ask("/changes")), orphan.ask("/changes").status_code] == [
        refused(401, "token_revoked"),
        200,
    ]
    people.disable(sqlite_context, TESTS, maker.person_id)
    assert code(orphan.ask("/changes")) == refused(401, "token_orphaned")
    assert code(narrow.ask("/changes")) == refused(403, "out_of_scope")
    for text, word in (("", "token_missing"), ("x", "token_unknown"), (f"qzt_{'A' * 43}", "token_unknown")):
        answer = Program(sqlite_app, text).ask("/changes")
        assert code(answer) == refused(401, word)
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert good.ask("/changes").status_code == 200
    clock.instant += timedelta(days=1)
    assert code(good.ask("/changes")) == refused(401, "token_expired")


def test_a_login_is_no_token_and_the_api_sets_no_cookie(sqlite_app: Flask, sqlite_context: Context) -> None:
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, Role.REGISTRAR))
    answer = client.get(f"{BASE}/changes")
    assert code(answer) == refused(401, "token_missing")
    told = program(sqlite_app, sqlite_context).ask("/changes")
    assert [name for name, _ in told.headers if name == "Set-Cookie"] == []


def test_a_token_is_counted_for_itself(
    sqlite_app: Flask, sqlite_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(sqlite_context, settings=replace(sqlite_context.settings, api_rate="3 per day"))
    monkeypatch.setitem(sqlite_app.extensions, "quizapp", strict)
    busy, other = program(sqlite_app, sqlite_context), program(sqlite_app, sqlite_context)
    path = "/records/none"
    assert [busy.ask(path).status_code for _ in range(3)] == [404, 404, 404]
    last = busy.ask(path)
    assert code(last) == refused(429, "too_many_requests")
    assert last.headers["Retry-After"]
    assert other.ask(path).status_code == 404


def test_what_is_unreadable_is_told_and_nothing_else_happens(
    sqlite_app: Flask, sqlite_context: Context
) -> None:
    asker = program(sqlite_app, sqlite_context)
    told = [
        code(asker.ask("/nothing")),
        code(asker.ask("/changes", "POST")),
        code(asker.ask("/changes?cursor=-1")),
        code(asker.ask("/changes?cursor=5")),
        code(asker.ask(f"/changes?cursor={2**70}")),
        code(asker.ask("/changes?limit=0")),
        code(asker.ask("/changes?page=2")),
        code(asker.ask("/currency", "POST", data="{", headers={"Content-Type": "application/json"})),
        code(asker.ask("/currency", "POST", json={"framework": "none", "entries": ["a@b.example"]})),
        code(asker.ask("/currency", "POST", json={"framework": "none", "entries": []})),
        code(sqlite_app.test_client().get(f"{CASE}/CFPackages/{UUID(int=7)}")),
        code(sqlite_app.test_client().get(f"{CASE}/CFItems/{UUID(int=7)}")),
    ]
    assert told == [
        refused(404, "not_found"),
        refused(405, "http_405"),
        refused(422, "http_422"),
        refused(422, "unknown_cursor"),
        refused(422, "http_422"),
        refused(422, "http_422"),
        refused(422, "http_422"),
        refused(400, "http_400"),
        refused(422, "unknown_framework"),
        refused(422, "http_422"),
        refused(404, "not_found"),
        refused(404, "not_found"),
    ]
    assert asker.ask("/changes?limit=0").json["errors"] == {
        "query": {"limit": ["Must be greater than or equal to 1 and less than or equal to 500."]}
    }


# --- what is told -----------------------------------------------------------------------


def test_the_feed_tells_every_change_once_in_order(small: Room, anyone: Program, clock: FixedClock) -> None:
    ada = small.learner()
    first = small.serial(small.sit(ada, MIXED))
    clock.instant += MONTH
    second = small.serial(small.sit(ada, {"1.B": 4}))
    record_status.suspend(small.context, registrar(small.context), second, *REASON)
    pages, cursor = [], 0
    while True:
        page = anyone.ask(f"/changes?cursor={cursor}&limit=2").json
        pages.append([(c["number"], c["verb"], c["status"], c["serial"]) for c in page["changes"]])
        cursor = page["cursor"]
        if not page["has_more"]:
            break
    assert pages == [
        [(1, "issue", "valid", first), (2, "issue", "valid", second)],
        [(3, "supersede", "superseded", first), (4, "suspend", "suspended", second)],
    ]
    nothing = anyone.ask("/changes?cursor=4").json
    assert (nothing["changes"], nothing["cursor"], nothing["has_more"]) == ([], 4, False)
    third = small.certified("Bo Example")
    later = anyone.ask("/changes?cursor=4").json
    assert [(c["number"], c["serial"]) for c in later["changes"]] == [(5, third)]
    assert later["changes"][0]["record"] == f"http://localhost{BASE}/records/{third}"


def test_a_record_has_a_tag_that_changes_with_its_status(small: Room, anyone: Program) -> None:
    serial = small.certified()
    first = anyone.ask(f"/records/{serial.lower()}")
    told, tag = first.json, first.headers["ETag"]
    assert (told["serial"], told["status"], told["record"]["learner"]) == (
        serial,
        "valid",
        {"name": "Ada Example"},
    )
    assert told["verify"] == f"http://localhost/verify/{serial}"
    same = anyone.ask(f"/records/{serial}", headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    record_status.suspend(small.context, registrar(small.context), serial, *REASON)
    changed = anyone.ask(f"/records/{serial}", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json["status"]) == (200, "suspended")
    assert code(anyone.ask("/records/unknown")) == refused(404, "no_such_record")


def test_the_proof_of_a_record_verifies_the_file_it_stands_for(small: Room, anyone: Program) -> None:
    from quizapp.integrations import record_files

    serial = small.certified()
    told = anyone.ask(f"/records/{serial}").json
    data = records.file_of(small.context, TESTS, serial)
    envelope = record_files.read(data)
    assert told["record"] == envelope.payload
    assert (told["proof"]["key_id"], told["proof"]["signature"]) == (
        envelope.key_id,
        envelope.signature.hex() if envelope.signature else "",
    )


def test_many_people_are_checked_at_once(small: Room, anyone: Program, clock: FixedClock) -> None:
    context = small.context
    current = small.certified("Ann Current", GOOD)
    lapsed = small.certified("Lea Lapsed")
    revoke(context, registrar(context), lapsed, *REASON)
    person(context, Role.LEARNER, name="Nora None")
    asked = [
        "ann.current.1@example.org",
        current.lower(),
        " Lea.Lapsed.1@example.org ",
        "nora.none.1@example.org",
        "stranger@example.org",
    ]
    body = {"framework": "small", "entries": asked}
    told = anyone.ask("/currency", "POST", json=body).json["results"]
    assert [(t["asked"], t["answer"], t["serial"], t["demonstrated"], t["missing"]) for t in told] == [
        (asked[0], "current", current, ["1.A", "1.B"], ["2.A"]),
        (asked[1], "current", current, ["1.A", "1.B"], ["2.A"]),
        (asked[2], "no_current_record", None, [], EVERY_TASK),
        (asked[3], "no_current_record", None, [], EVERY_TASK),
        (asked[4], "no_current_record", None, [], EVERY_TASK),
    ]
    clock.instant += timedelta(days=3 * 365 - 20)
    after = program(anyone.app, context).ask("/currency", "POST", json=body).json["results"]
    assert after[0]["answer"] == "expiring"
    clock.instant += timedelta(days=40)
    after = program(anyone.app, context).ask("/currency", "POST", json=body).json["results"]
    assert after[0]["answer"] == "lapsed"


def test_each_look_is_noted_with_the_token(small: Room, anyone: Program) -> None:
    serial = small.certified()
    anyone.ask("/changes")
    anyone.ask(f"/records/{serial}")
    anyone.ask("/currency", "POST", json={"framework": "small", "entries": [serial]})
    anyone.ask("/records/unknown")
    with small.context.reading() as session:
        rows = session.scalars(select(RowDisclosure).order_by(RowDisclosure.id)).all()
        assert [(row.door, row.actor_id, row.token_id) for row in rows] == [
            ("api", None, anyone.token_id)
        ] * 3


# --- frameworks -------------------------------------------------------------------------


def test_a_framework_is_a_case_package(sqlite_app: Flask, sqlite_context: Context) -> None:
    from quizapp import resources
    from quizapp.services import frameworks

    frameworks.load_file(sqlite_context, TESTS, resources.folder("question_banks") / "security-cooperation")
    client, case = sqlite_app.test_client(), CASE
    document = client.get(f"{case}/CFDocuments").json["CFDocuments"][0]
    assert document["uri"] == f"http://localhost{case}/CFDocuments/{document['identifier']}"
    answer = client.get(document["CFPackageURI"]["uri"])
    package = answer.json
    items = {item["identifier"]: item for item in package["CFItems"]}
    kinds = [item["CFItemType"] for item in items.values()]
    assert (kinds.count("Competency"), kinds.count("Task Statement"), len(kinds)) == (9, 58, 67)
    pairs = [
        (items[a["originNodeURI"]["identifier"]], items.get(a["destinationNodeURI"]["identifier"]))
        for a in package["CFAssociations"]
    ]
    assert {a["associationType"] for a in package["CFAssociations"]} == {"isChildOf"}
    assert len([1 for _, parent in pairs if parent is None]) == 9
    tasks = [(c["humanCodingScheme"], p["humanCodingScheme"]) for c, p in pairs if p is not None]
    assert (len(tasks), tasks[0], tasks[-1]) == (58, ("1.A", "1.0"), ("9.D", "9.0"))
    assert {f"{task.partition('.')[0]}.0" == parent for task, parent in tasks} == {True}
    first = package["CFItems"][1]
    assert client.get(first["uri"]).json == first
    again = client.get(document["CFPackageURI"]["uri"], headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


# --- the document -----------------------------------------------------------------------


def test_the_document_names_every_route_and_what_it_needs(sqlite_app: Flask) -> None:
    told = sqlite_app.test_client().get(f"{BASE}/openapi.json").json
    assert told["openapi"] == "3.0.3"
    case = CASE
    needs = {
        path: sorted(method for method, o in operations.items() if isinstance(o, dict) and "security" in o)
        for path, operations in told["paths"].items()
    }
    assert needs == {
        f"{BASE}/openapi.json": [],
        f"{BASE}/changes": ["get"],
        f"{BASE}/records/{{serial}}": ["get"],
        f"{BASE}/currency": ["post"],
        f"{case}/CFDocuments": [],
        f"{case}/CFDocuments/{{document_id}}": [],
        f"{case}/CFPackages/{{document_id}}": [],
        f"{case}/CFItems/{{item_id}}": [],
    }
