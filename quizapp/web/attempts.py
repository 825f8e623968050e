"""The exam room by plain pages: start, one item a page, review, submit, receipt; and the save door."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from jinja2 import Template
from werkzeug.wrappers import Response

from quizapp.domain.attempt import PROTOCOL, Disposition, SectionClock
from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import attempts, check_ins, content, delivery, presence, saving, start_views
from quizapp.services.delivery import AttemptView
from quizapp.web.access import TOKEN_HEADER as TOKEN_HEADER
from quizapp.web.access import actor, address, attempt_token, context, needs, signed_in, token
from quizapp.web.messages import message

bp = Blueprint("attempts", __name__)
#: Refusals after which the page before the start helps on.
SAID_AT_THE_START = {
    "attempt_already_open", "wrong_access_code", "wrong_network", "not_checked_in", "rules_not_accepted",
}  # fmt: skip


@bp.get("/sittings/<uuid:sitting_id>/start")
@needs(Permission.SIT_EXAM)
def start_page(sitting_id: UUID) -> Any:
    """What will happen, before anybody commits to it."""
    told = start_views.start_view(context(), actor(), sitting_id, address())
    return render_template("attempts/start.html", start=told)


@bp.post("/sittings/<uuid:sitting_id>/start")
@needs(Permission.SIT_EXAM)
def start(sitting_id: UUID) -> Any:
    """Open the attempt; a second start leads to the page that offers to resume the first."""
    try:
        code = request.form.get("access_code", "")
        attempt_id = attempts.start(context(), actor(), sitting_id, code, address())
    except Refused as refusal:
        if refusal.code not in SAID_AT_THE_START:
            raise
        flash(str(message(refusal.code)), "error")
        return redirect(url_for("attempts.start_page", sitting_id=sitting_id))
    _hold(attempt_id, 1)
    return redirect(url_for("attempts.item", attempt_id=attempt_id, position=1))


@bp.post("/sittings/<uuid:sitting_id>/rules")
@needs(Permission.SIT_EXAM)
def accept_rules(sitting_id: UUID) -> Any:
    """The learner accepts the rules of a sitting."""
    check_ins.accept_rules(context(), actor(), sitting_id)
    return redirect(url_for("attempts.start_page", sitting_id=sitting_id))


@bp.post("/exams/<uuid:exam_id>/preview")
@needs(Permission.PREVIEW_EXAM)
def preview(exam_id: UUID) -> Any:
    """Open the author's own preview, as a learner would see it."""
    attempt_id = attempts.preview(context(), actor(), exam_id)
    _hold(attempt_id, 1)
    return redirect(url_for("attempts.item", attempt_id=attempt_id, position=1))


@bp.post("/attempts/<uuid:attempt_id>/resume")
@signed_in
def resume(attempt_id: UUID) -> Any:
    """Take the attempt over in this browser, at the place that was left."""
    writer = attempts.resume(context(), actor(), attempt_id, address())
    _hold(attempt_id, writer)
    return redirect(url_for("attempts.item", attempt_id=attempt_id, position=_place(attempt_id)))


def _hold(attempt_id: UUID, writer: int) -> None:
    session[f"writer:{attempt_id}"] = writer


def _place(attempt_id: UUID) -> int:
    told = session.get(f"place:{attempt_id}", 1)
    return int(told)


def _writer(view: AttemptView) -> int | None:
    """This browser's writer epoch, or None when another window has taken over since."""
    writer = session.get(f"writer:{view.id}")
    return writer if writer == view.writer_epoch else None


def _elsewhere(view: AttemptView) -> Response | None:
    """Where to go instead of the runner: receipt when closed, resume page when not the writer."""
    if not view.is_open:
        return redirect(url_for("attempts.receipt", attempt_id=view.id))
    if view.is_time_up:
        return redirect(url_for("attempts.time_up", attempt_id=view.id))
    if _writer(view) is None:
        return redirect(url_for("attempts.resume_page", attempt_id=view.id))
    return None


@bp.get("/attempts/<uuid:attempt_id>/resume")
@signed_in
def resume_page(attempt_id: UUID) -> Any:
    """The attempt is open, but not in this browser window."""
    view = delivery.attempt_view(context(), actor(), attempt_id)
    if not view.is_open:
        return redirect(url_for("attempts.receipt", attempt_id=view.id))
    return render_template("attempts/resume.html", attempt=view)


@bp.get("/attempts/<uuid:attempt_id>/items/<int:position>")
@signed_in
def item(attempt_id: UUID, position: int) -> Any:
    """One item."""
    view, shown = delivery.item_page(context(), actor(), attempt_id, position)
    elsewhere = _elsewhere(view)
    if elsewhere is not None:
        return elsewhere
    session[f"place:{attempt_id}"] = position
    return _runner("attempts/item.html", view, item=shown)


def _runner(template: str, view: AttemptView, **facts: Any) -> str:
    writer = _writer(view)
    return render_template(
        template,
        attempt=view,
        token=delivery.token(context(), view, writer or 0),
        last_seq=view.last_seq(writer or 0),
        protocol=PROTOCOL,
        leave_url=url_for("home.index"),
        **facts,
    )


@bp.post("/attempts/<uuid:attempt_id>/items/<int:position>")
@attempt_token
def save_item(attempt_id: UUID, position: int) -> Any:
    """Store what the page's form says and go where the pressed button leads."""
    try:
        told = delivery.save_plain_form(
            context(),
            token(),
            position,
            request.form.to_dict(flat=False),
            request.form.get("rendered", ""),
        )
    except Invalid as error:
        if error.code != "bad_response":
            raise
        flash(_("The answer could not be understood, so it was not stored."), "error")
        return redirect(url_for("attempts.item", attempt_id=attempt_id, position=position))
    _say_dispositions({entry.disposition for entry in told})
    return redirect(_target(attempt_id, position))


def _say_dispositions(told: set[Disposition]) -> None:
    if Disposition.LATE in told:
        flash(_("This answer arrived after the end. It is kept as late and changes no score."), "error")
    if Disposition.STALE_WRITER in told:
        flash(_("This exam was opened in another window, so this answer was kept apart."), "error")


def _target(attempt_id: UUID, position: int) -> str:
    wish = request.form.get("go", "next")
    if wish == "review":
        return url_for("attempts.review", attempt_id=attempt_id)
    steps = {"next": position + 1, "previous": position - 1}
    target = steps.get(wish, int(wish) if wish.isdecimal() else position)
    last = request.form.get("last", type=int, default=target)
    if target > last:
        return url_for("attempts.review", attempt_id=attempt_id)
    return url_for("attempts.item", attempt_id=attempt_id, position=max(1, target))


@bp.post("/attempts/<uuid:attempt_id>/events")
@attempt_token
def events(attempt_id: UUID) -> Any:
    """Append a batch of entries (the save protocol); the answer says what each is worth."""
    told = saving.save(context(), token(), saving.read_batch(_body("bad_batch")))
    acknowledged = [_ack(entry) for entry in told.acknowledged]
    # Numbers alike exist in every attempt: a reply meant for somebody else is told by its id.
    facts = {"protocol": PROTOCOL, "attempt": str(attempt_id), "acknowledged": acknowledged}
    return jsonify({**facts, **_clock(told.clock)})


def _ack(entry: saving.Acknowledged) -> dict[str, Any]:
    return {"client_seq": entry.client_seq, "disposition": entry.disposition.value}


def _clock(facts: saving.ClockFacts) -> dict[str, Any]:
    return {
        "server_now": facts.server_now.isoformat(),
        "deadline": facts.deadline_at.isoformat(),
        "deadline_version": facts.deadline_version,
        "writer": facts.writer_epoch,
        "state": facts.state,
        "paused": facts.paused_at is not None,
    }


@bp.get("/attempts/<uuid:attempt_id>/content")
@attempt_token
def whole_content(attempt_id: UUID) -> Any:
    """Everything a window needs until the end: every item as the plain page shows it, and its state."""
    told = content.content(context(), token())
    # Rendered without what a page around them would need: that is looked up for each rendering.
    item_html = current_app.jinja_env.get_template("attempts/item_content.html")
    return jsonify(
        {
            "protocol": PROTOCOL,
            "writer": told.writer,
            "last_seq": told.last_seq,
            "opened_at": told.opened_at.isoformat(),
            "journal_key": base64.b64encode(told.journal_key).decode(),
            "sections": [_section(clock) for clock in told.sections],
            "items": [_item(item_html, placed) for placed in told.items],
            "clock": _clock(told.clock),
        }
    )


def _item(item_html: Template, placed: content.PlacedItem) -> dict[str, Any]:
    view = placed.view
    return {
        "slot": view.position,
        "section": placed.section,
        "type": view.presented["type"],
        "html": item_html.render(item=view),
        "response": view.response,
        "flag": view.is_flagged,
        "seen": placed.is_seen,
        "markup": json.loads(placed.markup),
    }


def _section(clock: SectionClock) -> dict[str, Any]:
    return {
        "entered": clock.entered_at is not None,
        "left": clock.left_at is not None,
        "deadline": clock.deadline_at.isoformat() if clock.deadline_at else None,
    }


@bp.post("/attempts/<uuid:attempt_id>/heartbeat")
@attempt_token
def heartbeat(attempt_id: UUID) -> Any:
    """Note that the window lives; the answer brings a changed deadline, pauses and announcements."""
    told = presence.beat(context(), token(), _body("bad_beat"))
    return jsonify(
        {
            "protocol": PROTOCOL,
            **_clock(told.clock),
            "sections": [_section(clock) for clock in told.sections],
            "withdrawn": list(told.withdrawn),
            "announcements": [{"at": entry.at.isoformat(), "text": entry.text} for entry in told.said],
        }
    )


def _body(code: str) -> Any:
    try:
        return json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError) as error:
        raise Invalid(code) from error


@bp.get("/attempts/<uuid:attempt_id>/review")
@signed_in
def review(attempt_id: UUID) -> Any:
    """All questions with their states, and the one button that ends the exam."""
    view = delivery.attempt_view(context(), actor(), attempt_id)
    elsewhere = _elsewhere(view)
    if elsewhere is not None:
        return elsewhere
    return _runner("attempts/review.html", view)


@bp.get("/attempts/<uuid:attempt_id>/time-up")
@signed_in
def time_up(attempt_id: UUID) -> Any:
    """Time is over; what was saved counts, and one button leads on."""
    view = delivery.attempt_view(context(), actor(), attempt_id)
    if not view.is_open:
        return redirect(url_for("attempts.receipt", attempt_id=view.id))
    return render_template("attempts/time_up.html", attempt=view)


@bp.post("/attempts/<uuid:attempt_id>/submit")
@signed_in
def submit(attempt_id: UUID) -> Any:
    """End the attempt; submitting again leads to the same receipt."""
    attempts.submit(context(), actor(), attempt_id)
    return redirect(url_for("attempts.receipt", attempt_id=attempt_id))


@bp.get("/attempts/<uuid:attempt_id>/receipt")
@signed_in
def receipt(attempt_id: UUID) -> Any:
    """What the learner keeps: how many answers, when, and the code over all of them."""
    view = delivery.attempt_view(context(), actor(), attempt_id)
    if view.is_open:
        return redirect(url_for("attempts.review", attempt_id=attempt_id))
    told = delivery.receipt_view(context(), actor(), attempt_id)
    return render_template("attempts/receipt.html", attempt=view, receipt=told)
