"""Pictures of items, which a browser asks for once and keeps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from quizapp.services import pictures
from quizapp.web.access import actor, context, signed_in

bp = Blueprint("pictures", __name__)
#: A name is a digest, so what it names never changes.
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@bp.get("/media/<name>")
@signed_in
def show(name: str) -> Any:
    """One picture."""
    told = pictures.show(context(), actor(), name)
    answer = Response(told.data, mimetype=told.media_type, headers=HEADERS)
    answer.set_etag(told.name)
    return answer.make_conditional(request)
