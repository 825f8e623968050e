"""F6, F7: the server and the database are killed under saves; what was acknowledged is durable, once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest

from quizapp.app import create_app
from quizapp.settings import Settings
from tests.conftest import DIALECTS, close
from tests.faults.kills import Ground
from tests.support import attempts as room
from tests.support import server as servers
from tests.support.postgres import OwnServer

#: On each database; `make soak` asks for a hundred.
ROUNDS = int(os.environ.get("QUIZAPP_TEST_KILLS", "4"))


@pytest.fixture(params=DIALECTS)
def ground(request, base_settings: Settings, tmp_path: Path) -> Iterator[Ground]:
    """An installation at the real time, served, with a PostgreSQL server of its own."""
    settings, postgres = replace(base_settings, home=tmp_path / "home", threads=4), None
    # Not under pytest's folder: the database server is another user (see `postgres.folder_of`).
    with tempfile.TemporaryDirectory(prefix="quizapp-kills-") as name:
        if request.param == "postgresql":
            Path(name).chmod(0o755)
            postgres = OwnServer(Path(name))
            settings = replace(settings, database_url=postgres.database("kills"))
        app = create_app(settings, creates=True)
        with app.app_context():
            flask_migrate.upgrade()
            context = app.extensions["quizapp"]
            sitting_id = room.offered_at_once(context)
            port = servers.free_port()
            server = servers.start(settings, port, works=False)
            ground = Ground(context, settings, sitting_id, server, port, postgres)
            yield ground
        ground.server.stop()
        close(app)
        if postgres is not None:
            postgres.end()


def test_what_was_acknowledged_survives_every_kill_and_nothing_is_stored_twice(ground: Ground) -> None:
    statuses, hints = set(), set()
    for number in range(ROUNDS):
        for learner in ground.round(number):
            ground.need_whole(learner)
            statuses |= set(learner.client.statuses)
            hints |= {
                hint
                for status, hint in zip(learner.client.statuses, learner.client.retry_after, strict=True)
                if status == 503
            }
    assert statuses == ({200, 503} if ground.postgres else {200})
    assert hints == ({"2"} if ground.postgres else set())
