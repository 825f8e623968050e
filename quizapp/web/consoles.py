"""The exam-day console of a sitting: the live board, its people, and the exports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.domain.seat import SeatState
from quizapp.services import announcements, boards, check_ins, deadlines, incidents, late_entries, proctoring
from quizapp.services.boards import Board, Seat
from quizapp.services.sittings import Phase
from quizapp.web import console_words
from quizapp.web.access import actor, context, needs
from quizapp.web.messages import message

#: Phases of a sitting after which its answers no longer grow in number.
OVER = (Phase.OVER, Phase.CLOSED)
bp = Blueprint("consoles", __name__, url_prefix="/sittings/<uuid:sitting_id>/console")


def render(template: str, **facts: Any) -> str:
    """A page of exam day, with its words."""
    return render_template(
        template,
        words=console_words.words(),
        chips=console_words.CHIPS,
        age=console_words.age,
        countdown=console_words.countdown,
        time_of_day=console_words.time_of_day,
        **facts,
    )


@bp.get("")
@needs(Permission.WATCH_SITTING)
def console(sitting_id: UUID) -> str:
    """The console; with ``part=board`` only what changes, for a page that is open."""
    text, state = request.args.get("q", ""), request.args.get("state", "")
    told = boards.board(context(), actor(), sitting_id, text, state)
    part = request.args.get("part") == "board"
    return render(
        "consoles/_live.html" if part else "consoles/console.html",
        board=told,
        log=incidents.listed(context(), actor(), sitting_id)[::-1],
        text=text,
        state=state,
        states=list(SeatState),
        undecided=_undecided(sitting_id),
        has_statistics=actor().may(Permission.READ_ITEM_STATISTICS) and told.phase in OVER,
        may_decide_late=actor().may(Permission.DECIDE_LATE),
        most_minutes=deadlines.MOST_SECONDS // 60,
    )


def _undecided(sitting_id: UUID) -> int:
    if not actor().may(Permission.DECIDE_LATE):
        return 0
    pile = late_entries.listed(context(), actor(), sitting_id)
    return sum(entry.is_accepted is None for entry in pile)


@bp.get("/board.csv")
@needs(Permission.WATCH_SITTING)
def board_csv(sitting_id: UUID) -> Response:
    """Everybody of the sitting as they stand now."""
    return _csv(boards.board_csv(boards.board(context(), actor(), sitting_id)), "board.csv")


@bp.get("/log.csv")
@needs(Permission.WATCH_SITTING)
def log_csv(sitting_id: UUID) -> Response:
    """The log of the sitting."""
    return _csv(boards.log_csv(incidents.listed(context(), actor(), sitting_id)), "log.csv")


def _csv(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


def back(sitting_id: UUID) -> Any:
    """Where an act on the whole sitting leads to."""
    return redirect(url_for("consoles.console", sitting_id=sitting_id))


# --- everybody --------------------------------------------------------------------------


@bp.post("/announce")
@needs(Permission.RUN_SITTING)
def announce(sitting_id: UUID) -> Any:
    """Tell everybody at work."""
    try:
        announcements.announce(context(), actor(), sitting_id, request.form.get("text", ""))
    except Invalid as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("Announced. It reaches every window within 20 seconds."), "success")
    return back(sitting_id)


@bp.post("/note")
@needs(Permission.RUN_SITTING)
def note(sitting_id: UUID) -> Any:
    """Write into the log."""
    try:
        incidents.write(context(), actor(), sitting_id, request.form.get("text", ""))
    except Invalid as error:
        flash(str(message(error.code)), "error")
    return back(sitting_id)


@bp.post("/pause")
@needs(Permission.RUN_SITTING)
def pause(sitting_id: UUID) -> Any:
    """Stop every clock of the sitting."""
    try:
        done = deadlines.pause(context(), actor(), sitting_id, request.form.get("reason", ""))
    except Invalid as error:
        flash(str(message(error.code)), "error")
        return back(sitting_id)
    flash(ngettext("%(num)d person waits.", "%(num)d people wait.", done), "success")
    return back(sitting_id)


@bp.post("/go-on")
@needs(Permission.RUN_SITTING)
def go_on(sitting_id: UUID) -> Any:
    """Let every clock run on."""
    try:
        done = deadlines.go_on(context(), actor(), sitting_id)
    except Refused as error:
        flash(str(message(error.code)), "error")
        return back(sitting_id)
    flash(
        ngettext(
            "%(num)d person goes on, with the waiting given back.",
            "%(num)d people go on, with the waiting given back.",
            done,
        ),
        "success",
    )
    return back(sitting_id)


# --- one person -------------------------------------------------------------------------


@bp.get("/people/<uuid:person_id>")
@needs(Permission.WATCH_SITTING)
def person(sitting_id: UUID, person_id: UUID) -> str:
    """One person of the sitting, and what can be done for them."""
    board = boards.board(context(), actor(), sitting_id)
    seat = boards.seat(context(), actor(), sitting_id, person_id)
    log = [line for line in incidents.listed(context(), actor(), sitting_id) if line.person_id == person_id]
    return render(
        "consoles/person.html",
        board=board,
        seat=seat,
        log=log[::-1],
        consequence=_consequence(board, seat),
        methods=console_words.methods(),
        is_self=actor().is_person(person_id),
        may_open_case=_may_open_case(board, seat),
    )


def _may_open_case(board: Board, seat: Seat) -> bool:
    may = actor().may(Permission.OPEN_CASE) and not actor().is_person(seat.person_id)
    return may and board.is_certification and seat.attempt_id is not None


def _consequence(board: Board, seat: Seat) -> proctoring.Consequence | None:
    may = actor().may(Permission.RUN_SITTING) and not actor().is_person(seat.person_id)
    if not may or seat.attempt_id is None or seat.is_released or seat.state is SeatState.VOIDED:
        return None
    return proctoring.consequence(context(), actor(), board.sitting_id, seat.attempt_id)


def _person(sitting_id: UUID, person_id: UUID) -> Any:
    return redirect(url_for("consoles.person", sitting_id=sitting_id, person_id=person_id))


@bp.post("/people/<uuid:person_id>/check-in")
@needs(Permission.RUN_SITTING)
def check_in(sitting_id: UUID, person_id: UUID) -> Any:
    """Note that somebody has come, and how they were identified."""
    check_ins.arrive(context(), actor(), sitting_id, person_id, request.form.get("method", ""))
    flash(_("Checked in."), "success")
    return back(sitting_id)


@bp.post("/people/<uuid:person_id>/undo-check-in")
@needs(Permission.RUN_SITTING)
def undo_check_in(sitting_id: UUID, person_id: UUID) -> Any:
    """Take a check-in back."""
    check_ins.undo(context(), actor(), sitting_id, person_id)
    flash(_("The check-in was taken back."), "success")
    return _person(sitting_id, person_id)


@bp.post("/attempts/<uuid:attempt_id>/move")
@needs(Permission.RUN_SITTING)
def move(sitting_id: UUID, attempt_id: UUID) -> Any:
    """End the right of the present window."""
    proctoring.move(context(), actor(), sitting_id, attempt_id)
    flash(_("The old window can no longer save. Sign in at the other device and go on there."), "success")
    return back(sitting_id)


@bp.post("/attempts/<uuid:attempt_id>/void")
@needs(Permission.RUN_SITTING)
def void(sitting_id: UUID, attempt_id: UUID) -> Any:
    """Make an attempt count for nobody."""
    proctoring.void(context(), actor(), sitting_id, attempt_id, request.form.get("reason", ""))
    flash(_("Made void. It counts for nobody and uses up no attempt."), "success")
    return back(sitting_id)
