"""Pages that bring files of items into a bank and give a bank out; pictures by address."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from quizapp.domain.person import Role
from quizapp.integrations.item_formats import csv_items
from quizapp.services import frameworks, items, jobs, pictures
from tests.support import inventions
from tests.support.drawings import drawing
from tests.support.inventions import item, write_bank
from tests.support.people import TESTS, person, sign_in

BANK = "/banks/harbour-items"
ROWS = [
    {"type": "numeric", "id": "n1", "stem": "How <b>many</b>?", "key": "3", "rationale": "Counted."},
    {"type": "numeric", "id": "n2", "stem": "How long?", "key": "<i>three</i>", "rationale": "Measured."},
]


@pytest.fixture
def client(sqlite_app: Any, sqlite_context: Any, tmp_path: Path) -> Any:
    """Somebody who writes items, in front of a bank of one."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    items.load_bank(sqlite_context, TESTS, write_bank(tmp_path / "bank", [item("h1")]))
    told = sqlite_app.test_client()
    sign_in(told, sqlite_context, person(sqlite_context, Role.INSTRUCTOR, name="Ann Author"))
    return told


def table(*rows: dict[str, str]) -> bytes:
    return b"".join(csv_items.table(["id", "type", "stem", "key", "rationale"], rows))


def brought(client: Any, data: bytes, name: str = "items.csv", **fields: str) -> Any:
    form = {
        "form": "",
        "task": "A.1",
        "pool": "secure",
        "level": "apply",
        "difficulty": "60",
        "authority": "",
    }
    return client.post(f"{BANK}/import", data={**form, **fields, "file": (io.BytesIO(data), name)})


def test_a_file_is_looked_at_confirmed_and_taken(client: Any, sqlite_context: Any) -> None:
    page = client.get(BANK).text
    assert f'href="{BANK}/import"' in page
    assert f'href="{BANK}/export"' in page
    assert "A table to begin with" in client.get(f"{BANK}/import").text
    answer = brought(client, table(*ROWS))
    report = client.get(answer.location).text
    assert "Import 1 item" in report
    assert "&lt;i&gt;three&lt;/i&gt;" in report
    assert "<i>three" not in report
    refused = client.get(f"{answer.location}/refused.csv")
    assert (refused.mimetype, b"row 3" in refused.data, b"n1" in refused.data) == ("text/csv", True, False)
    # Without the wish to leave the bad one out, nothing happens.
    assert "Import 1 item" in client.post(f"{answer.location}/confirm", follow_redirects=True).text
    running = client.post(
        f"{answer.location}/confirm", data={"accepts_valid": "1"}, follow_redirects=True
    ).text
    assert 'data-refresh="2"' in running
    jobs.run_due(sqlite_context)
    assert "1 item was imported." in client.get(answer.location).text
    assert "How &lt;b&gt;many" in client.get(f"{BANK}?text=many").text
    assert "Imported" in client.get(f"{BANK}/import").text


def test_a_file_that_cannot_be_read_says_why(client: Any) -> None:
    for data, name, sentence in (
        (b"stem\n1", "items.csv", "The first row must name this column."),
        (b"\xff\xfe\xfd", "items.csv", "The file is not UTF-8 text."),
        (b"x", "items.odd", "There is no such format for items."),
        (b"id,type,stem\n", "items.csv", "There are no items in the file."),
    ):
        answer = brought(client, data, name)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert brought(client, table(*ROWS), form="xlsx").status_code == 422
    assert brought(client, b"", pool="other").status_code == 422


def test_files_may_be_larger_than_forms(client: Any, sqlite_app: Any) -> None:
    sqlite_app.config["MAX_CONTENT_LENGTH"] = 10_000
    rows = [{**ROWS[0], "id": f"n{number}", "stem": f"How many {number}?"} for number in range(400)]
    assert brought(client, table(*rows)).status_code == 302
    assert client.post("/banks/harbour-items/imports/x", data={"a": "b" * 20_000}).status_code in {404, 413}


def test_a_bank_is_given_out_with_its_losses_said_first(client: Any, sqlite_context: Any) -> None:
    assert "This format holds every item as it is." in client.get(f"{BANK}/export?form=jsonl").text
    told = client.get(f"{BANK}/export/jsonl")
    assert (told.mimetype, told.headers["Content-Disposition"]) == (
        "application/jsonl",
        'attachment; filename="harbour-items.jsonl"',
    )
    template = client.get(f"{BANK}/import/template.csv")
    assert template.data.startswith(b"\xef\xbb\xbfid,type,tasks")
    assert client.get(f"{BANK}/export?form=papyrus").status_code == 404
    assert client.get(f"{BANK}/import/template.pdf").status_code == 404
    assert client.get("/banks/none/export").status_code == 404


def test_pictures_are_for_who_is_signed_in_and_kept_by_browsers(
    client: Any, sqlite_app: Any, sqlite_context: Any
) -> None:
    name = pictures.add(sqlite_context, TESTS, drawing(), "A pier").name
    answer = client.get(f"/media/{name}")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(f"/media/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, client.get("/media/none.png").status_code) == (304, 404)
    stranger = sqlite_app.test_client().get(f"/media/{name}")
    assert (stranger.status_code, "/login" in stranger.location) == (302, True)
