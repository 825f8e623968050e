"""What is done to many items of a bank at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import item_upkeep as service
from quizapp.web.access import actor, context, needs
from quizapp.web.messages import message

bp = Blueprint("item_upkeep", __name__)


@bp.post("/banks/<bank_id>/upkeep")
@needs(Permission.WRITE_ITEM)
def apply(bank_id: str) -> Any:
    """Do one thing to the chosen items, and go back to the list."""
    form = request.form
    chosen, reason, task = form.getlist("item"), form.get("reason", ""), form.get("task", "")
    verbs: dict[str, Callable[[], int]] = {
        "retire": lambda: service.retire(context(), actor(), bank_id, chosen, reason),
        "to_practice": lambda: service.to_practice(context(), actor(), bank_id, chosen, reason),
        "propose_task": lambda: service.propose_task(context(), actor(), bank_id, chosen, task, reason),
    }
    work = verbs.get(form.get("do", ""), lambda: 0)
    try:
        done = work()
    except (Invalid, Refused) as error:
        flash(str(message(error.code)), "error")
    else:
        flash(ngettext("%(num)d item was changed.", "%(num)d items were changed.", done), "success")
    if form.get("do") == "propose_task":
        flash(_("What an item counts for is reviewed: the drafts wait to be submitted."), "info")
    return redirect(url_for("items.bank", bank_id=bank_id, _anchor="items"))
