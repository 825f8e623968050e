"""What a save costs when much is stored already: two installations, one small, one large, in turn.

In this process and without HTTP, so that nothing but the save itself is compared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, text

from benchmarks import host
from benchmarks.installation import Installation, Writer, installed, writers
from quizapp.services import saving
from quizapp.store.attempts import RowAttempt

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


@dataclass(slots=True)
class Run:
    """One run of `SAVES` saves."""

    wall_ms: float
    cpu_ms: float


def measure(dialect: str, runs: int, events: int, folder: Path | None) -> None:
    """Print what a save costs with few and with ``events`` stored events."""
    with _filled(dialect, SMALL, folder) as small, _filled(dialect, min(events, MOST), folder) as large:
        told: dict[int, list[Run]] = {SMALL: [], events: []}
        for place, writer in (small, large):
            _save(place, writer)  # warms up
        before = host.machine()
        for _ in range(runs):
            for count, (place, writer) in ((SMALL, small), (events, large)):
                told[count].append(_save(place, writer))
        print(f"\nSaves on {dialect} by stored events: medians of {runs} runs of {SAVES}, machine ", end="")
        print(host.machine().since(before))
        for count, found in told.items():
            wall, cpu = median(run.wall_ms for run in found), median(run.cpu_ms for run in found)
            print(f"{count:>12,} events: {wall:.2f} ms a save, {cpu:.2f} ms of this process")
        pairs = zip(told[events], told[SMALL], strict=True)
        print(f"many : few = {median(one.wall_ms / other.wall_ms for one, other in pairs):.2f}")


@contextmanager
def _filled(dialect: str, events: int, folder: Path | None) -> Iterator[tuple[Installation, Writer]]:
    with installed(dialect, folder) as place:
        (writer,) = writers(place, 1)
        with place.context.engine.begin() as connection:
            _fill(connection, writer, events)
        yield place, writer


def _fill(connection: Connection, writer: Writer, events: int) -> None:
    table: Any = RowAttempt.__table__
    known = connection.execute(select(table).where(table.c.id == writer.attempt_id)).mappings().one()
    closed = {**known, "state": "closed", "closed_at": known["opened_at"]}
    rows = [{**closed, "id": uuid4()} for _ in range(events // EVENTS_AN_ATTEMPT)]
    connection.execute(insert(table), rows)
    connection.execute(FILL, {"count": EVENTS_AN_ATTEMPT})


def _save(place: Installation, writer: Writer) -> Run:
    begun, cpu = time.perf_counter(), time.process_time()
    for _ in range(SAVES):
        told = saving.read_batch(json.loads(writer.batch()))
        saving.save(place.context, writer.token, told)
    return Run(1000 * (time.perf_counter() - begun) / SAVES, 1000 * (time.process_time() - cpu) / SAVES)
