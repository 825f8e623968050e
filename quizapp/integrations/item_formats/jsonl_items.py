"""Items as JSON lines: every item in full, exactly, for tools and for backups of texts.

A line an item, as `quizapp bank export` has always written it; after them a line a picture.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Entry, Given, ItemFormat, Outgoing, Package, Picture
from quizapp.domain.item import ItemVersion, digest, shown
from quizapp.domain.item_bank import Stimulus, read_stimulus
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.integrations.item_formats import text_files

PICTURE = "picture"
FORM_FIELDS = ("id", "type", "tasks", "pool", "status", "level", "difficulty", "enemies", "sources")
#: Of a line, what is not the public half of the item.
NOT_CONTENT = frozenset(
    {*FORM_FIELDS, "bank", "version", "digest", "stimulus", "key", "rationales", "author", "reviewer"}
)


def read(data: bytes, given: Given) -> Package:
    """The items of a file of JSON lines; raises `Invalid` ("bad_file") where it is no such file."""
    entries: list[Entry] = []
    stimuli: dict[str, Stimulus] = {}
    pictures: list[Picture] = []
    for number, line in enumerate(text_files.decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        told = _object(line)
        if told is not None and PICTURE in told and "type" not in told:
            pictures.append(_picture(told, number))
        else:
            entries.append(_entry(f"line {number}", told, given, stimuli))
    if entries and all(entry.source is None for entry in entries):
        raise text_files.bad_file("not_jsonl", "no line is a JSON object that holds an item", "line 1")
    return Package(tuple(entries), tuple(stimuli.values()), tuple(pictures))


def _object(line: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _picture(told: Mapping[str, Any], number: int) -> Picture:
    try:
        data = base64.b64decode(str(told.get("base64")), validate=True)
    except (ValueError, binascii.Error):
        raise text_files.bad_file("bad_picture", "a picture is base64", f"line {number}") from None
    return Picture(str(told[PICTURE]), str(told.get("media_type", "")), data)


def _entry(place: str, told: dict[str, Any] | None, given: Given, stimuli: dict[str, Stimulus]) -> Entry:
    if told is None:
        return Entry(place, "", None, problems=(Problem("line", "", "not_json", "not a JSON object"),))
    name = str(told.get("id") or "")
    body, problem = _body(told)
    if problem:
        return Entry(place, name, None, problems=(problem,))
    source = {**given.fields, **{field: told[field] for field in FORM_FIELDS if field in told}, **body}
    source |= {field: told[field] for field in ("author", "reviewer") if told.get(field)}
    scenario, problems = _scenario(told.get("stimulus"), stimuli)
    return Entry(place, name, source | scenario, problems=problems)


def _body(told: Mapping[str, Any]) -> tuple[dict[str, Any], Problem | None]:
    """What belongs to the item's type, in the author's form."""
    kind = ITEM_TYPES.get(str(told.get("type")))
    key, rationales = told.get("key"), told.get("rationales", {})
    if kind is None or not isinstance(key, dict) or not isinstance(rationales, dict):
        detail = "an item has a known type, and objects named key and rationales"
        return {}, Problem("type", shown(told.get("type")), "not_an_item", detail)
    content = {field: value for field, value in told.items() if field not in NOT_CONTENT}
    try:
        return kind.join(content, {**key, "rationales": rationales}), None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return {}, Problem("key", shown(error), "not_an_item", f"not the fields of a {kind.name}")


def _scenario(told: object, stimuli: dict[str, Stimulus]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The scenario's id for the item, kept once with its words, or what is wrong with it."""
    if not isinstance(told, dict):
        return {}, ()
    stimulus, problems = read_stimulus(told)
    if stimulus is None:
        return {}, tuple(Problem(f"stimulus.{p.field}", p.value, p.reason, p.detail) for p in problems)
    stimuli.setdefault(stimulus.id, stimulus)
    return {"stimulus": stimulus.id}, ()


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """A line an item, then a line a picture."""
    stimuli = {stimulus.id: stimulus for stimulus in outgoing.stimuli}
    for item in outgoing.items:
        stimulus = stimuli.get(item.stimulus or "")
        yield _line(record(item, stimulus, outgoing.bank.id, outgoing.numbers.get(item.id, 1)))
    for picture in outgoing.pictures:
        data = base64.b64encode(picture.data).decode()
        yield _line({PICTURE: picture.name, "media_type": picture.media_type, "base64": data})


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def record(item: ItemVersion, stimulus: Stimulus | None, bank_id: str, version: int) -> dict[str, Any]:
    """One item as plain data; ``version`` is the number of its wording."""
    key: Mapping[str, Any] = item.key
    return {
        "id": item.id,
        "bank": bank_id,
        "version": version,
        "digest": digest(item, stimulus.digest if stimulus else ""),
        "type": item.type,
        "tasks": list(item.tasks),
        "pool": item.pool.value,
        "status": item.status.value,
        "level": item.level.value,
        "difficulty": item.difficulty,
        "stimulus": asdict(stimulus) if stimulus else None,
        **item.content,
        "key": {name: value for name, value in key.items() if name != "rationales"},
        "rationales": key.get("rationales", {}),
        "enemies": sorted(item.enemies),
        "sources": [asdict(source) for source in item.sources],
        "author": item.author,
        "reviewer": item.reviewer,
    }


FORMAT = ItemFormat("jsonl", "JSON lines", "jsonl", "application/jsonl", read, write)
