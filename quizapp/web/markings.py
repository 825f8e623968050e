"""Marking what people wrote: the queue by question, and one answer at a time, without a name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.item_types.rubric import Stage
from quizapp.domain.person import Permission
from quizapp.services import markings as service
from quizapp.services.markings import LONGEST_COMMENT
from quizapp.web.access import actor, context, needs
from quizapp.web.messages import message

bp = Blueprint("markings", __name__, url_prefix="/marking")
PREFIX = "level-"


@bp.get("")
@needs(Permission.MARK_RESPONSES)
def index() -> str:
    """The questions whose answers wait for people."""
    return render_template("markings/index.html", lines=service.queue(context(), actor()))


@bp.get("/<uuid:version_id>")
@needs(Permission.MARK_RESPONSES)
def start(version_id: UUID) -> Any:
    """On to the next answer to a question, or back to the queue."""
    script_id = service.next_script(context(), actor(), version_id)
    if script_id is None:
        flash(_("No answer to this question waits for you any more."), "success")
        return redirect(url_for("markings.index"))
    return redirect(url_for("markings.script", script_id=script_id))


@bp.get("/answers/<uuid:script_id>")
@needs(Permission.MARK_RESPONSES)
def script(script_id: UUID) -> Any:
    """One answer with its rubric."""
    try:
        return _page(script_id)
    except Refused as error:
        flash(str(message(error.code)), "warning")
        return redirect(url_for("markings.index"))


def _page(script_id: UUID, sentence: str = "") -> str:
    told = service.script(context(), actor(), script_id)
    return render_template(
        "markings/script.html",
        told=told,
        sentence=sentence,
        given=_levels(),
        comment=request.form.get("comment", ""),
        longest=LONGEST_COMMENT,
        Stage=Stage,
        prefix=PREFIX,
    )


@bp.post("/answers/<uuid:script_id>")
@needs(Permission.MARK_RESPONSES)
def mark(script_id: UUID) -> Any:
    """Store a marking, and on to the next answer."""
    digest, comment = request.form.get("digest", ""), request.form.get("comment", "")
    try:
        version_id = service.script(context(), actor(), script_id).version_id
        service.mark(context(), actor(), script_id, _levels(), digest=digest, comment=comment)
    except Invalid as error:
        return _page(script_id, str(message(error.code))), 422
    except Refused as error:
        flash(str(message(error.code)), "warning")
        return redirect(url_for("markings.index"))
    return redirect(url_for("markings.start", version_id=version_id))


def _levels() -> dict[str, int]:
    told = {name: value for name, value in request.form.items() if name.startswith(PREFIX)}
    return {name.removeprefix(PREFIX): int(value) for name, value in told.items() if value.isdecimal()}
