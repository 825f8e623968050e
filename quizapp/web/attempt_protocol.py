"""The doors of a running attempt for scripts: content, saving, signs of life, submitting."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import current_app, jsonify, request

from quizapp.domain.attempt import PROTOCOL, SectionClock, SectionPlan
from quizapp.domain.errors import Invalid
from quizapp.services import attempts, content, presence, saving
from quizapp.services.delivery import ItemView
from quizapp.web.access import attempt_token, context, token
from quizapp.web.attempts import bp

__all__ = ["bp"]


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
    # One macro for all items, without what a page around them would need.
    item_html = current_app.jinja_env.get_template("attempts/item_content.html").module.item_content  # type: ignore[attr-defined]
    return jsonify(
        {
            "protocol": PROTOCOL,
            "writer": told.writer,
            "last_seq": told.last_seq,
            "opened_at": told.opened_at.isoformat(),
            "journal_key": base64.b64encode(told.journal_key).decode(),
            "sections": [_planned_section(*known) for known in zip(told.plans, told.sections, strict=True)],
            "titles": list(told.titles),
            "items": [_item(item_html, placed) for placed in told.items],
            "clock": _clock(told.clock),
        }
    )


def _item(item_html: Callable[[ItemView], str], placed: content.PlacedItem) -> dict[str, Any]:
    view = placed.view
    return {
        "slot": view.position,
        "section": placed.section,
        "type": view.presented["type"],
        "html": item_html(view),
        "response": view.response,
        "flag": view.is_flagged,
        "seen": placed.is_seen,
        "markup": json.loads(placed.markup),
    }


def _planned_section(plan: SectionPlan, clock: SectionClock) -> dict[str, Any]:
    seconds = int(plan.limit.total_seconds()) if plan.limit is not None else None
    return {**_section(clock), "restricts": plan.restricts, "seconds": seconds}


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


@bp.post("/attempts/<uuid:attempt_id>/submit-by-token")
@attempt_token
def submit_by_token(attempt_id: UUID) -> Any:
    """The same for a script, whose token outlives the login; submitting again tells the same."""
    told = attempts.submit_by_token(context(), token())
    facts = {"answered": told.answered, "closed_at": told.closed_at.isoformat(), "code": told.code}
    return jsonify({"protocol": PROTOCOL, "receipt": facts})
