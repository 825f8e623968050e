"""Placeholder: written by its slice."""

from flask import Blueprint

bp = Blueprint("scores", __name__, url_prefix="/results")
