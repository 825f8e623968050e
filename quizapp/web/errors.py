"""The one table from error to HTTP: status, page and problem JSON (RFC 9457)."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import force_locale
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from quizapp.domain.errors import DomainError, Forbidden, Invalid, NotFound, Refused, Unauthorized
from quizapp.services import health
from quizapp.web.access import context
from quizapp.web.messages import message

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Unauthorized: 401,
    Forbidden: 403,
    Refused: 409,
    Invalid: 422,
}
#: Below this everything is JSON, errors too.
API = ("/api/", "/ims/")

UNAUTHORIZED, TOO_MANY = 401, 429
#: How long a client waits before it asks again while the database is away.
RETRY_SECONDS = 2


def status_of(error: DomainError) -> int:
    """The HTTP status of an error of the family."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)


def wants_json() -> bool:
    """Whether the client asked for JSON rather than a page."""
    if request.path.startswith(API):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def problem(code: str, status: int, facts: dict[str, Any]) -> tuple[Response, int]:
    """Problem JSON with the stable code."""
    response = jsonify(
        {"type": f"urn:quizapp:{code}", "title": str(message(code)), "status": status, "code": code, **facts}
    )
    response.mimetype = "application/problem+json"
    if status == UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response, status


def register(app: Flask) -> None:
    """Translate every error into a page or problem JSON."""

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> Any:
        status = status_of(error)
        facts = {name: str(value) for name, value in error.facts.items()}
        if wants_json():
            return problem(error.code, status, facts)
        problems = error.problems if isinstance(error, Invalid) else ()
        return _page(error.code, status, facts, problems), status

    @app.errorhandler(CSRFError)
    def csrf_error(_error: CSRFError) -> Any:
        if wants_json():
            return problem("csrf", 400, {})
        return _page("csrf", 400, {}), 400

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        status = error.code or 500
        code = "not_found" if status == 404 else f"http_{status}"
        if wants_json():
            return _http_problem(error, code, status)
        return _page(code, status, {}), status

    for kind in health.DATABASE_AWAY:
        app.register_error_handler(kind, _database_away)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Any:
        log.exception("unexpected error", kind=type(error).__name__)
        if wants_json():
            return problem("internal", 500, {})
        return _page("internal", 500, {}), 500


def _http_problem(error: HTTPException, code: str, status: int) -> tuple[Response, int]:
    """Problem JSON of an error of the framework, with what is wrong with the shape of the input."""
    if status == TOO_MANY and request.path.startswith(API):
        code = "too_many_requests"
    told = getattr(error, "data", None) or {}
    return problem(code, status, {"errors": told["messages"]} if "messages" in told else {})


def _database_away(error: Exception) -> Response:
    """503: clients keep what they hold and come again. Nothing here may ask the database, not even
    who is signed in or which language they read."""
    log.error("database away", kind=type(error).__name__, error=str(error.__cause__ or error))
    with force_locale(context().settings.locale):
        if wants_json():
            response, _ = problem("database_away", 503, {})
        else:
            # Rendered past the context processors, for those look up who reads.
            page = current_app.jinja_env.get_template("layout/unavailable.html")
            response = make_response(page.render(theme_choice=request.cookies.get("theme", "system")))
    response.status_code = 503
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page(code: str, status: int, facts: dict[str, Any], problems: Any = ()) -> str:
    return render_template(
        "layout/error.html",
        code=code,
        status=status,
        facts=facts,
        problems=problems,
        sentence=message(code),
        request_id=g.get("request_id", ""),
    )
