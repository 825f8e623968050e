"""The registrar's desk with very many records: what a search costs the server, and what an export holds.

The records are copies of one that was issued, with people, attempts, scores and tasks of their own.
In this process and without a network; a search is a whole request, its page included.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, select, text

from benchmarks import host
from benchmarks.installation import Installation, installed, sitting
from quizapp.domain.person import Role, search_words
from quizapp.domain.record import SERIAL_BYTES, serial_of
from quizapp.services import api_tokens, attempts, record_exports, record_feed
from quizapp.services.records import Wish
from quizapp.store import schema
from quizapp.store.records import RowRecord
from tests.support import attempts as room
from tests.support.people import TESTS, person, sign_in

MOST = 1_000_000
CHUNK = 5_000
SEARCHES = 15
FEED_PAGE = 100
SYLLABLES = "ba co da el fa gu ha im jo ka li mo na or pe qu ra si ta ul ve wi xa yo za".split()  # noqa: SIM905
SEED = 20_261_126


def measure(dialect: str, count: int, folder: Path | None) -> None:
    """Print what searches and exports cost among ``count`` records."""
    with _filled(dialect, min(count, MOST), folder) as place:
        before = host.machine()
        client = _registrar(place)
        print(f"\nSearch on {dialect} among {count:,} records: whole requests, {SEARCHES} each, in ms")
        for label, address in _searches(place).items():
            told = [_search(client, address) for _ in range(SEARCHES)]
            wall, cpu = [one[0] for one in told], [one[1] for one in told]
            p95 = quantiles(wall, n=20)[-1]
            print(f"{label:>34}: p50 {median(wall):6.1f}  p95 {p95:6.1f}  processor {median(cpu):6.1f}")
        _feed(place, count)
        for form in (name for name, told in record_exports.FORMS.items() if told.is_direct):
            _export(place, form, count)
        print(f"machine {host.machine().since(before)}")


def _registrar(place: Installation) -> FlaskClient:
    client = place.app.test_client()
    sign_in(client, place.context, person(place.context, Role.REGISTRAR, name="Bench Registrar"))
    return client


def _search(client: FlaskClient, address: str) -> tuple[float, float]:
    begun, cpu = time.perf_counter(), time.process_time()
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - cpu)


def _searches(place: Installation) -> dict[str, str]:
    with place.context.reading() as session:
        serial, name = session.execute(
            select(RowRecord.serial, RowRecord.learner_name).order_by(RowRecord.id.desc()).limit(1)
        ).one()
    given, family = name.split()
    return {
        "everything, newest first": "/records",
        "everything, by name": "/records?sort=learner",
        "a late page": "/records?page=1800",
        "two letters": f"/records?text={family[:2]}",
        "a family name": f"/records?text={family}",
        "given and family name": f"/records?text={given}+{family[:4]}",
        "an address": f"/records?text={given}.{family}",
        "a whole serial": f"/records?text={serial}",
        "the beginning of a serial": f"/records?text={serial[:9]}",
        "a word of every exam": "/records?text=certification",
        "expired": "/records?status=expired",
        "expiring within 90 days": "/records?expires=90&sort=expires_on",
        "a task": "/records?task=1.A",
        "a name and a task": f"/records?text={family[:4]}&task=1.A",
        "nothing fits": "/records?text=zzzz",
    }


def _feed(place: Installation, count: int) -> None:
    """Pages of the API's change feed at its beginning, in the middle and at its end."""
    published = record_feed.publish(place.context)
    token = api_tokens.create(place.context, TESTS, "Bench", ["changes"], 1)
    client = place.app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token.text}"
    print(f"{'changes in the feed':>34}: {published:,}; pages of {FEED_PAGE}, taken in turn, in ms")
    cursors = {"the first": 0, "in the middle": count // 2, "the last": count - FEED_PAGE}
    told: dict[str, list[tuple[float, float]]] = {label: [] for label in cursors}
    for _ in range(SEARCHES):
        for label, cursor in cursors.items():
            told[label].append(_search(client, f"/api/v1/changes?cursor={cursor}&limit={FEED_PAGE}"))
    for label, found in told.items():
        wall, cpu = (median(one[at] for one in found) for at in (0, 1))
        print(f"{label:>34}: p50 {wall:6.1f}  processor {cpu:6.1f}")


def _export(place: Installation, form: str, count: int) -> None:
    held = {}
    for wish, label in ((Wish(text="ba"), "a part"), (Wish(), "all")):
        begun, cpu = time.perf_counter(), time.process_time()
        size = sum(len(piece) for piece in record_exports.stream(place.context, TESTS, wish, form, form))
        held[label] = (size, time.perf_counter() - begun, time.process_time() - cpu, _peak())
    size, wall, cpu, peak = held["all"]
    grown = (peak - held["a part"][3]) / 1024
    print(
        f"{form:>5} of all: {size / 1e6:.1f} MB, {count / wall:,.0f} rows a second, "
        f"{1e6 * cpu / count:.0f} µs of processor a row, memory grew by {grown:.1f} MB after a part"
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@contextmanager
def _filled(dialect: str, count: int, folder: Path | None) -> Iterator[Installation]:
    with installed(dialect, folder, require_staff_totp=False) as place:
        sitting_id, (learner,) = sitting(place, 1)
        attempt_id = attempts.start(place.context, learner, sitting_id)
        room.answer(place.context, attempt_id, lambda _slot: True)
        attempts.submit(place.context, learner, attempt_id)
        begun = time.perf_counter()
        with place.context.engine.begin() as connection:
            _fill(connection, attempt_id, count)
        with place.context.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        print(f"{count:,} records written in {time.perf_counter() - begun:.0f} s")
        yield place


def _fill(connection: Connection, attempt_id: UUID, count: int) -> None:
    tables = schema.metadata().tables
    attempt = _row(connection, tables["attempt"], "id", attempt_id)
    record = _row(connection, tables["completion_record"], "attempt_id", attempt_id)
    score = _row(connection, tables["score"], "id", record["score_id"])
    tasks = connection.execute(
        select(tables["task_score"]).where(tables["task_score"].c.score_id == score["id"])
    ).mappings()
    task_rows = [dict(task) for task in tasks]
    learner = _row(connection, tables["person"], "id", attempt["person_id"])
    draw = random.Random(SEED)
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _ORDER}
        for number in numbers:
            _add(rows, number, draw, learner, attempt, score, task_rows, record)
        for name, found in rows.items():
            connection.execute(insert(tables[name]), found)


_ORDER = ("person", "person_word", "attempt", "score", "task_score", "completion_record", "record_event")


def _add(
    rows: dict[str, list[dict[str, Any]]],
    number: int,
    draw: random.Random,
    learner: dict[str, Any],
    attempt: dict[str, Any],
    score: dict[str, Any],
    tasks: list[dict[str, Any]],
    record: dict[str, Any],
) -> None:
    person_id, attempt_id, score_id, record_id = (
        UUID(int=kind << 120 | number + 1) for kind in (0xA1, 0xA2, 0xA3, 0xA4)
    )
    given, family = ("".join(draw.choices(SYLLABLES, k=k)).capitalize() for k in (2, 3))
    email = f"{given}.{family}.{number}@bench.example".lower()
    issued_at = record["issued_at"] - timedelta(minutes=draw.randrange(3 * 365 * 24 * 60))
    name = f"{given} {family}"
    rows["person"].append(
        {**learner, "id": person_id, "name": name, "email": email, "fs_uniquifier": f"bench-{number}"}
    )
    rows["person_word"] += [{"word": word, "person_id": person_id} for word in search_words(name, email)]
    rows["attempt"].append(
        {**attempt, "id": attempt_id, "person_id": person_id, "current_score_id": score_id}
    )
    rows["score"].append({**score, "id": score_id, "attempt_id": attempt_id})
    rows["task_score"] += [{**task, "score_id": score_id} for task in tasks]
    rows["completion_record"].append(
        {
            **record,
            "id": record_id,
            "serial": serial_of(draw.randbytes(SERIAL_BYTES)),
            "person_id": person_id,
            "attempt_id": attempt_id,
            "score_id": score_id,
            "learner_name": name,
            "issued_at": issued_at,
            "expires_on": (issued_at + timedelta(days=1095)).date(),
        }
    )
    rows["record_event"].append(
        {
            "record_id": record_id,
            "verb": "issue",
            "status": "valid",
            "reason_category": "",
            "reason": "",
            "at": issued_at,
        }
    )


def _row(connection: Connection, table: Any, column: str, value: Any) -> dict[str, Any]:
    found = connection.execute(select(table).where(table.c[column] == value)).mappings().one()
    return dict(found)
