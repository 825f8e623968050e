"""The audit log as administrators read it; the chain that protects it is in `audit_chain`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quizapp.domain.person import Actor, Permission
from quizapp.services.audit_chain import (
    AuditCheck,
    Checkpoint,
    Fault,
    checkpoint_of,
    read_checkpoints,
    seal,
    verify,
)
from quizapp.services.unit_of_work import Context
from quizapp.store import audit as store
from quizapp.store.audit import LineFilter, RowAuditLine

PAGE_LINES = 100


@dataclass(frozen=True, slots=True)
class Line:
    """An audit line as shown."""

    id: int
    at: datetime
    actor_id: UUID | None
    actor_name: str
    verb: str
    noun: str
    object_id: str
    facts: dict[str, Any]
    request_id: str


@dataclass(frozen=True, slots=True)
class LinePage:
    """Matching lines, newest first, and how many there are in all."""

    lines: list[Line]
    total: int
    nouns: list[str]
    verbs: list[str]


def last_checkpoint(context: Context, actor: Actor) -> Checkpoint | None:
    """The newest checkpoint, to be kept elsewhere; None before the first."""
    actor.require(Permission.READ_AUDIT)
    with context.reading() as session:
        row = store.last_checkpoint(session)
        return checkpoint_of(row) if row else None


def listed(
    context: Context, actor: Actor, wanted: LineFilter, *, limit: int = PAGE_LINES, offset: int = 0
) -> LinePage:
    """Matching lines, newest first, with the words a filter can offer."""
    actor.require(Permission.READ_AUDIT)
    with context.reading() as session:
        rows = store.lines(session, wanted, limit, offset)
        return LinePage(
            [_line(row) for row in rows],
            store.count_lines(session, wanted),
            store.words(session, "noun"),
            store.words(session, "verb"),
        )


def _line(row: RowAuditLine) -> Line:
    return Line(
        row.id, row.at, row.actor_id, row.actor_name, row.verb, row.noun, row.object_id, row.facts,
        row.request_id,
    )  # fmt: skip


__all__ = [
    "AuditCheck", "Checkpoint", "Fault", "Line", "LineFilter", "LinePage", "last_checkpoint", "listed",
    "read_checkpoints", "seal", "verify",
]  # fmt: skip
