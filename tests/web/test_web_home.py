"""Start pages, and what a demonstration does not ask of its staff."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quizapp.domain.person import Role
from quizapp.store.people import RowSetting
from tests.conftest import build
from tests.support.people import TESTS, person, sign_in


@pytest.mark.parametrize(("is_demo", "status"), [(True, 200), (False, 302)])
def test_staff_need_the_second_step_except_in_a_demonstration(
    sqlite_settings, clock, mail, is_demo, status
) -> None:
    for app in build(replace(sqlite_settings, require_staff_totp=True), clock, mail):
        context = app.extensions["quizapp"]
        with context.transaction(TESTS) as uow:
            uow.session.add(RowSetting(id=1, issuer_id="t", is_demo=is_demo, created_at=uow.now, facts={}))
            uow.audit("mark", "installation", "t")
        client = app.test_client()
        sign_in(client, context, person(context, Role.REGISTRAR))
        assert client.get("/records").status_code == status


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_a_start_page(sqlite_app, sqlite_context, role) -> None:
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, role))
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("target", "location"),
    [("/framework", "/framework"), ("//evil.example/", "/"), ("https://evil.example", "/"), ("/\\evil", "/")],
)
def test_the_theme_switch_goes_back_to_our_own_pages_only(sqlite_app, target, location) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    answer = sqlite_app.test_client().post("/theme", data={"theme": "dark", "next": target})
    assert (answer.location, answer.headers["Set-Cookie"].partition(";")[0]) == (location, "theme=dark")
