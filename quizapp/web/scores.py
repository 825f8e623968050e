"""Result pages: what was shown, how it was decided, what to do next."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for

from quizapp.domain.exam import Mode
from quizapp.domain.framework import TaskStatement
from quizapp.services import results
from quizapp.services.results import ResultView
from quizapp.web import cases, task_maps
from quizapp.web.access import actor, context, signed_in
from quizapp.web.task_maps import Cell, TaskMap

bp = Blueprint("scores", __name__)


@bp.get("/results/<uuid:attempt_id>")
@signed_in
def result(attempt_id: UUID) -> Any:
    """One released result, in plain words."""
    view = results.result_view(context(), actor(), attempt_id)
    template = "scores/practice.html" if view.mode is Mode.PRACTICE else "scores/certification.html"
    return render_template(
        template, result=view, map=result_map(view), percent=percent, case_words=cases.words()
    )


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
