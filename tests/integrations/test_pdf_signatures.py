"""Signatures of PDF files: a flipped bit anywhere is seen, and other programs call the file valid."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from pathlib import Path

import page
import pytest

from quizapp.integrations import pdf_signatures, record_pdf
from quizapp.integrations.pdf_signatures import Outcome, PdfSigner, examine
from tests.support import pdfs, pdfsig

DAY = datetime(2026, 3, 2, tzinfo=UTC)
SIGNER = PdfSigner(b"s" * 32)
CERTIFICATE = SIGNER.certificate("Test issuer", DAY)
#: `make soak` tries more places.
FLIPS = int(os.environ.get("QUIZAPP_TEST_FLIPS", "40"))


@pytest.fixture(scope="module")
def drawn() -> bytes:
    payload = pdfs.payload(pdfs.FRAMEWORK)
    return record_pdf.draw(payload, pdfs.FRAMEWORK, b"{}", "https://exams.example.org/verify/7K3F", [])


@pytest.fixture(scope="module")
def signed(drawn: bytes) -> bytes:
    return SIGNER.sign(drawn, CERTIFICATE, DAY)


def test_the_certificate_is_the_same_on_every_machine(signed: bytes) -> None:
    assert PdfSigner(b"s" * 32).certificate("Test issuer", DAY) == CERTIFICATE
    others = {SIGNER.certificate("Other", DAY), PdfSigner(b"t" * 32).certificate("Test issuer", DAY)}
    assert len(others | {CERTIFICATE}) == 3
    assert examine(signed, others).outcome is Outcome.UNKNOWN_ISSUER
    assert examine(signed, [*others, CERTIFICATE]).outcome is Outcome.WHOLE


def test_it_passes_for_accessible_before_and_after_it_is_signed(drawn: bytes, signed: bytes) -> None:
    for data in (drawn, signed):
        told = page.validate_pdf_bytes(data, profile="ua1")
        assert [(found.rule_id, found.message) for found in told.failures] == []


def test_another_program_calls_the_signature_valid(signed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "record.pdf"
    path.write_bytes(signed)
    assert {
        "- Signature Validation: Signature is Valid.",
        "- Total document signed",
        "- Signature Type: ETSI.CAdES.detached",
        "- Signing Time: Mar 02 2026 00:00:00",
    } <= pdfsig.told(str(tmp_path), str(path))
    path.write_bytes(signed.replace(b"/Catalog", b"/Catalox"))
    assert "- Signature Validation: Signature is Valid." not in pdfsig.told(str(tmp_path), str(path))


def test_a_flipped_bit_anywhere_is_seen(signed: bytes) -> None:
    start, end, rest, _ = (int(number) for number in pdf_signatures.RANGE.findall(signed)[0])
    draw = random.Random(7)
    # In the signed ranges, around their borders, in the signature itself and in its padding.
    places = [start, end - 1, end, end + 1, rest - 2, rest - 1, rest, len(signed) - 1]
    places += [draw.randrange(len(signed)) for _ in range(FLIPS)]
    places += [draw.randrange(end, end + 1700) for _ in range(FLIPS // 2)]
    for place in places:
        flipped = bytearray(signed)
        flipped[place] ^= 1 << draw.randrange(8)
        assert examine(bytes(flipped), [CERTIFICATE]).outcome is not Outcome.WHOLE, place


def test_anything_appended_or_cut_off_is_seen(signed: bytes) -> None:
    for data in (signed + b"\0", signed + b"\n%%EOF\n", signed + signed, signed[:-1], b"\n" + signed):
        assert examine(data, [CERTIFICATE]).outcome is Outcome.NOT_WHOLE


def test_what_is_no_signature(signed: bytes) -> None:
    for told in ("[0 0 0 0]", "[0 9 5 1]", "[1 2 3 4]", "[0 1 2 4]", "[0 999999999 999999999 1]"):
        data = f"%PDF-1.7 /ByteRange {told}".encode()
        assert examine(data, [CERTIFICATE]).outcome is Outcome.NOT_WHOLE
    assert examine(b"%PDF-1.7 /ByteRange [0 1 2]", [CERTIFICATE]).outcome is Outcome.NOT_SIGNED
    start = signed.index(b"<3082") + 1
    for middle in (b"Z" * 400, b"00" * 200, b"30" * 200):
        data = signed[:start] + middle + signed[start + 400 :]
        assert examine(data, [CERTIFICATE]).outcome is not Outcome.WHOLE
