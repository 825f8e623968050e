"""The two probes."""

from __future__ import annotations

import pytest

from quizapp.services import health
from quizapp.services.health import Readiness


def test_the_process_answers(sqlite_app) -> None:
    answer = sqlite_app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize(("is_ready", "status"), [(True, 200), (False, 503)])
def test_readiness_is_the_status(sqlite_app, monkeypatch, is_ready: bool, status: int) -> None:
    monkeypatch.setattr(health, "readiness", lambda context: Readiness(is_ready, {"status": "told"}))
    answer = sqlite_app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (status, {"status": "told"})
