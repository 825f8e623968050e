"""Items taken out of use because something is wrong with them, and put back."""

from __future__ import annotations

from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.item import suspension
from quizapp.domain.person import Actor, Permission
from quizapp.services import incidents, scores
from quizapp.services.unit_of_work import Context
from quizapp.store import item_lists
from quizapp.store import item_uses as store

LONGEST_REASON = 500
#: What the log of a running sitting calls it.
KINDS = {"suspend": "item_suspended", "restore": "item_restored"}


def suspend(context: Context, actor: Actor, bank_id: str, item_id: str, reason: str) -> int:
    """From now on an item is on no new form and counts for nobody whose result is not released.

    Learners at work are told with the next heartbeat. Gives how many results will be scored again,
    by the sweep.
    Raises `Invalid` ("bad_suspension") without a reason.
    """
    return _change(context, actor, bank_id, item_id, "suspend", reason)


def restore(context: Context, actor: Actor, bank_id: str, item_id: str, reason: str) -> int:
    """Put a suspended item back; the same results are scored again."""
    return _change(context, actor, bank_id, item_id, "restore", reason)


def _change(context: Context, actor: Actor, bank_id: str, item_id: str, verb: str, reason: str) -> int:
    actor.require(Permission.SUSPEND_ITEM)
    _need_reason(reason)
    with context.transaction(actor) as uow:
        row = item_lists.item(uow.session, bank_id, item_id)
        if row is None:
            raise NotFound("not_found")
        # Read again under the lock: two people may have pressed the same button.
        uow.session.refresh(row, with_for_update=True)
        is_suspended = suspension(row.suspended_at is not None, verb)
        row.suspended_at = uow.now if is_suspended else None
        again = scores.unscore(uow, store.unreleased_with(uow.session, row.id))
        for sitting_id in store.running_sittings_with(uow.session, row.id):
            incidents.note(uow, sitting_id, KINDS[verb], item_id)
        uow.audit(verb, "item", row.id, bank=bank_id, item=item_id, reason=reason.strip(), again=len(again))
        return len(again)


def _need_reason(reason: str) -> None:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        detail = f"a reason of 1 to {LONGEST_REASON} characters"
        raise Invalid("bad_suspension", [Problem("reason", "", "missing", detail)])
