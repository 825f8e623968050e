"""An invented framework of another shape than the shipped one, and an invented bank for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from quizapp.domain.item_types import ITEM_TYPES

SHAPE = {"A": 1, "B": 4, "C": 11}


def framework() -> dict[str, Any]:
    """Three competencies of 1, 4 and 11 tasks; one has neither title nor description."""
    return {
        "id": "harbour-pilotage",
        "version": "2025-b",
        "function": "Harbour Pilotage",
        "notes": ["Invented for tests."],
        "competencies": [
            {
                "code": letter,
                "title": None if letter == "B" else f"Pilotage {letter}",
                "description": None if letter == "B" else f"Bring ships in, part {letter}.",
                "tasks": [
                    {"code": f"{letter}.{n}", "text": f"Bring ship {letter}{n} alongside."}
                    for n in range(1, count + 1)
                ],
            }
            for letter, count in SHAPE.items()
        ],
    }


def bank() -> dict[str, Any]:
    """The header of a bank for it."""
    return {
        "id": "harbour-items",
        "framework": "harbour-pilotage",
        "framework_version": "2025-b",
        "title": "Harbour items",
        "distribution": "restricted",
        "sme_review": "pending",
        "licence": "CC-BY-4.0",
        "language": "en",
        "notes": ["Invented for tests."],
    }


def item(identifier: str, kind: str = "single_choice", task: str = "A.1", **changes: Any) -> dict[str, Any]:
    """A valid approved item of any type in the author's form."""
    source: dict[str, Any] = {
        "id": identifier,
        "type": kind,
        "tasks": [task],
        "pool": "secure",
        "level": "apply",
        "difficulty": 60,
        **ITEM_TYPES[kind].example(),
        "sources": [{"authority": "Port law", "section": "4", "as_of": "2026-01", "review_by": "2028-01"}],
        "author": "Author A",
        "reviewer": "Reviewer B",
        "status": "approved",
    }
    return source | changes


def write_bank(
    folder: Path,
    items: list[dict[str, Any]],
    stimuli: list[dict[str, Any]] | None = None,
    header: dict[str, Any] | None = None,
) -> Path:
    """A bank folder with framework.yaml, bank.yaml and one file of items; gives the folder."""
    (folder / "items").mkdir(parents=True, exist_ok=True)
    dump(folder / "framework.yaml", framework())
    dump(folder / "bank.yaml", header or bank())
    dump(folder / "items" / "all.yaml", {"stimuli": stimuli or [], "items": items})
    return folder


def dump(path: Path, value: Any) -> None:
    """Write YAML as an author would: in order, without aliases."""
    path.write_text(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True))


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
