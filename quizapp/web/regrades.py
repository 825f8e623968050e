"""Regrades: the list, proposing one, its dry run, approving, applying and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security.decorators import check_and_update_authn_fresh

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.domain.regrade import WITH_ANSWERS, RegradeKind, RegradeState
from quizapp.services import challenges, regrade_views, regrades
from quizapp.web import letters
from quizapp.web.access import actor, context, needs
from quizapp.web.item_words import words as item_words
from quizapp.web.messages import message

bp = Blueprint("regrades", __name__)

#: How recent a sign-in has to be for a decision about other people's results.
FRESH = timedelta(minutes=15)
#: A page shows so many changes; the figures above them count all.
SHOWN = 200


def words() -> dict[str, Any]:
    """The vocabularies templates need."""
    return {
        "kind_words": {
            RegradeKind.FIX_KEY: _("Put the key right"),
            RegradeKind.ACCEPT: _("Accept a further answer"),
            RegradeKind.DROP: _("Drop the question"),
            RegradeKind.FULL_MARKS: _("Full marks for everybody"),
            RegradeKind.UNDO: _("Undo an earlier regrade"),
        },
        "state_chips": {
            RegradeState.PROPOSED: ("attention", _("Waits for approval")),
            RegradeState.APPROVED: ("attention", _("Approved, not applied")),
            RegradeState.APPLIED: ("ok", _("Applied")),
            RegradeState.WITHDRAWN: ("plain", _("Withdrawn")),
        },
        "status_words": {
            "demonstrated": _("shown"),
            "not_yet": _("not yet"),
            "insufficient": _("insufficient evidence"),
            "not_assessed": _("not assessed"),
        },
        "decision_words": {
            "met": _("met"),
            "not_met": _("not met"),
            "insufficient": _("not decided"),
        },
        "record_words": {"supersede": _("superseded"), "revoke": _("revoked")},
        "item_words": item_words(),
    }


@bp.get("/regrades")
@needs(Permission.PROPOSE_REGRADE)
def index() -> str:
    """Every regrade."""
    told = regrade_views.listed(context(), actor())
    waiting = len(challenges.queue(context(), actor()).challenges)
    return render_template("regrades/index.html", lines=told, waiting=waiting, **words())


@bp.get("/banks/<bank_id>/items/<item_id>/versions/<int:number>/regrade")
@needs(Permission.PROPOSE_REGRADE)
def propose_page(bank_id: str, item_id: str, number: int) -> Any:
    """The page on which a regrade of an item version is proposed."""
    return _propose_page(bank_id, item_id, number)


def _propose_page(bank_id: str, item_id: str, number: int, sentence: str = "") -> str:
    told = regrade_views.proposal_page(context(), actor(), bank_id, item_id, number)
    # Item statistics lead here with the choice they suspect to be right.
    given = {name: request.values.get(name, "") for name in ("kind", "reason", "choice")}
    return render_template(
        "regrades/propose.html", told=told, given=given, sentence=sentence, **words(), **_hints()
    )


def _hints() -> dict[str, Any]:
    return {
        "kind_hints": {
            RegradeKind.FIX_KEY: _("Only the answer given below is right; the old key is not."),
            RegradeKind.ACCEPT: _("The answer given below is right as well as the key."),
            RegradeKind.DROP: _(
                "The question counts for nobody; the number of questions needed falls by it."
            ),
            RegradeKind.FULL_MARKS: _("Whoever was asked it has it right. This is the usual remedy."),
        }
    }


@bp.post("/banks/<bank_id>/items/<item_id>/versions/<int:number>/regrade")
@needs(Permission.PROPOSE_REGRADE)
def propose(bank_id: str, item_id: str, number: int) -> Any:
    """Store a proposal; its page shows the dry run."""
    try:
        kind = RegradeKind(request.form.get("kind", ""))
    except ValueError:
        return _propose_page(bank_id, item_id, number, _("Choose what to do about the question.")), 422
    try:
        answers = []
        if kind in WITH_ANSWERS:
            fields = request.form.to_dict(flat=False)
            answers = [regrade_views.answer_in(context(), actor(), bank_id, item_id, number, fields)]
        regrade_id = regrades.propose(
            context(),
            actor(),
            bank_id,
            item_id,
            kind,
            reason=request.form.get("reason", ""),
            answers=[answer for answer in answers if answer is not None],
            number=number,
        )
    except Invalid as error:
        return _propose_page(bank_id, item_id, number, _sentence(error)), 422
    return redirect(url_for("regrades.regrade", regrade_id=regrade_id))


def _sentence(error: Invalid) -> str:
    fields = {problem.field.partition("[")[0] for problem in error.problems}
    if "answers" in fields or error.code == "bad_response":
        return str(_("Give the whole answer that is right."))
    return str(_("Say why."))


@bp.get("/regrades/<uuid:regrade_id>")
@needs(Permission.PROPOSE_REGRADE)
def regrade(regrade_id: UUID) -> str:
    """One regrade: what it would do as things stand, or what it did."""
    lowers = request.args.get("lowers") == "1"
    told = regrade_views.view(context(), actor(), regrade_id, lowers=lowers)
    return render_template(
        "regrades/regrade.html",
        told=told,
        line=told.line,
        shown=told.changes[:SHOWN],
        lowers=lowers,
        may_approve=actor().may(Permission.APPROVE_REGRADE),
        **words(),
    )


@bp.post("/regrades/<uuid:regrade_id>/approve")
@needs(Permission.APPROVE_REGRADE)
def approve(regrade_id: UUID) -> Any:
    """Agree to exactly the dry run that was shown; needs a sign-in of the last minutes."""
    lowers = request.form.get("lowers") == "1"
    back = url_for("regrades.regrade", regrade_id=regrade_id, lowers=1 if lowers else None)
    if not check_and_update_authn_fresh(FRESH, timedelta(0), "session"):
        flash(str(message("not_fresh")), "warning")
        return redirect(url_for("security.verify", next=back))

    def work() -> str:
        note, digest = request.form.get("note", ""), request.form.get("digest", "")
        regrades.approve(context(), actor(), regrade_id, digest=digest, note=note, lowers=lowers)
        return str(_("Approved. Nothing has changed yet: apply it now."))

    return _done(work, back)


@bp.post("/regrades/<uuid:regrade_id>/apply")
@needs(Permission.APPROVE_REGRADE)
def apply(regrade_id: UUID) -> Any:
    """Change every score and record it names, all of them or none."""

    def work() -> str:
        done = regrades.apply(context(), actor(), regrade_id, letters.regrade)
        changed = ngettext("%(num)d score was changed.", "%(num)d scores were changed.", done.changed)
        told = ngettext("%(num)d learner gets a letter.", "%(num)d learners get a letter.", done.told)
        return f"{changed} {told}"

    return _done(work, url_for("regrades.regrade", regrade_id=regrade_id))


@bp.post("/regrades/<uuid:regrade_id>/withdraw")
@needs(Permission.PROPOSE_REGRADE)
def withdraw(regrade_id: UUID) -> Any:
    """Take a proposal back."""

    def work() -> str:
        regrades.withdraw(context(), actor(), regrade_id)
        return str(_("Withdrawn. Nothing was changed."))

    return _done(work, url_for("regrades.regrade", regrade_id=regrade_id))


@bp.post("/regrades/<uuid:regrade_id>/undo")
@needs(Permission.PROPOSE_REGRADE)
def undo(regrade_id: UUID) -> Any:
    """Propose the regrade that takes this one back."""
    back = url_for("regrades.regrade", regrade_id=regrade_id)
    try:
        made = regrades.undo(context(), actor(), regrade_id, request.form.get("reason", ""))
    except Invalid:
        flash(_("Say why."), "error")
        return redirect(back)
    except Refused as error:
        flash(str(message(error.code)), "error")
        return redirect(back)
    return redirect(url_for("regrades.regrade", regrade_id=made, lowers=1))


def _done(work: Callable[[], str], back: str) -> Any:
    """Do something and say so, or say why not, on the page it came from."""
    try:
        flash(work(), "success")
    except Invalid:
        flash(_("Say why released results may become worse."), "error")
    except Refused as error:
        flash(str(message(error.code)), "error")
    return redirect(back)
