"""Reviewing a draft: what it says, what changed, what was said about it, and the steps that are left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import item_draft_views as views
from quizapp.services import item_reviews as service
from quizapp.services.item_draft_views import DraftPage
from quizapp.web.access import actor, context, needs
from quizapp.web.item_drafts import render
from quizapp.web.item_words import step_words
from quizapp.web.messages import message

bp = Blueprint("item_reviews", __name__, url_prefix="/drafts/<uuid:draft_id>")


@bp.get("/review")
@needs(Permission.READ_KEYS)
def review(draft_id: UUID) -> str:
    """One draft, to be judged."""
    told = views.view(context(), actor(), draft_id)
    return render(
        "drafts/review.html",
        told=told,
        line=told.line,
        reviewers=service.reviewers(context(), actor(), told.writer_ids),
        places=_places(told),
        step_words=step_words(),
    )


def _places(told: DraftPage) -> list[tuple[str, str, str]]:
    """What a comment can be about: (place, name of the list, words of the row)."""
    rows = [
        (f"{name}[{row['id']}]", name, str(row.get("text") or row["id"]))
        for name in ("prompts", "options")
        for row in told.form.get(name) or ()
        if isinstance(row, dict) and row.get("id")
    ]
    return [("stem", "stem", ""), *rows, ("sources", "sources", "")]


@bp.post("/submit")
@needs(Permission.WRITE_ITEM)
def submit(draft_id: UUID) -> Any:
    """Hand the draft in."""
    why = request.form.get("why", "")
    return _done(draft_id, lambda: service.submit(context(), actor(), draft_id, why), _("Submitted."))


@bp.post("/withdraw")
@needs(Permission.WRITE_ITEM)
def withdraw(draft_id: UUID) -> Any:
    """Take the draft back."""
    return _done(draft_id, lambda: service.withdraw(context(), actor(), draft_id), _("Taken back."))


@bp.post("/assign")
@needs(Permission.READ_KEYS)
def assign(draft_id: UUID) -> Any:
    """Ask one reviewer, or any."""
    told = request.form.get("reviewer", "", type=str)
    reviewer_id = UUID(told) if _is_id(told) else None
    return _done(
        draft_id, lambda: service.assign(context(), actor(), draft_id, reviewer_id), _("The reviewer is set.")
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@bp.post("/comments")
@needs(Permission.READ_KEYS)
def comment(draft_id: UUID) -> Any:
    """Say something."""
    place, text = request.form.get("place", ""), request.form.get("text", "")
    return _done(
        draft_id,
        lambda: service.comment(context(), actor(), draft_id, place, text),
        _("Your comment is kept."),
    )


@bp.post("/comments/<uuid:comment_id>/resolve")
@needs(Permission.READ_KEYS)
def resolve(draft_id: UUID, comment_id: UUID) -> Any:
    """Tick a comment off, or open it again."""
    return _done(draft_id, lambda: service.resolve(context(), actor(), draft_id, comment_id), "")


@bp.post("/request-changes")
@needs(Permission.APPROVE_ITEM)
def request_changes(draft_id: UUID) -> Any:
    """Send the draft back."""
    why = request.form.get("why", "")
    words = _("Sent back to its author.")
    return _done(draft_id, lambda: service.request_changes(context(), actor(), draft_id, why), words)


@bp.post("/approve")
@needs(Permission.APPROVE_ITEM)
def approve(draft_id: UUID) -> Any:
    """Approve the draft; it is the item's version from now on."""
    why = request.form.get("why", "")
    words = _("Approved. From now on forms are drawn with this version.")
    return _done(draft_id, lambda: service.approve(context(), actor(), draft_id, why), words)


def _done(draft_id: UUID, work: Callable[[], object], sentence: str) -> Any:
    """Do something and say so, or say why not, on the page of the review."""
    try:
        work()
        if sentence:
            flash(sentence, "success")
    except (Invalid, Refused) as error:
        flash(str(message(error.code)), "error")
    return redirect(url_for("item_reviews.review", draft_id=draft_id))
