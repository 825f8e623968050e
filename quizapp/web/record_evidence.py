"""The evidence behind a record, and its responses for whoever hears an appeal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import evidence as service
from quizapp.services.evidence import GRANT_DAYS, Walk
from quizapp.web import record_pages
from quizapp.web.access import actor, context, needs, signed_in
from quizapp.web.forms.choices import of_data
from quizapp.web.forms.records import GrantForm
from quizapp.web.messages import message
from quizapp.web.record_desk import horizon_words
from quizapp.web.records import bp


@bp.get("/records/<serial>/evidence")
@signed_in
def evidence(serial: str) -> Any:
    """From the record down to every entry; for its holder without items."""
    told = service.walk(context(), actor(), serial)
    form = _form(told)
    return render_template("records/evidence.html", told=told, form=form, **record_pages.words())


def _form(told: Walk) -> GrantForm:
    form = GrantForm()
    form.person.choices = [of_data(str(key), name) for key, name in told.reviewers]
    form.days.choices = [(str(days), horizon_words(days)) for days in GRANT_DAYS]
    return form


@bp.post("/records/<serial>/evidence/open")
@needs(Permission.PULL_RECORDS)
def open_responses(serial: str) -> Any:
    """Let an appeal reviewer read the responses for some days."""
    form = GrantForm()
    try:
        service.grant(
            context(),
            actor(),
            serial,
            UUID(form.person.data or str(UUID(int=0))),
            int(form.days.data or 0),
            form.reason.data or "",
        )
    except (Invalid, ValueError):
        flash(str(message("bad_grant")), "error")
    else:
        flash(_("Opened. It closes by itself, and every reading is noted."), "success")
    return redirect(url_for("records.evidence", serial=serial))


@bp.get("/records/appeals")
@needs(Permission.READ_RESPONSES)
def appeals() -> Any:
    """The records whose responses the reader may read now."""
    return render_template("records/appeals.html", grants=service.granted(context(), actor()))


@bp.get("/records/<serial>/evidence/<code>/responses")
@needs(Permission.READ_RESPONSES)
def responses(serial: str, code: str) -> Any:
    """Text, key and response of every item behind one task; noted each time."""
    told = service.responses(context(), actor(), serial, code)
    return render_template("records/responses.html", told=told, serial=serial, code=code)
