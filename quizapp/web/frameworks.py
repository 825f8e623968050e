"""Placeholder: written by its slice."""

from flask import Blueprint

from quizapp.web.access import public

bp = Blueprint("frameworks", __name__, url_prefix="/framework")


@bp.get("")
@public
def index() -> str:
    return "later"
