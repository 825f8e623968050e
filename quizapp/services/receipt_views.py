"""What a learner keeps of a closed attempt."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from quizapp.domain.attempt import AttemptState, Receipt
from quizapp.domain.person import Actor
from quizapp.services import attempts
from quizapp.services.unit_of_work import Context


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The receipt and what comes after it."""

    receipt: Receipt
    reason: str
    is_scored: bool
    is_released: bool
    is_void: bool


def receipt_view(context: Context, actor: Actor, attempt_id: UUID) -> ReceiptView:
    """The actor's own receipt; raises `Refused` while the attempt is open."""
    with context.reading() as session:
        row = attempts.owned(session, actor, attempt_id)
        return ReceiptView(
            attempts.receipt_of(row),
            row.close_reason,
            row.scored_at is not None,
            row.released_at is not None,
            row.state == AttemptState.VOID,
        )
