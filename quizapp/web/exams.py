"""Exams: the list, one exam, its form, what its pool can certify. Sittings are in `sittings`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.analysis import ABILITIES
from quizapp.domain.errors import Invalid
from quizapp.domain.exam import ExamState, Standing
from quizapp.domain.framework import TaskStatement
from quizapp.domain.person import Permission
from quizapp.services import exams as service
from quizapp.services import sittings as sitting_service
from quizapp.services.exams import ExamDetail
from quizapp.web import exam_words, task_maps
from quizapp.web.access import actor, context, needs

bp = Blueprint("exams", __name__)


@bp.get("/exams")
@needs(Permission.PREVIEW_EXAM)
def index() -> str:
    """Every exam."""
    told = service.listed(context(), actor())
    return render("exams/index.html", exams=told, can_define=actor().may(Permission.DEFINE_EXAM))


@bp.get("/exams/<uuid:exam_id>")
@needs(Permission.PREVIEW_EXAM)
def exam(exam_id: UUID) -> str:
    """One exam: what it asks, by which rules, and what can be done with it now."""
    told = service.get(context(), actor(), exam_id)
    may_schedule = actor().may(Permission.SCHEDULE_SITTING)
    sittings = sitting_service.listed(context(), actor(), exam_id) if may_schedule else []
    return render(
        "exams/exam.html",
        exam=told,
        map=blueprint_map(told),
        sittings=sittings,
        may_define=actor().may(Permission.DEFINE_EXAM),
        may_schedule=may_schedule,
        may_read_statistics=actor().may(Permission.READ_ITEM_STATISTICS),
        pilot_reasons=pilot_reasons(told),
    )


def blueprint_map(told: ExamDetail) -> task_maps.TaskMap:
    """The exam's tasks on the framework's map: items on the first form, and on a top-up."""
    rows = {row.task_code: row for row in told.definition.blueprint.rows}

    def cell(task: TaskStatement) -> task_maps.Cell:
        href = url_for("frameworks.task", framework_id=told.framework.id, code=task.code)
        row = rows.get(task.code)
        if row is None:
            return task_maps.Cell(task.code, task.letter, task.text, href, "none", _("Not asked"))
        label = ngettext("%(num)d item on the first form", "%(num)d items on the first form", row.items)
        if row.top_up:
            label = f"{label}, {_('%(count)s more on a top-up', count=row.top_up)}"
        return task_maps.Cell(task.code, task.letter, task.text, href, "count", label, str(row.items), "ok")

    legend = [("count", _("Items on the first form"), "ok")]
    return task_maps.draw(told.framework, cell, legend=legend, only=rows)


def pilot_reasons(told: ExamDetail) -> list[str]:
    """Why an exam is a pilot, in words; empty for an operational one."""
    if told.standing is not Standing.PILOT:
        return []
    rules = (told.definition.task_rule, told.definition.cut_rule)
    reasons = []
    if told.sme_review != "done":
        reasons.append(_("subject-matter experts have not reviewed every item"))
    if any(rule.basis.startswith("provisional") for rule in rules):
        reasons.append(_("a cut rests on no standard-setting study"))
    return reasons or [_("the items are publicly distributed")]


@bp.get("/exams/<uuid:exam_id>/feasibility")
@needs(Permission.PREVIEW_EXAM)
def feasibility(exam_id: UUID) -> str:
    """What the pool, as it is now, can do for this exam."""
    return feasibility_page(service.get(context(), actor(), exam_id))


def feasibility_page(told: ExamDetail) -> str:
    """The report in plain words."""
    return render(
        "exams/feasibility.html",
        exam=told,
        report=service.feasibility(context(), actor(), told.id),
        abilities=ABILITIES,
        may_define=actor().may(Permission.DEFINE_EXAM),
    )


@bp.post("/exams/<uuid:exam_id>/publish")
@needs(Permission.DEFINE_EXAM)
def publish(exam_id: UUID) -> Any:
    """Freeze the exam; what forbids it is shown on the feasibility page."""
    try:
        service.publish(context(), actor(), exam_id)
    except Invalid as error:
        if error.code != "not_feasible":
            raise
        flash(_("Not published: the pool cannot carry this exam. The reasons stand below."), "warning")
        return feasibility_page(service.get(context(), actor(), exam_id)), 422
    flash(_("Published. Learners can start once a sitting is scheduled."), "success")
    return redirect(url_for("exams.exam", exam_id=exam_id))


@bp.post("/exams/<uuid:exam_id>/close")
@needs(Permission.DEFINE_EXAM)
def close(exam_id: UUID) -> Any:
    """Close the exam and its sittings."""
    service.close(context(), actor(), exam_id)
    flash(_("Closed. Nobody can start it any more; results and records stay."), "success")
    return redirect(url_for("exams.exam", exam_id=exam_id))


def render(template: str, **facts: Any) -> str:
    """A page with the words and chips of exams at hand."""
    return render_template(
        template,
        words=exam_words.words(),
        chips=exam_words.EXAM_CHIPS,
        phase_chips=exam_words.PHASE_CHIPS,
        percent=exam_words.percent,
        chance=exam_words.chance,
        gathered=exam_words.gathered,
        ExamState=ExamState,
        **facts,
    )
