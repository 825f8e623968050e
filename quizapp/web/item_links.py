"""Items that never share a form: linked and unlinked on the page of an item."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import item_links as service
from quizapp.web import item_help
from quizapp.web.access import actor, context, needs
from quizapp.web.messages import message

bp = Blueprint("item_links", __name__, url_prefix="/banks/<bank_id>/items/<item_id>/enemies")


@bp.post("")
@needs(Permission.WRITE_ITEM)
def link(bank_id: str, item_id: str) -> Any:
    """Keep the item apart from those that were chosen."""
    try:
        new = service.link(context(), actor(), bank_id, item_id, request.form.getlist("other"))
    except Invalid as error:
        flash(str(message(error.code)), "error")
        for problem in error.problems:
            flash(f"{problem.value} {item_help.sentence(problem)}".strip(), "error")
    else:
        flash(
            ngettext(
                "Kept apart from %(num)d more item, from the next form on.",
                "Kept apart from %(num)d more items, from the next form on.",
                new,
            ),
            "success",
        )
    return _back(bank_id, item_id)


@bp.post("/<other_id>/unlink")
@needs(Permission.WRITE_ITEM)
def unlink(bank_id: str, item_id: str, other_id: str) -> Any:
    """Let two items meet again."""
    service.unlink(context(), actor(), bank_id, item_id, other_id)
    flash(_("The link is gone. To undo this, keep them apart again."), "success")
    return redirect(
        url_for("items.item", bank_id=bank_id, item_id=item_id, apart=other_id, _anchor="enemies")
    )


@bp.post("/<other_id>/draft")
@needs(Permission.WRITE_ITEM)
def draft(bank_id: str, item_id: str, other_id: str) -> Any:
    """Draft the wording that no longer names the other."""
    try:
        made = service.draft_without(context(), actor(), bank_id, item_id, other_id)
    except Refused as error:
        flash(str(message(error.code)), "error")
    else:
        words = ngettext(
            "%(num)d draft no longer names the other item. It waits to be submitted.",
            "%(num)d drafts no longer name the other item. They wait to be submitted.",
            made,
        )
        flash(words, "success")
    return _back(bank_id, item_id)


def _back(bank_id: str, item_id: str) -> Any:
    return redirect(url_for("items.item", bank_id=bank_id, item_id=item_id, _anchor="enemies"))
