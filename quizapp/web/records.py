"""One record, for those who keep it and its holder; lists are in `record_desk`, the public side in
`verification`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security.decorators import check_and_update_authn_fresh

from quizapp.domain.errors import NotFound
from quizapp.domain.person import Permission
from quizapp.domain.record import ReasonCategory
from quizapp.services import qr, record_status, records, revocations
from quizapp.services.unit_of_work import Context
from quizapp.web import record_pages
from quizapp.web.access import actor, context, needs, signed_in
from quizapp.web.forms.records import DayForm, StatusForm
from quizapp.web.messages import message

bp = Blueprint("records", __name__)

#: How recent a sign-in has to be for what cannot be undone.
FRESH = timedelta(minutes=15)
VERBS: Mapping[str, Callable[[Context, Any, str, str, str], None]] = {
    "suspend": record_status.suspend,
    "reinstate": record_status.reinstate,
    "revoke": revocations.propose,
}


@bp.get("/records/mine")
@signed_in
def mine() -> Any:
    """The reader's own records."""
    told = records.mine(context(), actor())
    return render_template("records/mine.html", lines=told, **record_pages.words())


@bp.get("/records/<serial>")
@signed_in
def record(serial: str) -> Any:
    """One record, for its holder or a registrar."""
    return _record_page(serial)


def _record_page(serial: str, tried: StatusForm | None = None) -> str:
    told = records.show(context(), actor(), serial)
    may_change = actor().may(Permission.CHANGE_RECORD_STATUS) and not told.is_own
    waiting = revocations.waiting_of(context(), actor(), serial) if may_change else None
    verbs = [verb for verb in told.verbs if waiting is None or verb != "revoke"]
    forms = {verb: _status_form(verb) for verb in verbs} if may_change else {}
    day_form = DayForm(request.args)
    day_form.validate()
    return render_template(
        "records/record.html",
        page=record_pages.page(told),
        forms=forms,
        waiting=waiting,
        tried=tried,
        day_form=day_form,
        then=record_pages.status_then(told, day_form.on.data) if day_form.on.data else None,
        may_pull=actor().may(Permission.PULL_RECORDS),
        **record_pages.words(),
    )


@bp.get("/records/<serial>/print")
@signed_in
def printable(serial: str) -> Any:
    """The record as a page of paper."""
    page = record_pages.page(records.show(context(), actor(), serial, "print"))
    code = qr.data_uri(page.address)
    return render_template("records/print.html", page=page, qr_code=code, **record_pages.words())


@bp.get("/records/<serial>/record.json")
@signed_in
def download(serial: str) -> Response:
    """The signed file."""
    data = records.file_of(context(), actor(), serial)
    return _download(data, "application/json", f"record-{serial}.json")


@bp.get("/records/<serial>/files/<form>")
@signed_in
def projection(serial: str, form: str) -> Response:
    """The record in another of its forms."""
    known = records.PROJECTIONS.get(form)
    if known is None:
        raise NotFound("not_found")
    data = records.export(context(), actor(), serial, form)
    return _download(data, known.mimetype, f"record-{serial}.{known.suffix}")


def _download(data: bytes, mimetype: str, name: str) -> Response:
    return Response(
        data, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


# --- status -----------------------------------------------------------------------------


def _status_form(verb: str) -> StatusForm:
    # Three of these stand on one page; the prefix keeps their fields apart.
    form = StatusForm(prefix=verb)
    form.category.choices = [(str(c), record_pages.category_words()[c]) for c in ReasonCategory]
    return form


@bp.post("/records/<serial>/suspend")
@needs(Permission.CHANGE_RECORD_STATUS)
def suspend(serial: str) -> Any:
    """Take the record out of force until somebody has decided."""
    return _change(serial, "suspend", _("The record is suspended."))


@bp.post("/records/<serial>/reinstate")
@needs(Permission.CHANGE_RECORD_STATUS)
def reinstate(serial: str) -> Any:
    """Put the record back in force."""
    return _change(serial, "reinstate", _("The record is in force again."))


@bp.post("/records/<serial>/revoke")
@needs(Permission.CHANGE_RECORD_STATUS)
def revoke(serial: str) -> Any:
    """Propose to end the record for good; needs a sign-in of the last minutes."""
    return _sign_in_again(serial) or _change(
        serial, "revoke", _("Proposed. The record stays in force until another registrar approves it.")
    )


@bp.post("/records/<serial>/revoke/approve")
@needs(Permission.CHANGE_RECORD_STATUS)
def approve_revocation(serial: str) -> Any:
    """End the record for good, as somebody else proposed; needs a sign-in of the last minutes."""
    again = _sign_in_again(serial)
    if again:
        return again
    revocations.approve(context(), actor(), serial)
    flash(_("The record is revoked."), "success")
    return redirect(url_for("records.record", serial=serial))


@bp.post("/records/<serial>/revoke/withdraw")
@needs(Permission.CHANGE_RECORD_STATUS)
def withdraw_revocation(serial: str) -> Any:
    """Take the proposal back."""
    revocations.withdraw(context(), actor(), serial)
    flash(_("Withdrawn. The record stays as it is."), "success")
    return redirect(url_for("records.record", serial=serial))


@bp.get("/records/revocations")
@needs(Permission.CHANGE_RECORD_STATUS)
def waiting_revocations() -> str:
    """Every revocation that waits for a second registrar."""
    told = revocations.waiting(context(), actor())
    return render_template("records/revocations.html", lines=told, **record_pages.words())


def _sign_in_again(serial: str) -> Any:
    """Where somebody signs in again for what cannot be undone; None when that was just done."""
    if check_and_update_authn_fresh(FRESH, timedelta(0), "session"):
        return None
    flash(str(message("not_fresh")), "warning")
    return redirect(url_for("security.verify", next=url_for("records.record", serial=serial)))


def _change(serial: str, verb: str, sentence: str) -> Any:
    form = _status_form(verb)
    if not form.validate_on_submit():
        return _record_page(serial, form), 422
    VERBS[verb](context(), actor(), serial, form.category.data, form.reason.data)
    flash(sentence, "success")
    return redirect(url_for("records.record", serial=serial))
