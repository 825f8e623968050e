"""Problems with items: reported during an exam, read and acted on by authors and reviewers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.attempt import PROTOCOL
from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import item_suspension, problem_reports
from quizapp.web.access import actor, attempt_token, context, needs, token
from quizapp.web.attempts import save_item
from quizapp.web.messages import message

bp = Blueprint("problem_reports", __name__)


@bp.post("/attempts/<uuid:attempt_id>/reports")
@attempt_token
def report(attempt_id: UUID) -> Any:
    """Store a report sent by script: {"slot": 3, "text": "…"}."""
    problem_reports.report(context(), token(), request.get_json(silent=True))
    return jsonify({"protocol": PROTOCOL, "reported": True})


@bp.post("/attempts/<uuid:attempt_id>/items/<int:position>/report")
@attempt_token
def report_by_form(attempt_id: UUID, position: int) -> Any:
    """Store what the plain page of an item says: the answer first, then the report."""
    answer = save_item(attempt_id, position)
    try:
        body = {"slot": position, "text": request.form.get("report", "")}
        problem_reports.report(context(), token(), body)
    except (Invalid, Refused) as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("Thank you. The authors of this question will read it."), "success")
    return answer


@bp.get("/problem-reports")
@needs(Permission.SUSPEND_ITEM)
def index() -> str:
    """What learners reported, newest first."""
    told = problem_reports.listed(context(), actor())
    return render_template("banks/problem_reports.html", reports=told)


@bp.post("/banks/<bank_id>/items/<item_id>/suspend")
@needs(Permission.SUSPEND_ITEM)
def suspend(bank_id: str, item_id: str) -> Any:
    """Take an item out of use."""
    return _change(bank_id, item_id, item_suspension.suspend, _("Suspended. It counts for nobody now."))


@bp.post("/banks/<bank_id>/items/<item_id>/restore")
@needs(Permission.SUSPEND_ITEM)
def restore(bank_id: str, item_id: str) -> Any:
    """Put an item back."""
    return _change(bank_id, item_id, item_suspension.restore, _("Restored. It counts again."))


def _change(bank_id: str, item_id: str, verb: Any, words: str) -> Any:
    try:
        again = verb(context(), actor(), bank_id, item_id, request.form.get("reason", ""))
    except Invalid as error:
        flash(str(message(error.code)), "error")
    else:
        more = ngettext("%(num)d result is scored again.", "%(num)d results are scored again.", again)
        flash(f"{words} {more}" if again else words, "success")
    return redirect(url_for("items.item", bank_id=bank_id, item_id=item_id))
