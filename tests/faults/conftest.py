"""Served installations for the tests of faults."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from quizapp.app import create_app
from tests.conftest import DIALECTS, close, empty
from tests.faults.kills import Ground
from tests.support import attempts as room
from tests.support import server as servers


@pytest.fixture(params=DIALECTS, scope="module")
def served(request, base_settings, sqlite_template, tmp_path_factory) -> Iterator[Ground]:
    """An installation at the real time, served by one process, without a worker on PostgreSQL.

    One for a file of tests, for starting costs more than they do; each brings learners of its own.
    """
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(sqlite_template, home)
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    settings = replace(base_settings, home=home, database_url=url, threads=4)
    app = create_app(settings)
    context = app.extensions["quizapp"]
    if not settings.is_sqlite:
        empty(context)
    with app.app_context():
        sitting_id = room.offered_at_once(context)
        port = servers.free_port()
        server = servers.start(settings, port, works=False)
        try:
            yield Ground(context, settings, sitting_id, server, port)
        finally:
            server.stop()
    close(app)
