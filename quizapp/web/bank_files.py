"""Files of items: brought and looked at, then taken into a bank; and a bank as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.item_import import Outcome
from quizapp.domain.person import Permission
from quizapp.services import bank_exports, bank_imports, item_imports, items_read
from quizapp.services.bank_exports import Exported
from quizapp.services.bank_imports import Upload
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.bank_files import ImportForm
from quizapp.web.import_problems import sentence
from quizapp.web.item_words import level_words
from quizapp.web.messages import message

bp = Blueprint("bank_files", __name__, url_prefix="/banks")
#: Rows of a report a page shows; the rest is in the file of refused entries.
SHOWN_ROWS = 200


@bp.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Files of items may be larger than forms; said before anything reads the request."""
    if endpoint == f"{bp.name}.import_page":
        request.max_content_length = context().settings.max_import_bytes


# --- in ---------------------------------------------------------------------------------


@bp.route("/<bank_id>/import", methods=["GET", "POST"])
@needs(Permission.LOAD_BANK)
def import_page(bank_id: str) -> Any:
    """Bring a file; what it would do is on the next page."""
    bank = items_read.bank(context(), actor(), bank_id).bank
    form = ImportForm()
    formats = [(told.name, told.title) for told in bank_exports.formats("in")]
    form.offer(formats, bank_imports.task_codes(context(), actor(), bank_id), dict(level_words()))
    problems: tuple[Any, ...] = ()
    if form.validate_on_submit():
        try:
            import_id = _brought(bank_id, form)
            return redirect(url_for("bank_files.import_report", bank_id=bank_id, import_id=import_id))
        except Invalid as error:
            form.file.errors = [str(message(error.code))]
            problems = tuple(error.problems)
    page = render_template(
        "banks/import.html",
        bank=bank,
        form=form,
        problems=problems,
        sentence=sentence,
        templates=bank_exports.TEMPLATES,
        earlier=item_imports.of_bank(context(), actor(), bank_id),
    )
    return page, 422 if form.errors or problems else 200


def _brought(bank_id: str, form: ImportForm) -> UUID:
    name, data = form.file.data.filename or "", form.file.data.read()
    told = form.form.data or bank_imports.guess(name, data)
    if not told:
        raise Invalid("unknown_format")
    upload = Upload(bank_id, told, data, form.defaults(name))
    return item_imports.bring(context(), actor(), upload, name)


@bp.get("/<bank_id>/import/template.<form>")
@needs(Permission.LOAD_BANK)
def template(bank_id: str, form: str) -> Response:
    """A table to begin with."""
    return _download(bank_exports.template(form))


@bp.get("/<bank_id>/imports/<uuid:import_id>")
@needs(Permission.LOAD_BANK)
def import_report(bank_id: str, import_id: UUID) -> Any:
    """What a file would do, how far taking it is, or what it did."""
    told = item_imports.get(context(), actor(), import_id)
    outcomes = told.report.counts()
    return render_template(
        "banks/import_report.html",
        told=told,
        bank_id=told.bank_id,
        counts=[(_outcome_words()[outcome], outcomes[outcome]) for outcome in Outcome],
        refused=told.lines(Outcome.REFUSED),
        duplicates=told.lines(Outcome.DUPLICATE),
        taken=told.lines(Outcome.NEW, Outcome.REVISED),
        words=_outcome_words(),
        chips=OUTCOME_CHIPS,
        sentence=sentence,
        refusal=message(told.refusal) if told.refusal else "",
        most=SHOWN_ROWS,
    )


OUTCOME_CHIPS = {Outcome.NEW: "ok", Outcome.REVISED: "attention"}


def _outcome_words() -> dict[Outcome, str]:
    return {
        Outcome.NEW: _("New"),
        Outcome.REVISED: _("In new words"),
        Outcome.UNCHANGED: _("There already"),
        Outcome.DUPLICATE: _("There under another id"),
        Outcome.REFUSED: _("Refused"),
    }


@bp.post("/<bank_id>/imports/<uuid:import_id>/confirm")
@needs(Permission.LOAD_BANK)
def confirm(bank_id: str, import_id: UUID) -> Any:
    """Take what was looked at."""
    try:
        item_imports.confirm(context(), actor(), import_id, bool(request.form.get("accepts_valid")))
    except Refused as error:
        flash(str(message(error.code)), "error")
    return redirect(url_for("bank_files.import_report", bank_id=bank_id, import_id=import_id))


@bp.get("/<bank_id>/imports/<uuid:import_id>/refused.csv")
@needs(Permission.LOAD_BANK)
def refused(bank_id: str, import_id: UUID) -> Response:
    """The refused entries, with the reasons, to be put right."""
    told = item_imports.get(context(), actor(), import_id)
    data = bank_imports.rejected(told.lines(Outcome.REFUSED))
    return _download(Exported("refused.csv", "text/csv", iter([data]), 0))


# --- out --------------------------------------------------------------------------------


@bp.get("/<bank_id>/export")
@needs(Permission.READ_KEYS)
def export_page(bank_id: str) -> Any:
    """Choose a format and read what it cannot hold, before there is a file."""
    bank = items_read.bank(context(), actor(), bank_id).bank
    formats = bank_exports.formats("out")
    chosen = request.args.get("form", formats[0].name)
    plan = bank_exports.plan(context(), actor(), bank_id, chosen)
    return render_template(
        "banks/export.html",
        bank=bank,
        formats=formats,
        plan=plan,
        sentence=sentence,
        most=SHOWN_ROWS,
    )


@bp.get("/<bank_id>/export/<form>")
@needs(Permission.READ_KEYS)
def export_file(bank_id: str, form: str) -> Response:
    """The bank as a file; the audit log says who took it, for it holds the keys."""
    return _download(bank_exports.export(context(), actor(), bank_id, form))


def _download(told: Exported) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{told.name}"'}
    return Response(told.pieces, mimetype=told.media_type, headers=headers)
