"""Placeholder: written by its slice."""

from flask import Blueprint

bp = Blueprint("attempts", __name__, url_prefix="/attempts")
