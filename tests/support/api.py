"""A program that holds a token, for tests of the records API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask

from quizapp.domain.api_token import Scope
from quizapp.services import api_tokens
from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS

BASE = "/api/v1"


@dataclass(slots=True)
class Program:
    """Asks the API with one token and nothing else."""

    app: Flask
    token: str
    token_id: UUID | None = None

    def ask(self, path: str, method: str = "GET", **sent: Any) -> Any:
        """The answer to one request; nobody is ever signed in."""
        headers = {"Authorization": f"Bearer {self.token}", **sent.pop("headers", {})}
        return self.app.test_client().open(f"{BASE}{path}", method=method, headers=headers, **sent)


def program(app: Flask, context: Context, *scopes: Scope, days: int = 366) -> Program:
    """A program with a new token; without scopes it may do everything."""
    told = api_tokens.create(context, TESTS, "Tests", [str(s) for s in scopes or Scope], days)
    return Program(app, told.text, told.id)
