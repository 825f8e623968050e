"""Challenges of items: sent from a result page, answered by staff, or taken up by a regrade."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import challenges
from quizapp.web.access import actor, context, needs, signed_in
from quizapp.web.messages import message

bp = Blueprint("challenges", __name__)


@bp.get("/challenges")
@needs(Permission.PROPOSE_REGRADE)
def index() -> str:
    """What waits for an answer, and what was reported during exams."""
    return render_template("regrades/queue.html", queue=challenges.queue(context(), actor()))


@bp.post("/challenges/<uuid:challenge_id>/answer")
@needs(Permission.PROPOSE_REGRADE)
def answer(challenge_id: UUID) -> Any:
    """Answer a challenge in words."""
    try:
        challenges.answer(context(), actor(), challenge_id, request.form.get("answer", ""))
    except Invalid:
        flash(_("Nothing was sent: write an answer."), "error")
    except Refused as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("Answered. The learner reads it with the result."), "success")
    return redirect(url_for("challenges.index"))


@bp.post("/results/<uuid:attempt_id>/challenge")
@signed_in
def challenge(attempt_id: UUID) -> Any:
    """Doubt one question of the reader's own result."""
    slot, text = request.form.get("slot", 0, type=int), request.form.get("text", "")
    try:
        challenges.challenge(context(), actor(), attempt_id, slot, text)
    except (Invalid, Refused) as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("Sent. The answer will stand on this page."), "success")
    return redirect(url_for("scores.result", attempt_id=attempt_id, _anchor="challenge"))
