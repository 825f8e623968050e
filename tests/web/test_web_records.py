"""Pages of records: the registrar's list and decisions, the holder's own, and what anybody may verify."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock, NullMailer
from quizapp.services import cohorts, jobs, record_exports, record_status, records
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store.records import RowDisclosure
from tests.conftest import build
from tests.support import pdfs
from tests.support.people import TESTS, person
from tests.support.people import sign_in as sign
from tests.support.records import MIXED, MONTH, Room, registrar, revoke, room

REASON = ("irregularity", "Told by the proctor")
UNKNOWN = "0000-" * 6 + "0000"


@pytest.fixture
def small(sqlite_context: Context) -> Room:
    return room(sqlite_context)


@pytest.fixture
def guest(sqlite_app: Flask) -> FlaskClient:
    return sqlite_app.test_client()


@pytest.fixture
def rita(sqlite_app: Flask, small: Room) -> FlaskClient:
    return signed_in(sqlite_app, small.context, registrar(small.context))


def signed_in(app: Flask, context: Context, actor: Actor) -> FlaskClient:
    client = app.test_client()
    assert actor.person_id is not None
    sign(client, context, actor.person_id)
    return client


def words(answer: Any) -> str:
    """The verdict of a verification page."""
    found = re.search(r'class="verdict-words">([^<]+)<', answer.text)
    return found.group(1) if found else ""


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    page = client.get("/verify").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    return client.post(path, data={"csrf_token": token.group(1), **fields})


def reason(verb: str, category: str = "appeal", text: str = "Panel of 3 March") -> dict[str, str]:
    return {f"{verb}-category": category, f"{verb}-reason": text}


def doors(context: Context) -> list[str]:
    with context.reading() as session:
        return list(session.scalars(select(RowDisclosure.door).order_by(RowDisclosure.id)))


# --- verification -----------------------------------------------------------------------


def test_the_status_comes_first_then_who_and_exactly_which_tasks(small: Room, guest: FlaskClient) -> None:
    answer = guest.get(f"/verify/{small.certified(right=MIXED)}")
    assert (answer.status_code, words(answer)) == (200, "Authentic and current")
    main = answer.text[answer.text.index("<main") :]
    order = [
        main.index(part)
        for part in ("Authentic and current", "Pilot: not for personnel decisions", "Ada Example", "Do A.")
    ]
    assert order == sorted(order)
    shown = re.search(r'<ul class="task-list">(.*?)</ul>', main, re.S)
    assert shown is not None
    assert re.findall(r'task-list-code" translate="no">([^<]+)', shown.group(1)) == ["1.A"]


def test_verification_keeps_out_of_search_engines_and_tells_no_address(
    small: Room, guest: FlaskClient
) -> None:
    answer = guest.get(f"/verify/{small.certified()}")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert "example.org" not in answer.text
    assert "12:00" not in answer.text


def test_every_status_is_said_in_large_words(small: Room, guest: FlaskClient, clock: FixedClock) -> None:
    serial, by = small.certified(), registrar(small.context)
    address = f"/verify/{serial}"
    assert words(guest.get(address)) == "Authentic and current"
    record_status.suspend(small.context, by, serial, *REASON)
    assert words(guest.get(address)) == "Suspended"
    assert "Irregularity" in guest.get(address).text
    assert "Told by the proctor" not in guest.get(address).text
    record_status.reinstate(small.context, by, serial, *REASON)
    clock.instant = datetime(2029, 3, 2, tzinfo=UTC)
    assert words(guest.get(address)) == "Expired"
    revoke(small.context, by, serial, *REASON)
    assert words(guest.get(address)) == "Revoked"


def test_a_superseded_record_leads_to_its_successor(
    small: Room, guest: FlaskClient, clock: FixedClock
) -> None:
    learner = small.learner()
    first = small.serial(small.sit(learner, MIXED))
    clock.instant += MONTH
    second = small.serial(small.sit(learner, {"1.B": 4}))
    answer = guest.get(f"/verify/{first}")
    assert words(answer) == "Superseded"
    assert f'href="/verify/{second}"' in answer.text


def test_an_unknown_serial_is_404_on_the_same_page(guest: FlaskClient) -> None:
    for serial in (UNKNOWN, "anything", "%3Cscript%3E"):
        answer = guest.get(f"/verify/{serial}")
        assert (answer.status_code, words(answer)) == (404, "No such record")
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "<script>" not in answer.text
        assert guest.get(f"/verify/{serial}/record.json").status_code == 404
        assert guest.get(f"/verify/{serial}/record.pdf").status_code == 404


def test_a_typed_serial_is_found_however_it_is_spelled(small: Room, guest: FlaskClient) -> None:
    serial = small.certified()
    answer = guest.get("/verify", query_string={"serial": serial.lower().replace("-", " ")})
    assert (answer.status_code, answer.location) == (302, f"/verify/{serial}")


def test_the_public_file_is_the_holders_file(small: Room, guest: FlaskClient) -> None:
    serial = small.certified()
    answer = guest.get(f"/verify/{serial}/record.json")
    assert answer.data == records.file_of(small.context, TESTS, serial)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="record-{serial}.json"'
    answer = guest.get(f"/verify/{serial}/record.pdf")
    assert answer.data == records.export(small.context, TESTS, serial, "pdf")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "application/pdf",
        f'attachment; filename="record-{serial}.pdf"',
    )
    assert f'href="/verify/{serial}/record.pdf"' in guest.get(f"/verify/{serial}").text
    issuer = json.loads(guest.get("/verify/issuer.json").data)
    assert issuer["keys"][0]["key_id"] == small.context.signer.key_id


def test_a_file_is_checked_and_not_kept(small: Room, guest: FlaskClient) -> None:
    serial = small.certified()
    data = guest.get(f"/verify/{serial}/record.json").data
    answer = post(guest, "/verify", file=(io.BytesIO(data), "record.json"))
    assert (answer.status_code, words(answer)) == (200, "Authentic and current")
    record_status.suspend(small.context, registrar(small.context), serial, *REASON)
    assert words(post(guest, "/verify", file=(io.BytesIO(data), "record.json"))) == "Suspended"
    forged = data.replace(b"Ada Example", b"Eve Example")
    answer = post(guest, "/verify", file=(io.BytesIO(forged), "record.json"))
    assert (words(answer), "Eve Example" in answer.text) == ("Not authentic", False)


def test_what_is_no_record_file_is_said(guest: FlaskClient) -> None:
    answer = post(guest, "/verify", file=(io.BytesIO(b"%PDF"), "record.pdf"))
    assert (answer.status_code, "This is not a record file." in answer.text) == (422, True)
    assert post(guest, "/verify").status_code == 422


def test_public_look_ups_are_noted(small: Room, guest: FlaskClient) -> None:
    serial = small.certified()
    guest.get(f"/verify/{serial}")
    guest.get(f"/verify/{serial}/record.json")
    guest.get(f"/verify/{serial}/record.pdf")
    assert doors(small.context) == ["verify", "verify:json", "verify:pdf"]


@pytest.fixture
def slow_app(sqlite_settings: Settings, clock: FixedClock, mail: NullMailer) -> Iterator[Flask]:
    yield from build(replace(sqlite_settings, verify_rate="2 per minute"), clock, mail)


def test_look_ups_are_limited_but_never_for_staff(slow_app: Flask) -> None:
    context = slow_app.extensions["quizapp"]
    guest = slow_app.test_client()
    told = [guest.get(f"/verify/{UNKNOWN}") for _ in range(3)]
    assert [answer.status_code for answer in told] == [404, 404, 429]
    assert "Too many look-ups" in told[-1].text
    assert int(told[-1].headers["Retry-After"]) > 0
    staff = signed_in(slow_app, context, registrar(context))
    assert [staff.get(f"/verify/{UNKNOWN}").status_code for _ in range(3)] == [404, 404, 404]


# --- the registrar's list ---------------------------------------------------------------


def test_the_list_filters_sorts_and_exports_the_same_rows(small: Room, rita: FlaskClient) -> None:
    names = ("Ada Example", "Bo Example", "=Cy Example")
    for name in names:
        small.certified(name)
    page = rita.get("/records?text=example&sort=learner").text
    told = re.findall(r'<a href="/records/[0-9A-Z-]{34}" translate="no">([^<]+)</a>', page)
    assert told == ["=Cy Example", "Ada Example", "Bo Example"]
    answer = rita.get("/records/export.csv?text=ada")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[2] for line in lines] == ["learner", "Ada Example"]
    assert answer.mimetype == "text/csv"
    assert "'=Cy Example" in rita.get("/records/export.csv").text
    chosen = re.findall(r'name="serial" value="([^"]+)"', page)[:2]
    rows = rita.get("/records/export.json", query_string={"serial": chosen, "sort": "learner"}).json
    assert [row["learner"] for row in rows] == ["=Cy Example", "Ada Example"]
    assert rita.get("/records/export.pdf").status_code == 404
    assert rita.get("/records/export.csv?selected=1").location == "/records?sort=-issued_at"


def test_a_search_is_kept_and_a_long_file_shows_its_progress(small: Room, rita: FlaskClient) -> None:
    small.certified()
    post(rita, "/records/views", name="Adas", query="text=ada&sort=learner")
    page = rita.get("/records").text
    assert (
        '<a class="btn btn-secondary" href="/records?text=ada&amp;sort=learner" translate="no">Adas</a>'
        in page
    )
    answer = post(rita, "/records/exports?text=ada", form="csv")
    assert "Without scripts: reload this page" in rita.get(answer.location).text
    assert rita.get(f"{answer.location}/file").status_code == 409
    jobs.run_due(small.context)
    assert f'href="{answer.location}/file"' in rita.get(answer.location).text
    assert "Ada Example" in rita.get(f"{answer.location}/file").text
    assert answer.location in rita.get("/records/exports").text
    delete = re.search(r'action="(/records/views/[^"]+/delete)"', rita.get("/records").text)
    assert delete is not None
    post(rita, delete.group(1))
    assert "Adas" not in rita.get("/records").text


def test_ticked_rows_become_signed_files_or_one_copy(
    small: Room, rita: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [small.certified(name) for name in ("Ada Example", "Bo Example", "Cy Example")][:2]
    assert 'formaction="/records/pdf"' in rita.get("/records").text
    assert rita.get("/records/pdf?selected=1").location == "/records?sort=-issued_at"
    page = rita.get("/records/pdf", query_string={"serial": chosen, "selected": "1"}).text
    assert ("2 records" in page, "carries no signature" in page) == (True, True)
    action = re.search(r'action="(/records/exports[^"]+)"', page)
    assert action is not None
    answer = post(rita, html.unescape(action.group(1)), form="zip")
    assert "0 of 2" in rita.get("/records/exports").text
    jobs.run_due(small.context)
    file = rita.get(f"{answer.location}/file")
    assert (file.mimetype, file.headers["Content-Disposition"]) == (
        "application/zip",
        'attachment; filename="records.zip"',
    )
    names = zipfile.ZipFile(io.BytesIO(file.data)).namelist()
    assert sorted(names) == sorted([*(f"record-{s}.pdf" for s in chosen), "README.txt", "records.csv"])
    assert "nothing to write" in rita.get("/records/pdf?text=zzzz").text
    monkeypatch.setattr(record_exports, "MOST_PDFS", 2)
    assert "At most 2 records go into one file" in rita.get("/records/pdf").text


def test_an_empty_list_teaches_and_a_filter_that_fits_nothing_can_be_dropped(
    small: Room, rita: FlaskClient
) -> None:
    assert "No record has been issued yet." in rita.get("/records").text
    small.certified()
    page = rita.get("/records?task=2.A").text
    assert "No current record in this system fits all of this." in page
    odd = "/records?exam=none&status=odd&sort=odd&page=x"
    assert "Ada Example" in rita.get(odd).text


def test_a_list_is_answered_on_the_page_and_as_a_file(small: Room, rita: FlaskClient) -> None:
    small.certified()
    assert "Check these people" in rita.get("/records/currency").text
    upload = {"file": (io.BytesIO(b"name\nAda Example\nNobody Known\n"), "people.csv")}
    page = post(rita, "/records/currency", **upload).text
    assert re.findall(r'<td data-label="Answer"><span class="chip chip-\w+">([^<]+)', page) == [
        "Current",
        "No current record in this system",
    ]
    assert "Ada Example\nNobody Known</textarea>" in page
    answer = post(rita, "/records/currency", text="Ada Example", form="csv")
    assert answer.text.splitlines()[1].startswith("Ada Example,current,Ada Example,")
    assert post(rita, "/records/currency", text=" ").status_code == 422
    assert doors(small.context) == ["currency", "currency:csv"]


def test_a_learner_and_a_cohort_are_shown_as_of_a_day_and_printed(small: Room, rita: FlaskClient) -> None:
    ada = small.learner()
    serial = small.serial(small.sit(ada, MIXED))
    page = rita.get(f"/records/{serial}?on=2026-03-01").text
    assert "Not issued yet" in page
    place = f"/records/people/{ada.person_id}"
    assert f'href="{place}"' in page
    assert "No record of this person had been issued by that day." in rita.get(f"{place}?on=2026-03-01").text
    assert re.search(r"1 of \d+ tasks demonstrated", rita.get(place).text)
    assert serial in rita.get(f"{place}/transcript").text
    letter = rita.get(f"{place}/gaps?exam={small.exam_id}").text
    assert "1 of 2 tasks are not demonstrated" in letter
    assert re.findall(r'task-list-code" translate="no">([^<]+)', letter) == ["1.B"]
    assert "There is no cohort yet." in rita.get("/records/matrix").text
    course = cohorts.create_cohort(small.context, TESTS, "Course")
    cohorts.add_members(small.context, TESTS, course, [ada.person_id])  # type: ignore[list-item]
    page = rita.get("/records/matrix").text
    assert re.findall(r'<td class="m-(\w+)">', page)[:2] == ["demonstrated", "not_yet"]
    assert rita.get(f"/records/matrix.csv?cohort={course}").text.splitlines()[1].startswith("Ada Example,")
    assert rita.get("/records/matrix.pdf").status_code == 404


def test_a_learner_shares_less_than_everything(sqlite_app: Flask, small: Room, guest: FlaskClient) -> None:
    ada = small.learner()
    serial = small.serial(small.sit(ada, MIXED))
    client = signed_in(sqlite_app, small.context, ada)
    assert f'href="/records/{serial}/share"' in client.get("/records/mine").text
    post(client, f"/records/{serial}/share/reach", reach="competencies")
    page = guest.get(f"/verify/{serial}").text
    assert ("1 of 2 tasks shown" in page, "Do A." in page) == (True, False)
    assert re.findall(r"record\.(?:json|pdf)", page) == []
    for form in ("json", "pdf"):
        answer = guest.get(f"/verify/{serial}/record.{form}")
        assert (answer.mimetype, "Do A." in answer.text) == ("text/html", False)
    post(client, f"/records/{serial}/share/links", label="Unit", link_reach="status", days="7")
    link = re.search(
        r'href="http://localhost(/verify/link/[0-9a-f]{48})"', client.get(f"/records/{serial}/share").text
    )
    assert link is not None
    answer = guest.get(link.group(1))
    assert (words(answer), "Ada Example" in answer.text) == ("Authentic and current", True)
    assert ("tasks shown" in answer.text, serial in answer.text) == (False, False)
    end = re.search(r'action="([^"]+/end)"', client.get(f"/records/{serial}/share").text)
    assert end is not None
    post(client, end.group(1))
    answer = guest.get(link.group(1))
    assert (answer.status_code, words(answer)) == (404, "Link is over")
    assert "The public page" in client.get(f"/records/{serial}/looks").text
    rita = signed_in(sqlite_app, small.context, registrar(small.context))
    assert rita.get(f"/records/{serial}/share").status_code == 404


def test_evidence_is_walked_and_opened_for_an_appeal(
    sqlite_app: Flask, small: Room, rita: FlaskClient
) -> None:
    ada = small.learner()
    serial = small.serial(small.sit(ada, MIXED))
    page = rita.get(f"/records/{serial}/evidence").text
    assert ("1.b-secure-" in page, "Question 1.b" in page) == (True, False)
    own = signed_in(sqlite_app, small.context, ada).get(f"/records/{serial}/evidence").text
    assert ("1.b-secure-" in own, "Questions of this task" in own, "/open" in own) == (False, True, False)
    avi = person(small.context, Role.APPEAL_REVIEWER, name="Avi Appeals")
    reviewer = signed_in(sqlite_app, small.context, Actor(avi, frozenset({Role.APPEAL_REVIEWER})))
    place = f"/records/{serial}/evidence"
    assert [reviewer.get(path).status_code for path in (place, f"{place}/1.B/responses")] == [404, 404]
    post(rita, f"{place}/open", person=str(avi), days="3", reason="Appeal 7")
    assert f'href="{place}"' in reviewer.get("/records/appeals").text
    assert f'href="{place}/1.B/responses"' in reviewer.get(place).text
    assert "Question 1.b" in reviewer.get(f"{place}/1.B/responses").text
    assert rita.get(f"{place}/1.B/responses").status_code == 403


def test_only_registrars_pull(sqlite_app: Flask, sqlite_context: Context) -> None:
    for role in (Role.LEARNER, Role.INSTRUCTOR, Role.PROCTOR, Role.ADMINISTRATOR):
        who = Actor(person(sqlite_context, role, name=f"Some {role}"), frozenset({role}))
        client = signed_in(sqlite_app, sqlite_context, who)
        assert [client.get(path).status_code for path in ("/records", "/records/export.csv")] == [403, 403]


# --- one record -------------------------------------------------------------------------


def test_a_registrar_sees_item_identifiers_but_no_question(small: Room, rita: FlaskClient) -> None:
    page = rita.get(f"/records/{small.certified()}").text
    assert "1.a-secure-" in page
    assert "Question 1.a" not in page
    assert "Also wrong" not in page


def test_the_holder_sees_the_record_without_items(sqlite_app: Flask, small: Room) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, MIXED))
    client = signed_in(sqlite_app, small.context, learner)
    assert f'href="/records/{serial}"' in client.get("/records/mine").text
    page = client.get(f"/records/{serial}").text
    assert ("Your completion record" in page, "1.a-secure" in page, "/revoke" in page) == (True, False, False)
    assert client.get(f"/records/{serial}/record.json").data == records.file_of(small.context, TESTS, serial)
    other = signed_in(sqlite_app, small.context, small.learner("Bo Example"))
    for path in ("", "/print", "/record.json"):
        assert other.get(f"/records/{serial}{path}").status_code == 404
    assert "You have no completion record yet." in other.get("/records/mine").text


def test_paper_carries_the_address_and_its_code(small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    page = rita.get(f"/records/{serial}/print").text
    image = re.search(r'<img src="(data:image/svg\+xml[^"]+)" alt="([^"]+)"', page)
    assert image is not None
    assert image.group(2) == f"QR code of the address http://localhost/verify/{serial}"
    assert "Pilot: not for personnel decisions" in page
    assert "Not certification" not in page
    assert "This record is not certification under 10 U.S.C. 384 or DoDI 5132.15." in page


def test_suspending_and_reinstating(small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    page = rita.get(f"/records/{serial}").text
    assert re.findall(r'action="/records/[^"]+/(\w+)"', page) == ["suspend", "revoke"]
    answer = post(rita, f"/records/{serial}/suspend", **reason("suspend"))
    assert (answer.status_code, answer.location) == (302, f"/records/{serial}")
    page = rita.get(f"/records/{serial}").text
    assert re.findall(r'action="/records/[^"]+/(\w+)"', page) == ["reinstate", "revoke"]
    assert "Panel of 3 March" in page
    post(rita, f"/records/{serial}/reinstate", **reason("reinstate"))
    assert words(rita.get(f"/verify/{serial}")) == "Authentic and current"


def test_a_change_without_a_reason_is_explained(small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    answer = post(rita, f"/records/{serial}/revoke", **reason("revoke", text=""))
    assert (answer.status_code, "Say why." in answer.text) == (422, True)
    assert words(rita.get(f"/verify/{serial}")) == "Authentic and current"


def test_an_illegal_step_is_refused(small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    assert post(rita, f"/records/{serial}/reinstate", **reason("reinstate")).status_code == 409


def test_revoking_needs_a_fresh_sign_in(small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    with rita.session_transaction() as session:
        session["fs_paa"] -= 16 * 60
    answer = post(rita, f"/records/{serial}/revoke", **reason("revoke"))
    assert (answer.status_code, answer.location) == (302, f"/sign-in-again?next=/records/{serial}")
    assert words(rita.get(f"/verify/{serial}")) == "Authentic and current"
    with rita.session_transaction() as session:
        session["fs_paa"] += 16 * 60
    post(rita, f"/records/{serial}/revoke", **reason("revoke"))
    rob = signed_in(rita.application, small.context, registrar(small.context, "Rob Registrar"))
    with rob.session_transaction() as session:
        session["fs_paa"] -= 16 * 60
    answer = post(rob, f"/records/{serial}/revoke/approve")
    assert (answer.status_code, answer.location) == (302, f"/sign-in-again?next=/records/{serial}")
    assert words(rita.get(f"/verify/{serial}")) == "Authentic and current"


def test_one_registrar_proposes_to_revoke_and_another_does(small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    rob = signed_in(rita.application, small.context, registrar(small.context, "Rob Registrar"))
    answer = post(rita, f"/records/{serial}/revoke", **reason("revoke"))
    assert (answer.status_code, answer.location) == (302, f"/records/{serial}")
    page = rita.get(f"/records/{serial}").text
    assert re.findall(r'action="/records/[^"]+/(\w+)"', page) == ["withdraw", "suspend"]
    assert post(rita, f"/records/{serial}/revoke/approve").status_code == 403
    assert ">1</strong> Revocations to confirm" in rob.get("/").text
    page = rob.get("/records/revocations").text
    assert all(
        part in page for part in ("Ada Example", "Panel of 3 March", "Rita Registrar", f"/{serial}#waiting")
    )
    page = rob.get(f"/records/{serial}").text
    assert re.findall(r'action="/records/[^"]+/(\w+)"', page) == ["approve", "withdraw", "suspend"]
    assert words(rita.get(f"/verify/{serial}")) == "Authentic and current"
    post(rob, f"/records/{serial}/revoke/approve")
    assert words(rita.get(f"/verify/{serial}")) == "Revoked"
    assert "No revocation waits." in rita.get("/records/revocations").text


def test_a_proposal_to_revoke_is_withdrawn(small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    post(rita, f"/records/{serial}/revoke", **reason("revoke"))
    answer = post(rita, f"/records/{serial}/revoke/withdraw")
    assert (answer.status_code, answer.location) == (302, f"/records/{serial}")
    page = rita.get(f"/records/{serial}").text
    assert re.findall(r'action="/records/[^"]+/(\w+)"', page) == ["suspend", "revoke"]


def test_nobody_decides_about_their_own_record(sqlite_app: Flask, small: Room) -> None:
    both = person(small.context, Role.LEARNER, Role.REGISTRAR, name="Both Example")
    who = Actor(both, frozenset({Role.LEARNER, Role.REGISTRAR}))
    serial = small.serial(small.sit(who, MIXED))
    client = signed_in(sqlite_app, small.context, who)
    page = client.get(f"/records/{serial}").text
    assert ("somebody else decides" in page, "/revoke" in page) == (True, False)
    assert post(client, f"/records/{serial}/suspend", **reason("suspend")).status_code == 403


def test_changes_need_the_token_and_the_role(sqlite_app: Flask, small: Room, rita: FlaskClient) -> None:
    serial = small.certified()
    assert rita.post(f"/records/{serial}/suspend", data=reason("suspend")).status_code == 400
    admin = Actor(person(small.context, Role.ADMINISTRATOR, name="Al Admin"), frozenset({Role.ADMINISTRATOR}))
    client = signed_in(sqlite_app, small.context, admin)
    assert post(client, f"/records/{serial}/suspend", **reason("suspend")).status_code == 403


def test_the_holder_is_told_to_renew_a_record_that_ends_soon(
    sqlite_app: Flask, small: Room, clock: FixedClock
) -> None:
    learner = small.learner()
    small.sit(learner, MIXED)
    pages = [("/records/mine", "that begins a new cycle"), ("/", "that begins a new cycle")]
    told = []
    for instant in (datetime(2028, 11, 30, 12, tzinfo=UTC), datetime(2028, 12, 1, 12, tzinfo=UTC)):
        clock.instant = instant
        client = signed_in(sqlite_app, small.context, learner)
        told.append([sentence in client.get(path).text for path, sentence in pages])
    assert told == [[False, False], [True, True]]


# --- credentials ------------------------------------------------------------------------


def test_the_holder_downloads_every_form(sqlite_app: Flask, small: Room, guest: FlaskClient) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, MIXED))
    ada = signed_in(sqlite_app, small.context, learner)
    page = ada.get(f"/records/{serial}").text
    for form, known in records.PROJECTIONS.items():
        path = f"/records/{serial}/" + ("record.json" if form == "json" else f"files/{form}")
        assert path in page
        answer = ada.get(path)
        assert (answer.status_code, answer.mimetype) == (200, known.mimetype)
        name = f'filename="record-{serial}.{known.suffix}"'
        assert answer.headers["Content-Disposition"] == f"attachment; {name}"
    assert ada.get(f"/records/{serial}/files/certificate").status_code == 404
    assert doors(small.context) == [], "the holder's own look is nobody's business"


def test_a_credential_or_a_transcript_is_checked_by_its_file(small: Room, guest: FlaskClient) -> None:
    serial = small.certified()
    for form in ("openbadge", "clr"):
        data = records.export(small.context, TESTS, serial, form)
        answer = post(guest, "/verify", file=(io.BytesIO(data), "credential.json"))
        assert (answer.status_code, words(answer)) == (200, "Authentic and current")
        assert "Ada Example" in answer.text
        assert f"/verify/{serial}" in answer.text
        forged = data.replace(b"Ada Example", b"Eve Example")
        answer = post(guest, "/verify", file=(io.BytesIO(forged), "credential.json"))
        assert (words(answer), "Eve Example" in answer.text) == ("Not authentic", False)
    record_status.suspend(small.context, registrar(small.context), serial, *REASON)
    answer = post(guest, "/verify", file=(io.BytesIO(data), "credential.json"))
    assert words(answer) == "Suspended"


def test_status_lists_are_cached_by_what_they_say(small: Room, guest: FlaskClient) -> None:
    serial = small.certified()
    records.export(small.context, TESTS, serial, "openbadge")
    first = guest.get("/status/revocation/1")
    assert (first.status_code, first.mimetype) == (200, "application/vc+ld+json")
    assert set(first.headers["Cache-Control"].split(", ")) == {"public", "no-cache"}
    again = {"If-None-Match": first.headers["ETag"]}
    assert guest.get("/status/revocation/1", headers=again).status_code == 304
    revoke(small.context, registrar(small.context), serial, *REASON)
    changed = guest.get("/status/revocation/1", headers=again)
    assert (changed.status_code, changed.data == first.data) == (200, False)
    unknown = ("/status/revocation/2", "/status/refresh/1", "/.well-known/did.json")
    assert [guest.get(path).status_code for path in unknown] == [404] * 3


def test_the_did_document_of_a_public_address(
    sqlite_settings: Settings, clock: FixedClock, mail: NullMailer
) -> None:
    settings = replace(sqlite_settings, public_url="https://exams.example.org")
    for app in build(settings, clock, mail):
        answer = app.test_client().get("/.well-known/did.json")
        assert (answer.status_code, answer.mimetype) == (200, "application/did+ld+json")
        told = json.loads(answer.data)
        assert told["id"] == "did:web:exams.example.org"
        assert told["assertionMethod"] == [f"did:web:exams.example.org#{multibase_key(app)}"]


def multibase_key(app: Flask) -> str:
    context: Context = app.extensions["quizapp"]
    return context.signer.key_id.removeprefix("did:key:")


# --- as PDF -----------------------------------------------------------------------------


def test_the_holder_takes_the_pdf_and_anybody_hands_it_in(
    small: Room, sqlite_app: Flask, guest: FlaskClient
) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, MIXED))
    client = signed_in(sqlite_app, small.context, learner)
    assert f'href="/records/{serial}/files/pdf"' in client.get(f"/records/{serial}").text
    answer = client.get(f"/records/{serial}/files/pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="record-{serial}.pdf"'
    assert guest.get(f"/records/{serial}/files/pdf").status_code == 302
    told = post(guest, "/verify", file=(io.BytesIO(answer.data), "record.pdf"))
    assert (words(told), "The file is exactly what the issuer signed." in told.text) == (
        "Authentic and current",
        True,
    )
    told = post(guest, "/verify", file=(io.BytesIO(answer.data + b" "), "record.pdf"))
    assert (words(told), "Ada Example" in told.text) == ("Not authentic", False)
    assert "The signature does not cover the whole file" in told.text
    told = post(guest, "/verify", file=(io.BytesIO(b"%PDF-1.7 by somebody"), "record.pdf"))
    assert "This PDF carries no signature." in told.text


def test_a_pdf_names_the_address_of_its_record(
    sqlite_settings: Settings, clock: FixedClock, mail: NullMailer
) -> None:
    settings = replace(sqlite_settings, public_url="https://exams.example.org/")
    for app in build(settings, clock, mail):
        context: Context = app.extensions["quizapp"]
        serial = room(context).certified()
        told = pdfs.text(records.export(context, TESTS, serial, "pdf"))
        with app.test_request_context():
            path = url_for("records.verify", serial=serial)
        assert f"https://exams.example.org{path}" in told
