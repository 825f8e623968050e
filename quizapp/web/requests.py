"""What every request gets: an id in the logs, security headers, and what every page is given."""

from __future__ import annotations

import re
import time
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from flask import Flask, Response, g, has_request_context, request, url_for
from flask_babel import format_date, format_datetime
from flask_login import current_user

from quizapp.services import people
from quizapp.web.access import actor, context
from quizapp.web.errors import API
from quizapp.web.messages import message
from quizapp.web.navigation import account_links, footer_links, navigation

log = structlog.get_logger()
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def reader_zone() -> ZoneInfo:
    """The zone of whoever reads: their own setting, else the installation's."""
    told = getattr(current_user, "zone", "") or context().settings.zone
    try:
        return ZoneInfo(told)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def instant(value: datetime) -> str:
    """An instant as people read it, in the reader's zone, with the zone named."""
    local = value.astimezone(reader_zone())
    return f"{format_datetime(local, 'd MMM y, HH:mm', rebase=False)} {local.tzname()}"


def day(value: Any) -> str:
    """A date as people read it."""
    return str(format_date(value, "d MMM y", rebase=False))


def register(app: Flask) -> None:
    """Install the hooks and filters on the application."""
    app.jinja_env.filters["instant"] = instant
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["parse_instant"] = datetime.fromisoformat
    app.jinja_env.globals |= {"refusal_sentence": message}

    @app.before_request
    def begin() -> None:
        told = request.headers.get("X-Request-ID", "")
        g.request_id = told if REQUEST_ID.fullmatch(told) else uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        present = {name.lower() for name, _ in response.headers}
        response.headers.extend([pair for pair in HEADERS.items() if pair[0].lower() not in present])
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if request.endpoint and not request.endpoint.endswith("static"):
            response.headers.setdefault("Cache-Control", "no-store")
            log.info(
                "request",
                method=request.method,
                endpoint=request.endpoint,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - g.get("started", 0)) * 1000, 1),
            )
        return response

    @app.after_request
    def give_files_back(response: Response) -> Response:
        # What has no body is never read to its end, and only its end would close the file.
        if response.status_code == HTTPStatus.NOT_MODIFIED or request.method == "HEAD":
            response.close()
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        # The thread goes on to other work, which must not carry this request's id.
        structlog.contextvars.clear_contextvars()

    @app.context_processor
    def page_facts() -> dict[str, Any]:
        who = actor()
        return {
            "navigation": navigation(who),
            "account_links": account_links(who),
            "footer_links": footer_links(who),
            "theme_choice": request.cookies.get(THEME_COOKIE, "system"),
            "theme_url": url_for("home.set_theme"),
            "sign_out_url": url_for("security.logout"),
            "reader_zone": reader_zone().key,
            "is_demo": people.is_demo(context()),
            "account_name": getattr(current_user, "name", ""),
            "home_url": url_for("home.index"),
        }


def reader_locale() -> str:
    """The language of whoever reads: their own setting, else the installation's."""
    if has_request_context() and request.path.startswith(API):
        return context().settings.locale
    return getattr(current_user, "locale", "") or context().settings.locale
