"""`quizapp token`."""

from __future__ import annotations

import json

from flask import Flask

from quizapp.services import api_tokens
from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS


def test_create_list_revoke(sqlite_app: Flask, sqlite_context: Context) -> None:
    runner = sqlite_app.test_cli_runner()
    made = runner.invoke(args=["token", "create", "Personnel", "--scope", "records", "--scope", "changes"])
    assert (made.exit_code, made.stdout[:4], len(made.stdout.strip())) == (0, "qzt_", 47)
    rows = json.loads(runner.invoke(args=["token", "list", "--format", "json"]).stdout)
    assert [(r["name"], r["state"], r["scopes"], r["made_by"]) for r in rows] == [
        ("Personnel", "active", "changes records", "operator")
    ]
    assert runner.invoke(args=["token", "revoke", rows[0]["id"]]).exit_code == 0
    assert [token.state for token in api_tokens.listed(sqlite_context, TESTS)] == ["revoked"]
