"""Result pages: what was shown, how it was decided, what to do next; and results nobody was shown yet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.exam import Mode
from quizapp.domain.framework import TaskStatement
from quizapp.domain.person import Permission
from quizapp.services import releases, results
from quizapp.services.results import ResultView
from quizapp.web import task_maps
from quizapp.web.access import actor, context, needs, signed_in
from quizapp.web.case_words import WORDS
from quizapp.web.task_maps import Cell, TaskMap

bp = Blueprint("scores", __name__)


@bp.get("/results/<uuid:attempt_id>")
@signed_in
def result(attempt_id: UUID) -> Any:
    """One released result, in plain words."""
    view = results.result_view(context(), actor(), attempt_id)
    template = "scores/practice.html" if view.mode is Mode.PRACTICE else "scores/certification.html"
    return render_template(template, result=view, map=result_map(view), percent=percent, case_words=WORDS)


# --- results that wait for somebody's word ----------------------------------------------


@bp.get("/results/waiting")
@needs(Permission.RELEASE_SCORES)
def waiting() -> str:
    """The sittings with scored results that nobody was shown."""
    may_watch = actor().may(Permission.WATCH_SITTING)
    return render_template(
        "scores/waiting.html", lines=releases.held(context(), actor()), may_watch=may_watch
    )


@bp.post("/results/waiting/<uuid:sitting_id>/ask")
@needs(Permission.RELEASE_SCORES)
def ask_release(sitting_id: UUID) -> Any:
    """Ask somebody else to release the results of a sitting."""
    done = releases.ask_release_of_sitting(context(), actor(), sitting_id)
    asked = ngettext("Asked for %(num)d result.", "Asked for %(num)d results.", done)
    return _waiting(f"{asked} {_('Somebody else has to release them now.')}")


@bp.post("/results/waiting/<uuid:sitting_id>/withdraw")
@needs(Permission.RELEASE_SCORES)
def withdraw_release(sitting_id: UUID) -> Any:
    """Take back what was asked for."""
    releases.withdraw_release_of_sitting(context(), actor(), sitting_id)
    return _waiting(_("Withdrawn. Nothing is shown to anybody."))


@bp.post("/results/waiting/<uuid:sitting_id>/release")
@needs(Permission.RELEASE_SCORES)
def release(sitting_id: UUID) -> Any:
    """Show results to their learners: all of the sitting, or those that somebody else asked for."""
    done = releases.release_sitting(context(), actor(), sitting_id)
    return _waiting(ngettext("%(num)d result was released.", "%(num)d results were released.", done))


def _waiting(sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(url_for("scores.waiting"))


# --- how a result is drawn --------------------------------------------------------------


def percent(share: Fraction) -> int:
    """A share as whole percent, rounded down: what is shown to reach a cut has reached it."""
    return int(share * 100)


def result_map(view: ResultView) -> TaskMap:
    """The map of the competencies this exam asked about."""
    by_code = {task.score.task_code: task for task in view.tasks}
    is_practice = view.mode is Mode.PRACTICE

    def cell(task: TaskStatement) -> Cell:
        told = by_code[task.code]
        status = told.practice_status if is_practice else told.score.status.value
        x, n = (told.right, told.served) if is_practice else (told.score.x, told.score.n)
        href = url_for("scores.result", attempt_id=view.attempt_id, _anchor=f"task-{task.code}")
        return task_maps.status_cell(task, status, f"{x}/{n}", href)

    return task_maps.draw(
        view.framework,
        cell,
        legend=task_maps.status_legend(task_maps.PRACTICE if is_practice else task_maps.CERTIFICATION),
        only=set(by_code),
    )
