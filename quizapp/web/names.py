"""The page on which a person's name is changed, and what that supersedes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import name_changes
from quizapp.web import record_pages
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.people import NameForm
from quizapp.web.people import bp
from quizapp.web.people_problems import sentence


@bp.route("/<uuid:person_id>/name", methods=["GET", "POST"])
@needs(Permission.CHANGE_NAME)
def name(person_id: UUID) -> Any:
    """The old name and the records that say it; the new name and where its proof is kept."""
    form = NameForm()
    if form.validate_on_submit():
        try:
            done = name_changes.change_name(context(), actor(), person_id, form.name.data, form.proof.data)
        except Invalid as error:
            for problem in error.problems:
                form[problem.field].errors = [*form[problem.field].errors, sentence(problem)]
        else:
            count = len(done.serials)
            told = ngettext("%(num)d record was issued anew.", "%(num)d records were issued anew.", count)
            flash(f"{_('The name is changed.')} {told}", "success")
            return redirect(_person(person_id))
    page = render_template(
        "people/name.html",
        told=name_changes.preview(context(), actor(), person_id),
        form=form,
        back=_person(person_id),
        is_self=actor().is_person(person_id),
        may_open=actor().may(Permission.PULL_RECORDS),
        **record_pages.words(),
    )
    return page, 422 if form.errors else 200


def _person(person_id: UUID) -> str:
    """The page of the person that whoever acts may open."""
    endpoint = "people.person" if actor().may(Permission.MANAGE_PEOPLE) else "records.learner"
    return url_for(endpoint, person_id=person_id)
