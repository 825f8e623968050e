"""Every route is classified, and answers each role as its classification says."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

import pytest

from quizapp.domain.person import PERMISSIONS, Permission, Role
from quizapp.web.access import Access, Door, access_of
from tests.support.people import person, sign_in

NOBODYS = UUID(int=7)
FILLERS: dict[str, Any] = {
    "UUIDConverter": NOBODYS,
    "IntegerConverter": 1,
    "UnicodeConverter": "x",
    "PathConverter": "x",
}
#: Without the step before, these lead back to the start of signing in; that is not a refusal.
STEPS_OF_SIGNING_IN = {
    "security.two_factor_token_validation",
    "security.two_factor_rescue",
    "security.mf_recovery",
    "security.two_factor_select",
    "security.reset_password",
    "home.index",
}
#: What no browser sends by itself is its own protection against forged requests.
TOKENS = {Door.ATTEMPT_TOKEN, Door.API_TOKEN}
REDIRECTS = {301, 302, 303, 307, 308}


def routes(app: Any) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of every rule, with arguments nobody owns."""
    told = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        arguments = {name: FILLERS[type(c).__name__] for name, c in rule._converters.items()}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            told.append((rule.endpoint, method, adapter.build(rule.endpoint, arguments, method=method)))
    return told


def test_every_route_is_classified(sqlite_app) -> None:
    unclassified = [
        endpoint for endpoint, _, _ in routes(sqlite_app) if access_of(sqlite_app, endpoint) is None
    ]
    assert unclassified == []


def expected_refusal(access: Access, role: Role | None) -> bool:
    """Whether the classification keeps this role out."""
    if access.door in (Door.PUBLIC, Door.ATTEMPT_TOKEN, Door.API_TOKEN):
        return False
    if role is None:
        return True
    return access.permission is not None and role not in PERMISSIONS[access.permission]


@pytest.mark.parametrize("role", [None, *Role])
def test_the_matrix(sqlite_app, sqlite_context, role: Role | None) -> None:
    """A role that may not is refused before anything is looked up; one that may gets further."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.testing = False
    sqlite_app.config["PROPAGATE_EXCEPTIONS"] = False
    wrong = []
    someone = person(sqlite_context, role) if role else None
    for endpoint, method, path in routes(sqlite_app):
        access = access_of(sqlite_app, endpoint)
        assert access is not None
        if endpoint in {"security.logout"}:
            continue
        client = sqlite_app.test_client()
        if someone is not None:
            sign_in(client, sqlite_context, someone)
        answer = client.open(path, method=method)
        to_login = answer.status_code in REDIRECTS and "/login" in (answer.location or "")
        refused = answer.status_code == 403 or to_login
        if access.door is Door.ATTEMPT_TOKEN or endpoint in STEPS_OF_SIGNING_IN:
            refused = False
        if refused != expected_refusal(access, role) or answer.status_code >= 500:
            wrong.append((endpoint, method, answer.status_code))
    assert wrong == []


def test_the_permission_matrix_names_every_permission_and_no_role_holds_all() -> None:
    assert set(PERMISSIONS) == set(Permission)
    for role, other in itertools.permutations(Role, 2):
        held, others = ({p for p, roles in PERMISSIONS.items() if r in roles} for r in (role, other))
        assert held != set(Permission)
        assert (role, other, held) != (role, other, others)
    assert Role.PROCTOR not in PERMISSIONS[Permission.READ_KEYS]
    assert Role.REGISTRAR not in PERMISSIONS[Permission.READ_RESPONSES] | PERMISSIONS[Permission.READ_KEYS]


def test_unsafe_requests_without_a_csrf_token_are_refused(sqlite_app, sqlite_context) -> None:
    someone = person(sqlite_context, *Role)
    accepted = []
    for endpoint, method, path in routes(sqlite_app):
        access = access_of(sqlite_app, endpoint)
        if method != "POST" or (access and access.door in TOKENS):
            continue
        client = sqlite_app.test_client()
        sign_in(client, sqlite_context, someone)
        answer = client.post(path)
        if answer.status_code not in {400, 403}:
            accepted.append((endpoint, answer.status_code))
    assert accepted == []
