"""The evidence of a case as one file, for who decides elsewhere or keeps it with other papers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from quizapp.domain.person import Actor
from quizapp.integrations import csv_files, zip_files
from quizapp.services import case_views
from quizapp.services.case_views import CaseEvidence, CaseView
from quizapp.services.unit_of_work import Context

#: file -> columns: those parts of the evidence that are lists, as spreadsheets open them.
TABLES: dict[str, Sequence[str]] = {
    "marks": (
        "position", "bank_id", "item_id", "version", "task_code", "is_answered", "is_right", "is_evidence",
    ),
    "incidents": ("at", "kind", "note", "by"),
    "time_changes": ("at", "deadline_at", "reason"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseArchive:
    """A zip file, in pieces, and what to call it."""

    name: str
    pieces: Iterator[bytes]


def archive(context: Context, actor: Actor, case_id: UUID) -> CaseArchive:
    """A case with its log, its letters and its evidence; that it was read is noted.

    Without texts and responses of items, as on the page. Raises as `case_views.evidence` does.
    """
    told = case_views.view(context, actor, case_id)
    evidence = case_views.evidence(context, actor, case_id)
    return CaseArchive(f"case-{told.line.reference}.zip", zip_files.write(_files(told, evidence)))


def _files(told: CaseView, evidence: CaseEvidence) -> Iterator[tuple[str, bytes]]:
    whole = {**asdict(told), "evidence": asdict(evidence)}
    yield "case.json", json.dumps(whole, indent=2, ensure_ascii=False, default=str).encode()
    for name, columns in TABLES.items():
        rows: list[dict[str, Any]] = [asdict(row) for row in getattr(evidence, name)]
        yield f"{name}.csv", b"".join(csv_files.lines(columns, rows))
    yield "log.csv", b"".join(csv_files.lines(("at", "verb", "text", "by"), map(asdict, told.log)))
    for number, letter in enumerate(told.letters, start=1):
        text = f"{letter.written_at.isoformat()}\n{letter.subject}\n\n{letter.text}\n"
        yield f"letters/{number}-{letter.moment}.txt", text.encode()
