"""F6, F7: the server and the database are killed under saves; what was acknowledged is durable, once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from quizapp.settings import Settings
from tests.conftest import DIALECTS
from tests.faults.conftest import home_of, serving
from tests.faults.kills import LEARNERS, Ground
from tests.support.warm import Warm

#: On each database; `make soak` asks for a hundred.
ROUNDS = int(os.environ.get("QUIZAPP_TEST_KILLS", "10"))
#: So many kills does a learner live through in one attempt.
ROUNDS_OF_ONE_ATTEMPT = 5


@pytest.fixture(params=DIALECTS)
def ground(
    request, base_settings: Settings, sqlite_template: Path, tmp_path: Path, warm: Warm
) -> Iterator[Ground]:
    """An installation with a PostgreSQL server of its own."""
    settings, postgres = replace(base_settings, home=home_of(sqlite_template, tmp_path), threads=4), None
    if request.param == "postgresql":
        own = request.getfixturevalue("own_postgres")
        settings, postgres = replace(settings, database_url=own.url), own.server
    with serving(warm, settings, postgres) as ground:
        yield ground


def test_what_was_acknowledged_survives_every_kill_and_nothing_is_stored_twice(ground: Ground) -> None:
    told = set()
    for first in range(0, ROUNDS, ROUNDS_OF_ONE_ATTEMPT):
        team = [ground.learner() for _ in range(LEARNERS)]
        for number in range(first, min(first + ROUNDS_OF_ONE_ATTEMPT, ROUNDS)):
            ground.round(number, team)
        for learner in team:
            ground.need_whole(learner)
            told |= set(zip(learner.client.statuses, learner.client.retry_after, strict=True))
    assert told == ({(200, None), (503, "2")} if ground.postgres else {(200, None)})
