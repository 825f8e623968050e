"""PDF files for tests: what is in one, and what forgers do to one."""

from __future__ import annotations

import io
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from pypdf import PdfReader, PdfWriter

from quizapp.domain.framework import Competency, Framework, TaskStatement
from quizapp.integrations import pdf_signatures
from quizapp.integrations.pdf_signatures import PdfSigner

END = b"%%EOF"


def page_texts(data: bytes) -> list[str]:
    """The words of each page."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def text(data: bytes) -> str:
    """Every word of every page."""
    return " ".join(page_texts(data))


def pages(data: bytes) -> int:
    """How many pages there are."""
    return len(PdfReader(io.BytesIO(data)).pages)


def attachment(data: bytes) -> bytes:
    """The attached record."""
    return PdfReader(io.BytesIO(data)).attachments[pdf_signatures.ATTACHMENT][0]


def unsigned(data: bytes) -> bytes:
    """The file as it was before it was signed: its first revision."""
    return data[: data.index(END) + len(END)] + b"\n"


def updated(data: bytes) -> bytes:
    """The file with a further revision appended, as an editor does it."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    writer.add_blank_page()
    told = io.BytesIO()
    writer.write(told)
    assert told.getvalue().startswith(data)
    return told.getvalue()


def signed_by(seed: bytes, data: bytes) -> bytes:
    """The same file signed with another key under the same name."""
    signer, day = PdfSigner(seed), datetime(2026, 3, 2, tzinfo=UTC)
    return signer.sign(unsigned(data), signer.certificate("Test issuer", day), day)


def bare() -> bytes:
    """One empty page with nothing attached."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    told = io.BytesIO()
    writer.write(told)
    return told.getvalue()


FRAMEWORK = Framework(
    "small",
    "1",
    "Small",
    (
        Competency("1.0", "First", None, tuple(TaskStatement(f"1.{n}", f"Do 1.{n}.") for n in "AB")),
        Competency("2.0", None, None, tuple(TaskStatement(f"2.{n}", f"Do 2.{n}.") for n in "ABC")),
    ),
)


def payload(framework: Framework, missing: Collection[int] = ()) -> dict[str, Any]:
    """A record of all tasks but the last one; those with these numbers are not demonstrated."""
    codes = framework.task_codes[:-1]
    tasks = {
        code: {
            "code": code,
            "text": framework.task(code).text,  # type: ignore[union-attr]
            "status": "not_yet" if number in missing else "demonstrated",
            "x": 5 if number in missing else 8,
            "n": 8,
        }
        for number, code in enumerate(codes)
    }
    shown = len(codes) - len(missing)
    return {
        "payload_version": 1,
        "serial": "7K3F-Q2XA-9DMT-0HVB-WE4C-8PNR-J6YS",
        "statement": "This record is not certification under 10 U.S.C. 384 or DoDI 5132.15.",
        "standing": "operational",
        "standing_notice": "",
        "sme_review": "done",
        "learner": {"name": "Ada Example"},
        "framework": {"id": framework.id, "version": framework.version, "function": framework.function},
        "exam": {"id": "exam-1", "title": "Orientation"},
        "claim": "knowledge shown by examination",
        "decision": {
            "outcome": "not_met" if missing else "met",
            "demonstrated": shown,
            "tasks": len(codes),
            "points": "38",
            "maximum": "40",
        },
        "rule": {
            "version": "rule-3",
            "c": "7/10",
            "gamma": "9/10",
            "n_min": 6,
            "basis": "Decided on 3 February",
            "cut": {"kind": "compensatory", "total": "161/200", "max_below": 2, "basis": "Nine experts"},
        },
        "competencies": [
            {
                "code": entry.code,
                "title": entry.title,
                "points": "38",
                "maximum": "40",
                "n": 40,
                "tasks": [tasks[task.code] for task in entry.tasks if task.code in tasks],
            }
            for entry in framework.competencies
        ],
        "evidence": [
            {
                "task": code,
                "exam": "exam-1",
                "form": "a3" * 32,
                "blueprint": "5f" * 32,
                "bank": "9c" * 32,
                "taken_on": "2026-03-02",
                "x": tasks[code]["x"],
                "n": 8,
            }
            for code in codes
        ],
        "delivery": {"mode": "online", "proctoring": "proctored", "identity": "photo_id"},
        "cycles": 2,
        "issuer": {"id": "issuer-1", "name": "Test issuer"},
        "issuing_officer": "Olga Officer",
        "issued_on": "2026-03-02",
        "expires_on": "2029-03-01",
        "supersedes": "1ABC-2DEF",
    }
