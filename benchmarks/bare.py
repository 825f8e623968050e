"""The same append without the product: the statement, a commit, and nothing else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg

from benchmarks.installation import Installation, Writer
from quizapp.store import engine
from quizapp.store.response_events import APPEND
from quizapp.store.types import to_micros

Action = Callable[[], object]


@contextlib.contextmanager
def appenders(place: Installation, writers: Sequence[Writer]) -> Iterator[list[Action]]:
    """Actions that each append one entry durably.

    SQLite has one writer at a time, so there is one action; PostgreSQL gets one a writer.
    """
    make = _sqlite if place.dialect == "sqlite" else _postgresql
    chosen = writers[:1] if place.dialect == "sqlite" else writers
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(make(place, writer)) for writer in chosen]


def _parameters(place: Installation, writer: Writer) -> dict[str, Any]:
    entry = json.loads(writer.batch())["entries"][0]
    return {
        "attempt_id": writer.attempt_id,
        "writer": 1,
        "client_seq": entry["client_seq"],
        "slot": entry["slot"],
        "kind": entry["kind"],
        "payload": json.dumps(entry["payload"]),
        "elapsed_ms": None,
        "received_at": to_micros(place.context.clock.now()),
    }


@contextlib.contextmanager
def _sqlite(place: Installation, writer: Writer) -> Iterator[Action]:
    compiled = APPEND["sqlite"].compile(dialect=place.context.engine.dialect)
    driver = engine.sqlite_driver()
    database = place.context.engine.url.database
    connection = driver.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA journal_mode = {engine.journal_mode(driver)}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")

    def append() -> None:
        told = compiled.construct_params(_parameters(place, writer)) | {"attempt_id": writer.attempt_id.hex}
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(str(compiled), [told[name] for name in compiled.positiontup]).fetchall()
        connection.execute("COMMIT")

    yield append
    connection.close()


@contextlib.contextmanager
def _postgresql(place: Installation, writer: Writer) -> Iterator[Action]:
    compiled = APPEND["postgresql"].compile(dialect=place.context.engine.dialect)
    url = place.world.settings.database_url
    with psycopg.connect(url, options="-c synchronous_commit=on") as connection:

        def append() -> None:
            connection.execute(
                str(compiled), compiled.construct_params(_parameters(place, writer))
            ).fetchall()
            connection.commit()

        yield append
