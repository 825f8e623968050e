"""The pages that letters and the forms of signing in lead to; no link does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from passlib.totp import TOTP

from quizapp.domain.person import Role
from quizapp.services import invitations, people
from quizapp.store import people as store
from tests.gates.conftest import Place
from tests.gates.looking import Window, window
from tests.support.people import TESTS

EMAIL, PASSWORD = "steps@example.org", "nine green lanterns"


def test_an_invitation_and_signing_in_with_a_second_step(place: Place, browser: Any) -> None:
    with place.app.app_context():
        token = _invited(place)
    with window(place, browser, "visitor") as seen:
        steps = Steps(place, seen)
        steps.open("welcome", f"/people/welcome/{token}")
        steps.send("no match", password=PASSWORD, password_confirm="another")
        steps.send("chosen", password=PASSWORD, password_confirm=PASSWORD)
        steps.open("sign in", "/login")
        steps.send("wrong", email=EMAIL, password="something else")
        steps.send("in", email=EMAIL, password=PASSWORD)
        steps.open("again", "/sign-in-again")
        steps.open("setup", "/tf-setup")
        steps.send("key", "form:has([name=setup])")
        key = seen.page.locator("code.serial").text_content()
        steps.send("on", "form:has([name=code])", code=_code(place, key))
        steps.open("codes", "/mf-recovery-codes")
        seen.page.locator("details.confirm > summary").click()
        steps.send("codes made", "details.confirm form")
        seen.page.context.clear_cookies()
        steps.open("sign in", "/login")
        steps.send("second step", email=EMAIL, password=PASSWORD)
        steps.send("wrong code", "form:has([name=code])", code="000000")
        steps.open("instead", "/mf-recovery")
    assert (steps.faults, seen.outside, seen.errors) == ({}, [], [])
    assert steps.paths == {
        "welcome": "/reset",
        "no match": "/reset",
        "wrong": "/login",
        "again": "/sign-in-again",
        "setup": "/tf-setup",
        "key": "/tf-setup",
        "codes": "/mf-recovery-codes",
        "codes made": "/mf-recovery-codes",
        "sign in": "/login",
        "second step": "/tf-validate",
        "wrong code": "/tf-validate",
        "instead": "/mf-recovery",
        "chosen": "/login",
        "in": "/",
        "on": "/people/account",
    }


class Steps:
    """A way through forms, each page on it looked at."""

    def __init__(self, place: Place, seen: Window) -> None:
        self.place, self.seen = place, seen
        self.faults: dict[str, list[str]] = {}
        self.paths: dict[str, str] = {}

    def open(self, name: str, path: str) -> None:
        """Go to a page."""
        self._note(name, self.seen.open(f"{self.place.url}{path}"))

    def send(self, name: str, form: str = "form:has([type=password])", **typed: str) -> None:
        """Fill a form in and send it."""
        place = self.seen.page.locator(form).first
        for field, text in typed.items():
            place.locator(f"[name={field}]").fill(text)
        place.locator("button[type=submit]").click()
        self._note(name, self.seen.look())

    def _note(self, name: str, faults: list[str]) -> None:
        path = urlsplit(self.seen.page.url).path
        self.paths[name] = "/" + path.split("/")[1] if not path.startswith("/people") else path
        if faults:
            self.faults[name] = faults


def _invited(place: Place) -> str:
    """The token of an invitation, as it is in the letter."""
    context = place.context
    person_id = people.create(context, TESTS, name="Step Example", email=EMAIL, roles=[Role.LEARNER])
    with context.reading() as session:
        row = store.by_id(session, person_id)
        assert row is not None
        expires_at = context.clock.now() + invitations.VALIDITY
        return context.passwords.invitation(row.fs_uniquifier, expires_at)


def _code(place: Place, key: str) -> str:
    plain = key.replace(" ", "").replace("-", "")
    return str(TOTP(key=plain).generate(time=place.context.clock.now()).token)
