"""The PDF of a record: made and signed once, kept, and checked when somebody hands it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.person import Actor
from quizapp.domain.record import read_serial
from quizapp.integrations import pdf_signatures, record_files, record_pdf
from quizapp.integrations.pdf_signatures import Outcome
from quizapp.integrations.record_files import Unreadable, sha256
from quizapp.integrations.record_pdf import Leaf
from quizapp.services import record_views, verification
from quizapp.services.record_facts import today
from quizapp.services.record_views import RecordView
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.services.verification import Finding, Verification
from quizapp.store import record_pdfs as store
from quizapp.store import records as record_store
from quizapp.store.records import RowRecord

#: Where `web` shows a record to anybody.
VERIFY_PATH = "/verify/"
FINDINGS = {outcome: Finding(outcome.value) for outcome in Outcome if outcome is not Outcome.WHOLE}


def is_pdf(data: bytes) -> bool:
    """Whether this claims to be a PDF file."""
    return data.startswith(pdf_signatures.MAGIC)


# --- making -----------------------------------------------------------------------------


def prepare(context: Context, actor: Actor, session: Session, row: RowRecord) -> Callable[[], bytes]:
    """What gives the PDF of a record once the session is closed.

    Drawing and signing take a while: they happen between transactions, and whoever keeps first wins.
    """
    kept = store.kept(session, row.id)
    if kept is not None:
        return lambda: kept
    told = record_views.view(session, row, row.expires_on, zone=UTC)
    envelope = record_files.write(row.payload.encode(), row.key_id, row.signature)
    record_id, fonts = row.id, context.settings.font_directory

    def make() -> bytes:
        address = _address(context, told.serial)
        drawn = record_pdf.draw(told.payload, told.framework, envelope, address, _proof(told), fonts)
        certificate, valid_from = _certificate(context, actor)
        # Dates, never times: a record that is issued as its exam ends would tell of extended time.
        signed_at = max(_midnight(date.fromisoformat(told.payload["issued_on"])), valid_from)
        signed = context.documents.sign(drawn, certificate, signed_at)
        with context.transaction(actor) as uow:
            return _keep(uow, record_id, signed, certificate)

    return make


def of_serial(context: Context, actor: Actor, serial: str) -> bytes:
    """The PDF of a record the caller has noted as disclosed; raises `Invalid` ("unprintable")."""
    with context.reading() as session:
        row = record_store.by_serial(session, serial)
        assert row is not None
        make = prepare(context, actor, session, row)
    return make()


def public_file(context: Context, actor: Actor, serial: str) -> bytes | None:
    """The PDF of the record with this serial for anybody at all; None as `verification.public_file` gives it.

    Raises `Invalid` ("unprintable").
    """
    if verification.public_file(context, actor, serial, "verify:pdf") is None:
        return None
    return of_serial(context, actor, read_serial(serial) or "")


def collect(context: Context, serials: Sequence[str]) -> bytes:
    """Records, which the caller has noted as disclosed, in one unsigned file.

    A record with a sign that no font has is left out, and the first page says so.
    """
    day, settings = today(context), context.settings
    leaves, missing = [_leaf(context, serial) for serial in serials], list[str]()
    while True:
        try:
            return record_pdf.collect(leaves, missing, settings.issuer_name, day, settings.font_directory)
        except Invalid as error:
            sign = error.problems[0].value
            kept = [leaf for leaf in leaves if sign not in json.dumps(leaf.payload, ensure_ascii=False)]
            if len(kept) == len(leaves):
                raise
            missing += sorted(
                {leaf.payload["serial"] for leaf in leaves} - {leaf.payload["serial"] for leaf in kept}
            )
            leaves = kept


def _leaf(context: Context, serial: str) -> Leaf:
    with context.reading() as session:
        row = record_store.by_serial(session, serial)
        assert row is not None
        told = record_views.view(session, row, today(context), zone=UTC)
    return Leaf(told.payload, told.framework, _address(context, serial), _proof(told), told.status.value)


def _address(context: Context, serial: str) -> str:
    # Not the host of some request: the file outlives it, and anybody can name a host.
    base = context.settings.public_url.rstrip("/")
    return f"{base}{VERIFY_PATH}{serial}" if base else ""


def _proof(told: RecordView) -> list[tuple[str, str]]:
    return [("Key", told.key_id), ("SHA-256 of the record", told.payload_sha256)]


def _certificate(context: Context, actor: Actor) -> tuple[bytes, datetime]:
    """The certificate of the present key and name, from the day the key was first used here."""
    with context.reading() as session:
        key = record_store.signing_key(session, context.signer.key_id)
        if key is not None:
            valid_from = _midnight(key.created_at.date())
            told = context.documents.certificate(context.settings.issuer_name, valid_from)
            if told in store.certificates(session):
                return told, valid_from
    with context.transaction(actor) as uow:
        return _new_certificate(uow)


def _new_certificate(uow: UnitOfWork) -> tuple[bytes, datetime]:
    signer = uow.context.signer
    record_store.remember_key(uow.session, signer.key_id, signer.public_key, uow.now)
    key = uow.session.get_one(record_store.RowSigningKey, signer.key_id)
    valid_from = _midnight(key.created_at.date())
    told = uow.context.documents.certificate(uow.context.settings.issuer_name, valid_from)
    digest = sha256(told)
    row = {"sha256": digest, "certificate": told, "key_id": signer.key_id, "created_at": uow.now}
    store.remember_certificate(uow.session, row)
    uow.audit("make", "pdf_certificate", digest, key=signer.key_id)
    return told, valid_from


def _keep(uow: UnitOfWork, record_id: UUID, data: bytes, certificate: bytes) -> bytes:
    row = {
        "record_id": record_id,
        "sha256": sha256(data),
        "data": data,
        "certificate_sha256": sha256(certificate),
        "made_at": uow.now,
    }
    is_kept = store.keep(uow.session, row)
    uow.audit("issue", "record_pdf", record_id, sha256=row["sha256"], is_kept=is_kept)
    return data if is_kept else store.kept(uow.session, record_id) or b""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# --- checking ---------------------------------------------------------------------------


def check_file(context: Context, actor: Actor, data: bytes, door: str = "verify:pdf") -> Verification:
    """Check a PDF against this installation's certificates, its records, and the bytes it issued."""
    with context.reading() as session:
        examined = pdf_signatures.examine(data, store.certificates(session))
        is_issued = store.is_issued(session, sha256(data))
    if examined.outcome is not Outcome.WHOLE:
        return _refused(context, actor, FINDINGS[examined.outcome], door)
    if not is_issued:
        return _refused(context, actor, Finding.NOT_AS_ISSUED, door)
    return verification.check_file(context, actor, examined.record, door)


def _refused(context: Context, actor: Actor, finding: Finding, door: str) -> Verification:
    with context.transaction(actor) as uow:
        uow.audit("disclose", "record", "", door=door)
    return _nothing(finding)


def _nothing(finding: Finding) -> Verification:
    """Nothing in a file that failed can be believed, so nothing of it is told."""
    return Verification(finding, "", "", None, None, {})


def check_offline(data: bytes, issuer: bytes, day: date) -> Verification:
    """Check a PDF against an issuer file alone; what was decided since is not known."""
    try:
        certificates = record_files.read_certificates(issuer)
    except Unreadable as error:
        problem = Problem("file", "", "unreadable", str(error))
        raise Invalid("unreadable_issuer", [problem]) from error
    examined = pdf_signatures.examine(data, certificates)
    if examined.outcome is not Outcome.WHOLE:
        return _nothing(FINDINGS[examined.outcome])
    return verification.check_offline(examined.record, issuer, day)
