"""Defining an exam and revising a draft: one form, usable without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.exam import ExamDefinition, ExamState
from quizapp.domain.framework import Framework
from quizapp.domain.person import Permission
from quizapp.services import exams as service
from quizapp.services import frameworks, items_read
from quizapp.services.exams import ExamDetail
from quizapp.services.items_read import BankSummary
from quizapp.web import exam_words
from quizapp.web.access import actor, context, needs
from quizapp.web.exams import bp
from quizapp.web.forms.choices import of_data
from quizapp.web.forms.exam_plans import Plan, plan_of, plan_of_request
from quizapp.web.forms.exams import PLACES, ExamForm, values_of


@dataclass(frozen=True, slots=True)
class _Page:
    """What the form's page is made of; ``exam`` is None for a new one."""

    form: ExamForm
    plan: Plan
    framework: Framework
    banks: list[BankSummary]
    exam: ExamDetail | None


@bp.route("/exams/new", methods=["GET", "POST"])
@needs(Permission.DEFINE_EXAM)
def new() -> Any:
    """Define an exam; with several frameworks, one is chosen first."""
    current = [entry for entry in frameworks.listed(context()) if entry.is_current]
    chosen = request.args.get("framework") or (current[0].framework_id if len(current) == 1 else "")
    if not chosen:
        return render_template("exams/choose.html", frameworks=current)
    return _handle(frameworks.get(context(), chosen), None)


@bp.route("/exams/<uuid:exam_id>/edit", methods=["GET", "POST"])
@needs(Permission.DEFINE_EXAM)
def edit(exam_id: UUID) -> Any:
    """Revise a draft."""
    told = service.get(context(), actor(), exam_id)
    if told.state is not ExamState.DRAFT:
        flash(_("This exam is published, so its definition cannot change any more."), "warning")
        return redirect(url_for("exams.exam", exam_id=exam_id))
    return _handle(told.framework, told)


def _handle(framework: Framework, exam: ExamDetail | None) -> Any:
    page = _page(framework, exam)
    if request.method == "GET" or "recount" in request.form:
        return _show(page), 200
    blueprint, sections = page.plan.blueprint(), page.plan.told_sections()
    if not page.form.validate() or page.plan.has_errors:
        return _show(page), 422
    try:
        exam_id = _store(page, page.form.definition(blueprint, sections))
    except Invalid as error:
        _note(page, list(error.problems))
        return _show(page), 422
    flash(_("Saved as a draft. See below what its pool can certify."), "success")
    return redirect(url_for("exams.feasibility", exam_id=exam_id))


def _page(framework: Framework, exam: ExamDetail | None) -> _Page:
    banks = [
        bank
        for bank in items_read.banks(context(), actor(), framework.id)
        if bank.framework_version == framework.version
    ]
    form = ExamForm(data=_values(exam, banks))
    form.banks.choices = [of_data(bank.bank_id, bank.title) for bank in banks]
    if exam is not None:
        form.slug.data = exam.slug
    codes = framework.task_codes
    if request.method == "POST":
        plan = plan_of_request(codes, request.form)
    else:
        plan = plan_of(codes, exam.definition if exam else None)
    return _Page(form, plan, framework, banks, exam)


def _values(exam: ExamDetail | None, banks: list[BankSummary]) -> dict[str, Any]:
    if exam is None:
        return {"banks": [bank.bank_id for bank in banks]}
    return {"slug": exam.slug, "banks": list(exam.bank_ids), **values_of(exam.definition)}


def _store(page: _Page, definition: ExamDefinition) -> UUID:
    bank_ids = page.form.banks.data or []
    if page.exam is not None:
        service.revise(context(), actor(), page.exam.id, definition=definition, bank_ids=bank_ids)
        return page.exam.id
    return service.define(
        context(),
        actor(),
        slug=page.form.slug.data.strip(),
        definition=definition,
        framework_id=page.framework.id,
        framework_version=page.framework.version,
        bank_ids=bank_ids,
    )


def _note(page: _Page, problems: list[Problem]) -> None:
    for problem in problems:
        name = PLACES.get(problem.field, "")
        if name in page.form:
            page.form[name].errors = [*page.form[name].errors, exam_words.sentence(problem)]
        elif not page.plan.note(problem):
            page.form.form_errors.append(f"{problem.field}: {exam_words.sentence(problem)}")


def _show(page: _Page) -> str:
    counts = service.pool_counts(context(), actor(), page.form.banks.data or [])
    if not page.banks:
        raise NotFound("no_bank", framework=page.framework.id)
    return render_template(
        "exams/edit.html",
        form=page.form,
        plan=page.plan,
        framework=page.framework,
        exam=page.exam,
        counts={pool.value: told for pool, told in counts.items()},
        totals=_totals(page),
    )


def _totals(page: _Page) -> dict[str, int]:
    """Items typed so far, by competency, so that a folded table says what is in it."""

    def whole(text: str) -> int:
        return int(text) if text.strip().isdecimal() else 0

    return {
        competency.code: sum(whole(page.plan.lines[task.code].items) for task in competency.tasks)
        for competency in page.framework.competencies
    }


__all__ = ["bp"]
