"""The history of an item: its steps, and two of its wordings side by side."""

from __future__ import annotations

from flask import Blueprint, request

from quizapp.domain.person import Permission
from quizapp.services import item_history as service
from quizapp.services import item_uses
from quizapp.web.access import actor, context, needs
from quizapp.web.item_drafts import render
from quizapp.web.item_words import step_words

bp = Blueprint("item_history", __name__)


@bp.get("/banks/<bank_id>/items/<item_id>/history")
@needs(Permission.READ_KEYS)
def history(bank_id: str, item_id: str) -> str:
    """Who changed what, when and why."""
    before, after = request.args.get("before", type=int), request.args.get("after", type=int)
    told = service.history(context(), actor(), bank_id, item_id, before, after)
    return render(
        "drafts/history.html",
        told=told,
        uses=item_uses.of_item(context(), actor(), bank_id, item_id),
        bank_id=bank_id,
        item_id=item_id,
        step_words=step_words(),
    )
