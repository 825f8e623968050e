"""Cases: the list, opening one, one with its evidence, deciding and withdrawing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security.decorators import check_and_update_authn_fresh

from quizapp.domain.case_file import BAR_DAYS, TIME_TO_DECIDE
from quizapp.domain.errors import Forbidden, Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import case_archives, case_files, case_views
from quizapp.web import console_words, letters, record_pages
from quizapp.web.access import actor, context, needs, signed_in
from quizapp.web.case_words import WORDS
from quizapp.web.messages import message
from quizapp.web.regrades import FRESH
from quizapp.web.regrades import words as regrade_words

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.get("")
@needs(Permission.READ_CASES)
def index() -> str:
    """What waits for a decision, the most urgent first, and what was decided."""
    lines = case_views.listed(context(), actor())
    return render_template("cases/index.html", lines=lines, **WORDS)


@bp.get("/about/<uuid:attempt_id>")
@signed_in
def open_page(attempt_id: UUID) -> str:
    """The page on which a case about an attempt is opened."""
    return _open_page(attempt_id)


def _open_page(attempt_id: UUID, sentence: str = "") -> str:
    told = case_views.opening(context(), actor(), attempt_id)
    grounds = request.form.get("grounds", "")
    refusal = message(told.refusal) if told.refusal else ""
    return render_template(
        "cases/open.html",
        told=told,
        grounds=grounds,
        sentence=sentence,
        refusal=refusal,
        days=TIME_TO_DECIDE.days,
        **WORDS,
    )


@bp.post("/about/<uuid:attempt_id>")
@signed_in
def open_case(attempt_id: UUID) -> Any:
    """Open a case about an attempt."""
    grounds = request.form.get("grounds", "")
    try:
        case_id = case_files.open_case(context(), actor(), attempt_id, grounds, letters.case_file)
    except Invalid as error:
        return _open_page(attempt_id, str(message(error.code))), 422
    except Refused:
        # The page says why, and leads to the open case.
        return redirect(url_for("cases.open_page", attempt_id=attempt_id))
    flash(_("Opened. A letter says by when it is decided."), "success")
    return redirect(url_for("cases.case", case_id=case_id))


@bp.get("/<uuid:case_id>")
@signed_in
def case(case_id: UUID) -> str:
    """One case."""
    return _case(case_id)


def _case(case_id: UUID, sentence: str = "") -> str:
    told = case_views.view(context(), actor(), case_id)
    return render_template(
        "cases/case.html",
        told=told,
        line=told.line,
        bar_days=BAR_DAYS,
        may_regrade=actor().may(Permission.PROPOSE_REGRADE),
        regrade_words=regrade_words()["kind_words"],
        sentence=sentence,
        given=request.form,
        **WORDS,
    )


@bp.get("/<uuid:case_id>/evidence")
@needs(Permission.DECIDE_CASE)
def evidence(case_id: UUID) -> str:
    """What the case is decided on; that it was read is noted."""
    return render_template(
        "cases/evidence.html",
        told=case_views.evidence(context(), actor(), case_id),
        words=console_words.words(),
        chips=record_pages.chips(),
        may_pull=actor().may(Permission.PULL_RECORDS),
        may_regrade=actor().may(Permission.PROPOSE_REGRADE),
        **WORDS,
    )


@bp.get("/<uuid:case_id>/evidence.zip")
@needs(Permission.DECIDE_CASE)
def evidence_file(case_id: UUID) -> Response:
    """The case, its log, its letters and its evidence as one file; that it was taken is noted."""
    told = case_archives.archive(context(), actor(), case_id)
    headers = {"Content-Disposition": f'attachment; filename="{told.name}"'}
    return Response(told.pieces, mimetype="application/zip", headers=headers)


@bp.post("/<uuid:case_id>/decide")
@needs(Permission.DECIDE_CASE)
def decide(case_id: UUID) -> Any:
    """Decide a case; needs a sign-in of the last minutes."""
    back = url_for("cases.case", case_id=case_id)
    if not check_and_update_authn_fresh(FRESH, timedelta(0), "session"):
        flash(str(message("not_fresh")), "warning")
        return redirect(url_for("security.verify", next=back))
    form = request.form
    try:
        case_files.decide(
            context(),
            actor(),
            case_id,
            form.get("outcome", ""),
            reasons=form.get("reasons", ""),
            days=form.get("days", type=int),
            letter=letters.case_file,
        )
    except Invalid as error:
        return _case(case_id, str(message(error.code))), 422
    except (Refused, Forbidden) as error:
        flash(str(message(error.code)), "error")
        return redirect(back)
    flash(_("Decided. The learner gets a letter with the reasons."), "success")
    return redirect(back)


@bp.post("/<uuid:case_id>/note")
@needs(Permission.DECIDE_CASE)
def note(case_id: UUID) -> Any:
    """Write into the log."""
    text = request.form.get("text", "")
    return _done(lambda: case_files.note(context(), actor(), case_id, text), _("Noted."), case_id)


@bp.post("/<uuid:case_id>/withdraw")
@signed_in
def withdraw(case_id: UUID) -> Any:
    """Take a case back."""
    return _done(
        lambda: case_files.withdraw(context(), actor(), case_id, letters.case_file),
        _("Withdrawn. Nothing was changed about the result."),
        case_id,
    )


def _done(work: Callable[[], None], sentence: str, case_id: UUID) -> Any:
    """Do something and say so, or say why not, on the page of the case."""
    try:
        work()
        flash(str(sentence), "success")
    except (Invalid, Refused) as error:
        flash(str(message(error.code)), "error")
    return redirect(url_for("cases.case", case_id=case_id))
