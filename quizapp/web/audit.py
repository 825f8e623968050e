"""Placeholder: written by its slice."""

from flask import Blueprint

from quizapp.web.access import public

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("")
@public
def index() -> str:
    return "later"
