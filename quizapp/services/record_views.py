"""What readers of records are given: plain values, built from rows in one place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.framework import Framework
from quizapp.domain.record import TRANSITIONS, Reach, RecordStatus, status_as_of, status_on
from quizapp.store import frameworks as framework_store
from quizapp.store import record_search
from quizapp.store import records as store
from quizapp.store.record_search import Found
from quizapp.store.records import RowRecord

#: What a registrar may decide; superseding is done by issuing.
STATUS_VERBS = ("suspend", "reinstate", "revoke")


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record in a list."""

    id: UUID
    serial: str
    person_id: UUID
    learner_name: str
    exam_title: str
    framework_id: str
    framework_version: str
    status: RecordStatus
    decision: str
    standing: str
    demonstrated: int
    tasks: int
    task_codes: tuple[str, ...]
    cycle: int
    issued_at: datetime
    expires_on: date
    #: It ends soon or has ended, and no later one of the same exam lasts longer.
    is_renewal_due: bool = False


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of status; ``reason`` is for staff and the holder, the public sees its category."""

    verb: str
    status: RecordStatus
    reason_category: str
    reason: str
    successor_serial: str | None
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record with everything its page says; ``payload`` is the signed document."""

    serial: str
    person_id: UUID
    attempt_id: UUID
    status: RecordStatus
    payload: Mapping[str, Any]
    framework: Framework | None
    history: tuple[HistoryEntry, ...]
    successor_serial: str | None
    key_id: str
    public_key: str
    payload_sha256: str
    is_own: bool = False
    verbs: tuple[str, ...] = ()
    marks: tuple[MarkLine, ...] = ()
    reach: Reach = Reach.FULL


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One marked slot behind a record: identifiers and right or wrong, no text."""

    attempt_id: UUID
    position: int
    item_id: str
    version: int
    task_code: str
    is_right: bool
    is_evidence: bool


def lines(session: Session, found: Sequence[Found], day: date) -> list[RecordLine]:
    """List entries of these records as they stand on ``day``."""
    codes = record_search.demonstrated_codes(session, [entry.record.score_id for entry in found])
    return [_line(entry, codes.get(entry.record.score_id, []), day) for entry in found]


def _line(entry: Found, codes: Sequence[str], day: date) -> RecordLine:
    row = entry.record
    return RecordLine(
        id=row.id,
        serial=row.serial,
        person_id=row.person_id,
        learner_name=row.learner_name,
        exam_title=entry.exam_title,
        framework_id=entry.framework_id,
        framework_version=entry.framework_version,
        status=current_status(row, day),
        decision=row.decision,
        standing=row.standing,
        demonstrated=row.demonstrated,
        tasks=row.tasks,
        task_codes=tuple(codes),
        cycle=row.cycle,
        issued_at=row.issued_at,
        expires_on=row.expires_on,
    )


def current_status(row: RowRecord, day: date) -> RecordStatus:
    """What a reader is told of a record on ``day``."""
    return status_on(RecordStatus(row.status), row.expires_on, day)


def view(session: Session, row: RowRecord, day: date, *, zone: Any, is_own: bool = False) -> RecordView:
    """A record with its history; dates of the history are those of ``zone``."""
    payload = json.loads(row.payload)
    key = store.signing_key(session, row.key_id)
    status = RecordStatus(row.status)
    return RecordView(
        serial=row.serial,
        person_id=row.person_id,
        attempt_id=row.attempt_id,
        status=current_status(row, day),
        payload=payload,
        framework=_framework(session, payload),
        history=tuple(_entry(event, zone) for event in store.events(session, row.id)),
        successor_serial=store.successor_serial(session, row.id),
        key_id=row.key_id,
        public_key=key.public_key.hex() if key else "",
        payload_sha256=row.payload_sha256,
        is_own=is_own,
        verbs=tuple(verb for verb in STATUS_VERBS if status in TRANSITIONS[verb][0]),
    )


def as_of(told: RecordView, day: date) -> tuple[RecordStatus | None, HistoryEntry | None]:
    """How a record stood at the end of ``day``, and the last change until then; None before it was issued."""
    changes = [(entry.day, entry.status) for entry in told.history]
    status = status_as_of(changes, date.fromisoformat(told.payload["expires_on"]), day)
    known = [entry for entry in told.history if entry.day <= day]
    return status, known[-1] if known else None


def _framework(session: Session, payload: Mapping[str, Any]) -> Framework | None:
    told = payload["framework"]
    row = framework_store.find(session, told["id"], told["version"])
    return framework_store.to_domain(row) if row else None


def _entry(event: store.RowRecordEvent, zone: Any) -> HistoryEntry:
    return HistoryEntry(
        verb=event.verb,
        status=RecordStatus(event.status),
        reason_category=event.reason_category,
        reason=event.reason,
        successor_serial=event.successor_serial,
        at=event.at,
        day=event.at.astimezone(zone).date(),
    )


def with_marks(session: Session, told: RecordView, row: RowRecord) -> RecordView:
    """The same view with the marks behind it, in the order of its forms."""
    attempts = record_search.evidence_attempts(session, row.score_id)
    marks = [
        MarkLine(attempt_id, mark.position, item_id, version, mark.task_code, mark.is_right, mark.is_evidence)
        for attempt_id, mark, item_id, version in record_search.marks(session, attempts)
    ]
    return replace(told, marks=tuple(marks))
