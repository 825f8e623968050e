"""Whether a record is authentic and current: by serial, by its file, here or without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from quizapp.domain import record as domain
from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.person import Actor
from quizapp.domain.record import RecordStatus, status_on
from quizapp.integrations import record_files, signing
from quizapp.integrations.record_files import Envelope, Unreadable
from quizapp.services import record_views
from quizapp.services.record_facts import today
from quizapp.services.record_views import RecordView
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as people_store
from quizapp.store import records as store
from quizapp.store.records import RowRecord


class Finding(StrEnum):
    """What came of looking at a record's proof; everything but AUTHENTIC means: do not rely on it."""

    AUTHENTIC = "authentic"
    NOT_CANONICAL = "not_canonical"
    WRONG_DIGEST = "wrong_digest"
    UNKNOWN_ISSUER = "unknown_issuer"
    BAD_SIGNATURE = "bad_signature"
    NO_SUCH_RECORD = "no_such_record"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a record file was found to be.

    ``status`` is None when the file is not authentic. ``revocation_checked_at`` is the instant
    the status was looked up at its issuer, None when only the printed dates were looked at.
    """

    finding: Finding
    serial: str
    key_id: str
    status: RecordStatus | None
    revocation_checked_at: datetime | None
    payload: Mapping[str, Any]

    @property
    def is_authentic(self) -> bool:
        """Whether a trusted issuer signed exactly this."""
        return self.finding is Finding.AUTHENTIC

    @property
    def is_current(self) -> bool:
        """Whether it is authentic and nothing known speaks against it."""
        return self.is_authentic and self.status is RecordStatus.VALID


def look_up(context: Context, actor: Actor, serial: str, door: str = "verify") -> RecordView | None:
    """The record with this serial for anybody at all, or None; noted either way.

    Raises `Invalid` ("record_damaged") when the stored record does not match its signature.
    """
    wanted = domain.read_serial(serial) or ""
    with context.transaction(actor) as uow:
        row = store.by_serial(uow.session, wanted)
        # A signature is checked and a line written for an unknown serial too.
        is_intact = _is_intact(uow, row)
        _note(uow, row, door)
        if row is None:
            return None
        zone = ZoneInfo(context.settings.zone)
        told = record_views.view(uow.session, row, today(context), zone=zone)
    if not is_intact:
        raise Invalid("record_damaged")
    return told


def _is_intact(uow: UnitOfWork, row: RowRecord | None) -> bool:
    payload = row.payload.encode() if row else b"{}"
    key = store.signing_key(uow.session, row.key_id if row else uow.context.signer.key_id)
    public_key = key.public_key if key else uow.context.signer.public_key
    is_signed = signing.verifies(public_key, row.signature if row else bytes(64), payload)
    return is_signed and row is not None and record_files.sha256(payload) == row.payload_sha256


def _note(uow: UnitOfWork, row: RowRecord | None, door: str) -> None:
    store.disclose(uow.session, [row.id] if row else [], uow.actor.person_id, door, uow.now)
    uow.audit("disclose", "record", row.id if row else "", door=door)


def public_file(context: Context, actor: Actor, serial: str) -> bytes | None:
    """The signed file of the record with this serial for anybody at all, or None."""
    with context.transaction(actor) as uow:
        row = store.by_serial(uow.session, domain.read_serial(serial) or "")
        _note(uow, row, "verify:json")
        return record_files.write(row.payload.encode(), row.key_id, row.signature) if row else None


def check_file(context: Context, actor: Actor, data: bytes, door: str = "verify:file") -> Verification:
    """Check a record file against this installation's keys and its records as they stand now.

    Raises `Invalid` ("unreadable_record") when the data is not a record file at all.
    """
    envelope = _read(data)
    with context.transaction(actor) as uow:
        finding = check_proof(envelope, store.key_ring(uow.session))
        row = store.by_serial(uow.session, _text(envelope.payload, "serial"))
        if finding is Finding.AUTHENTIC and not _is_ours(row, envelope):
            finding = Finding.NO_SUCH_RECORD
        is_known = finding is Finding.AUTHENTIC and row is not None
        _note(uow, row if is_known else None, door)
        status = record_views.current_status(row, today(context)) if is_known and row else None
        return _told(envelope, finding, status, uow.now if is_known else None)


def _is_ours(row: RowRecord | None, envelope: Envelope) -> bool:
    return row is not None and row.payload.encode() == envelope.signed


def check_offline(data: bytes, issuer: bytes, day: date) -> Verification:
    """Check a record file against an issuer file alone; what was decided since is not known.

    Raises `Invalid` ("unreadable_record", "unreadable_issuer").
    """
    envelope = _read(data)
    try:
        keys = record_files.read_issuer(issuer)
    except Unreadable as error:
        raise _invalid("unreadable_issuer", error) from error
    finding = check_proof(envelope, keys)
    status = _printed_status(envelope.payload, day) if finding is Finding.AUTHENTIC else None
    return _told(envelope, finding, status, None)


def _printed_status(payload: Mapping[str, Any], day: date) -> RecordStatus:
    last = date.fromisoformat(_text(payload, "expires_on"))
    return status_on(RecordStatus.VALID, last, day)


def check_proof(envelope: Envelope, keys: Mapping[str, bytes]) -> Finding:
    """What the proof alone shows; a key the file brings along is never trusted."""
    if not envelope.is_canonical:
        return Finding.NOT_CANONICAL
    if not envelope.digest_matches:
        return Finding.WRONG_DIGEST
    key = keys.get(envelope.key_id)
    if key is None:
        return Finding.UNKNOWN_ISSUER
    is_signed = envelope.signature is not None and signing.verifies(key, envelope.signature, envelope.signed)
    return Finding.AUTHENTIC if is_signed else Finding.BAD_SIGNATURE


def issuer_file(context: Context) -> bytes:
    """This installation's public keys but leaked ones, for checking its records elsewhere."""
    with context.reading() as session:
        keys = dict(store.trusted_keys(session))
        installation = people_store.installation(session)
        issuer_id = installation.issuer_id if installation else ""
    keys[context.signer.key_id] = context.signer.public_key
    return record_files.write_issuer(context.settings.issuer_name, issuer_id, keys)


def _read(data: bytes) -> Envelope:
    try:
        return record_files.read(data)
    except Unreadable as error:
        raise _invalid("unreadable_record", error) from error


def _invalid(code: str, error: Unreadable) -> Invalid:
    return Invalid(code, [Problem("file", "", "unreadable", str(error))])


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _told(
    envelope: Envelope, finding: Finding, status: RecordStatus | None, checked_at: datetime | None
) -> Verification:
    serial = _text(envelope.payload, "serial")
    return Verification(finding, serial, envelope.key_id, status, checked_at, envelope.payload)
