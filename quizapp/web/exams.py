"""Placeholder: written by its slice."""

from flask import Blueprint

from quizapp.web.access import public

bp = Blueprint("exams", __name__, url_prefix="/exams")


@bp.get("")
@public
def index() -> str:
    return "later"


@bp.get("/sittings")
@public
def sittings() -> str:
    return "later"
