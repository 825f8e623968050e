"""Placeholder: written by its slice."""

from flask import Blueprint

from quizapp.web.access import public

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("")
@public
def index() -> str:
    return "later"


@bp.get("/cohorts")
@public
def cohorts() -> str:
    return "later"


@bp.get("/account")
@public
def account() -> str:
    return "later"
