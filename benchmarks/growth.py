"""B4: what a save costs when much is stored already: a small installation and larger ones, in turn.

In this process and without HTTP, so that nothing but the save itself is compared.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Connection, MetaData, Table, Uuid, bindparam, insert, text

from benchmarks import host
from benchmarks.installation import Installation, Writer, installed, writers
from quizapp.services import saving
from quizapp.store.attempts import RowAttempt, RowForm, RowFormSlot

SMALL = 10_000
MOST = 10_000_000
EVENTS_AN_ATTEMPT = 400
SAVES = 300
FILL = text(
    "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :count)"
    " INSERT INTO response_event"
    " (attempt_id, writer, client_seq, slot, kind, payload, received_at, disposition)"
    " SELECT a.id, 1, s.n, (s.n - 1) % 40 + 1, 'response', '{\"choice\":\"a\"}', a.opened_at, 'counted'"
    " FROM attempt a CROSS JOIN series s WHERE a.state = 'closed'"
)

OWN_FORM = "(SELECT form_id FROM attempt WHERE id = :attempt_id)"
#: What is copied of the attempt that is saved to: the row, the columns that differ, which rows.
COPIED: Sequence[tuple[Any, Mapping[str, str], str]] = (
    (RowForm, {"id": "copy.form_id"}, f"known.id = {OWN_FORM}"),
    (RowFormSlot, {"form_id": "copy.form_id"}, f"known.form_id = {OWN_FORM}"),
    (
        RowAttempt,
        {
            "id": "copy.attempt_id",
            "form_id": "copy.form_id",
            "state": "'closed'",
            "closed_at": "known.opened_at",
        },
        "known.id = :attempt_id",
    ),
)


@dataclass(slots=True)
class Run:
    """One run of `SAVES` saves."""

    wall_ms: float
    cpu_ms: float
    database_ms: float

    @property
    def work_ms(self) -> float:
        """Processor time of this process and of the database."""
        return self.cpu_ms + self.database_ms


def measure(dialect: str, runs: int, sizes: Sequence[int], folder: Path | None) -> None:
    """Print what a save costs with few and with each number of stored events, in turn."""
    with contextlib.ExitStack() as stack:
        wanted = [SMALL, *(min(size, MOST) for size in sizes)]
        places = {size: stack.enter_context(_filled(dialect, size, folder)) for size in wanted}
        told: dict[int, list[Run]] = {size: [] for size in places}
        for place, writer in places.values():
            _save(place, writer)  # warms up
        before = host.machine()
        for _ in range(runs):
            for size, (place, writer) in places.items():
                told[size].append(_save(place, writer))
        print(f"\nSaves on {dialect} by stored events: medians of {runs} runs of {SAVES}, machine ", end="")
        print(host.machine().since(before))
        for size, found in told.items():
            wall, cpu = median(run.wall_ms for run in found), median(run.cpu_ms for run in found)
            database = median(run.database_ms for run in found)
            pairs = list(zip(found, told[SMALL], strict=True))
            ratio = median(one.wall_ms / other.wall_ms for one, other in pairs)
            work = median(one.work_ms / other.work_ms for one, other in pairs)
            print(f"{size:>12,} events: {wall:.2f} ms a save, {cpu:.2f} ms of this process, ", end="")
            print(f"{database:.2f} ms of the database; against {SMALL:,}: {ratio:.2f}, processor {work:.2f}")


@contextmanager
def _filled(dialect: str, events: int, folder: Path | None) -> Iterator[tuple[Installation, Writer]]:
    with installed(dialect, folder) as place:
        (writer,) = writers(place, 1)
        with place.context.engine.begin() as connection:
            _fill(connection, writer, events)
        if dialect == "postgresql":
            # What autovacuum does within a minute; in the middle of a run it would be measured.
            with place.context.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("VACUUM ANALYZE"))
        yield place, writer


def _fill(connection: Connection, writer: Writer, events: int) -> None:
    """Closed attempts full of events, each with a form of its own, as real ones have."""
    copy = Table(
        "copy", MetaData(), Column("attempt_id", Uuid), Column("form_id", Uuid), prefixes=["TEMPORARY"]
    )
    copy.create(connection)
    ids = [{"attempt_id": uuid4(), "form_id": uuid4()} for _ in range(events // EVENTS_AN_ATTEMPT)]
    connection.execute(insert(copy), ids)
    own = bindparam("attempt_id", writer.attempt_id, type_=Uuid)
    for row, changed, condition in COPIED:
        names = [column.name for column in row.__table__.columns]
        told = ", ".join(changed.get(name, f"known.{name}") for name in names)
        table = row.__tablename__
        query = f"INSERT INTO {table} ({', '.join(names)}) SELECT {told} FROM copy CROSS JOIN {table} known"
        connection.execute(text(f"{query} WHERE {condition}").bindparams(own))
    copy.drop(connection)
    connection.execute(FILL, {"count": EVENTS_AN_ATTEMPT})


def _save(place: Installation, writer: Writer) -> Run:
    begun, cpu = time.perf_counter(), time.process_time()
    database = host.processor_seconds(place.database_pids())
    for _ in range(SAVES):
        told = saving.read_batch(json.loads(writer.batch()))
        saving.save(place.context, writer.token, told)
    return Run(
        wall_ms=1000 * (time.perf_counter() - begun) / SAVES,
        cpu_ms=1000 * (time.process_time() - cpu) / SAVES,
        database_ms=1000 * (host.processor_seconds(place.database_pids()) - database) / SAVES,
    )
