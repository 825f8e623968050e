"""How fast records become credentials: composed, made canonical, signed. And how fast they are checked.

In this process and without HTTP or database: one record of the shipped certification exam, its
serial changed each time, as registrars export them in bulk.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks import host
from benchmarks.installation import Installation, installed, sitting
from quizapp.domain.record import SERIAL_BYTES, serial_of
from quizapp.integrations.credentials import achievements, identities, proofs
from quizapp.integrations.credentials.achievements import Issue
from quizapp.services import attempts, credential_checks
from quizapp.services.unit_of_work import Context
from quizapp.store.records import RowRecord
from tests.support import attempts as room

ADDRESS = "https://exams.example.org"
CHECKS = 100


def measure(count: int, folder: Path | None) -> None:
    """Print how many credentials a second one process signs, and how many it checks."""
    with installed("sqlite", folder) as place:
        context, payload = place.context, _payload(place)
        did = identities.issuer_did(ADDRESS, context.signer.key_id)
        tasks = sum(len(entry["tasks"]) for entry in payload["competencies"])
        signed = b""

        def sign(number: int) -> None:
            nonlocal signed
            signed = json.dumps(_signed(context, did, payload, number)).encode()

        keys = {context.signer.key_id: context.signer.public_key}
        sign(0)
        print(f"\nCredentials of a record with {tasks} tasks, {len(signed):,} bytes each")
        _rate("signed", count, sign)
        _rate("checked", min(count, CHECKS), lambda _: credential_checks.check(signed, keys))


def _rate(word: str, count: int, work: Callable[[int], Any]) -> None:
    before, wall, cpu = host.machine(), time.perf_counter(), time.process_time()
    for number in range(count):
        work(number)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    each = f"{cpu / count * 1000:.1f} ms of this process each"
    print(f"{count:>6,} {word}: {count / wall:.1f} a second, {each}, ", end="")
    print(f"machine {host.machine().since(before)}")


def _signed(context: Context, did: str, payload: dict[str, Any], number: int) -> dict[str, Any]:
    told = {**payload, "serial": serial_of(number.to_bytes(SERIAL_BYTES, "big"))}
    document = achievements.write(told, Issue(did, "Z", 1, number))
    method = identities.method_of(did, context.signer.key_id)
    return proofs.add(document, method, "2026-03-02T00:00:00Z", context.signer.sign)


def _payload(place: Installation) -> dict[str, Any]:
    """The payload of a record of the shipped exam, everything answered rightly."""
    sitting_id, (actor,) = sitting(place, 1)
    attempt_id = attempts.start(place.context, actor, sitting_id)
    room.answer(place.context, attempt_id, lambda _: True)
    attempts.submit(place.context, actor, attempt_id)
    with place.context.reading() as session:
        told: dict[str, Any] = json.loads(session.scalars(select(RowRecord.payload)).one())
        return told
