"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from quizapp.services import health
from quizapp.web.access import context, public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> Any:
    """The process answers."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
@public
def readyz() -> Any:
    """The database answers, its schema is current, and nothing waits too long."""
    told = health.readiness(context())
    return jsonify(told.facts), 200 if told.is_ready else 503
