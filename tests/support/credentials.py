"""What the forms of a record say, read back out of each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from quizapp.integrations.credentials import achievements
from quizapp.services.unit_of_work import Context

ADDRESS = "https://exams.example.org"


def published(context: Context, address: str = ADDRESS) -> Context:
    """The same installation, reached under a public address."""
    return replace(context, settings=replace(context.settings, public_url=address))


def of_json(data: bytes) -> Any:
    """The payload in a record file."""
    return json.loads(data)["record"]


def of_open_badge(data: bytes) -> Any:
    """The payload in a credential."""
    return achievements.read(json.loads(data))[0]


def of_transcript(data: bytes) -> Any:
    """The payload in the last credential of a transcript."""
    return achievements.read(json.loads(data)["credentialSubject"]["verifiableCredential"][-1])[0]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._path, self._is_given = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if path := told.get("data-field"):
            assert path not in self.fields
            self._path, self._is_given = path, "value" in told
            self.fields[path] = told.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._path and not self._is_given:
            self.fields[self._path] += data

    def handle_endtag(self, tag: str) -> None:
        self._path = ""


def of_page(data: bytes) -> Any:
    """The payload in a page; what it has no field for is None."""
    page = _Page()
    page.feed(data.decode())
    return page.fields


def facts(value: Any, path: str = "") -> Mapping[str, str]:
    """Every fact of a payload by its path, as text; None is no fact."""
    match value:
        case None:
            return {}
        case dict():
            entries: Any = value.items()
        case list():
            entries = enumerate(value)
        case _:
            return {path: str(value)}
    inner = (facts(entry, f"{path}.{name}".removeprefix(".")) for name, entry in entries)
    return {name: told for part in inner for name, told in part.items()}
