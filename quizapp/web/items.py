"""Placeholder: written by its slice."""

from flask import Blueprint

from quizapp.web.access import public

bp = Blueprint("items", __name__, url_prefix="/banks")


@bp.get("")
@public
def index() -> str:
    return "later"
