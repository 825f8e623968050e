"""Whether a record is authentic and current: by serial, by its file, here or without a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from quizapp.domain import record as domain
from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.person import Actor
from quizapp.domain.record import Reach, RecordStatus, status_on
from quizapp.integrations import record_files, signing
from quizapp.integrations.credentials.achievements import Unreadable as UnreadableCredential
from quizapp.integrations.record_files import Unreadable
from quizapp.services import record_views, sharing
from quizapp.services.credential_checks import Finding as Finding
from quizapp.services.credential_checks import (
    Proven,
    StatusList,
    check,
    listed_status,
    read_list,
    trusted_keys,
)
from quizapp.services.record_facts import today
from quizapp.services.record_views import RecordView
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as people_store
from quizapp.store import record_pdfs
from quizapp.store import records as store
from quizapp.store.records import RowRecord


@dataclass(frozen=True, slots=True)
class Verification:
    """What a record file, a credential or a transcript was found to be.

    A transcript has ``parts`` and no payload; it is only as good as the worst of them.
    ``status`` is None when the file is not authentic. ``revocation_checked_at`` is the instant
    the status was looked up at its issuer, None when only the printed dates were looked at.
    """

    finding: Finding
    serial: str
    key_id: str
    status: RecordStatus | None
    revocation_checked_at: datetime | None
    payload: Mapping[str, Any]
    parts: tuple[Verification, ...] = ()

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
        told = replace(told, reach=sharing.reach_of(context, uow.session, row.id))
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


def public_file(context: Context, actor: Actor, serial: str, door: str = "verify:json") -> bytes | None:
    """The signed file of the record with this serial for anybody at all; None when there is none to give.

    A file says everything, so a record whose page reveals less gives none.
    """
    with context.transaction(actor) as uow:
        row = store.by_serial(uow.session, domain.read_serial(serial) or "")
        if row is not None and sharing.reach_of(context, uow.session, row.id) is not Reach.FULL:
            return None
        _note(uow, row, door)
        return record_files.write(row.payload.encode(), row.key_id, row.signature) if row else None


def check_file(context: Context, actor: Actor, data: bytes, door: str = "verify:file") -> Verification:
    """Check a file against this installation's keys and its records as they stand now.

    Raises `Invalid` ("unreadable_record") when the data is no file of a record at all.
    """
    with context.reading() as session:
        keys = store.key_ring(session)
    # Signatures are checked outside the transaction: nobody else waits for somebody's large file.
    proven = _check(data, keys)
    with context.transaction(actor) as uow:
        if not proven.parts:
            return _as_it_stands(uow, proven, door)
        parts = tuple(_as_it_stands(uow, part, door) for part in proven.parts)
        return _whole(proven, parts)


def _as_it_stands(uow: UnitOfWork, proven: Proven, door: str) -> Verification:
    finding = proven.finding
    row = store.by_serial(uow.session, proven.serial)
    if finding is Finding.AUTHENTIC and not _is_ours(row, proven):
        finding = Finding.NO_SUCH_RECORD
    is_known = finding is Finding.AUTHENTIC and row is not None
    _note(uow, row if is_known else None, door)
    status = record_views.current_status(row, today(uow.context)) if is_known and row else None
    return _told(proven, finding, status, uow.now if is_known else None)


def _is_ours(row: RowRecord | None, proven: Proven) -> bool:
    return row is not None and row.payload.encode() == signing.canonical(proven.payload)


def _whole(proven: Proven, parts: tuple[Verification, ...]) -> Verification:
    """A transcript: not authentic if one part is not, else at the status of its worst part."""
    wrong = next((part.finding for part in parts if not part.is_authentic), proven.finding)
    told = _told(proven, wrong, None, None)
    if not told.is_authentic:
        return replace(told, parts=parts)
    status = next((part.status for part in parts if not part.is_current), RecordStatus.VALID)
    checked = [part.revocation_checked_at for part in parts]
    as_of = None if None in checked else min(instant for instant in checked if instant)
    return replace(told, status=status, revocation_checked_at=as_of, parts=parts)


def check_offline(data: bytes, issuer: bytes, day: date, lists: Sequence[bytes] = ()) -> Verification:
    """Check a file against an issuer file or DID document, without a database.

    What was decided since is known only as far as status ``lists`` tell it, and only of credentials.
    Raises `Invalid` ("unreadable_record", "unreadable_issuer", "unreadable_list").
    """
    with _reading("unreadable_issuer"):
        keys = trusted_keys(issuer)
    with _reading("unreadable_list"):
        known = [read_list(entry, keys) for entry in lists]
    proven = _check(data, keys)
    if not proven.parts:
        return _as_printed(proven, day, known)
    return _whole(proven, tuple(_as_printed(part, day, known) for part in proven.parts))


def _as_printed(proven: Proven, day: date, lists: Sequence[StatusList]) -> Verification:
    if proven.finding is not Finding.AUTHENTIC:
        return _told(proven, proven.finding, None, None)
    status, as_of = listed_status(proven.issue, lists) if proven.issue else (RecordStatus.VALID, None)
    last = date.fromisoformat(_text(proven.payload, "expires_on"))
    return _told(proven, proven.finding, status_on(status, last, day), as_of)


def _check(data: bytes, keys: Mapping[str, bytes]) -> Proven:
    with _reading("unreadable_record"):
        return check(data, keys)


@contextmanager
def _reading(code: str) -> Iterator[None]:
    try:
        yield
    except (Unreadable, UnreadableCredential) as error:
        raise Invalid(code, [Problem("file", "", "unreadable", str(error))]) from error


def issuer_file(context: Context) -> bytes:
    """This installation's public keys but leaked ones, for checking its records elsewhere."""
    with context.reading() as session:
        keys = dict(store.trusted_keys(session))
        installation = people_store.installation(session)
        issuer_id = installation.issuer_id if installation else ""
        certificates = record_pdfs.trusted_certificates(session)
    keys[context.signer.key_id] = context.signer.public_key
    return record_files.write_issuer(context.settings.issuer_name, issuer_id, keys, certificates)


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _told(
    proven: Proven, finding: Finding, status: RecordStatus | None, checked_at: datetime | None
) -> Verification:
    return Verification(finding, proven.serial, proven.key_id, status, checked_at, proven.payload)
