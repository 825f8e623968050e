"""The pages of a record: the same facts as the payload, for any framework."""

from __future__ import annotations

from datetime import date
from typing import Any

import page
import pytest

from quizapp.domain.errors import Invalid
from quizapp.domain.framework import Competency, Framework, TaskStatement
from quizapp.integrations import record_pdf
from tests.support import pdfs

ADDRESS = "https://exams.example.org/verify/7K3F-Q2XA"
PROOF = (("Key", "did:key:z6MkTest"), ("SHA-256 of the record", "9c" * 32))
TEXTS = {18: "x" * 300, 19: "Do things " * 60}
#: Nothing in common with the shipped one: no titles, long texts and words, 200 tasks.
LARGE = Framework(
    "large", "7", "Everything",
    tuple(
        Competency(
            f"{row}.0",
            "A title that goes on and on " * 4 if row % 2 else None,
            None,
            tuple(TaskStatement(f"{row}.{n}", TEXTS.get(n, "Do it.")) for n in range(20)),
        )
        for row in range(1, 11)
    ),
)  # fmt: skip


def drawn(
    payload: dict[str, Any], framework: Framework | None = pdfs.FRAMEWORK, address: str = ADDRESS
) -> bytes:
    return record_pdf.draw(payload, framework, b'{"record":{}}', address, PROOF)


def test_the_pages_say_what_the_payload_says() -> None:
    payload = pdfs.payload(pdfs.FRAMEWORK, missing=(1,))
    data = drawn(payload)
    told = pdfs.text(data)
    assert (
        told.index("Requirement not met: 3 of 4 tasks")
        < told.index("Operational")
        < told.index("Ada Example")
    )
    for words in (
        "exactly these 3 tasks of the framework Small, in the exam Orientation",
        "1.0 First", "2.0 title not given in source",
        "38 of 40 points, 40 questions", "1.A Do 1.A. 8 of 8", "1.B Do 1.B. Not yet demonstrated 5 of 8",
        "2 March 2026", "1 March 2029", "Online, proctored, photo identification", "Reviewed by experts",
        "Small, version 1", "38 of 40 points, cycle 2", "Test issuer", "Olga Officer",
        "7K3F-Q2XA", "1ABC-2DEF", ADDRESS, payload["statement"],
        "at least 6 questions", "70 % or more", "at least 90 %", "Basis: Decided on 3 February.",
        "at least 80.5 % of the points and at most 2 tasks not demonstrated", "Basis: Nine experts.",
        "rule-3",
        "a3" * 32, "5f" * 32, "9c" * 32, "did:key:z6MkTest",
    ):  # fmt: skip
        assert words in told
    assert pdfs.attachment(data) == b'{"record":{}}'
    assert (data, drawn(payload)) == (drawn(payload), data), "nothing of the clock or of chance"


def test_the_picture_is_told_in_words() -> None:
    sheet = record_pdf.sheet.compose(
        pdfs.payload(pdfs.FRAMEWORK, missing=(1,)), pdfs.FRAMEWORK, ADDRESS, PROOF
    )
    assert sheet["map"]["alt"] == (  # type: ignore[index]
        "Task map: 2 competencies, 5 tasks. Demonstrated: 1.A, 2.A, 2.B. Not yet demonstrated: 1.B. "
        "Not assessed: 1 task."
    )
    assert sheet["qr_alt"] == f"QR code: {ADDRESS}"


def test_a_pilot_says_so_in_the_first_line() -> None:
    payload = pdfs.payload(pdfs.FRAMEWORK) | {
        "standing": "pilot", "standing_notice": "Pilot: not for personnel decisions",
    }  # fmt: skip
    told = pdfs.text(drawn(payload))
    assert "Requirement met: 4 of 4 tasks Pilot: not for personnel decisions" in told


def test_any_framework_lays_out() -> None:
    payload = pdfs.payload(LARGE, missing=range(0, 200, 7)) | {
        "learner": {"name": "Theodora-Maximiliana " * 9}
    }
    data = drawn(payload, LARGE)
    assert page.is_pdf_compliant_bytes(data, profile="ua1")
    assert pdfs.pages(data) > 5


def test_without_the_framework_or_an_address_it_is_drawn_from_the_payload() -> None:
    data = drawn(pdfs.payload(pdfs.FRAMEWORK), None, "")
    assert page.is_pdf_compliant_bytes(data, profile="ua1")
    assert "Ask its issuer for the present status of the serial." in pdfs.text(data)


def test_a_sign_without_a_font_is_named() -> None:
    payload = pdfs.payload(pdfs.FRAMEWORK) | {"learner": {"name": "Ada 田"}}
    with pytest.raises(Invalid) as error:
        drawn(payload)
    assert [(p.value, p.reason) for p in error.value.problems] == [("田", "unprintable")]
    accents = "Łukasz Ångström-Ćwik, Ἀθηνᾶ, Владимир"
    assert accents in pdfs.text(drawn(payload | {"learner": {"name": accents}}))


def test_markup_in_texts_is_text() -> None:
    name = '#panic("no") *Ada* $x$ \\ <b> `raw` @ref'
    assert name in pdfs.text(drawn(pdfs.payload(pdfs.FRAMEWORK) | {"learner": {"name": name}}))


def test_many_records_are_one_accessible_file_that_says_it_is_not_signed() -> None:
    payload = pdfs.payload(pdfs.FRAMEWORK, missing=(1,))
    leaves = [
        record_pdf.Leaf(payload | {"serial": serial}, framework, ADDRESS, PROOF, "valid")
        for serial, framework in (("AAAA-BBBB", pdfs.FRAMEWORK), ("CCCC-DDDD", None))
    ]
    data = record_pdf.collect(leaves, ["EEEE-FFFF"], "Test issuer", date(2026, 3, 5))
    assert page.is_pdf_compliant_bytes(data, profile="ua1")
    first, *others = pdfs.page_texts(data)
    for words in (
        "Completion records: 2", "Test issuer", "This file carries no signature, and it proves nothing",
        "Put together on 5 March 2026.", "AAAA-BBBB", "CCCC-DDDD", "EEEE-FFFF",
    ):  # fmt: skip
        assert words in first
    assert len(others) == 2 * pdfs.pages(drawn(payload))
    assert "This file is signed" not in pdfs.text(data)
    assert data == record_pdf.collect(leaves, ["EEEE-FFFF"], "Test issuer", date(2026, 3, 5))
