"""Searches among a bank's items that somebody keeps under a name."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import items_read, saved_views
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.records import ViewForm
from quizapp.web.items import FILTERS
from quizapp.web.messages import message

bp = Blueprint("bank_views", __name__, url_prefix="/banks/<bank_id>/views")


@bp.post("")
@needs(Permission.BROWSE_BANK)
def save(bank_id: str) -> Any:
    """Keep the present search under a name."""
    bank, _framework = items_read.header(context(), actor(), bank_id)
    form = ViewForm()
    wanted = {name: value for name, value in parse_qsl(form.query.data or "") if name in FILTERS}
    place = saved_views.of_bank(bank.bank_id)
    try:
        saved_views.save(context(), actor(), form.name.data or "", urlencode(wanted), place)
    except Invalid as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("The view is saved."), "success")
    return redirect(url_for("items.bank", bank_id=bank_id, **wanted, _anchor="items"))


@bp.post("/<uuid:view_id>/delete")
@needs(Permission.BROWSE_BANK)
def delete(bank_id: str, view_id: UUID) -> Any:
    """Forget a saved search."""
    saved_views.delete(context(), actor(), view_id, saved_views.of_bank(bank_id))
    flash(_("The view is deleted. The items stay as they are."), "success")
    return redirect(url_for("items.bank", bank_id=bank_id, _anchor="items"))
