"""Whether a receipt is ours: by its code and attempt, or by its code and number of answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import attempt as attempts
from quizapp.domain.attempt import AttemptState, project
from quizapp.domain.errors import NotFound
from quizapp.domain.person import Actor, Permission
from quizapp.services.attempts import receipt_of
from quizapp.services.unit_of_work import Context
from quizapp.store import receipts as store
from quizapp.store import response_events
from quizapp.store.attempts import RowAttempt


@dataclass(frozen=True, slots=True)
class ReceiptFound:
    """A receipt that was issued as claimed; nothing says whose it is."""

    answered: int
    closed_at: datetime
    is_void: bool


def check(
    context: Context, code: str, attempt_id: UUID | None = None, answered: int | None = None
) -> ReceiptFound | None:
    """The receipt with this code, of this attempt or with this number of answers; None when there is none.

    For everybody: a code alone finds nothing, so that guessing one tells nothing.
    """
    start = attempts.digest_start(code)
    if start is None or (attempt_id is None and answered is None):
        return None
    with context.reading() as session:
        for row in store.with_digest(session, start, attempt_id):
            if row.closed_at is not None and answered in (None, row.answered):
                return ReceiptFound(row.answered or 0, row.closed_at, row.state == AttemptState.VOID)
    return None


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What the stored entries say of a receipt: the code they give now, and the one that was given out."""

    is_code: bool
    is_recomputed: bool
    code: str

    @property
    def is_authentic(self) -> bool:
        """Whether the claim, what was given out and what is stored are one."""
        return self.is_code and self.is_recomputed


def verify(context: Context, actor: Actor, code: str, attempt_id: UUID) -> ReceiptCheck:
    """Compute a receipt afresh from every stored entry; raises `Refused` while the attempt is open."""
    actor.require(Permission.OPERATE)
    with context.reading() as session:
        row = session.get(RowAttempt, attempt_id)
        if row is None:
            raise NotFound("not_found")
        given = receipt_of(row)
        fresh = _fresh(session, row, given.closed_at)
        is_code = (attempts.digest_start(code) or "-") == attempts.digest_start(given.code)
        return ReceiptCheck(is_code, fresh == given, given.code)


def _fresh(session: Session, row: RowAttempt, closed_at: datetime) -> attempts.Receipt:
    # What was accepted from the late pile came after the receipt.
    entries = response_events.entries(session, row.id, with_decisions=False)
    return attempts.receipt(str(row.id), project(entries), closed_at)
