"""People for administrators: who exists, what they may be, and files of new people."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Accommodation, Permission, Role
from quizapp.services import invitations, people, people_import, people_merging
from quizapp.web import letters
from quizapp.web.access import actor, context, needs, public, signed_in
from quizapp.web.forms.people import (
    ROLE_LABELS,
    AccommodationForm,
    CreateForm,
    ImportForm,
    PreferencesForm,
    RoleForm,
)
from quizapp.web.messages import message
from quizapp.web.people_problems import sentence

bp = Blueprint("people", __name__, url_prefix="/people")
#: What is carried from the preview to the confirmation must fit into a form field.
MAX_IMPORT_BYTES = 350_000


@bp.app_context_processor
def _role_labels() -> dict[str, Any]:
    return {"role_labels": ROLE_LABELS, "problem_sentence": sentence}


@bp.get("")
@needs(Permission.MANAGE_PEOPLE)
def index() -> str:
    """Everybody, or whom a search finds."""
    text, role = request.args.get("q", "").strip(), _role(request.args.get("role", ""))
    found = people.listed(context(), actor(), text, role)
    return render_template("people/index.html", found=found, text=text, role=role, roles=tuple(Role))


def _role(name: str) -> Role | None:
    return Role(name) if name in set(Role) else None


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_PEOPLE)
def create() -> Any:
    """Make one account."""
    form = CreateForm()
    if form.validate_on_submit():
        try:
            person_id = people.create(
                context(),
                actor(),
                name=form.name.data,
                email=form.email.data,
                roles=[Role(name) for name in form.roles.data],
                letter=letters.invitation if form.is_invited.data else None,
            )
        except Invalid as error:
            _blame(form, error)
        else:
            flash(_("The account exists. Nothing else is needed from you."), "success")
            return redirect(url_for("people.person", person_id=person_id))
    return render_template("people/create.html", form=form), 422 if form.errors else 200


def _blame(form: Any, error: Invalid) -> None:
    """Put each problem beside the field it is about."""
    for problem in error.problems:
        told = sentence(problem)
        field = next((field for field in form if field.name == problem.field), None)
        (form.form_errors if field is None else field.errors).append(told)


@bp.get("/<uuid:person_id>")
@needs(Permission.MANAGE_PEOPLE)
def person(person_id: UUID) -> str:
    """One person."""
    told = people.get(context(), actor(), person_id)
    role_form = RoleForm()
    role_form.role.choices = [c for c in role_form.role.choices or () if c.value not in told.person.roles]
    return render_template(
        "people/person.html",
        told=told,
        role_form=role_form,
        accommodation_form=AccommodationForm(formdata=None, obj=told.accommodation),
        is_self=actor().is_person(person_id),
        merges=people_merging.of_person(context(), actor(), person_id),
    )


@bp.post("/<uuid:person_id>/grant")
@needs(Permission.MANAGE_PEOPLE)
def grant(person_id: UUID) -> Any:
    """Give a role."""
    role = _role(request.form.get("role", ""))
    if role is None:
        raise Invalid("bad_role")
    people.grant(context(), actor(), person_id, role)
    flash(_("The role counts from now on."), "success")
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/<uuid:person_id>/revoke")
@needs(Permission.MANAGE_PEOPLE)
def revoke_role(person_id: UUID) -> Any:
    """Take a role away."""
    role = _role(request.form.get("role", ""))
    if role is None:
        raise Invalid("bad_role")
    people.revoke_role(context(), actor(), person_id, role)
    flash(_("The role is taken away; it ended with that click."), "success")
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/<uuid:person_id>/disable")
@needs(Permission.MANAGE_PEOPLE)
def disable(person_id: UUID) -> Any:
    """Shut an account."""
    people.disable(context(), actor(), person_id)
    flash(_("The account is shut. Whoever used it is signed out."), "success")
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/<uuid:person_id>/enable")
@needs(Permission.MANAGE_PEOPLE)
def enable(person_id: UUID) -> Any:
    """Open an account again."""
    people.enable(context(), actor(), person_id)
    flash(_("The account is open again."), "success")
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/<uuid:person_id>/invite")
@needs(Permission.MANAGE_PEOPLE)
def invite(person_id: UUID) -> Any:
    """Send an invitation (again)."""
    invitations.invite(context(), actor(), person_id, letters.invitation)
    flash(_("The invitation is on its way."), "success")
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/<uuid:person_id>/accommodation")
@needs(Permission.SET_ACCOMMODATION)
def accommodate(person_id: UUID) -> Any:
    """Set extra time."""
    form = AccommodationForm()
    if not form.validate_on_submit():
        told = people.get(context(), actor(), person_id)
        page = render_template(
            "people/person.html",
            told=told,
            role_form=RoleForm(formdata=None),
            accommodation_form=form,
            is_self=actor().is_person(person_id),
        )
        return page, 422
    accommodation = Accommodation(form.time_percent.data, form.extra_minutes.data)
    people.set_accommodation(context(), actor(), person_id, accommodation)
    flash(_("Saved. It counts for every attempt started from now on."), "success")
    return redirect(url_for("people.person", person_id=person_id))


@bp.route("/import", methods=["GET", "POST"])
@needs(Permission.MANAGE_PEOPLE)
def import_page() -> Any:
    """Look at a file of people before it is loaded."""
    form = ImportForm()
    if not form.validate_on_submit():
        return render_template("people/import.html", form=form, plan=None), 422 if form.errors else 200
    data = form.file.data.read(MAX_IMPORT_BYTES + 1)
    if len(data) > MAX_IMPORT_BYTES:
        form.file.errors = [_("The file is too large for one step. Split it into smaller ones.")]
        return render_template("people/import.html", form=form, plan=None), 422
    plan = people_import.check_import(context(), actor(), data)
    page = render_template("people/import.html", form=form, plan=plan, data=base64.b64encode(data).decode())
    return page, 422 if plan.problems else 200


@bp.post("/import/confirm")
@needs(Permission.MANAGE_PEOPLE)
def import_confirm() -> Any:
    """Load the file that was looked at."""
    try:
        data = base64.b64decode(request.form.get("data", ""), validate=True)
    except binascii.Error as error:
        raise Invalid("bad_import") from error
    letter = letters.invitation if request.form.get("is_invited") else None
    done = people_import.import_people(context(), actor(), data, letter)
    flash(
        ngettext("%(num)s person was added.", "%(num)s people were added.", done.created)
        + " "
        + ngettext("%(num)s joined a cohort.", "%(num)s joined a cohort.", done.new_members),
        "success",
    )
    return redirect(url_for("people.index"))


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> Any:
    """One's own account."""
    me = actor().person_id
    told = people.get(context(), actor(), me) if me else None
    form = PreferencesForm(obj=told.person if told else None)
    settings = context().settings
    form.offer(settings.locale, settings.zone)
    if form.validate_on_submit():
        people.set_preferences(context(), actor(), locale=form.locale.data, zone=form.zone.data)
        flash(_("Saved. Pages and times are shown that way from now on."), "success")
        return redirect(url_for("people.account"))
    return render_template("people/account.html", told=told, form=form), 422 if form.errors else 200


@bp.get("/welcome/<token>")
@public
def welcome(token: str) -> Any:
    """Where the link of an invitation leads."""
    try:
        reset = invitations.accept(context(), token)
    except Refused as error:
        flash(str(message(error.code)), "error")
        return redirect(url_for("security.forgot_password"))
    return redirect(url_for("security.reset_password", token=reset))
