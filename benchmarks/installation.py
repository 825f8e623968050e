"""Installations to measure: the shipped bank and exam, learners, and the product serving them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import flask_migrate
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quizapp.app import create_app
from quizapp.domain.person import Actor, Role
from quizapp.integrations import keys
from quizapp.services import attempts, exams, sittings
from quizapp.services.simulation import right_response
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store.engine import writing
from quizapp.store.people import RowPerson
from tests.journeys.conftest import PASSWORD, World, furnish
from tests.support import attempts as room
from tests.support import postgres
from tests.support import server as servers
from tests.support.attempts import LEARNER
from tests.support.banks import shipped_part
from tests.support.exams import window
from tests.support.people import TESTS, person

DIALECTS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation, and where its database server lives."""

    dialect: str
    app: Flask
    world: World
    postgres: Path

    @property
    def context(self) -> Context:
        """The services' context."""
        return self.world.context

    def database_pids(self) -> list[int]:
        """The database server's process, where there is one."""
        if self.dialect == "sqlite":
            return []
        return [int((self.postgres / "data" / "postmaster.pid").read_text().splitlines()[0])]


@contextlib.contextmanager
def installed(dialect: str, folder: Path | None = None, **changes: Any) -> Iterator[Installation]:
    """A furnished installation in a temporary folder, removed afterwards; ``changes`` are settings."""
    with (
        tempfile.TemporaryDirectory(prefix="quizapp-bench-", dir=folder) as name,
        contextlib.ExitStack() as stack,
    ):
        home = Path(name)
        url = ""
        if dialect == "postgresql":
            url = stack.enter_context(postgres.database(home / "postgres", "quizapp_bench"))
        settings = Settings(
            home=home / "home", database_url=url, key_directory=str(_keys(home / "keys")), **changes
        )
        # The measured servers log as they do by default; this process has nothing to say.
        app = create_app(replace(settings, log_level="error"), creates=True)
        with app.app_context():
            flask_migrate.upgrade()
            # One competency is enough for its exams, and loads in seconds.
            world = furnish(app.extensions["quizapp"], settings, shipped_part(home / "banks", ["1.0"]))
            yield Installation(dialect, app, world, home / "postgres")
        world.context.engine.dispose()


def _keys(folder: Path) -> Path:
    folder.mkdir()
    for name in keys.NAMES:
        (folder / name).write_text(keys.generate())
        (folder / name).chmod(0o600)
    return folder


def sitting(place: Installation, count: int) -> tuple[UUID, list[Actor]]:
    """A sitting of the shipped certification exam, and so many new learners on its roster."""
    context = place.context
    actors = [learner(context) for _ in range(count)]
    sitting_id = sittings.schedule(
        context,
        TESTS,
        exams.get(context, TESTS, "1.0-certification").id,
        title="Measured sitting",
        window=window(context, hours=24),
        person_ids=[actor.person_id for actor in actors if actor.person_id],
    )
    return sitting_id, actors


def learner(context: Context) -> Actor:
    """A new learner without a password, acting."""
    name = f"Bench Learner {context.entropy.token(6).hex()}"
    return Actor(person(context, Role.LEARNER, name=name), LEARNER)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in."""

    actor: Actor
    email: str
    password: str = PASSWORD


def accounts(place: Installation, count: int) -> list[Account]:
    """So many new learners with one password; it is hashed once, as hashing is slow on purpose."""
    actors = [learner(place.context) for _ in range(count)]
    hashed = place.context.passwords.hash(PASSWORD)
    ids = [one.person_id for one in actors]
    with Session(writing(place.context.engine)) as session:
        rows = session.scalars(select(RowPerson).where(RowPerson.id.in_(ids))).all()
        emails = {row.id: row.email for row in rows}
        session.execute(update(RowPerson).where(RowPerson.id.in_(ids)).values(password=hashed))
        session.commit()
    return [Account(one, emails[one.person_id]) for one in actors if one.person_id]


@dataclass(slots=True)
class Writer:
    """Somebody who saves: an open attempt, its token, and right responses by slot."""

    attempt_id: UUID
    token: str
    payloads: Mapping[int, dict[str, Any]]
    seq: int = 0

    def batch(self, size: int = 1) -> bytes:
        """The body of the next save with so many entries."""
        return json.dumps({"protocol": 1, "entries": [self._entry() for _ in range(size)]}).encode()

    def _entry(self) -> dict[str, Any]:
        self.seq += 1
        slot = (self.seq - 1) % len(self.payloads) + 1
        return {"client_seq": self.seq, "slot": slot, "kind": "response", "payload": self.payloads[slot]}


def writers(place: Installation, count: int) -> list[Writer]:
    """So many new learners, each in the middle of an attempt."""
    sitting_id, actors = sitting(place, count)
    return [writer_of(place.context, attempts.start(place.context, actor, sitting_id)) for actor in actors]


def writer_of(context: Context, attempt_id: UUID) -> Writer:
    """The writer of an attempt that is open."""
    payloads = {slot.position: right_response(slot) for slot in room.slots(context, attempt_id)}
    return Writer(attempt_id, room.token(context, attempt_id), payloads)


@contextlib.contextmanager
def serving(settings: Settings, command: list[str]) -> Iterator[servers.Server]:
    """A server started by a command that takes --port; what it logs is thrown away."""
    port = servers.free_port()
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        env=servers.environment(settings),
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        servers.wait_until(lambda: servers.answers(port), "the server to accept connections")
        yield servers.Server(f"http://127.0.0.1:{port}", [process])
    finally:
        process.terminate()
        process.wait(servers.PATIENCE_SECONDS)


PRODUCT = [str(servers.QUIZAPP), "serve"]
EMPTY = [sys.executable, "-m", "benchmarks.empty"]
