"""Sittings: the list, one sitting with its roster, and the form that schedules it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.exam import Window
from quizapp.domain.person import Permission
from quizapp.services import item_statistics, releases, sitting_plans
from quizapp.services import sittings as service
from quizapp.services.item_statistics import ItemLine
from quizapp.services.releases import Held
from quizapp.services.sitting_plans import Plan
from quizapp.services.sittings import Phase, SittingDetail
from quizapp.web import exam_words
from quizapp.web.access import actor, context, needs
from quizapp.web.exam_forms import bp
from quizapp.web.exams import render
from quizapp.web.forms.choices import of_data, of_data_and_words
from quizapp.web.forms.sittings import PLACES, SittingForm, to_instant, to_local
from quizapp.web.requests import reader_zone


@bp.get("/sittings")
@needs(Permission.WATCH_SITTING)
def sittings() -> str:
    """Sittings, the latest first."""
    told = service.listed(context(), actor())
    return render("exams/sittings.html", sittings=told, may_schedule=actor().may(Permission.SCHEDULE_SITTING))


@bp.get("/sittings/new")
@needs(Permission.SCHEDULE_SITTING)
def new_sitting() -> str:
    """Choose the exam of a new sitting."""
    told = sitting_plans.choices(context(), actor())
    return render("exams/choose_exam.html", exams=told.exams)


@bp.get("/sittings/<uuid:sitting_id>")
@needs(Permission.WATCH_SITTING)
def sitting(sitting_id: UUID) -> str:
    """One sitting and its people."""
    told = service.get(context(), actor(), sitting_id)
    length = (told.summary.window.closes_at - told.summary.window.opens_at).total_seconds()
    held = _held(sitting_id)
    return render(
        "exams/sitting.html",
        sitting=told,
        line=told.summary,
        Phase=Phase,
        is_too_short=length < told.time_limit_seconds,
        may_schedule=actor().may(Permission.SCHEDULE_SITTING),
        may_run=actor().may(Permission.RUN_SITTING),
        may_read_scores=actor().may(Permission.READ_SCORES),
        held=held,
        may_read_statistics=actor().may(Permission.READ_ITEM_STATISTICS),
        doubtful=_doubtful(sitting_id) if held else [],
    )


def _held(sitting_id: UUID) -> Held | None:
    if not actor().may(Permission.RELEASE_SCORES):
        return None
    return next(iter(releases.held(context(), actor(), sitting_id)), None)


def _doubtful(sitting_id: UUID) -> list[ItemLine]:
    """The questions to look at before anybody is shown a result."""
    if not actor().may(Permission.READ_ITEM_STATISTICS):
        return []
    _, report = item_statistics.of_sitting(context(), actor(), sitting_id)
    return list(report.flagged)


@bp.post("/sittings/<uuid:sitting_id>/release")
@needs(Permission.RELEASE_SCORES)
def release_results(sitting_id: UUID) -> Any:
    """Show every scored result of the sitting to its learner."""
    done = releases.release_sitting(context(), actor(), sitting_id)
    flash(ngettext("%(num)d result was released.", "%(num)d results were released.", done), "success")
    return redirect(url_for("exams.sitting", sitting_id=sitting_id))


@bp.route("/exams/<uuid:exam_id>/schedule", methods=["GET", "POST"])
@needs(Permission.SCHEDULE_SITTING)
def schedule(exam_id: UUID) -> Any:
    """Offer a published exam to a roster."""
    chosen = [entry for entry in sitting_plans.choices(context(), actor()).exams if entry.id == exam_id]
    if not chosen:
        flash(_("Only a published exam can be scheduled. These are."), "warning")
        return redirect(url_for("exams.new_sitting"))
    form = _form({})
    if form.validate_on_submit():
        try:
            plan = _plan(form)
            sitting_id = service.schedule(context(), actor(), exam_id, **plan_arguments(plan))
        except Invalid as error:
            _note(form, list(error.problems))
        else:
            flash(_("Scheduled."), "success")
            return redirect(url_for("exams.sitting", sitting_id=sitting_id))
    return _show(form, chosen[0].name, None, url_for("exams.sittings"))


@bp.route("/sittings/<uuid:sitting_id>/edit", methods=["GET", "POST"])
@needs(Permission.SCHEDULE_SITTING)
def edit_sitting(sitting_id: UUID) -> Any:
    """Change a scheduled sitting."""
    told = service.get(context(), actor(), sitting_id)
    page = url_for("exams.sitting", sitting_id=sitting_id)
    if told.summary.phase in (Phase.CLOSED, Phase.CANCELLED):
        flash(_("This sitting has ended, so it cannot change any more."), "warning")
        return redirect(page)
    form = _form(_values(told))
    if form.validate_on_submit():
        try:
            service.revise(context(), actor(), sitting_id, _plan(form))
        except Invalid as error:
            _note(form, list(error.problems))
        else:
            flash(_("Saved. Attempts that have started keep their own deadlines."), "success")
            return redirect(page)
    return _show(form, told.summary.exam_title, told, page)


@bp.post("/sittings/<uuid:sitting_id>/close")
@needs(Permission.SCHEDULE_SITTING)
def close_sitting(sitting_id: UUID) -> Any:
    """Let nobody start any more."""
    service.close(context(), actor(), sitting_id)
    flash(_("Closed. Nobody can start any more; who is at work keeps their time."), "success")
    return redirect(url_for("exams.sitting", sitting_id=sitting_id))


@bp.post("/sittings/<uuid:sitting_id>/cancel")
@needs(Permission.SCHEDULE_SITTING)
def cancel_sitting(sitting_id: UUID) -> Any:
    """Call the sitting off."""
    service.cancel(context(), actor(), sitting_id)
    flash(_("Cancelled. Nobody had started."), "success")
    return redirect(url_for("exams.sitting", sitting_id=sitting_id))


# --- the form ---------------------------------------------------------------------------


def _form(values: dict[str, Any]) -> SittingForm:
    form = SittingForm(data=values)
    told = sitting_plans.choices(context(), actor())
    form.cohorts.choices = [
        of_data_and_words(
            str(entry.id), entry.name, ngettext("%(num)d person", "%(num)d people", entry.members)
        )
        for entry in told.cohorts
    ]
    form.proctors.choices = [of_data(str(entry.id), entry.name) for entry in told.proctors]
    return form


def _values(told: SittingDetail) -> dict[str, Any]:
    zone = reader_zone()
    return {
        "title": told.summary.title,
        "opens_at": to_local(told.summary.window.opens_at, zone),
        "closes_at": to_local(told.summary.window.closes_at, zone),
        "cohorts": [str(entry.id) for entry in told.cohorts],
        "people": "\n".join(entry.email for entry in told.roster if entry.is_by_name),
        "is_open_to_all": told.summary.is_open_to_all,
        "proctors": [str(entry.id) for entry in told.proctors],
        "access_code": told.access_code,
        "needs_check_in": told.needs_check_in,
        "rules": told.rules,
        "networks": "\n".join(told.networks),
        "late_rule": told.late_rule,
    }


def _plan(form: SittingForm) -> Plan:
    people, problems = sitting_plans.people_at(context(), actor(), form.addresses())
    if problems:
        raise Invalid("bad_sitting", problems)
    zone = reader_zone()
    opens_at, closes_at = to_instant(form.opens_at.data, zone), to_instant(form.closes_at.data, zone, True)
    return Plan(
        title=form.title.data.strip(),
        window=Window(opens_at, closes_at),
        cohort_ids=frozenset(UUID(told) for told in form.cohorts.data or ()),
        person_ids=people,
        proctor_ids=frozenset(UUID(told) for told in form.proctors.data or ()),
        access_code=(form.access_code.data or "").strip(),
        is_open_to_all=form.is_open_to_all.data,
        needs_check_in=form.needs_check_in.data,
        rules=(form.rules.data or "").strip().replace("\r\n", "\n"),
        networks=form.network_list(),
        late_rule=(form.late_rule.data or "").strip(),
    )


def plan_arguments(plan: Plan) -> dict[str, Any]:
    """A plan as the arguments of `schedule`."""
    return {name: getattr(plan, name) for name in Plan.__dataclass_fields__}


def _note(form: SittingForm, problems: list[Problem]) -> None:
    for problem in problems:
        told = exam_words.sentence(problem)
        if problem.field in ("people", "networks"):
            told = f"{problem.value}: {told}"
        name = PLACES.get(problem.field, "")
        if name in form:
            form[name].errors = [*form[name].errors, told]
        else:
            form.form_errors.append(f"{problem.field}: {told}")


def _show(form: SittingForm, exam_title: str, told: SittingDetail | None, back: str) -> Any:
    page = render(
        "exams/schedule.html",
        form=form,
        exam_title=exam_title,
        sitting=told,
        back=back,
        zone=reader_zone().key,
    )
    return page, 422 if request.method == "POST" else 200


__all__ = ["bp"]
