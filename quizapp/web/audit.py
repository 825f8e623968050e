"""The audit log and the state of its chain, for administrators."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from quizapp.domain.person import Permission
from quizapp.services import audit
from quizapp.services.audit import PAGE_LINES, LineFilter
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.audit import AuditFilterForm
from quizapp.web.requests import reader_zone

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("")
@needs(Permission.READ_AUDIT)
def index() -> Any:
    """Lines by filter, newest first, a page at a time."""
    page = max(1, request.args.get("page", 1, type=int))
    form = AuditFilterForm(request.args)
    wanted = _wanted(form) if form.validate() else LineFilter()
    told = audit.listed(context(), actor(), wanted, offset=(page - 1) * PAGE_LINES)
    form.offer(told.nouns, told.verbs)
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "audit/index.html",
        form=form,
        told=told,
        page=page,
        pages=max(1, -(-told.total // PAGE_LINES)),
        kept=kept,
        checkpoint=audit.last_checkpoint(context(), actor()),
    )


@bp.get("/chain")
@needs(Permission.READ_AUDIT)
def chain() -> Any:
    """Recompute the whole chain and say what was found."""
    return render_template("audit/chain.html", told=audit.verify(context()))


def _wanted(form: AuditFilterForm) -> LineFilter:
    """The filter in the form; its dates are days in the reader's zone, both included."""
    return LineFilter(
        noun=form.noun.data or "",
        verb=form.verb.data or "",
        actor=form.actor.data or "",
        object_id=form.object_id.data or "",
        since=_midnight(form.since.data),
        until=_midnight(form.until.data, days=1),
    )


def _midnight(day: Any, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), reader_zone()).astimezone(UTC)
