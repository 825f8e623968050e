"""How people stand with the tasks: one learner, as of any day; a cohort by task; transcript and letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, render_template
from flask import request as asked
from flask_babel import gettext as _

from quizapp.domain.currency import Shown
from quizapp.domain.framework import TaskStatement
from quizapp.domain.person import Permission
from quizapp.services import records, standings
from quizapp.services.record_exports import FORMS
from quizapp.services.standings import LearnerStanding, Matrix
from quizapp.web import record_pages, task_maps
from quizapp.web.access import actor, context, needs, signed_in
from quizapp.web.forms.choices import of_data
from quizapp.web.forms.records import DayForm, GapForm, MatrixForm
from quizapp.web.record_desk import FORM_NAMES
from quizapp.web.records import bp
from quizapp.web.task_maps import Cell, TaskMap

#: The sign of each standing in the cells of a matrix; its word is read out beside it.
SIGNS = {
    Shown.DEMONSTRATED: "✓",
    Shown.LAPSED: "×",
    Shown.NOT_YET: "◐",
    Shown.INSUFFICIENT: "…",
    Shown.NOT_ASSESSED: "",
}


def shown_words() -> Mapping[str, str]:
    """How somebody stands with a task, in words."""
    known = task_maps.status_words()
    return {shown: known[shown] for shown in Shown if shown is not Shown.LAPSED} | {
        Shown.LAPSED: _("Lapsed: demonstrated once, the record has expired")
    }


# --- one learner ------------------------------------------------------------------------


@bp.get("/records/people/<uuid:person_id>")
@needs(Permission.PULL_RECORDS)
def learner(person_id: UUID) -> Any:
    """All records and tasks of one person, today or on a past day."""
    form = GapForm(asked.args)
    told = standings.learner(context(), actor(), person_id, _day(form), _framework_id())
    _offer_exams(form)
    return render_template("records/learner.html", told=told, form=form, map=_map(told), **_words())


@bp.get("/records/people/<uuid:person_id>/transcript")
@needs(Permission.PULL_RECORDS)
def transcript(person_id: UUID) -> Any:
    """Everything records say of a person, as a page of paper."""
    return _transcript(person_id, "transcript")


@bp.get("/records/mine/transcript")
@signed_in
def my_transcript() -> Any:
    """The reader's own transcript."""
    me = actor().person_id
    assert me is not None
    return _transcript(me, "")


def _transcript(person_id: UUID, door: str) -> str:
    told = standings.learner(context(), actor(), person_id, _day(DayForm(asked.args)), _framework_id(), door)
    is_own = actor().is_person(person_id)
    return render_template(
        "records/transcript.html",
        told=told,
        is_own=is_own,
        map=_map(told, has_legend=True),
        texts={task.code: task.text for task in told.framework.tasks},
        issuer=context().settings.issuer_name,
        address_of=record_pages.address,
        **_words(),
    )


@bp.get("/records/people/<uuid:person_id>/gaps")
@needs(Permission.PULL_RECORDS)
def gaps(person_id: UUID) -> Any:
    """A letter that says which tasks no record in force demonstrates."""
    form = GapForm(asked.args)
    told = standings.learner(context(), actor(), person_id, _day(form), _framework_id(), "gap letter")
    title, codes = _measure(form)
    return render_template(
        "records/gaps.html",
        told=told,
        exam_title=title,
        total=len([code for code in told.framework.task_codes if not codes or code in codes]),
        missing=told.missing(codes),
        texts={task.code: task.text for task in told.framework.tasks},
        issuer=context().settings.issuer_name,
        **_words(),
    )


def _offer_exams(form: GapForm) -> None:
    known = records.choices(context(), actor()).exams
    form.exam.choices = [("", _("The whole framework")), *(of_data(str(key), title) for key, title in known)]


def _measure(form: GapForm) -> tuple[str, tuple[str, ...]]:
    """The title and the tasks of the exam a letter is measured by; nothing for the whole framework."""
    known = {str(key): title for key, title in records.choices(context(), actor()).exams}
    if form.exam.data not in known:
        return "", ()
    return known[form.exam.data], standings.exam_tasks(context(), actor(), UUID(form.exam.data))


def _day(form: DayForm) -> date | None:
    form.validate()
    day: date | None = form.on.data
    return day


def _framework_id() -> str:
    return asked.args.get("framework", "")[:64]


def _map(told: LearnerStanding, *, has_legend: bool = True) -> TaskMap:
    by_code = {task.code: task for task in told.tasks}

    def cell(task: TaskStatement) -> Cell:
        known = by_code[task.code]
        # The picture has no shape for lapsed: as far as it counts today, it is not yet demonstrated.
        status = Shown.NOT_YET if known.shown is Shown.LAPSED else known.shown
        return task_maps.status_cell(task, status.value, f"{known.x}/{known.n}")

    legend = task_maps.status_legend(task_maps.CERTIFICATION) if has_legend else ()
    return task_maps.draw(told.framework, cell, legend=legend)


def _words() -> dict[str, Any]:
    return {"shown_words": shown_words(), **record_pages.words()}


# --- a cohort ---------------------------------------------------------------------------


@bp.get("/records/matrix")
@needs(Permission.PULL_RECORDS)
def matrix() -> Any:
    """Who of a cohort has demonstrated what."""
    form = _matrix_form()
    told = _matrix(form, "matrix")
    return render_template(
        "records/matrix.html",
        form=form,
        told=told,
        map=_share_map(told) if told else None,
        signs=SIGNS,
        filters={field.name: str(field.data) for field in form if field.data},
        form_names=FORM_NAMES,
        shown_words=shown_words(),
    )


@bp.get("/records/matrix.<form>")
@needs(Permission.PULL_RECORDS)
def matrix_file(form: str) -> Any:
    """The same as a file."""
    told = _matrix(_matrix_form(), f"matrix:{form}"[:40])
    pieces = standings.matrix_file(told, form) if told else ()
    headers = {"Content-Disposition": f'attachment; filename="matrix.{form}"'}
    return Response(pieces, mimetype=FORMS[form].mimetype if form in FORMS else None, headers=headers)


def _matrix_form() -> MatrixForm:
    form = MatrixForm(asked.args)
    known = records.choices(context(), actor())
    form.cohort.choices = [of_data(str(key), name) for key, name in known.cohorts]
    form.framework.choices = [of_data(key, function) for key, function in known.frameworks]
    if form.cohort.data not in {str(key) for key, _name in known.cohorts}:
        form.cohort.data = str(known.cohorts[0][0]) if known.cohorts else None
    return form


def _matrix(form: MatrixForm, door: str) -> Matrix | None:
    if not form.cohort.data:
        return None
    cohort_id = UUID(form.cohort.data)
    return standings.cohort(context(), actor(), cohort_id, _day(form), form.framework.data or "", door)


def _share_map(told: Matrix) -> TaskMap:
    def cell(task: TaskStatement) -> Cell:
        shown, of = told.share(task.code)
        return task_maps.share_cell(task, shown, of, _("%(x)d of %(n)d people", x=shown, n=of))

    return task_maps.draw(told.framework, cell)
