"""The PDF of a record: one file for ever, and whatever else is handed in gets a clear answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from quizapp.domain.errors import Invalid, NotFound
from quizapp.domain.person import NOBODY
from quizapp.domain.record import RecordStatus
from quizapp.integrations.pdf_signatures import PdfSigner
from quizapp.integrations.signing import Ed25519Signer
from quizapp.ports import FixedClock
from quizapp.services import record_uploads, records, verification
from quizapp.services.unit_of_work import Context
from quizapp.services.verification import Finding, Verification
from quizapp.store.audit import RowAuditLine
from quizapp.store.record_pdfs import RowPdfCertificate, RowRecordPdf
from quizapp.store.records import RowDisclosure
from tests.support import pdfs
from tests.support.people import TESTS
from tests.support.records import Room, registrar, revoke, room

REASON = ("irregularity", "Told by the proctor")


@pytest.fixture
def small(context: Context) -> Room:
    return room(context)


def check(context: Context, data: bytes) -> Verification:
    return record_uploads.check(context, NOBODY, data)


def offline(context: Context, data: bytes) -> Verification:
    return record_uploads.check_offline(data, verification.issuer_file(context), date(2026, 3, 3))


def outcome(told: Verification) -> tuple[Finding, RecordStatus | None, bool]:
    return told.finding, told.status, told.is_current


def refused(finding: Finding) -> tuple[Finding, None, bool]:
    return finding, None, False


def test_a_record_has_one_pdf_that_verifies(small: Room, clock: FixedClock) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, {"1.A": 8, "1.B": 8}))
    first = records.export(small.context, learner, serial, "pdf")
    clock.instant = datetime(2026, 5, 1, tzinfo=UTC)
    assert records.export(small.context, registrar(small.context), serial, "pdf") == first
    told = check(small.context, first)
    assert outcome(told) == (Finding.AUTHENTIC, RecordStatus.VALID, True)
    assert (told.serial, told.revocation_checked_at) == (serial, clock.instant)
    assert outcome(offline(small.context, first)) == (Finding.AUTHENTIC, RecordStatus.VALID, True)
    attached = pdfs.attachment(first)
    assert attached == records.file_of(small.context, TESTS, serial)
    with small.context.reading() as session:
        assert len(session.scalars(select(RowRecordPdf)).all()) == 1
        made = session.scalars(select(RowAuditLine).where(RowAuditLine.noun == "record_pdf")).all()
        assert [(line.verb, line.facts["is_kept"]) for line in made] == [("issue", True)]
        assert [row.door for row in session.scalars(select(RowDisclosure).order_by(RowDisclosure.id))] == [
            "pdf", "verify:file", "json",
        ]  # fmt: skip


def test_of_two_who_make_it_at_once_the_first_is_kept(small: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    serial = small.certified()
    real, made = small.context.documents.sign, []

    def sign(pdf: bytes, certificate: bytes, signed_at: datetime) -> bytes:
        if not made:
            made.append(b"")
            made.append(records.export(small.context, TESTS, serial, "pdf"))
        return real(pdf, certificate, signed_at)

    monkeypatch.setattr(type(small.context.documents), "sign", lambda self, *told: sign(*told))
    assert records.export(small.context, TESTS, serial, "pdf") == made[1]
    assert check(small.context, made[1]).is_current


def test_only_the_holder_and_registrars_get_it(sqlite_context: Context) -> None:
    small = room(sqlite_context)
    with pytest.raises(NotFound):
        records.export(sqlite_context, small.learner("Bo Example"), small.certified(), "pdf")


def test_whatever_was_done_to_it_is_told(small: Room) -> None:
    serial = small.certified()
    data = records.export(small.context, TESTS, serial, "pdf")
    cases = {
        "appended": (data + b"\n", Finding.NOT_WHOLE),
        "an update appended": (pdfs.updated(data), Finding.NOT_WHOLE),
        "cut off": (data[:-1], Finding.NOT_WHOLE),
        "cut off before the signature": (data[: len(data) // 2], Finding.NOT_SIGNED),
        "altered": (data.replace(b"/Catalog", b"/Catalox"), Finding.BAD_SIGNATURE),
        "foreign": (b"%PDF-1.7\nnothing\n%%EOF", Finding.NOT_SIGNED),
        "signed by somebody": (pdfs.signed_by(b"f" * 32, data), Finding.UNKNOWN_ISSUER),
    }
    told = {name: outcome(check(small.context, file)) for name, (file, _) in cases.items()}
    assert told == {name: refused(finding) for name, (_, finding) in cases.items()}
    told = {name: outcome(offline(small.context, file)) for name, (file, _) in cases.items()}
    assert told == {name: refused(finding) for name, (_, finding) in cases.items()}
    with small.context.reading() as session:
        assert session.scalars(select(RowDisclosure.door)).all() == ["pdf"], "nothing was disclosed"


def test_what_our_key_signed_and_nobody_issued(sqlite_context: Context) -> None:
    small = room(sqlite_context)
    data = records.export(sqlite_context, TESTS, small.certified(), "pdf")
    with sqlite_context.reading() as session:
        certificate = session.scalars(select(RowPdfCertificate.certificate)).one()
    documents = sqlite_context.documents
    again = documents.sign(pdfs.unsigned(data), certificate, sqlite_context.clock.now())
    assert outcome(check(sqlite_context, again)) == refused(Finding.NOT_AS_ISSUED)
    assert offline(sqlite_context, again).is_authentic, "without us nobody knows what we issued"
    bare = documents.sign(pdfs.bare(), certificate, sqlite_context.clock.now())
    for told in (check(sqlite_context, bare), offline(sqlite_context, bare)):
        assert outcome(told) == refused(Finding.NO_ATTACHMENT)


def test_a_pdf_tells_the_present_status(small: Room) -> None:
    serial = small.certified()
    data = records.export(small.context, TESTS, serial, "pdf")
    revoke(small.context, registrar(small.context), serial, *REASON)
    assert outcome(check(small.context, data)) == (Finding.AUTHENTIC, RecordStatus.REVOKED, False)


def test_old_files_verify_after_key_and_name_were_changed(small: Room) -> None:
    data = records.export(small.context, TESTS, small.certified(), "pdf")
    serial = small.certified("Bo Example")
    after = replace(
        small.context,
        signer=Ed25519Signer(b"n" * 32),
        documents=PdfSigner(b"n" * 32),
        settings=replace(small.context.settings, issuer_name="New name"),
    )
    newer = records.export(after, TESTS, serial, "pdf")
    assert [check(after, file).is_current for file in (data, newer)] == [True, True]
    assert [offline(after, file).is_authentic for file in (data, newer)] == [True, True]
    assert offline(after, newer).key_id == small.context.signer.key_id, "the record keeps its signature"


def test_a_file_that_is_too_long_is_not_looked_at(sqlite_context: Context) -> None:
    for data in (b"%PDF-", b"{"):
        with pytest.raises(Invalid) as error:
            check(sqlite_context, data + bytes(record_uploads.LONGEST_FILE))
        assert error.value.code == "record_too_long"


def test_an_issuer_file_without_certificates_trusts_no_pdf(sqlite_context: Context) -> None:
    data = records.export(sqlite_context, TESTS, room(sqlite_context).certified(), "pdf")
    issuer = json.loads(verification.issuer_file(sqlite_context))
    assert len(issuer.pop("certificates")) == 1
    told = record_uploads.check_offline(data, json.dumps(issuer).encode(), date(2026, 3, 3))
    assert outcome(told) == refused(Finding.UNKNOWN_ISSUER)
    issuer["certificates"] = "none"
    with pytest.raises(Invalid):
        record_uploads.check_offline(data, json.dumps(issuer).encode(), date(2026, 3, 3))


def test_a_name_no_font_can_show_is_an_answer_and_not_a_file(sqlite_context: Context) -> None:
    serial = room(sqlite_context).certified("田中 Example")
    with pytest.raises(Invalid) as error:
        records.export(sqlite_context, TESTS, serial, "pdf")
    assert (error.value.code, error.value.problems[0].value) == ("unprintable", "田")
