"""A test client that fills in forms as a browser does."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def csrf_token(client: FlaskClient, path: str) -> str:
    """The CSRF token of the first form on a page."""
    found = TOKEN.search(client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


def submit(client: FlaskClient, page: str, action: str = "", **fields: Any) -> TestResponse:
    """Open a page and send a form from it, to ``action`` or back to the page."""
    data = {"csrf_token": csrf_token(client, page), **fields}
    return client.post(action or page, data=data, headers={"Referer": "http://localhost" + page})
