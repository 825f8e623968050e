"""The records API: JSON for programs that hold a token, described by an OpenAPI document."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, jsonify
from flask_smorest import Api

from quizapp import __version__
from quizapp.web.access import public
from quizapp.web.api import frameworks, records
from quizapp.web.api.parts import PREFIX, TOKEN_SCHEME, bp
from quizapp.web.api.schemas import ProblemSchema

TITLE = "Records API"
OPENAPI_VERSION = "3.0.3"
DESCRIPTION = (
    "Completion records for programs. Every call needs a token (`Authorization: Bearer qzt_...`), "
    "which a registrar or an administrator makes; what a framework says needs none. "
    "Errors are `application/problem+json` (RFC 9457) with a stable `code`."
)


class RecordsApi(Api):
    """The extension, without its own pages and its own way of telling errors."""

    def _register_doc_blueprint(self) -> None:
        """The document is served by a route of ours, classified like every other."""

    def _register_error_handlers(self) -> None:
        """Errors are told in one place for the whole product (`web.errors`)."""


def register(app: Flask) -> None:
    """Install the API and describe it."""
    app.config |= {"API_TITLE": TITLE, "API_VERSION": __version__, "OPENAPI_VERSION": OPENAPI_VERSION}
    api = RecordsApi(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    bearer = {"type": "http", "scheme": "bearer"}
    api.spec.components.security_scheme(TOKEN_SCHEME, bearer)
    api.spec.components.schema("Problem", schema=ProblemSchema)
    api.register_blueprint(bp)
    api.register_blueprint(frameworks.case)
    app.extensions["quizapp_api"] = api


@bp.get("/openapi.json", endpoint="openapi")
@public
def openapi() -> Response:
    """This document."""
    told: Any = current_app.extensions["quizapp_api"].spec.to_dict()
    response = jsonify(told)
    # A browser keeps it as a file instead of showing a page without a language.
    response.headers["Content-Disposition"] = 'attachment; filename="openapi.json"'
    return response


__all__ = ["PREFIX", "frameworks", "records", "register"]
