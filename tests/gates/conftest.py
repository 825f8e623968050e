"""The demonstration's world, small and standing still, served from a thread to a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from quizapp import resources
from quizapp.app import create_app
from quizapp.domain.person import Role
from quizapp.ports import FixedClock, NullMailer
from quizapp.services import demo
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store import people as store
from tests.conftest import NOON, close
from tests.support.banks import shipped_part
from tests.support.people import sign_in
from tests.support.regrades import letter

ROLES = {
    "visitor": None,
    "learner": "experienced@demo.example",
    "fresh": "learner@demo.example",
    **{role.value: demo.LOGINS[role.value].email for role in Role if role.value in demo.LOGINS},
    "appeal_reviewer": demo.LOGINS["appeal"].email,
}
CROWD = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A served installation and the application behind it."""

    app: Flask
    url: str

    @property
    def context(self) -> Context:
        """The services of this installation."""
        told: Context = self.app.extensions["quizapp"]
        return told

    def person_id(self, role: str) -> UUID:
        """The demo person of this role."""
        email = ROLES[role]
        assert email is not None
        with self.context.reading() as session:
            row = store.by_email(session, email)
            assert row is not None
            return row.id

    def cookies(self, role: str) -> list[dict[str, Any]]:
        """The session cookie of somebody who has signed in."""
        if ROLES[role] is None:
            return []
        client = self.app.test_client()
        sign_in(client, self.context, self.person_id(role))
        cookie = client.get_cookie("quizapp")
        assert cookie is not None
        return [{"name": "quizapp", "value": cookie.value, "url": self.url}]


class Quiet(WSGIRequestHandler):
    """Says nothing of thousands of requests, so that a failure shows its faults."""

    def log(self, *_told: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def place(
    base_settings: Settings, sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """The demo's world with a small cohort, in the pseudo-language."""
    import shutil

    home = tmp_path_factory.mktemp("gates") / "home"
    shutil.copytree(sqlite_template, home)
    settings = replace(base_settings, home=home, pseudo_locale=True)
    app = create_app(settings, clock=FixedClock(NOON), mail=NullMailer())
    with app.app_context():
        banks = shipped_part(home.parent / "banks", ["1.0", "2.0"])
        tour = resources.folder("question_banks") / "tour"
        demo.build(app.extensions["quizapp"], banks, tour, lambda *_: None, letter, crowd=CROWD)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Place(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    close(app)
