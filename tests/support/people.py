"""People for tests, and signing a test client in without paying for a password hash."""

from __future__ import annotations

import time
from uuid import UUID

from flask.testing import FlaskClient

from quizapp.domain.person import Role, operator
from quizapp.services import people
from quizapp.services.unit_of_work import Context
from quizapp.store import people as store

TESTS = operator("tests")


def person(context: Context, *roles: Role, name: str = "Ada Example", email: str = "") -> UUID:
    """A new account with these roles and no password."""
    address = email or f"{name.lower().replace(' ', '.')}.{len(roles)}@example.org"
    return people.create(context, TESTS, name=name, email=address, roles=roles)


def sign_in(client: FlaskClient, context: Context, person_id: UUID) -> None:
    """Make the client's session that person's, freshly signed in."""
    with context.reading() as session:
        row = store.by_id(session, person_id)
        assert row is not None
        uniquifier = row.fs_uniquifier
    with client.session_transaction() as stored:
        stored.update({"_user_id": uniquifier, "_fresh": True, "fs_cc": "set", "fs_paa": time.time()})
