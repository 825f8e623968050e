"""Two accounts of one person: a look at what merging them would do, doing it, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import DomainError, Invalid, NotFound, Refused
from quizapp.domain.person import Permission
from quizapp.services import people, people_merging
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.people import MergeForm, OtherForm
from quizapp.web.messages import message
from quizapp.web.people import bp


@bp.get("/<uuid:person_id>/merge")
@needs(Permission.MANAGE_PEOPLE)
def merge_page(person_id: UUID) -> Any:
    """Name the other account, and see what merging it into this one would do."""
    return _page(person_id, MergeForm())


def _page(person_id: UUID, form: MergeForm) -> Any:
    other_form, preview = OtherForm(request.args), None
    email = (other_form.email.data or "").strip()
    if email:
        try:
            preview = people_merging.preview(context(), actor(), person_id, email)
        except NotFound as error:
            if error.code != "no_such_person":
                raise
            other_form.email.errors = [str(message(error.code))]
    page = render_template(
        "people/merge.html",
        told=people.get(context(), actor(), person_id),
        other_form=other_form,
        form=form,
        preview=preview,
        refusal=str(message(preview.refusal)) if preview and preview.refusal else "",
    )
    return page, 422 if form.errors or other_form.errors else 200


@bp.post("/<uuid:person_id>/merge/<uuid:other_id>")
@needs(Permission.MANAGE_PEOPLE)
def merge(person_id: UUID, other_id: UUID) -> Any:
    """Merge the other account into this one."""
    form = MergeForm()
    if not form.validate_on_submit():
        return _page(person_id, form)
    try:
        people_merging.merge(context(), actor(), person_id, other_id, form.reason.data)
        flash(_("Merged. The other account is shut, and its page says where to."), "success")
    except (Invalid, Refused) as error:
        _say(error)
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/<uuid:person_id>/merge/<uuid:merge_id>/undo")
@needs(Permission.MANAGE_PEOPLE)
def undo_merge(person_id: UUID, merge_id: UUID) -> Any:
    """Give everything back that the merge has moved."""
    try:
        people_merging.undo(context(), actor(), merge_id)
        flash(_("Undone. Everything is back where it was."), "success")
    except Refused as error:
        _say(error)
    return redirect(url_for("people.person", person_id=person_id))


def _say(error: DomainError) -> None:
    flash(str(message(error.code)), "error")
