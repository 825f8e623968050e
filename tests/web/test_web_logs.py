"""Log lines: every request has its id, and no field that may carry a secret is written."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import structlog

from quizapp.integrations import logs
from quizapp.settings import Settings

Read = Callable[[], list[dict[str, object]]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, base_settings: Settings) -> Read:
    """The JSON log lines written so far."""
    stream = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        logs.configure(replace(base_settings, log_level="info", log_format="json"))
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.configure(base_settings)


def test_a_request_logs_its_id_and_answers_with_it(sqlite_app, read: Read) -> None:
    answer = sqlite_app.test_client().get(
        "/healthz?token=canary-7", headers={"X-Request-ID": "proxy-12345678"}
    )
    assert answer.headers["X-Request-ID"] == "proxy-12345678"
    (line,) = read()
    facts = {name: line[name] for name in ("event", "request_id", "method", "endpoint", "status", "level")}
    assert facts == {
        "event": "request",
        "request_id": "proxy-12345678",
        "method": "GET",
        "endpoint": "health.healthz",
        "status": 200,
        "level": "info",
    }
    assert "canary-7" not in json.dumps(line)


def test_work_after_a_request_does_not_carry_its_id(sqlite_app, read: Read) -> None:
    sqlite_app.test_client().get("/healthz")
    structlog.get_logger().info("something else")
    assert ["request_id" in line for line in read()] == [True, False]


@pytest.mark.parametrize("told", ["", "short", "x" * 41, "new\\nline-12345"])
def test_an_id_that_is_none_is_replaced(sqlite_app, read: Read, told: str) -> None:
    answer = sqlite_app.test_client().get("/healthz", headers={"X-Request-ID": told})
    (line,) = read()
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert len(str(line["request_id"])) == 32


@pytest.mark.parametrize("name", sorted(logs.SECRET_FIELDS))
def test_fields_that_may_carry_secrets_are_hidden(read: Read, name: str) -> None:
    structlog.get_logger().info("something", **{name: "canary-7", "count": 3})
    (line,) = read()
    assert (line[name], line["count"]) == ("[hidden]", 3)
