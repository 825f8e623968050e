"""The start page of each role, and the theme switch."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for

from quizapp.web.access import actor, context, public
from quizapp.web.requests import THEME_COOKIE, THEMES

bp = Blueprint("home", __name__)
THEME_SECONDS = 365 * 24 * 3600


@bp.get("/")
@public
def index() -> Any:
    """Where everybody starts."""
    if actor().person_id is None:
        return redirect(url_for("security.login"))
    return render_template("home/index.html")


@bp.post("/theme")
@public
def set_theme() -> Any:
    """Remember light, dark or the system's choice, and go back to the page."""
    theme = request.form.get("theme", "system")
    target = urlsplit(request.referrer or "")
    path = target.path + (f"?{target.query}" if target.query else "")
    response = redirect(path if target.netloc == request.host and path else url_for("home.index"))
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=THEME_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=context().settings.secure_cookies,
        )
    return response
