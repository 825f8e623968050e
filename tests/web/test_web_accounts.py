"""Signing in and out, second steps, links that set passwords, and what is audited."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event, Lock
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select

from quizapp.domain.person import Role
from quizapp.ports import FixedClock, NullMailer
from quizapp.services import people
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store import people as store
from quizapp.store.audit import RowAuditLine
from quizapp.store.people import RowSetting
from quizapp.web.access import access_of
from tests.conftest import build
from tests.support.browsing import TOKEN, csrf_token, submit
from tests.support.people import TESTS, person, sign_in

PASSWORD, NEW = "a calm and exact password", "another exact password"
WRONG = "The e-mail address or the password is not right"


@pytest.fixture
def client(sqlite_app: Flask) -> FlaskClient:
    return sqlite_app.test_client()


@pytest.fixture
def ada(sqlite_context: Context) -> UUID:
    return someone(sqlite_context)


def someone(context: Context, *roles: Role, email: str = "ada@example.org") -> UUID:
    chosen = roles or (Role.LEARNER,)
    return people.create(context, TESTS, name="Ada", email=email, roles=chosen, password=PASSWORD)


def log_in(client: FlaskClient, password: str = PASSWORD, email: str = "ada@example.org", **more: str) -> Any:
    return submit(client, "/login", email=email, password=password, **more)


def verbs(context: Context) -> list[str]:
    with context.reading() as session:
        rows = session.scalars(select(RowAuditLine).order_by(RowAuditLine.id))
        return [row.verb for row in rows if row.verb not in {"create", "invite"}]


def row(context: Context, person_id: UUID) -> store.RowPerson:
    with context.reading() as session:
        found = store.by_id(session, person_id)
        assert found is not None
        session.expunge_all()
        return found


def is_in(client: FlaskClient) -> bool:
    return client.get("/people/account").status_code == 200


# ---- in and out


def test_the_right_password_opens_and_is_audited(
    client: FlaskClient, sqlite_context: Context, ada: UUID, clock: FixedClock
) -> None:
    answer = log_in(client, email=" ADA@Example.org ")
    assert (answer.status_code, answer.location) == (302, "/")
    assert is_in(client)
    assert verbs(sqlite_context) == ["sign_in"]
    assert row(sqlite_context, ada).current_login_at == clock.instant


def test_the_session_changes_at_sign_in(client: FlaskClient, ada: UUID) -> None:
    before = csrf_token(client, "/login")
    with client.session_transaction() as session:
        session["left_over"] = "from before"
        old = session["csrf_token"]
    log_in(client)
    with client.session_transaction() as session:
        assert "left_over" not in session
        assert session.get("csrf_token") != old
    assert client.post("/logout", data={"csrf_token": before}).status_code == 400


def test_cookies_are_kept_from_scripts_and_other_sites(sqlite_settings: Settings, clock: FixedClock) -> None:
    settings = replace(sqlite_settings, secure_cookies=True)
    for app in build(settings, clock, NullMailer()):
        cookie = app.test_client().get("/login", base_url="https://localhost").headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))


def test_signing_out_needs_a_form_and_ends_copies_of_the_session(
    client: FlaskClient, sqlite_app: Flask, sqlite_context: Context, ada: UUID
) -> None:
    log_in(client)
    copy = sqlite_app.test_client()
    cookie = client.get_cookie("quizapp")
    assert cookie is not None
    copy.set_cookie("quizapp", cookie.value)
    assert is_in(copy)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    answer = submit(client, "/people/account", "/logout")
    assert (answer.status_code, answer.location) == (302, "/login")
    assert (is_in(client), is_in(copy)) == (False, False)
    assert verbs(sqlite_context) == ["sign_in", "sign_out"]


def test_a_change_of_network_or_browser_signs_nobody_out(client: FlaskClient, ada: UUID) -> None:
    log_in(client)
    moved = client.get(
        "/people/account",
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
        headers={"User-Agent": "another browser"},
    )
    assert moved.status_code == 200


def test_a_shut_account_is_out_with_its_next_request(
    client: FlaskClient, sqlite_context: Context, ada: UUID
) -> None:
    log_in(client)
    people.disable(sqlite_context, TESTS, ada)
    assert not is_in(client)
    assert WRONG in log_in(client).text


def test_a_token_signs_nobody_in(
    client: FlaskClient, sqlite_app: Flask, ada: UUID, clock: FixedClock
) -> None:
    with sqlite_app.test_request_context():
        found = sqlite_app.extensions["security"].datastore.find_user(email="ada@example.org")
        token = found.get_auth_token()
    assert client.get("/people/account", headers={"Authentication-Token": token}).status_code == 302
    assert client.get(f"/people/account?auth_token={token}").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/people/account", "/people/account"),
        ("/people?q=x", "/people?q=x"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("////evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_only_pages_of_ours_are_returned_to(
    client: FlaskClient, ada: UUID, wanted: str, location: str
) -> None:
    assert log_in(client, next=wanted).location == location


@pytest.mark.parametrize(
    "wanted",
    ["///evil.example", "\\\\evil.example/", "/\\evil.example", "\t//evil.example", " //evil.example"],
)
def test_what_looks_like_another_site_stays_a_path_of_ours(
    client: FlaskClient, ada: UUID, wanted: str
) -> None:
    location = log_in(client, next=wanted).location
    assert urlsplit(urljoin("http://localhost/login", location)).netloc == "localhost"
    assert not location.startswith(("//", "/\\"))


def test_a_guarded_page_is_returned_to(client: FlaskClient, ada: UUID) -> None:
    answer = client.get("/people/account?x=1")
    assert answer.location == "/login?next=/people/account?x%3D1"
    assert 'name="next" value="/people/account?x=1"' in client.get(answer.location).text
    assert 'name="next" value=""' in client.get("/login?next=https://evil.example/").text


# ---- wrong passwords


def test_every_refusal_reads_the_same(client: FlaskClient, sqlite_context: Context, ada: UUID) -> None:
    shut = someone(sqlite_context, email="shut@example.org")
    people.disable(sqlite_context, TESTS, shut)
    person(sqlite_context, Role.LEARNER, name="Invited", email="invited@example.org")
    tries = [
        ("ada@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("shut@example.org", PASSWORD),
        ("invited@example.org", PASSWORD),
        ("not an address", PASSWORD),
    ]
    pages = {re.sub(r'value="[^"]*"', "", log_in(client, password, email).text) for email, password in tries}
    assert len(pages) == 1
    assert WRONG in pages.pop()
    assert verbs(sqlite_context)[1:] == ["fail_sign_in"] * 3 + ["fail_sign_in"]


def test_twenty_wrong_passwords_slow_one_account_only(
    client: FlaskClient, sqlite_context: Context, ada: UUID, clock: FixedClock
) -> None:
    someone(sqlite_context, email="ben@example.org")
    for _ in range(20):
        log_in(client, "wrong")
    assert row(sqlite_context, ada).slowed_until == clock.instant + timedelta(seconds=15)
    assert verbs(sqlite_context) == ["fail_sign_in"] * 10 + ["refuse_sign_in"] * 10
    assert WRONG in log_in(client).text
    assert log_in(client, email="ben@example.org").status_code == 302
    submit(client, "/people/account", "/logout")
    clock.instant += timedelta(seconds=15)
    assert log_in(client).status_code == 302
    assert row(sqlite_context, ada).failed_logins == 0


def test_a_room_full_of_learners_signs_in_from_one_address(app: Flask, context: Context) -> None:
    count = 200
    hashed = context.passwords.hash(PASSWORD)
    with context.transaction(TESTS) as uow:
        for number in range(count):
            email = f"learner{number}@example.org"
            people.add(uow, name="L", email=email, roles=[Role.LEARNER]).password = hashed

    def enter(number: int) -> int:
        return int(log_in(app.test_client(), email=f"learner{number}@example.org").status_code)

    with ThreadPoolExecutor(context.settings.threads) as pool:
        assert list(pool.map(enter, range(count))) == [302] * count
    assert verbs(context) == ["sign_in"] * count


# ---- passwords


def test_few_passwords_are_hashed_at_the_same_time(
    sqlite_app: Flask, sqlite_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = sqlite_app.extensions["security"].pwd_context
    running, most, gate = [], [0], Lock()

    def slowly(*_told: Any) -> bool:
        with gate:
            running.append(1)
            most[0] = max(most[0], len(running))
        met.wait(0.05)
        with gate:
            running.pop()
        return True

    met = Event()
    monkeypatch.setattr(hashes._hashes, "verify", slowly)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: hashes.verify("secret", "hash"), range(8)))
    assert most == [sqlite_context.settings.hash_concurrency]


def test_changing_the_password_signs_other_devices_out(
    client: FlaskClient, sqlite_app: Flask, sqlite_context: Context, ada: UUID, mail: NullMailer
) -> None:
    other = sqlite_app.test_client()
    log_in(client)
    log_in(other)
    fields = {"new_password": NEW, "new_password_confirm": NEW}
    assert "The password is not right" in submit(client, "/change", password="wrong", **fields).text
    weak = submit(client, "/change", password=PASSWORD, new_password="short", new_password_confirm="short")
    assert "at least 10 characters" in weak.text
    answer = submit(client, "/change", password=PASSWORD, **fields)
    assert answer.location == "/people/account"
    assert (is_in(client), is_in(other)) == (True, False)
    assert verbs(sqlite_context) == ["sign_in", "sign_in", "change_password"]
    assert [message.subject for message in mail.sent] == ["Your password was changed"]
    assert log_in(other, NEW).status_code == 302


def links(mail: NullMailer) -> list[str]:
    found = re.findall(r"http://\S+", mail.sent[-1].text)
    return [link.removeprefix("http://localhost") for link in found]


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(
    client: FlaskClient, sqlite_context: Context, ada: UUID, mail: NullMailer
) -> None:
    known = submit(client, "/reset", email="ADA@example.org").text
    unknown = submit(client, "/reset", email="nobody@example.org").text
    assert re.sub(r'value="[^"]*"', "", known) == re.sub(r'value="[^"]*"', "", unknown)
    assert [message.to for message in mail.sent] == ["ada@example.org"]
    [link] = links(mail)
    answer = submit(client, link, password=NEW, password_confirm=NEW)
    assert answer.location == "/login"
    assert client.get(link).location == "/reset"
    assert log_in(client, NEW).status_code == 302
    assert verbs(sqlite_context) == ["request_reset", "reset_password", "sign_in"]


def test_a_reset_link_expires(client: FlaskClient, sqlite_app: Flask, ada: UUID, mail: NullMailer) -> None:
    submit(client, "/reset", email="ada@example.org")
    sqlite_app.config["SECURITY_RESET_PASSWORD_WITHIN"] = timedelta(seconds=-1)
    [link] = links(mail)
    assert client.get(link).location == "/reset"


def test_links_in_mail_name_the_public_address(
    sqlite_settings: Settings, clock: FixedClock, mail: NullMailer
) -> None:
    settings = replace(sqlite_settings, public_url="https://exams.example.org/")
    for app in build(settings, clock, mail):
        someone(app.extensions["quizapp"])
        client = app.test_client()
        page = client.get("/reset", base_url="http://evil.example").text
        found = TOKEN.search(page)
        assert found
        client.post(
            "/reset",
            base_url="http://evil.example",
            data={"email": "ada@example.org", "csrf_token": found[1]},
        )
        assert "https://exams.example.org/reset/" in mail.sent[-1].text
        assert "evil.example" not in "".join(message.text for message in mail.sent)


# ---- second step


def code(context: Context, key: str) -> str:
    return str(TOTP(key=key.replace(" ", "").replace("-", "")).generate(time=context.clock.now()).token)


def set_up(client: FlaskClient, context: Context) -> str:
    """Turn two-step sign-in on as the page says; gives the key."""
    page = submit(client, "/tf-setup", setup="authenticator").text
    key = re.search(r'<code class="serial" translate="no">([^<]+)</code>', page)
    action = re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert key
    assert action
    assert 'src="data:image/svg+xml' in page
    answer = submit(client, "/tf-setup", action[1], code=code(context, key[1]))
    assert answer.location == "/people/account"
    return key[1]


def test_the_second_step_is_asked_for_and_each_code_works_once(
    client: FlaskClient, sqlite_app: Flask, sqlite_context: Context, ada: UUID, clock: FixedClock
) -> None:
    log_in(client)
    key = set_up(client, sqlite_context)
    other = sqlite_app.test_client()
    answer = log_in(other, next="/people/account")
    assert answer.location.startswith("/tf-validate?next=")
    assert not is_in(other)
    used = code(sqlite_context, key)
    assert "The code is not right" in submit(other, answer.location, code=used).text
    clock.instant += timedelta(seconds=30)
    assert submit(other, answer.location, code=code(sqlite_context, key)).location == "/people/account"
    assert is_in(other)
    assert verbs(sqlite_context) == ["sign_in", "set_totp", "fail_sign_in", "sign_in"]


def test_a_recovery_code_takes_the_phones_place_once(
    client: FlaskClient, sqlite_app: Flask, sqlite_context: Context, ada: UUID
) -> None:
    log_in(client)
    set_up(client, sqlite_context)
    page = submit(client, "/mf-recovery-codes").text
    codes = re.findall(r'<code class="serial" translate="no">([^<]+)</code>', page)
    assert len(set(codes)) == 8
    stored = row(sqlite_context, ada).mf_recovery_codes or []
    assert not set(codes) & set(stored)
    other = sqlite_app.test_client()
    log_in(other)
    assert "none of your recovery codes" in submit(other, "/mf-recovery", code="0000-0000-0000").text
    typed = codes[0].replace("-", " ").upper()
    assert submit(other, "/mf-recovery", code=typed).location == "/"
    assert is_in(other)
    third = sqlite_app.test_client()
    log_in(third)
    assert "none of your recovery codes" in submit(third, "/mf-recovery", code=codes[0]).text
    assert verbs(sqlite_context) == [
        "sign_in", "set_totp", "make_recovery_codes", "fail_sign_in", "use_recovery_code", "sign_in",
        "fail_sign_in",
    ]  # fmt: skip


def test_wrong_codes_make_the_account_rest(
    client: FlaskClient, sqlite_app: Flask, sqlite_context: Context, ada: UUID, clock: FixedClock
) -> None:
    log_in(client)
    key = set_up(client, sqlite_context)
    other = sqlite_app.test_client()
    log_in(other)
    for _ in range(10):
        submit(other, "/tf-validate", code="000000")
    clock.instant += timedelta(seconds=10)
    assert "Too many wrong tries" in submit(other, "/tf-validate", code=code(sqlite_context, key)).text
    clock.instant += timedelta(seconds=30)
    assert submit(other, "/tf-validate", code=code(sqlite_context, key)).location == "/"


def test_turning_the_second_step_off_voids_recovery_codes(
    client: FlaskClient, sqlite_context: Context, ada: UUID
) -> None:
    log_in(client)
    set_up(client, sqlite_context)
    submit(client, "/mf-recovery-codes")
    assert submit(client, "/tf-setup", setup="disable").location == "/people/account"
    stored = row(sqlite_context, ada)
    assert (stored.tf_primary_method, stored.mf_recovery_codes or []) == (None, [])
    assert verbs(sqlite_context)[-1] == "remove_totp"


def test_what_guards_the_account_asks_for_the_password_again(
    client: FlaskClient, sqlite_context: Context, ada: UUID
) -> None:
    sign_in(client, sqlite_context, ada)
    with client.session_transaction() as session:
        session["fs_paa"] -= 3600
    answer = client.get("/tf-setup")
    assert answer.location == "/sign-in-again?next=/tf-setup"
    assert "The password is not right" in submit(client, answer.location, password="wrong").text
    done = submit(client, answer.location, password=PASSWORD, next="/tf-setup")
    assert done.location == "/tf-setup"
    assert client.get("/tf-setup").status_code == 200


@pytest.fixture
def strict(sqlite_settings: Settings, clock: FixedClock, mail: NullMailer) -> Any:
    """An installation that requires two steps of its staff."""
    yield from build(replace(sqlite_settings, require_staff_totp=True), clock, mail)


def test_staff_set_up_the_second_step_before_any_staff_page(strict: Flask) -> None:
    context, client = strict.extensions["quizapp"], strict.test_client()
    admin = someone(context, Role.ADMINISTRATOR)
    log_in(client)
    for page in ("/", "/people", "/people/cohorts", "/audit"):
        assert client.get(page).location == "/tf-setup", page
    assert is_in(client)
    refused = submit(client, "/people/account", f"/people/{admin}/disable")
    assert refused.location == "/tf-setup"
    set_up(client, context)
    assert client.get("/people").status_code == 200
    assert "required for your roles" in submit(client, "/tf-setup", setup="disable").text
    assert row(context, admin).tf_primary_method == "authenticator"


def test_staff_who_learn_reach_the_learners_pages(strict: Flask) -> None:
    context, client = strict.extensions["quizapp"], strict.test_client()
    sign_in(client, context, someone(context, Role.LEARNER, Role.INSTRUCTOR))
    assert client.get("/").status_code == 200
    assert client.get("/people/cohorts").location == "/tf-setup"


# ---- what exists


def test_every_route_is_classified_and_unused_ones_do_not_exist(
    client: FlaskClient, sqlite_app: Flask, ada: UUID
) -> None:
    endpoints = {rule.endpoint for rule in sqlite_app.url_map.iter_rules()}
    assert [name for name in sorted(endpoints) if access_of(sqlite_app, name) is None] == []
    assert [client.get(path).status_code for path in ("/tf-rescue", "/tf-select")] == [404, 404]
    assert "users" not in sqlite_app.cli.commands
    assert "roles" not in sqlite_app.cli.commands


def test_demo_accounts_show_on_the_sign_in_page_of_a_demonstration_only(
    client: FlaskClient, sqlite_context: Context, ada: UUID
) -> None:
    assert "Try it as" not in client.get("/login").text
    with sqlite_context.transaction(TESTS) as uow:
        facts = {"demo_logins": [["Learner", "ada@example.org", PASSWORD]]}
        uow.session.add(RowSetting(id=1, issuer_id="t", is_demo=True, created_at=uow.now, facts=facts))
        uow.audit("create", "installation", 1)
    page = client.get("/login").text
    assert "Try it as" in page
    assert PASSWORD in page
    for other in ("/reset", "/"):
        assert PASSWORD not in client.get(other, follow_redirects=True).text or other == "/"


def test_no_page_of_signing_in_carries_inline_style(client: FlaskClient, ada: UUID) -> None:
    pages = [client.get("/login"), client.get("/reset")]
    log_in(client)
    pages += [client.get("/change"), client.get("/tf-setup"), client.get("/mf-recovery-codes")]
    pages += [submit(client, "/tf-setup", setup="authenticator"), client.get("/sign-in-again")]
    assert [page.status_code for page in pages] == [200] * 7
    assert [re.findall(r"<style| style=|<script>", page.text) for page in pages] == [[]] * 7
