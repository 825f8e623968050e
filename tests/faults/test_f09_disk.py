"""F8, F9: the disk cannot sync, or is full, under a real server; nothing is acknowledged that is not stored.

The server process (SQLite) or the database's processes (PostgreSQL) get `EIO` from `fsync`, or
`ENOSPC` from every write that would make a file longer, as a dying or a full disk answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from quizapp.settings import Settings
from tests.conftest import DIALECTS
from tests.faults.conftest import home_of, serving
from tests.faults.kills import Ground, Learner
from tests.support.disk import Disk
from tests.support.server import wait_until
from tests.support.warm import Warm

#: More text than the free room in the files of a new database.
MOST = 4000
#: So many times the probe may be red before the database is killed: ten seconds and more.
HANGS = 500
LONG = {"text": "x" * 7000}


@dataclass(slots=True)
class Place:
    """An installation on a disk that fails as told."""

    ground: Ground
    disk: Disk
    asked: int = 0

    def is_well(self) -> bool:
        """Whether the probe is green; a database that gave up, or hangs, is started as a supervisor would."""
        postgres = self.ground.postgres
        self.asked += 1
        if postgres is not None and self.asked % HANGS == 0:
            # Under seccomp its recovery was seen to wait for a process that never ended.
            postgres.kill()
        if postgres is not None and not postgres.is_running():
            postgres.start(self.disk)
        return self.ground.ready() == 200


@pytest.fixture(params=DIALECTS, scope="module")
def ground_and_disk(
    request,
    base_settings: Settings,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    warm: Warm,
) -> Iterator[Place]:
    """Served by one process; its own disk with SQLite, the database's with PostgreSQL."""
    home = home_of(sqlite_template, tmp_path_factory.mktemp("disk"))
    settings, disk, postgres = replace(base_settings, home=home, threads=4), Disk(), None
    if request.param == "postgresql":
        own = request.getfixturevalue("own_postgres")
        settings, postgres = replace(settings, database_url=own.url), own.server
        postgres.kill()
        postgres.start(disk)
    with serving(warm, settings, postgres, disk if postgres is None else None) as ground:
        yield Place(ground, disk)
    if postgres is not None:
        postgres.kill()
        postgres.start()
    disk.end()


@pytest.fixture
def place(ground_and_disk: Place) -> Iterator[Place]:
    """The same one for every test, with a disk that works and has refused nothing."""
    ground_and_disk.disk.refused.clear()
    yield ground_and_disk
    ground_and_disk.disk.heal()


def write(learner: Learner) -> bool:
    """One more answer; whether it was acknowledged."""
    if not learner.client.journal:
        learner.client.enter(1, {"choice": "a"})
        learner.payloads[learner.client.seq] = {"choice": "a"}
    return learner.client.sync()


def need_recovery(place: Place, learner: Learner, at_the_fault: dict[int, str]) -> None:
    """What was acknowledged is there, what was not is sent again, and nothing is stored twice."""
    place.disk.heal()
    place.asked = 0
    wait_until(place.is_well, "the probe to be green")
    # Ours is one more process beside the server, whose connections the database has closed.
    place.ground.context.engine.dispose()
    place.ground.need_stored(learner, at_the_fault)
    wait_until(lambda: write(learner), "saves to go on")
    place.ground.need_whole(learner)


def test_without_a_sync_nothing_is_acknowledged_and_saving_goes_on_after(place: Place) -> None:
    learner = place.ground.learner()
    assert [write(learner), write(learner)] == [True, True]
    known = dict(learner.client.acknowledged)
    place.disk.bad_syncs = None
    assert not write(learner)
    assert not write(learner)
    assert (place.ground.ready(), learner.client.acknowledged) == (503, known)
    assert learner.client.statuses[-2:] == [503, 503]
    assert place.disk.refused["sync"] > 0
    need_recovery(place, learner, known)


def test_one_failed_sync_is_survived_without_help(place: Place) -> None:
    learner = place.ground.learner()
    assert write(learner)
    known = dict(learner.client.acknowledged)
    place.disk.bad_syncs = 1
    assert not write(learner)
    assert (learner.client.statuses[-1], learner.client.acknowledged) == (503, known)
    assert (place.disk.refused["sync"], place.disk.bad_syncs) == (1, 0)
    need_recovery(place, learner, known)


def test_a_full_disk_acknowledges_nothing_it_did_not_store(place: Place) -> None:
    learner = place.ground.learner()
    assert write(learner)
    place.disk.is_full = True
    while write(learner):
        learner.client.enter(2, LONG)
        learner.payloads[learner.client.seq] = LONG
        assert learner.client.seq < MOST
    known = dict(learner.client.acknowledged)
    assert (learner.client.statuses[-1], learner.client.retry_after[-1]) == (503, "2")
    assert place.ground.ready() == 503
    assert place.disk.refused["write"] > 0
    need_recovery(place, learner, known)
