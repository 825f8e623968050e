"""What the forms of a record say, read back out of each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

from quizapp.integrations.credentials import achievements
from quizapp.services.unit_of_work import Context
from tests.support import pdfs

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


# --- what paper says in words -----------------------------------------------------------

#: Facts that stand on paper as they are, by their path and by the words before and after them there.
PLAIN = {
    "serial": r"\b([0-9A-Z]{4}(?:-[0-9A-Z]{4}){6})\b",
    "learner.name": r"This record is made out to (.+?) Knowledge shown by examination",
    "exam.title": r", in the exam (.+?)\. Demonstrated",
    "framework.function": r"of the framework (.+?), in the exam",
    "framework.version": r", version (\S+) Result ",
    "decision.demonstrated": r": (\d+) of \d+ tasks",
    "decision.tasks": r": \d+ of (\d+) tasks",
    "decision.points": r"Result (\S+) of \S+ points, cycle",
    "decision.maximum": r"Result \S+ of (\S+) points, cycle",
    "cycles": r"points, cycle (\d+)",
    "issuer.name": r"Issued by (.+?) Issuing officer",
    "standing_notice": r"of \d+ tasks (.*?) This record is made out to",
    "statement": r"(This record is not .+?) (?:\S+ )?Page 1 of|(This record is not .+?\.) ",
    "rule.n_min": r"when at least (\d+) questions were asked",
    "rule.version": r"Rule version (\S+)\.",
    "rule.basis": r"right is at least \S+ %\. Basis: (.+?)\. The requirement",
}
DAYS = {"issued_on": "Issued on", "expires_on": "Valid through"}
SHARES = {"rule.c": r"would answer (\S+) % or more", "rule.gamma": r"right is at least (\S+) %"}
OUTCOMES = {"met": "met", "not met": "not_met", "not decided, too little evidence": "insufficient"}
STATUSES = {
    "": "demonstrated",
    "Not yet demonstrated": "not_yet",
    "Insufficient evidence": "insufficient",
    "Not assessed": "not_assessed",
}
DAY = r"\d{1,2} [A-Z][a-z]+ \d{4}"
TASK = re.compile(rf"(\d+\.[A-Z]) ([^0-9]+?) (?:({'|'.join(filter(None, STATUSES))}) )?(\d+) of (\d+)")
PIECE = re.compile(rf"(\d+\.[A-Z]) ({DAY}) (\d+) of (\d+) ([A-Z]+)\b")
SOURCE = re.compile(r"Exam (\S+) Form (\S+) Blueprint (\S+) Item bank (\S+)")


def common(fields: Mapping[str, str]) -> dict[str, Any]:
    """The facts of a payload, by path as `facts` gives them, that paper tells too."""
    return {
        **{name: fields[name] for name in (*PLAIN, *DAYS, "decision.outcome")},
        **{name: 100 * Fraction(fields[name]) for name in SHARES},
        "tasks": sorted(
            _rows(fields, r"competencies\.\d+\.tasks\.\d+", ("code", "text", "status", "x", "n"))
        ),
        "evidence": sorted(
            _rows(
                fields, r"evidence\.\d+", ("task", "taken_on", "x", "n", "exam", "form", "blueprint", "bank")
            )
        ),
    }


def _rows(fields: Mapping[str, str], path: str, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    rows = dict.fromkeys(
        name.rpartition(".")[0] for name in fields if re.fullmatch(rf"{path}\.{names[0]}", name)
    )
    return [tuple(fields[f"{row}.{name}"] for name in names) for row in rows]


def of_paper(data: bytes) -> dict[str, Any]:
    """The same facts, read from the words on the pages of a PDF."""
    text = pdfs.text(data)
    sources = {chr(ord("A") + at): told for at, told in enumerate(SOURCE.findall(text))}
    return {
        **{name: _one(pattern, text) for name, pattern in PLAIN.items()},
        **{name: _day(_one(f"{words} ({DAY})", text)) for name, words in DAYS.items()},
        **{name: Fraction(_one(pattern, text)) for name, pattern in SHARES.items()},
        "decision.outcome": OUTCOMES[_one(r"Requirement ([^:]+):", text)],
        "tasks": sorted(
            (code, words, STATUSES[status], x, n) for code, words, status, x, n in TASK.findall(text)
        ),
        "evidence": sorted(
            (code, _day(on), x, n, *sources[letter]) for code, on, x, n, letter in PIECE.findall(text)
        ),
    }


def _one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, (pattern, text)
    return next((group for group in found.groups() if group is not None), "")


def _day(words: str) -> str:
    return datetime.strptime(words, "%d %B %Y").date().isoformat()
