"""A served world for journeys: the shipped framework, bank and exams, and a person per role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from quizapp.app import create_app
from quizapp.domain.exam import Window
from quizapp.domain.person import Role
from quizapp.services import exam_files, exams, frameworks, items, people, sittings
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from tests.conftest import DIALECTS, close, empty
from tests.support import server as servers
from tests.support.banks import shipped_part
from tests.support.people import TESTS
from tests.support.server import Server

PASSWORD = "correct-horse-battery"


@dataclass(frozen=True, slots=True)
class World:
    """Everything a journey needs to know about the installation it plays in."""

    context: Context
    settings: Settings
    sitting_id: UUID
    learner_id: UUID


@pytest.fixture(params=DIALECTS)
def journey_settings(request: pytest.FixtureRequest) -> Settings:
    """Settings on each database, with a brisk worker."""
    name = "sqlite_settings" if request.param == "sqlite" else "postgres_settings"
    return replace(request.getfixturevalue(name), sweep_seconds=1, threads=4)


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped framework with the bank and the exams of its first competency."""
    return shipped_part(tmp_path_factory.mktemp("shipped") / "part", ["1.0"])


@pytest.fixture
def world(journey_settings: Settings, shipped: Path) -> Iterator[World]:
    """The shipped framework, a bank and its exams, loaded through the services, at the real time."""
    app = create_app(journey_settings)
    context = app.extensions["quizapp"]
    if not journey_settings.is_sqlite:
        empty(context)
    with app.app_context():
        yield furnish(context, journey_settings, shipped)
    close(app)


def furnish(context: Context, settings: Settings, banks: Path) -> World:
    frameworks.load_file(context, TESTS, banks / "framework.yaml")
    items.load_bank(context, TESTS, banks)
    exam_files.load(context, TESTS, banks / "exams" / "1.0-certification.yaml", publish=True)
    ids = {
        role: people.create(
            context,
            TESTS,
            name=f"{role.value.title()} Journey",
            email=f"{role.value}@journey.example",
            roles=[role],
            password=PASSWORD,
        )
        for role in (Role.LEARNER, Role.REGISTRAR)
    }
    now = context.clock.now()
    sitting_id = sittings.schedule(
        context,
        TESTS,
        exams.get(context, TESTS, "1.0-certification").id,
        title="Journey sitting",
        window=Window(now - timedelta(minutes=1), now + timedelta(hours=8)),
        person_ids=[ids[Role.LEARNER]],
    )
    return World(context, settings, sitting_id, ids[Role.LEARNER])


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    """The world, served."""
    with servers.serving(world.settings) as running:
        yield running
