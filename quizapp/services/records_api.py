"""What programs are given of records: the feed of changes, one record, and who is current."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import record as domain
from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.person import normalise_email
from quizapp.domain.record import RecordStatus
from quizapp.services import record_feed, record_views
from quizapp.services.api_tokens import Bearer
from quizapp.services.record_facts import today
from quizapp.services.record_views import RecordLine
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as people_store
from quizapp.store import record_changes, record_search
from quizapp.store import records as store
from quizapp.store.frameworks import find as find_framework
from quizapp.store.frameworks import to_domain
from quizapp.store.record_changes import Change

#: The door of every disclosure to a program; the token says to which.
DOOR = "api"
PAGE_SIZE, LARGEST_PAGE = 100, 500
LARGEST_CHECK = 1_000
#: A record this close to its last day is told to be expiring.
EXPIRY_HORIZON = timedelta(days=30)


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

CURRENT, EXPIRING, LAPSED, NO_RECORD = "current", "expiring", "lapsed", "no_current_record_in_this_system"


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer for one entry of a currency check; ``missing`` are tasks nobody proved here."""

    asked: str
    answer: str
    serial: str | None = None
    expires_on: date | None = None
    demonstrated: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def currency(context: Context, bearer: Bearer, wanted: Sequence[str], framework_id: str) -> list[Standing]:
    """How each of these people (addresses) or records (serials) stands, in the order asked.

    Somebody is current with a record in force whose tasks are counted against the framework's
    current version. Raises `Invalid` ("unknown_framework", "too_many_entries").
    """
    if len(wanted) > LARGEST_CHECK:
        raise Invalid("too_many_entries")
    with context.transaction(bearer.actor) as uow:
        codes = _task_codes(uow.session, framework_id)
        day = today(context)
        lines = _lines(uow.session, wanted, framework_id, day)
        told = [_standing(asked, lines.get(_key(asked), []), codes, day) for asked in wanted]
        _note(uow, bearer, {line.id for found in lines.values() for line in found})
        return told


def _task_codes(session: Session, framework_id: str) -> tuple[str, ...]:
    row = find_framework(session, framework_id)
    if row is None:
        raise Invalid("unknown_framework", [Problem("framework", framework_id[:60], "unknown")])
    return to_domain(row).task_codes


def _key(asked: str) -> str:
    return domain.read_serial(asked) or normalise_email(asked)


def _lines(
    session: Session, wanted: Sequence[str], framework_id: str, day: date
) -> dict[str, list[RecordLine]]:
    """The records each entry is about, newest first; an address stands for all of a person's."""
    keys = {_key(asked) for asked in wanted}
    people = {row.id: email for email, row in people_store.by_emails(session, keys).items()}
    found = record_search.of_people_or_serials(session, list(people), sorted(keys))
    told: dict[str, list[RecordLine]] = {}
    for line in record_views.lines(session, [f for f in found if f.framework_id == framework_id], day):
        for key in {line.serial, people.get(line.person_id, "")} & keys:
            told.setdefault(key, []).append(line)
    return told


def _standing(asked: str, lines: Sequence[RecordLine], codes: Sequence[str], day: date) -> Standing:
    valid = [line for line in lines if line.status is RecordStatus.VALID]
    if not valid:
        last = lines[0] if lines else None
        return Standing(
            asked=asked,
            answer=LAPSED if last else NO_RECORD,
            serial=last.serial if last else None,
            expires_on=last.expires_on if last else None,
            missing=tuple(codes),
        )
    shown = {code for line in valid for code in line.task_codes}
    latest = max(valid, key=lambda line: line.expires_on)
    return Standing(
        asked=asked,
        answer=EXPIRING if latest.expires_on <= day + EXPIRY_HORIZON else CURRENT,
        serial=latest.serial,
        expires_on=latest.expires_on,
        demonstrated=tuple(code for code in codes if code in shown),
        missing=tuple(code for code in codes if code not in shown),
    )


__all__ = [
    "CURRENT", "EXPIRING", "LAPSED", "NO_RECORD", "Change", "ChangePage", "RecordState", "Standing",
    "changes", "currency", "record",
]  # fmt: skip
