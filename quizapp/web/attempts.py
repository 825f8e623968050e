"""The exam room by plain pages: start, one item a page, review, submit, receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from quizapp.domain.attempt import PROTOCOL, Disposition
from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import attempts, check_ins, content, delivery, receipt_views, start_views
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
    """Where to go on: where the window was, or else the first place that is still open."""
    told = delivery.place(context(), attempt_id) or int(session.get(f"place:{attempt_id}", 1))
    reachable = [mark.position for mark in delivery.attempt_view(context(), actor(), attempt_id).reachable]
    return told if told in reachable or not reachable else reachable[0]


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
    if view.is_paused:
        return make_response(render_template("attempts/paused.html", attempt=view), 409)
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
    """One item; the first that is shown lets the time count."""
    if f"place:{attempt_id}" not in session:
        # This browser has shown nothing of it yet: asking first spares reading the page twice.
        content.deliver_own(context(), actor(), attempt_id)
    view, shown = delivery.item_page(context(), actor(), attempt_id, position)
    if view.is_open and not view.is_delivered and not view.is_time_up:
        content.deliver_own(context(), actor(), attempt_id)
        view, shown = delivery.item_page(context(), actor(), attempt_id, position)
    elsewhere = _elsewhere(view)
    if elsewhere is not None:
        return elsewhere
    if shown is None:
        return _runner("attempts/closed_section.html", view, slot=position), 409
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
    if Disposition.CLOSED_SECTION in told:
        flash(_("That section is closed. The answer is kept apart and changes no score."), "error")


@bp.post("/attempts/<uuid:attempt_id>/sections/<int:section>/leave")
@attempt_token
def leave_section(attempt_id: UUID, section: int) -> Any:
    """Finish a section and go on with the next; nobody comes back to it."""
    _say_dispositions({entry.disposition for entry in delivery.leave_section(context(), token(), section)})
    return redirect(url_for("attempts.next_section", attempt_id=attempt_id))


@bp.get("/attempts/<uuid:attempt_id>/next")
@signed_in
def next_section(attempt_id: UUID) -> Any:
    """The first item of the section that is running now."""
    view = delivery.attempt_view(context(), actor(), attempt_id)
    newest = [mark for mark in view.reachable if mark.section == view.newest_section]
    if not newest:
        return redirect(url_for("attempts.review", attempt_id=attempt_id))
    return redirect(url_for("attempts.item", attempt_id=attempt_id, position=newest[0].position))


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
    told = receipt_views.receipt_view(context(), actor(), attempt_id)
    return render_template("attempts/receipt.html", attempt=view, receipt=told)
