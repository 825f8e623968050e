"""The pages of people, cohorts, imports, and of one's own account."""

from __future__ import annotations

import io
import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.person import Accommodation, Actor, Role
from quizapp.ports import FixedClock, NullMailer
from quizapp.services import cohorts, people, records
from quizapp.services.invitations import VALIDITY
from quizapp.services.unit_of_work import Context
from tests.support.browsing import submit
from tests.support.people import TESTS, person, sign_in
from tests.support.records import room

PASSWORD = "a calm and exact password"
FILE = b"name,email,roles,cohort\nAda Example,ada@example.org,,Spring\nBen,ben@example.org,proctor,\n"


@pytest.fixture
def admin(sqlite_context: Context) -> UUID:
    return person(sqlite_context, Role.ADMINISTRATOR, name="Root Admin", email="root@example.org")


@pytest.fixture
def client(sqlite_app: Flask, sqlite_context: Context, admin: UUID) -> FlaskClient:
    """A browser in which an administrator is signed in."""
    browser = sqlite_app.test_client()
    sign_in(browser, sqlite_context, admin)
    return browser


def by_email(context: Context, email: str) -> people.Person:
    return people.by_email(context, TESTS, email)


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row">\s*<a[^>]*translate="no">([^<]+)</a>', page)


def test_the_list_is_searched_and_counted(client: FlaskClient, sqlite_context: Context) -> None:
    person(sqlite_context, Role.LEARNER, name="Ada Example", email="ada@example.org")
    assert names(client.get("/people").text) == ["Ada Example", "Root Admin"]
    page = client.get("/people?q=ADA&role=learner").text
    assert names(page) == ["Ada Example"]
    assert re.search(r'People found <span class="count" translate="no">1</span>', page)
    assert "Nobody is found that way." in client.get("/people?q=zzz").text
    assert names(client.get("/people?role=wizard").text) == ["Ada Example", "Root Admin"]


def test_a_new_person_is_invited_and_sets_a_password(
    client: FlaskClient, sqlite_app: Flask, sqlite_context: Context, mail: NullMailer
) -> None:
    answer = submit(
        client,
        "/people/new",
        name="Ada",
        email="Ada@example.org",
        roles=["learner", "proctor"],
        is_invited="y",
    )
    ada = by_email(sqlite_context, "ada@example.org")
    assert answer.location == f"/people/{ada.id}"
    assert ada.roles == (Role.LEARNER, Role.PROCTOR)
    [message] = mail.sent
    assert (message.to, message.subject) == ("ada@example.org", "Your account with Test issuer")
    link = re.findall(r"http://localhost(/people/welcome/\S+)", message.text)[0]
    guest = sqlite_app.test_client()
    reset = guest.get(link).location
    assert reset.startswith("/reset/")
    assert submit(guest, reset, password=PASSWORD, password_confirm=PASSWORD).location == "/login"
    assert submit(guest, "/login", email="ada@example.org", password=PASSWORD).location == "/"
    assert sqlite_app.test_client().get(link).location == "/reset"


def test_an_old_invitation_leads_to_a_new_link(
    client: FlaskClient, sqlite_app: Flask, sqlite_context: Context, mail: NullMailer, clock: FixedClock
) -> None:
    ada = person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    assert submit(client, f"/people/{ada}", f"/people/{ada}/invite").location == f"/people/{ada}"
    link = re.findall(r"http://localhost(/people/welcome/\S+)", mail.sent[0].text)[0]
    clock.instant += VALIDITY
    page = sqlite_app.test_client().get(link, follow_redirects=True).text
    assert "This invitation is over or was used." in page


def test_wrong_entries_stand_beside_their_fields(client: FlaskClient) -> None:
    answer = submit(client, "/people/new", name="Root", email="root@example.org", roles=["learner"])
    assert answer.status_code == 422
    assert "This is taken already." in answer.text
    assert submit(client, "/people/new", name="", email="x").status_code == 422


def test_roles_are_given_and_taken_on_the_page(
    client: FlaskClient, sqlite_context: Context, admin: UUID
) -> None:
    ada = person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    page = f"/people/{ada}"
    assert submit(client, page, f"{page}/grant", role="reviewer").location == page
    assert by_email(sqlite_context, "ada@example.org").roles == (Role.LEARNER, Role.REVIEWER)
    assert submit(client, page, f"{page}/revoke", role="learner").location == page
    assert by_email(sqlite_context, "ada@example.org").roles == (Role.REVIEWER,)
    own = client.get(f"/people/{admin}").text
    assert "Nobody gives a role to themselves" in own
    assert f"/people/{admin}/grant" not in own


def test_an_account_is_shut_after_the_consequence_was_read(
    client: FlaskClient, sqlite_context: Context
) -> None:
    ada = person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    page = f"/people/{ada}"
    assert "cannot sign in until you open the account again" in client.get(page).text
    assert submit(client, page, f"{page}/disable").location == page
    assert not by_email(sqlite_context, "ada@example.org").is_active
    assert submit(client, page, f"{page}/enable").location == page
    assert by_email(sqlite_context, "ada@example.org").is_active


@pytest.mark.parametrize(("role", "leads_to"), [(Role.REGISTRAR, "/records"), (Role.ADMINISTRATOR, "")])
def test_a_name_is_changed_with_its_proof_after_a_look(
    sqlite_app: Flask, sqlite_context: Context, role: Role, leads_to: str
) -> None:
    small = room(sqlite_context)
    ada = small.learner()
    serial = small.serial(small.sit(ada, {"1.A": 8, "1.B": 8}))
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, role, name="Staff"))
    page = f"/people/{ada.person_id}/name"
    assert f'href="{page}"' in client.get(f"{leads_to}/people/{ada.person_id}").text
    told = client.get(page).text
    assert (serial in told, f'href="/records/{serial}"' in told) == (True, role is Role.REGISTRAR)
    wrong = submit(client, page, name="Ada Example", proof="File 7")
    assert (wrong.status_code, "This is the name already." in wrong.text) == (422, True)
    assert submit(client, page, name="Ada New", proof="").status_code == 422
    assert (
        submit(client, page, name="Ada New", proof="File 7").location == f"{leads_to}/people/{ada.person_id}"
    )
    lines = records.mine(sqlite_context, ada)
    assert sorted((line.learner_name, line.status.value) for line in lines) == [
        ("Ada Example", "superseded"),
        ("Ada New", "valid"),
    ]


def test_two_accounts_are_merged_after_a_look_and_parted_again(
    client: FlaskClient, sqlite_context: Context
) -> None:
    ada = person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    twin = person(sqlite_context, Role.LEARNER, name="Adah", email="adah@example.org")
    page = f"/people/{ada}/merge"
    assert f'href="{page}"' in client.get(f"/people/{ada}").text
    unknown = client.get(f"{page}?email=x@example.org")
    assert (unknown.status_code, "No account has this address." in unknown.text) == (422, True)
    assert "one account already" in client.get(f"{page}?email=ada@example.org").text
    look = f"{page}?email=ADAH@example.org"
    act = f"{page}/{twin}"
    assert f'action="{act}?email=adah@example.org"' in client.get(look).text.replace("%40", "@")
    assert submit(client, look, act, reason="").status_code == 422
    assert submit(client, look, act, reason="Same number").location == f"/people/{ada}"
    told = client.get(f"/people/{twin}").text
    for part in ("Went into:", "Same number", f'href="/people/{ada}"'):
        assert part in told
    assert submit(client, f"/people/{twin}", f"/people/{twin}/enable").status_code == 409
    undo = re.findall(r'action="([^"]+/undo)"', client.get(f"/people/{ada}").text)[0]
    assert submit(client, f"/people/{ada}", undo).location == f"/people/{ada}"
    assert "undone" in client.get(f"/people/{ada}").text
    assert by_email(sqlite_context, "adah@example.org").is_active


def test_extra_time_is_set_and_its_history_shown(client: FlaskClient, sqlite_context: Context) -> None:
    ada = person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    page = f"/people/{ada}"
    wrong = submit(client, page, f"{page}/accommodation", time_percent="90", extra_minutes="0")
    assert wrong.status_code == 422
    submit(client, page, f"{page}/accommodation", time_percent="150", extra_minutes="10")
    told = people.get(sqlite_context, TESTS, ada)
    assert told.accommodation == Accommodation(150, 10)
    shown = client.get(page).text
    assert "150 % of the usual time, 10 minutes on top" in shown
    assert "set by" in shown


def test_a_file_is_looked_at_before_it_is_loaded(
    client: FlaskClient, sqlite_context: Context, mail: NullMailer
) -> None:
    page = submit(client, "/people/import", file=(io.BytesIO(FILE), "people.csv"))
    assert page.status_code == 200
    assert "2 new people" in page.text
    assert people.listed(sqlite_context, TESTS).total == 1
    data = re.findall(r'name="data" value="([^"]+)"', page.text)[0]
    done = submit(client, "/people/import", "/people/import/confirm", data=data, is_invited="1")
    assert done.location == "/people"
    assert "2 people were added. 1 joined a cohort." in client.get("/people").text
    assert [message.to for message in mail.sent] == ["ada@example.org", "ben@example.org"]


def test_every_wrong_row_is_shown_and_nothing_is_loaded(client: FlaskClient, sqlite_context: Context) -> None:
    data = b"name,email,roles\nAda,ada@example.org,wizard\n,nowhere,\n"
    page = submit(client, "/people/import", file=(io.BytesIO(data), "people.csv"))
    assert page.status_code == 422
    rows = re.findall(
        r'data-label="Where" translate="no">([^<]*)</td>\s*'
        r'<td data-label="Column" translate="no">([^<]*)</td>\s*'
        r'<td data-label="Found" translate="no">([^<]*)</td>\s*'
        r'<td data-label="What is wrong">([^<]*)</td>',
        page.text,
    )
    assert rows == [
        ("row 2", "roles", "wizard", "There is no such role."),
        ("row 3", "name", "–", "This is missing."),
        ("row 3", "email", "nowhere", "This is not an e-mail address."),
    ]
    assert 'name="data"' not in page.text
    assert people.listed(sqlite_context, TESTS).total == 1


def test_a_file_that_is_too_large_is_told(client: FlaskClient) -> None:
    page = submit(client, "/people/import", file=(io.BytesIO(b"x" * 350_001), "people.csv"))
    assert (page.status_code, "Split it into smaller ones." in page.text) == (422, True)
    assert submit(client, "/people/import").status_code == 422


def test_a_cohort_is_made_filled_and_emptied(client: FlaskClient, sqlite_context: Context) -> None:
    ada = person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    page = submit(client, "/people/cohorts", name="Spring").location
    spring = cohorts.by_name(sqlite_context, TESTS, "Spring").id
    assert page == f"/people/cohorts/{spring}"
    assert "taken already" in submit(client, "/people/cohorts", name="Spring").text

    def load(data: bytes) -> tuple[int, str]:
        answer = submit(client, page, f"{page}/import", file=(io.BytesIO(data), "members.csv"))
        return answer.status_code, answer.text

    status, text = load(b"email\nada@example.org\nnobody@example.org\n")
    assert (status, "No account has this address" in text) == (422, True)
    assert cohorts.get(sqlite_context, TESTS, spring).members == ()
    assert load(b"email\nada@example.org\n")[0] == 302
    assert [one.name for one in cohorts.get(sqlite_context, TESTS, spring).members] == ["Ada"]
    assert submit(client, page, f"{page}/remove/{ada}").location == page
    assert cohorts.get(sqlite_context, TESTS, spring).members == ()


def test_an_account_shows_itself_and_keeps_preferences(sqlite_app: Flask, sqlite_context: Context) -> None:
    ada = person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    people.set_accommodation(sqlite_context, TESTS, ada, Accommodation(125))
    browser = sqlite_app.test_client()
    sign_in(browser, sqlite_context, ada)
    page = browser.get("/people/account").text
    assert "125 % of the usual time" in page
    assert submit(browser, "/people/account", locale="", zone="Europe/Vienna").location == "/people/account"
    assert people.get(sqlite_context, TESTS, ada).person.zone == "Europe/Vienna"
    assert submit(browser, "/people/account", locale="", zone="Mars/Olympus").status_code == 422


PAGES = ["/people", "/people/new", "/people/import", f"/people/{uuid4()}"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_people_are_for_administrators(sqlite_app: Flask, sqlite_context: Context, role: Role) -> None:
    browser = sqlite_app.test_client()
    sign_in(browser, sqlite_context, person(sqlite_context, role, name="Ada"))
    assert [browser.get(page).status_code for page in PAGES] == [403] * len(PAGES)
    may = Actor(None, frozenset({role}))
    expected = 200 if role is Role.INSTRUCTOR else 403
    assert browser.get("/people/cohorts").status_code == expected, may


def test_nobody_in_particular_is_sent_to_sign_in(sqlite_app: Flask) -> None:
    guest = sqlite_app.test_client()
    for page in (*PAGES, "/people/cohorts", "/people/account"):
        assert guest.get(page).location == f"/login?next={page}"
