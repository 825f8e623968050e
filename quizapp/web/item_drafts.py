"""Writing items: the list of drafts, a new one, the editor and its preview. Reviews are in `item_reviews`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.item_draft import DraftState
from quizapp.domain.item_form import Form, arranged
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Permission
from quizapp.services import item_draft_views as views
from quizapp.services import item_drafts as service
from quizapp.services import item_reviews, items_read
from quizapp.services.item_draft_views import DraftForm, DraftPage
from quizapp.web import item_help
from quizapp.web.access import actor, context, needs
from quizapp.web.forms import items as forms
from quizapp.web.forms.pictures import PictureForm
from quizapp.web.item_words import DRAFT_CHIPS, words
from quizapp.web.messages import message

bp = Blueprint("item_drafts", __name__)
#: A script names the part of the page it will put in; what stands beside the form comes alone.
PART, BESIDE = "X-Part", "beside"


def render(template: str, **facts: Any) -> str:
    """A page with the words and chips of drafts at hand."""
    return render_template(
        template,
        words=words(),
        chips=DRAFT_CHIPS,
        help=item_help,
        may_write=actor().may(Permission.WRITE_ITEM),
        may_approve=actor().may(Permission.APPROVE_ITEM),
        **facts,
    )


@bp.get("/drafts")
@needs(Permission.READ_KEYS)
def index() -> str:
    """Every draft at work, or those of one bank; what waits for whoever looks stands first."""
    bank_id = request.args.get("bank", "")
    return render("drafts/index.html", lines=views.listed(context(), actor(), bank_id), bank_id=bank_id)


@bp.get("/banks/<bank_id>/write")
@needs(Permission.WRITE_ITEM)
def new(bank_id: str) -> str:
    """The choice of what to write."""
    bank, framework = items_read.header(context(), actor(), bank_id)
    return render("drafts/new.html", bank=bank, framework=framework, types=list(ITEM_TYPES))


@bp.post("/banks/<bank_id>/write")
@needs(Permission.WRITE_ITEM)
def start(bank_id: str) -> Any:
    """Begin a new item."""
    _, framework = items_read.header(context(), actor(), bank_id)
    known = {
        "task": framework.code_of(request.form.get("task", "")),
        "pool": request.form.get("pool", ""),
    }
    draft_id = service.start(context(), actor(), bank_id, request.form.get("type", ""), **known)
    return redirect(url_for("item_drafts.editor", draft_id=draft_id))


@bp.post("/banks/<bank_id>/items/<item_id>/edit")
@needs(Permission.WRITE_ITEM)
def edit(bank_id: str, item_id: str) -> Any:
    """Write on an item; it stays in use as it is until the draft is approved."""
    draft_id = service.edit(context(), actor(), bank_id, item_id)
    return redirect(url_for("item_drafts.editor", draft_id=draft_id))


@bp.post("/banks/<bank_id>/items/<item_id>/duplicate")
@needs(Permission.WRITE_ITEM)
def duplicate(bank_id: str, item_id: str) -> Any:
    """Begin a new item with the words of another."""
    draft_id = service.duplicate(context(), actor(), bank_id, item_id)
    flash(_("A copy, still without a name. The two never stand on one form."), "success")
    return redirect(url_for("item_drafts.editor", draft_id=draft_id))


@bp.get("/drafts/<uuid:draft_id>")
@needs(Permission.WRITE_ITEM)
def editor(draft_id: UUID) -> Any:
    """The editor of one draft."""
    told = views.view(context(), actor(), draft_id)
    if told.line.state is not DraftState.DRAFT:
        return redirect(url_for("item_reviews.review", draft_id=draft_id))
    return render("drafts/editor.html", **_editor(told))


def _editor(told: DraftPage) -> dict[str, Any]:
    known = {"stimulus": told.stimuli, "enemies": [(name, "") for name in told.neighbours]}
    return {
        "told": told,
        "line": told.line,
        "type_fields": forms.type_fields(told.line.type, told.form),
        "common": forms.common_fields(told.form, known),
        "bank_id": told.line.bank_id,
        "picture_form": PictureForm(formdata=None),
        "in_editor": True,
    }


@bp.get("/drafts/<uuid:draft_id>/preview")
@needs(Permission.READ_KEYS)
def preview(draft_id: UUID) -> str:
    """A draft as its learner sees it."""
    told = views.view(context(), actor(), draft_id)
    return render("drafts/preview.html", told=told, line=told.line)


@bp.post("/drafts/<uuid:draft_id>")
@needs(Permission.WRITE_ITEM)
def save(draft_id: UUID) -> Any:
    """Keep what was written, and do what the button that was pressed says."""
    verb, _colon, rest = request.form.get("do", "save").partition(":")
    path, at = _row(rest)
    try:
        form = _sent(views.form(context(), actor(), draft_id))
        if path:
            form = arranged(form, verb, path, at)
        saved = service.save(context(), actor(), draft_id, form, _saves())
    except Refused as error:
        return _not_saved(error, draft_id)
    if request.headers.get(PART) == BESIDE:
        return _parts(draft_id, saved.saves)
    return _after(verb, rest, draft_id)


def _row(rest: str) -> tuple[str, int]:
    """The list and the row a button names: "options.2" or, to add one, "options"."""
    path, _dot, last = rest.rpartition(".")
    return (path, int(last)) if path and last.isdecimal() else (rest, 0)


def _saves() -> int:
    return request.form.get("saves", 0, type=int)


def _sent(told: DraftForm) -> Form:
    form = forms.read(told.type, request.form, told.form)
    tasks = form.get("tasks")
    if isinstance(tasks, list):
        form["tasks"] = [told.framework.code_of(typed) for typed in tasks]
    return form


def _not_saved(error: Refused, draft_id: UUID) -> Any:
    """Nothing is lost: what was written is set aside, or the draft is in review by now."""
    if request.headers.get(PART):
        return {"code": error.code, "title": str(message(error.code))}, 409
    flash(str(message(error.code)), "warning")
    return redirect(url_for("item_drafts.editor", draft_id=draft_id, _anchor="aside"))


def _parts(draft_id: UUID, saves: int) -> str:
    """What stands beside the form, made anew: advice, similar items, the preview."""
    told = views.view(context(), actor(), draft_id)
    return render("drafts/_beside.html", told=told, line=told.line, saves=saves)


def _after(verb: str, rest: str, draft_id: UUID) -> Any:
    """What a button does once the form is kept."""
    here = url_for("item_drafts.editor", draft_id=draft_id)
    match verb:
        case "undo":
            service.undo(context(), actor(), draft_id)
        case "redo":
            service.redo(context(), actor(), draft_id)
        case "submit":
            return _submit(draft_id)
        case "save":
            flash(_("Saved."), "success")
        case _:
            here = url_for("item_drafts.editor", draft_id=draft_id, _anchor=f"f-{rest.replace('.', '-')}")
    return redirect(here)


def _submit(draft_id: UUID) -> Any:
    try:
        item_reviews.submit(context(), actor(), draft_id, request.form.get("why", ""))
    except Invalid as error:
        flash(str(message(error.code)), "error")
        return redirect(url_for("item_drafts.editor", draft_id=draft_id, _anchor="missing"))
    flash(_("Submitted. Somebody else reviews it now."), "success")
    return redirect(url_for("item_reviews.review", draft_id=draft_id))


@bp.post("/drafts/<uuid:draft_id>/take-up/<int:number>")
@needs(Permission.WRITE_ITEM)
def take_up(draft_id: UUID, number: int) -> Any:
    """Go on with a text that was set aside."""
    service.take_up(context(), actor(), draft_id, number)
    flash(_("This is the text now. Undo brings the other one back."), "success")
    return redirect(url_for("item_drafts.editor", draft_id=draft_id))


@bp.post("/drafts/<uuid:draft_id>/type")
@needs(Permission.WRITE_ITEM)
def change_type(draft_id: UUID) -> Any:
    """Ask the same in another way."""
    try:
        service.change_type(context(), actor(), draft_id, request.form.get("type", ""))
    except Refused as error:
        return _not_saved(error, draft_id)
    return redirect(url_for("item_drafts.editor", draft_id=draft_id))


@bp.post("/drafts/<uuid:draft_id>/rebase")
@needs(Permission.WRITE_ITEM)
def rebase(draft_id: UUID) -> Any:
    """Build on the item's newest version."""
    service.rebase(context(), actor(), draft_id)
    flash(_("The draft builds on the newest version now."), "success")
    return redirect(url_for("item_drafts.editor", draft_id=draft_id))


@bp.post("/drafts/<uuid:draft_id>/discard")
@needs(Permission.WRITE_ITEM)
def discard(draft_id: UUID) -> Any:
    """Give a draft up."""
    service.discard(context(), actor(), draft_id)
    flash(_("The draft is gone from the list. The item, if there was one, is as it was."), "success")
    return redirect(url_for("item_drafts.index"))
