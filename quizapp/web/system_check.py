"""The system check: is this browser fit for an exam, and what do the questions feel like?"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request

from quizapp.services import system_check as service
from quizapp.web.access import context, signed_in

bp = Blueprint("system_check", __name__)


@bp.get("/system-check")
@signed_in
def page() -> str:
    """What is fine and what is not, and an example of every item type."""
    return _page(service.examples())


@bp.post("/system-check")
@signed_in
def attempt() -> str:
    """Show what arrived of one example; nothing is stored."""
    return _page(service.examples(request.form.get("type", ""), request.form.to_dict(flat=False)))


def _page(told: list[service.Example]) -> str:
    return render_template("system_check/page.html", examples=told, server_now=service.server_now(context()))


@bp.get("/system-check/now")
@signed_in
def now() -> Any:
    """The server's time, for the page's script."""
    return jsonify({"server_now": service.server_now(context()).isoformat()})
