"""How many records as PDF can be made, handed out again, and checked, in this process and one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete, select

from benchmarks import host
from benchmarks.installation import Installation, installed, sitting
from quizapp.services import attempts, record_uploads, records
from quizapp.store.record_pdfs import RowRecordPdf
from quizapp.store.records import RowRecord
from tests.support import attempts as room
from tests.support.people import TESTS

MOST = 100_000


def measure(dialect: str, count: int, folder: Path | None) -> None:
    """Print the rates of ``count`` files; one record of the shipped exam, forgotten after each."""
    count = min(max(count, 1), MOST)
    with installed(dialect, folder) as place:
        context, serial = place.context, _record(place)
        records.export(context, TESTS, serial, "pdf")  # warms up
        before = host.machine()
        steps: dict[str, Callable[[], object]] = {
            "made, signed and kept": lambda: _anew(place, serial),
            "handed out again": lambda: records.export(context, TESTS, serial, "pdf"),
        }
        told = {name: _rate(step, count) for name, step in steps.items()}
        data = records.export(context, TESTS, serial, "pdf")
        told["checked"] = _rate(lambda: record_uploads.check(context, TESTS, data), count)
        print(f"\n{count} PDF files on {dialect}, {len(data):,} bytes each, machine ", end="")
        print(host.machine().since(before))
        for name, (rate, cpu) in told.items():
            print(f"{name:>24}: {rate:.1f} a second, {cpu:.1f} ms of processor time each")


def _record(place: Installation) -> str:
    sitting_id, (actor,) = sitting(place, 1)
    attempt_id = attempts.start(place.context, actor, sitting_id)
    room.answer(place.context, attempt_id, lambda _slot: True)
    attempts.submit(place.context, actor, attempt_id)
    with place.context.reading() as session:
        return session.scalars(select(RowRecord.serial).where(RowRecord.attempt_id == attempt_id)).one()


def _anew(place: Installation, serial: str) -> None:
    with place.context.engine.begin() as connection:
        connection.execute(delete(RowRecordPdf))
    records.export(place.context, TESTS, serial, "pdf")


def _rate(step: Callable[[], object], count: int) -> tuple[float, float]:
    begun, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        step()
    seconds = time.perf_counter() - begun
    return count / seconds, 1000 * (time.process_time() - cpu) / count
