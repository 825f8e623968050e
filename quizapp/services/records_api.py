"""What programs are given of records: the feed of changes, one record, and who is current."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import record as domain
from quizapp.domain.currency import HORIZON_DAYS
from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.record import RecordStatus
from quizapp.services import currency, record_feed, record_views
from quizapp.services.api_tokens import Bearer
from quizapp.services.currency import Line
from quizapp.services.record_facts import today
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import record_changes
from quizapp.store import records as store
from quizapp.store.frameworks import find as find_framework
from quizapp.store.frameworks import to_domain
from quizapp.store.record_changes import Change

#: The door of every disclosure to a program; the token says to which.
DOOR = "api"
PAGE_SIZE, LARGEST_PAGE = 100, 500
LARGEST_CHECK = 1_000


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of the feed; ``cursor`` is where the next page begins, also when this one is empty."""

    changes: tuple[Change, ...]
    cursor: int
    has_more: bool


def changes(context: Context, bearer: Bearer, after: int, limit: int = PAGE_SIZE) -> ChangePage:
    """The changes after a cursor, oldest first; noted as disclosed.

    Raises `Invalid` ("unknown_cursor") for a cursor this feed never gave.
    """
    record_feed.publish(context)
    with context.transaction(bearer.actor) as uow:
        if after > record_changes.last_number(uow.session):
            raise Invalid("unknown_cursor")
        found = record_changes.after(uow.session, after, limit + 1)
        told = tuple(found[:limit])
        _note(uow, bearer, {change.record.id for change in told})
        return ChangePage(told, told[-1].number if told else after, len(found) > limit)


def _note(uow: UnitOfWork, bearer: Bearer, record_ids: set[UUID]) -> None:
    """Log a disclosure to a program; a look that shows nothing is none."""
    if record_ids:
        store.disclose(uow.session, sorted(record_ids), None, DOOR, uow.now, token_id=bearer.token_id)
        uow.audit("disclose", "record", "", door=DOOR, token=str(bearer.token_id), count=len(record_ids))


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record as it stands now; ``tag`` changes whenever anything here does."""

    serial: str
    status: RecordStatus
    payload: Mapping[str, Any]
    payload_sha256: str
    key_id: str
    signature: str
    successor_serial: str | None
    tag: str


def record(context: Context, bearer: Bearer, serial: str) -> RecordState:
    """One record by its serial, noted as disclosed; raises `NotFound`."""
    with context.transaction(bearer.actor) as uow:
        row = store.by_serial(uow.session, domain.read_serial(serial) or "")
        if row is None:
            raise NotFound("no_such_record")
        _note(uow, bearer, {row.id})
        status = record_views.current_status(row, today(context))
        successor = store.successor_serial(uow.session, row.id)
        parts = (row.payload_sha256, row.signature.hex(), status.value, successor or "")
        return RecordState(
            serial=row.serial,
            status=status,
            payload=json.loads(row.payload),
            payload_sha256=row.payload_sha256,
            key_id=row.key_id,
            signature=row.signature.hex(),
            successor_serial=successor,
            tag=hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32],
        )


# --- are these people current? ----------------------------------------------------------


def check(context: Context, bearer: Bearer, wanted: Sequence[str], framework_id: str) -> list[Line]:
    """How each of these people (addresses, names) or holders of records (serials) stands, as asked.

    Records of this framework count, against the tasks of its current version.
    Raises `Invalid` ("unknown_framework", "too_many_entries").
    """
    if len(wanted) > LARGEST_CHECK:
        raise Invalid("too_many_entries")
    with context.transaction(bearer.actor) as uow:
        codes = _task_codes(uow.session, framework_id)
        told, ids = currency.judged(
            uow.session,
            wanted,
            codes,
            today(context),
            HORIZON_DAYS,
            lambda one: one.framework_id == framework_id,
        )
        _note(uow, bearer, set(ids))
        return told


def _task_codes(session: Session, framework_id: str) -> tuple[str, ...]:
    row = find_framework(session, framework_id)
    if row is None:
        raise Invalid("unknown_framework", [Problem("framework", framework_id[:60], "unknown")])
    return to_domain(row).task_codes
