"""The start page, made of what each of a person's roles needs first; and the theme switch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from quizapp.domain.framework import Framework, TaskStatement
from quizapp.domain.person import STAFF_ROLES, Permission, Role
from quizapp.services import (
    agenda,
    case_views,
    frameworks,
    open_work,
    records,
    results,
    sittings,
)
from quizapp.services.open_work import Work
from quizapp.services.sittings import Phase, SittingSummary
from quizapp.web import task_maps
from quizapp.web.access import actor, context, public
from quizapp.web.case_words import WORDS
from quizapp.web.requests import THEME_COOKIE, THEMES, reader_zone
from quizapp.web.task_maps import Cell, TaskMap

bp = Blueprint("home", __name__)
THEME_SECONDS = 365 * 24 * 3600
LIVE = (Phase.UPCOMING, Phase.OPEN, Phase.OVER)
#: A sitting that has just ended still needs its console: late answers, the log.
LOOK_BACK = timedelta(hours=12)
#: So many sittings stand open on the page; the others are folded away.
SITTINGS_SHOWN = 6
#: Where each kind of work is done, and what it is called.
WORK = {
    Work.REVIEWS: ("item_drafts.index", _l("Items to review")),
    Work.DRAFTS: ("item_drafts.index", _l("Drafts to finish")),
    Work.MARKINGS: ("markings.index", _l("Answers to mark")),
    Work.RELEASES: ("scores.waiting", _l("Results to release")),
    Work.CHALLENGES: ("challenges.index", _l("Challenges to answer")),
    Work.REGRADES: ("regrades.index", _l("Regrades to approve")),
    Work.CASES: ("cases.index", _l("Open cases")),
    Work.REVOCATIONS: ("records.waiting_revocations", _l("Revocations to confirm")),
}


@bp.get("/")
@public
def index() -> Any:
    """Where everybody starts: a learner's day, and a desk for each staff role."""
    who = actor()
    if who.person_id is None:
        return redirect(url_for("security.login"))
    facts: dict[str, Any] = {"roles": who.roles}
    if Role.LEARNER in who.roles:
        facts |= _learner()
    if who.may(Permission.PULL_RECORDS):
        facts["desk"] = records.desk(context(), who)
    if STAFF_ROLES & who.roles:
        facts["work"] = [(*WORK[told.work], told.count) for told in open_work.of(context(), who)]
    if who.may(Permission.WATCH_SITTING):
        facts["today"], facts["week"] = _sittings()
        facts["sittings_shown"] = SITTINGS_SHOWN
    return render_template("home/index.html", **facts)


def _sittings() -> tuple[list[SittingSummary], list[SittingSummary]]:
    """The sittings of today in the reader's zone, those at work first, and those still to come."""
    now = context().clock.now()
    ends_at = _midnight(now)
    told = [line for line in sittings.listed(context(), actor()) if line.phase in LIVE]
    told.sort(key=lambda line: (not line.open_attempts, line.window.opens_at, line.title))
    today = [
        line for line in told if line.window.opens_at < ends_at and line.window.closes_at > now - LOOK_BACK
    ]
    return today, [line for line in told if line.window.opens_at >= ends_at]


def _midnight(now: datetime) -> datetime:
    local = now.astimezone(reader_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return (local + timedelta(days=1)).astimezone(UTC)


def _learner() -> dict[str, Any]:
    return {
        "due": agenda.due(context(), actor()),
        "history": results.past_results(context(), actor()),
        "maps": [_standing_map(framework) for framework in frameworks.certified(context())],
        "own_records": records.mine(context(), actor()),
        "own_cases": case_views.mine(context(), actor()),
        "case_words": WORDS,
    }


def _standing_map(framework: Framework) -> TaskMap:
    told = results.standing_of_tasks(context(), actor(), framework.id)
    words = task_maps.status_words()

    def cell(task: TaskStatement) -> Cell:
        href = url_for("frameworks.task", framework_id=framework.id, code=task.code)
        if task.code not in told:
            return task_maps.status_cell(task, "not_assessed", "", href, words)
        known = told[task.code]
        return task_maps.status_cell(task, known.status, f"{known.x}/{known.n}", href, words)

    return task_maps.draw(framework, cell, legend=task_maps.status_legend(task_maps.CERTIFICATION))


@bp.post("/theme")
@public
def set_theme() -> Any:
    """Remember light, dark or the system's choice, and go back to the page."""
    theme, target = request.form.get("theme", "system"), request.form.get("next", "")
    # Two leading slashes would name another host.
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    response = redirect(target if is_ours else url_for("home.index"))
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=THEME_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=context().settings.secure_cookies,
        )
    return response
