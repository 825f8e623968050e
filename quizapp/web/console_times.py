"""Exam day, time and the late pile: every change shows where it leads before it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import boards, deadlines, late_entries, sittings
from quizapp.services.boards import Board, Seat
from quizapp.services.deadlines import Change
from quizapp.web.access import actor, context, needs
from quizapp.web.consoles import back, bp, render
from quizapp.web.forms.sittings import to_instant
from quizapp.web.messages import message
from quizapp.web.requests import reader_zone

DEFAULT_MINUTES = 10
MOST_MINUTES = deadlines.MOST_SECONDS // 60
#: Of years beyond these no reckoning is safe, and nobody means them.
YEARS = range(2000, 3000)
DEFAULT_SPAN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a change that is about to be confirmed."""

    seat: Seat
    seconds: int
    change: Change


def _rows(board: Board, seconds: Mapping[UUID, int]) -> list[Row]:
    seats = {seat.attempt_id: seat for seat in board.seats}
    changes = deadlines.preview(context(), actor(), board.sitting_id, seconds) if seconds else []
    rows = [Row(seats[told.attempt_id], seconds[told.attempt_id], told) for told in changes]
    return sorted(rows, key=lambda row: row.seat.name.casefold())


@bp.get("/time")
@needs(Permission.RUN_SITTING)
def time(sitting_id: UUID) -> Any:
    """Choose how much time to add, and see the resulting end times."""
    board = boards.board(context(), actor(), sitting_id)
    minutes = _minutes(request.args.get("minutes", ""))
    rows = _rows(board, dict.fromkeys(_chosen(board), minutes * 60))
    if not rows:
        flash(_("Nobody at work was chosen, so there is no time to add."), "error")
        return back(sitting_id)
    return render("consoles/time.html", board=board, rows=rows, minutes=minutes, most=MOST_MINUTES)


def _minutes(text: str) -> int:
    told = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else DEFAULT_MINUTES
    return min(max(told, 1), MOST_MINUTES)


def _chosen(board: Board) -> list[UUID]:
    running = [seat.attempt_id for seat in board.seats if seat.is_running and seat.attempt_id]
    if request.args.get("everybody"):
        return running
    wanted = set(request.args.getlist("attempt"))
    return [attempt_id for attempt_id in running if str(attempt_id) in wanted]


@bp.post("/time")
@needs(Permission.RUN_SITTING)
def add_time(sitting_id: UUID) -> Any:
    """Give everybody who was shown so many seconds more; both pages that show it lead here."""
    try:
        told = deadlines.add(context(), actor(), sitting_id, _seconds(), request.form.get("reason", ""))
    except Invalid as error:
        flash(str(message(error.code)), "error")
        return back(sitting_id)
    flash(
        ngettext(
            "%(num)d person has more time; their clock shows it within 20 seconds.",
            "%(num)d people have more time; their clocks show it within 20 seconds.",
            len(told),
        ),
        "success",
    )
    return back(sitting_id)


def _seconds() -> dict[UUID, int]:
    """What each attempt gets, as the page said: fields named seconds-<attempt>."""
    told = {}
    for name, text in request.form.items():
        prefix, _dash, attempt = name.partition("-")
        if prefix == "seconds" and text.isascii() and text.isdecimal() and len(text) < 9:
            try:
                told[UUID(attempt)] = int(text)
            except ValueError:
                continue
    return told


@bp.post("/end-early")
@needs(Permission.RUN_SITTING)
def end_early(sitting_id: UUID) -> Any:
    """Let nobody start any more, and end everybody's time in so many minutes."""
    text = request.form.get("minutes", "")
    seconds = int(text) * 60 if text.isascii() and text.isdecimal() and len(text) < 6 else -1
    try:
        told = deadlines.end_early(context(), actor(), sitting_id, seconds, request.form.get("reason", ""))
    except Invalid as error:
        flash(str(message(error.code)), "error")
        return back(sitting_id)
    flash(
        ngettext(
            "%(num)d person has less time; their clock shows it within 20 seconds.",
            "%(num)d people have less time; their clocks show it within 20 seconds.",
            len(told),
        ),
        "success",
    )
    return back(sitting_id)


@bp.get("/compensate")
@needs(Permission.RUN_SITTING)
def compensate(sitting_id: UUID) -> str:
    """Choose a span; see what each person lost in it and where giving it back would lead."""
    board = boards.board(context(), actor(), sitting_id)
    from_at, to_at = _span(board.now)
    losses = deadlines.losses(context(), actor(), sitting_id, from_at, to_at)
    most = deadlines.MOST_SECONDS
    rows = _rows(board, {loss.attempt_id: min(loss.seconds, most) for loss in losses})
    return render(
        "consoles/compensate.html", board=board, rows=rows, from_at=_local(from_at), to_at=_local(to_at)
    )


def _span(now: datetime) -> tuple[datetime, datetime]:
    to_at = _instant("to_at", now, is_end=True)
    return _instant("from_at", to_at - DEFAULT_SPAN), to_at


def _instant(name: str, otherwise: datetime, is_end: bool = False) -> datetime:
    try:
        local = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    if local.year not in YEARS:
        return otherwise
    return to_instant(local.replace(tzinfo=None), reader_zone(), is_end)


def _local(at: datetime) -> str:
    return at.astimezone(reader_zone()).replace(tzinfo=None, microsecond=0).isoformat()


# --- the late pile ----------------------------------------------------------------------


@bp.get("/late")
@needs(Permission.DECIDE_LATE)
def late(sitting_id: UUID) -> str:
    """Answers that arrived after the end: their times, never what they say."""
    pile = late_entries.listed(context(), actor(), sitting_id)
    rule = sittings.get(context(), actor(), sitting_id).late_rule
    board = boards.board(context(), actor(), sitting_id)
    return render("consoles/late.html", board=board, pile=pile, sentence=message, late_rule=rule)


@bp.post("/late")
@needs(Permission.DECIDE_LATE)
def decide_late(sitting_id: UUID) -> Any:
    """Accept or reject the late answers that were chosen."""
    ids = [int(text) for text in request.form.getlist("entry") if text.isascii() and text.isdecimal()]
    is_accepted = request.form.get("decision") == "accept"
    done = late_entries.decide(context(), actor(), sitting_id, ids, is_accepted=is_accepted)
    if is_accepted:
        told = ngettext("%(num)d answer counts now.", "%(num)d answers count now.", done)
    else:
        told = ngettext("%(num)d answer stays out.", "%(num)d answers stay out.", done)
    flash(told, "success")
    return back(sitting_id)


__all__ = ["bp"]
