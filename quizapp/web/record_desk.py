"""The registrar's desk: finding records, keeping searches, taking rows away as files."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.currency import HORIZONS
from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.domain.record import RecordStatus
from quizapp.services import record_exports, records, saved_views
from quizapp.services.records import Wish
from quizapp.web import record_pages
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.choices import of_data
from quizapp.web.forms.records import SearchForm, ViewForm
from quizapp.web.messages import message
from quizapp.web.records import bp
from quizapp.web.requests import reader_zone

#: What forms are called; those that take a while have a page of their own.
FORM_NAMES = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}
FILE_NAMES = {**FORM_NAMES, "pdf": "PDF", "zip": "ZIP"}


@bp.get("/records")
@needs(Permission.PULL_RECORDS)
def index() -> Any:
    """The registrar's list."""
    form, view_form = search_form(), ViewForm()
    page = request.args.get("page", 1, type=int)
    wish = wish_of(form)
    found = records.find(context(), actor(), wish, page)
    filters = filters_of(form)
    view_form.query.data = urlencode({**filters, "sort": wish.sort})
    return render_template(
        "records/index.html",
        form=form,
        found=found,
        filters=filters,
        sort=wish.sort,
        has_more_filters=bool(filters.keys() - {"text", "exam", "status"}),
        views=saved_views.listed(context(), actor()),
        view_form=view_form,
        form_names=FORM_NAMES,
        is_long=found.total > record_exports.DIRECT,
        **record_pages.words(),
    )


def search_form() -> SearchForm:
    """The filters of this request, with everything they can be."""
    form = SearchForm(request.args)
    told, chips = records.choices(context(), actor()), record_pages.chips()
    form.exam.choices = [("", _("All exams")), *(of_data(str(key), title) for key, title in told.exams)]
    form.cohort.choices = [("", _("Everybody")), *(of_data(str(key), name) for key, name in told.cohorts)]
    form.status.choices = [("", _("Any status")), *((str(s), chips[s][1]) for s in RecordStatus)]
    form.expires.choices = [("", _("Any time")), *((str(days), horizon_words(days)) for days in HORIZONS)]
    return form


def horizon_words(days: int) -> str:
    """How a horizon is called."""
    return str(ngettext("%(num)d day", "%(num)d days", days))


def wish_of(form: SearchForm) -> Wish:
    """What the filters ask for; a date that is none, or an id that is none, asks for nothing."""
    form.validate()
    status, sort = form.status.data, request.args.get("sort", "")
    days = form.expires.data or ""
    return Wish(
        text=form.text.data or "",
        exam_id=_uuid(form.exam.data or ""),
        status=RecordStatus(status) if status in set(RecordStatus) else None,
        task_code=(form.task.data or "").strip(),
        cohort_id=_uuid(form.cohort.data or ""),
        issued_since=_midnight(form.since.data),
        issued_before=_midnight(form.until.data, days=1),
        expires_within=int(days) if days in {str(known) for known in HORIZONS} else None,
        serials=tuple(request.args.getlist("serial")[: records.PAGE_SIZE]),
        sort=sort if sort.removeprefix("-") in records.SORTS else "-issued_at",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _midnight(day: Any, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), reader_zone()).astimezone(UTC)


def filters_of(form: SearchForm) -> dict[str, str]:
    """The filters as they go back into an address; the order and the page are added by links."""
    return {field.name: str(field.data) for field in form if field.data}


# --- files ------------------------------------------------------------------------------


@bp.get("/records/export.<form>")
@needs(Permission.PULL_RECORDS)
def export(form: str) -> Any:
    """Exactly the rows the same filters show, all pages of them, or those selected; in the same order."""
    wish = wish_of(search_form())
    if _is_nothing(wish):
        return _tick_first(wish)
    pieces = record_exports.stream(context(), actor(), wish, form, form)
    return _download(pieces, form)


def _is_nothing(wish: Wish) -> bool:
    """Nothing ticked is nothing wanted, never everything."""
    return bool(request.args.get("selected")) and not wish.serials


def _tick_first(wish: Wish) -> Any:
    flash(_("Tick the rows first. Nothing was exported."), "warning")
    return redirect(url_for("records.index", sort=wish.sort))


@bp.get("/records/pdf")
@needs(Permission.PULL_RECORDS)
def pdf_page() -> Any:
    """The choice between one file to read and the signed files of the same rows."""
    form = search_form()
    wish = wish_of(form)
    if _is_nothing(wish):
        return _tick_first(wish)
    asked = [*filters_of(form).items(), ("sort", wish.sort)]
    ticked = [("serial", serial) for serial in wish.serials]
    return render_template(
        "records/pdf.html",
        count=record_exports.count(context(), actor(), wish),
        most=record_exports.MOST_PDFS,
        address=f"{url_for('records.ask_export')}?{urlencode([*asked, *ticked])}",
        back=f"{url_for('records.index')}?{urlencode(asked)}",
    )


def _download(pieces: Any, form: str) -> Response:
    name = f"records.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pieces, mimetype=record_exports.FORMS[form].mimetype, headers=headers)


@bp.get("/records/columns")
@needs(Permission.PULL_RECORDS)
def columns() -> Any:
    """What every column of an export means."""
    told = column_words()
    rows = [(name, *told[name]) for name in record_exports.COLUMNS]
    return render_template("records/columns.html", rows=rows)


def column_words() -> dict[str, tuple[str, str]]:
    """Of each column of an export: what kind of value it holds, and what it says."""
    text, date, whole = _("text"), _("date, year-month-day"), _("whole number")
    return {
        "serial": (text, _("The name of the record; anybody can verify it by this.")),
        "status": (text, _("valid, superseded, suspended, revoked or expired, as of the day of the export.")),
        "learner": (text, _("The name the record attests, as it was when the record was issued.")),
        "person_id": (text, _("The account of the learner. It stays the same when the name changes.")),
        "exam": (text, _("The title of the exam.")),
        "framework": (text, _("The id of the framework whose tasks were examined.")),
        "framework_version": (text, _("The version of that framework.")),
        "decision": (text, _("met, not_met or insufficient: whether the requirement of the exam is met.")),
        "demonstrated": (whole, _("How many tasks were demonstrated.")),
        "tasks": (whole, _("How many tasks the exam asks.")),
        "task_codes": (text, _("The demonstrated tasks, with spaces between them.")),
        "standing": (text, _("operational, or pilot: a pilot is not for personnel decisions.")),
        "cycle": (
            whole,
            _("The span in which evidence was pooled, counted from 1 for each person and exam."),
        ),
        "issued_at": (_("date and time with zone"), _("When the record was issued.")),
        "expires_on": (date, _("The last day on which the record is in force.")),
    }


@bp.post("/records/exports")
@needs(Permission.PULL_RECORDS)
def ask_export() -> Any:
    """Have a long file written in the background."""
    wish = wish_of(search_form())
    export_id = record_exports.ask(context(), actor(), wish, request.form.get("form", ""))
    return redirect(url_for("records.export_page", export_id=export_id))


@bp.get("/records/exports")
@needs(Permission.PULL_RECORDS)
def exports() -> Any:
    """The files of the last day."""
    told = record_exports.exports(context(), actor())
    return render_template("records/exports.html", exports=told, form_names=FILE_NAMES)


@bp.get("/records/exports/<uuid:export_id>")
@needs(Permission.PULL_RECORDS)
def export_page(export_id: UUID) -> Any:
    """How far a file is."""
    told = record_exports.export(context(), actor(), export_id)
    return render_template("records/export.html", export=told, form_names=FILE_NAMES)


@bp.get("/records/exports/<uuid:export_id>/file")
@needs(Permission.PULL_RECORDS)
def export_file(export_id: UUID) -> Response:
    """The finished file."""
    told = record_exports.export(context(), actor(), export_id)
    return _download(record_exports.file_of(context(), actor(), export_id), told.form)


# --- saved views ------------------------------------------------------------------------


@bp.post("/records/views")
@needs(Permission.PULL_RECORDS)
def save_view() -> Any:
    """Keep the present search under a name."""
    form = ViewForm()
    name, query = form.name.data or "", form.query.data or ""
    try:
        saved_views.save(context(), actor(), name, query)
    except Invalid as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("The view is saved."), "success")
    return redirect(f"{url_for('records.index')}?{query}")


@bp.post("/records/views/<uuid:view_id>/delete")
@needs(Permission.PULL_RECORDS)
def delete_view(view_id: UUID) -> Any:
    """Forget a saved search."""
    saved_views.delete(context(), actor(), view_id)
    flash(_("The view is deleted. The records stay as they are."), "success")
    return redirect(url_for("records.index"))


__all__ = ["bp"]
