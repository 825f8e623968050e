"""What every route of the API is made of: the blueprint, who asks, how often, and how errors look."""

from __future__ import annotations

from typing import Any

from flask import g, url_for
from flask_limiter.util import get_remote_address
from flask_smorest import Blueprint

from quizapp.services.api_tokens import Bearer
from quizapp.web.access import context
from quizapp.web.limits import limiter

PREFIX = "/api/v1"
TOKEN_SCHEME = "token"
#: What every operation that needs a token says of itself.
NEEDS_TOKEN: dict[str, Any] = {"security": [{TOKEN_SCHEME: []}]}

bp = Blueprint("api", __name__, url_prefix=PREFIX, description="Completion records for programs")


def bearer() -> Bearer:
    """The program that asks; only for routes that need a token."""
    told: Bearer = g.bearer
    return told


def _counted_by() -> str:
    return str(g.bearer.token_id) if "bearer" in g else get_remote_address()


#: Counts requests per token in this process.
limited = limiter.shared_limit(lambda: context().settings.api_rate, scope="api", key_func=_counted_by)


def problems(*statuses: int) -> dict[str, Any]:
    """The documentation of an operation's errors."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told = {str(status): {"description": WORDS[status], "content": content} for status in statuses}
    return {"responses": told}


WORDS = {
    400: "The request could not be read.",
    401: "The token is missing, unknown, expired or revoked; `code` says which.",
    403: "The token does not have the scope this needs.",
    404: "There is nothing with this name.",
    422: "The request was read but asks for something that cannot be.",
    429: "Too many requests with this token; `Retry-After` says when to come again.",
}
TOKEN_PROBLEMS = (401, 403, 429)


def address(endpoint: str, **values: Any) -> str:
    """The whole address of a route, by the public address where one is set."""
    path = url_for(endpoint, **values)
    base = context().settings.public_url.rstrip("/")
    return f"{base}{path}" if base else url_for(endpoint, _external=True, **values)
