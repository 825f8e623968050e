"""What travels compressed, and what must not."""

from __future__ import annotations

import gzip

import pytest

from quizapp.domain.person import Role
from tests.support.people import person, sign_in

ASKS = {"Accept-Encoding": "gzip"}
SHEET = "/static/theme.css"


def test_a_style_sheet_travels_compressed_to_whoever_understands_it(sqlite_app) -> None:
    client = sqlite_app.test_client()
    packed, plain = client.get(SHEET, headers=ASKS, buffered=True), client.get(SHEET, buffered=True)
    assert (packed.content_encoding, plain.content_encoding) == ("gzip", None)
    assert gzip.decompress(packed.data) == plain.data
    assert (packed.vary.as_set(), plain.vary.as_set()) == ({"accept-encoding", "cookie"},) * 2


def test_a_known_style_sheet_is_not_sent_again(sqlite_app) -> None:
    client = sqlite_app.test_client()
    tag = client.get(SHEET, headers=ASKS, buffered=True).headers["ETag"]
    again = client.get(SHEET, headers={**ASKS, "If-None-Match": tag}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/static/missing.css"])
def test_pages_are_not_compressed(sqlite_app, sqlite_context, path) -> None:
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, Role.LEARNER))
    assert client.get(path, headers=ASKS).content_encoding is None
