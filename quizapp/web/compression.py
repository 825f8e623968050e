"""Static files and an attempt's whole content travel compressed; pages with secrets never do.

A page that holds a form's token beside text somebody else chose would tell the token by its
compressed size (BREACH), so pages are left as they are.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

MIMETYPES = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}
#: Answers that hold nothing a stranger chose, and are long.
LONG_ANSWERS = {"attempts.whole_content"}
LEAST_BYTES = 512
LEVEL = 6


def register(app: Flask) -> None:
    """Compress what is worth it and safe, for whoever understands it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _is_worth_it(response):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < LEAST_BYTES:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip"):
        return response
    # Only files are remembered: they are few, and everybody gets the same.
    response.set_data(_gzip(data) if request.endpoint not in LONG_ANSWERS else _gzip.__wrapped__(data))
    response.content_encoding = "gzip"
    if (tag := response.get_etag()[0]) is not None:
        response.set_etag(tag, weak=True)
    return response


def _is_worth_it(response: Response) -> bool:
    if response.status_code != 200 or response.content_encoding or request.method == "HEAD":
        return False
    if request.endpoint in LONG_ANSWERS:
        return True
    return response.mimetype in MIMETYPES and str(request.endpoint).endswith("static")


@lru_cache(maxsize=64)
def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, LEVEL, mtime=0)
