"""Cohorts: lists of people by name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import cohorts as service
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.people import CohortForm, ImportForm
from quizapp.web.people import MAX_IMPORT_BYTES, bp
from quizapp.web.people_problems import sentence


@bp.route("/cohorts", methods=["GET", "POST"])
@needs(Permission.MANAGE_COHORTS)
def cohorts() -> Any:
    """All cohorts, and a field to make another."""
    form = CohortForm()
    if form.validate_on_submit():
        try:
            cohort_id = service.create_cohort(context(), actor(), form.name.data)
        except Invalid as error:
            form.name.errors = [sentence(problem) for problem in error.problems]
        else:
            return redirect(url_for("people.cohort", cohort_id=cohort_id))
    rows = service.listed(context(), actor())
    return render_template("people/cohorts.html", cohorts=rows, form=form), 422 if form.errors else 200


@bp.get("/cohorts/<uuid:cohort_id>")
@needs(Permission.MANAGE_COHORTS)
def cohort(cohort_id: UUID) -> str:
    """One cohort."""
    page = service.get(context(), actor(), cohort_id)
    return render_template("people/cohort.html", page=page, form=ImportForm(), problems=())


@bp.post("/cohorts/<uuid:cohort_id>/import")
@needs(Permission.MANAGE_COHORTS)
def import_members(cohort_id: UUID) -> Any:
    """Put the people of a CSV file into the cohort."""
    form = ImportForm()
    problems: Any = ()
    if form.validate_on_submit():
        data = form.file.data.read(MAX_IMPORT_BYTES + 1)
        try:
            joined = service.import_members(context(), actor(), cohort_id, data)
        except Invalid as error:
            problems = error.problems
        else:
            flash(ngettext("%(num)s person joined.", "%(num)s people joined.", joined), "success")
            return redirect(url_for("people.cohort", cohort_id=cohort_id))
    page = service.get(context(), actor(), cohort_id)
    return render_template("people/cohort.html", page=page, form=form, problems=problems), 422


@bp.post("/cohorts/<uuid:cohort_id>/remove/<uuid:person_id>")
@needs(Permission.MANAGE_COHORTS)
def remove_member(cohort_id: UUID, person_id: UUID) -> Any:
    """Take a person out of the cohort."""
    service.remove_member(context(), actor(), cohort_id, person_id)
    flash(_("Taken out of the cohort. The account itself stays as it is."), "success")
    return redirect(url_for("people.cohort", cohort_id=cohort_id))


__all__ = ["bp"]
