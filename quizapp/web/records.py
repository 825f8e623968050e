"""Placeholder: written by its slice."""

from flask import Blueprint

from quizapp.web.access import public

bp = Blueprint("records", __name__, url_prefix="/records")


@bp.get("")
@public
def index() -> str:
    return "later"


@bp.get("/verify_start")
@public
def verify_start() -> str:
    return "later"
