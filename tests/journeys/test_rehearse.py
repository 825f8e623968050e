"""An operator rehearses the shipped exam at the server that will carry the day."""

from __future__ import annotations

import json
import subprocess

import pytest

from quizapp.domain.attempt import Purpose
from quizapp.store import response_events
from quizapp.store.attempts import RowAttempt
from tests.journeys.conftest import World
from tests.support import server as servers
from tests.support.server import QUIZAPP, Server

LEARNERS = 4


def rehearse(world: World, url: str, *more: str) -> subprocess.CompletedProcess[str]:
    options = ["--learners", str(LEARNERS), "--url", url, "--pause", "0", *more]
    return subprocess.run(
        [QUIZAPP, "exam", "rehearse", "1.0-certification", *options],
        env=servers.environment(world.settings),
        capture_output=True,
        text=True,
        timeout=servers.PATIENCE_SECONDS * 2,
    )


def test_a_rehearsal_at_a_running_server_is_a_go_and_everything_of_it_is_stored(
    world: World, server: Server
) -> None:
    told = rehearse(world, server.url, "--format", "json")
    assert (told.returncode, told.stderr.splitlines()[-1]) == (0, "GO")
    seen = {check["code"]: check["seen"] for check in json.loads(told.stdout)["checks"]}
    with world.context.reading() as session:
        rows = session.query(RowAttempt).filter_by(purpose=Purpose.REHEARSAL.value).all()
        stored = sum(len(response_events.entries(session, row.id)) for row in rows)
        assert [row.close_reason for row in rows] == ["submitted"] * LEARNERS
        assert (seen["started"], seen["receipts"], seen["errors"]) == (LEARNERS, LEARNERS, 0)
        assert seen["saved"] == stored == sum(row.answered or 0 for row in rows)


@pytest.mark.parametrize("journey_settings", ["sqlite"], indirect=True)
def test_no_server_is_a_no_go(world: World) -> None:
    told = rehearse(world, f"http://127.0.0.1:{servers.free_port()}")
    assert (told.returncode, told.stderr.splitlines()[-1]) == (1, "NO-GO")
    assert [line.split()[-2:] for line in told.stdout.splitlines()[1:4]] == [["NOT", "OK"]] * 3
