"""No input makes the records API fail, whatever the token allows: requests made from its own document.

Few examples here; `make soak` gives many with QUIZAPP_TEST_EXAMPLES.
"""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi import checks

from quizapp.domain.api_token import Scope
from quizapp.services import api_tokens
from quizapp.services.unit_of_work import Context
from tests.support.api import BASE, program
from tests.support.people import TESTS
from tests.support.records import room

EXAMPLES = int(os.environ.get("QUIZAPP_TEST_EXAMPLES", "3"))


def tokens(app: Flask, context: Context) -> dict[str, str]:
    """A token of each kind there is."""
    told = {f"only {scope}": program(app, context, scope).token for scope in Scope}
    revoked = program(app, context)
    assert revoked.token_id is not None
    api_tokens.revoke(context, TESTS, revoked.token_id)
    return {**told, "all": program(app, context).token, "revoked": revoked.token, "nonsense": "qzt_x"}


def test_no_request_makes_the_api_fail(sqlite_app: Flask, sqlite_context: Context) -> None:
    serial = room(sqlite_context).certified()
    document = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", sqlite_app)
    held = tokens(sqlite_app, sqlite_context)
    client = sqlite_app.test_client()
    assert client.get(f"{BASE}/records/{serial}", headers={"Authorization": held["all"]}).status_code == 401
    wrong: list[tuple[str, str, int, str]] = []
    for found in document.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            for name, token in held.items():
                case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
                answer = case.call()
                # What the shape allows, such as a cursor nobody was given, may still be refused.
                case.validate_response(answer, excluded_checks=[checks.positive_data_acceptance])
                if answer.status_code >= 500:
                    wrong.append((name, case.path, answer.status_code, answer.text))

        ask()
    assert wrong == []
