"""Moodle XML from items: questions by task statement, scenarios as descriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Outgoing
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_bank import Stimulus
from quizapp.integrations.item_formats import own_fields
from quizapp.integrations.item_formats.moodle_xml.item_types import WRITERS, Wanted
from quizapp.integrations.item_formats.moodle_xml.reading import OWN
from quizapp.integrations.item_formats.moodle_xml.texts import put_text
from quizapp.integrations.item_formats.outgoing import (
    category_path,
    form_of,
    left_out,
    told_to_us_only,
    unwritable,
)

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
TAIL = b"</quiz>\n"


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the questions of one file share."""

    pictures: Mapping[str, bytes]
    scenarios: Mapping[str, Stimulus]


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """The file, question by question."""
    shared = _Shared(
        {picture.name: picture.data for picture in outgoing.pictures},
        {stimulus.id: stimulus for stimulus in outgoing.stimuli},
    )
    yield HEAD
    if outgoing.stimuli:
        yield _bytes(_category(outgoing, "Scenarios"))
    for stimulus in outgoing.stimuli:
        yield _bytes(_description(stimulus, shared))
    task = None
    for item in outgoing.items:
        if _why_left_out(item):
            continue
        if item.scoring_task != task:
            task = item.scoring_task
            yield _bytes(_category(outgoing, f"{task} {outgoing.tasks.get(task, '')}".strip()))
        yield _bytes(_question(item, shared))
    yield TAIL


def losses(outgoing: Outgoing) -> list[Problem]:
    """What Moodle will not know or do, item by item."""
    told = told_to_us_only(outgoing, "Moodle", kept=("tasks", "pool", "level", "difficulty"))
    for item in outgoing.items:
        why = _why_left_out(item)
        if why:
            told.append(why)
            continue
        told += [problem.at(item.id) for problem in WRITERS[item.type].losses(item)]
    return told


def _why_left_out(item: ItemVersion) -> Problem | None:
    if item.type not in WRITERS:
        return left_out(item, "Moodle")
    return unwritable(item)


def _question(item: ItemVersion, shared: _Shared) -> Any:
    writer = WRITERS[item.type]
    source = form_of(item)
    element = _begun(writer.name, item.id)
    scenario = shared.scenarios.get(item.stimulus or "")
    put_text(element, "questiontext", source["stem"], shared.pictures, scenario.text if scenario else "")
    wanted = Wanted(element, source, shared.pictures)
    reason = source.get("rationale") or writer.reason(source)
    put_text(element, "generalfeedback", reason, shared.pictures)
    for name, value in (("defaultgrade", "1"), ("penalty", "0"), ("hidden", "0"), ("idnumber", item.id)):
        etree.SubElement(element, name).text = value
    rows = writer.write(wanted)
    tags = etree.SubElement(element, "tags")
    for tag in own_fields.tags_of(item):
        etree.SubElement(etree.SubElement(tags, "tag"), "text").text = tag
    etree.SubElement(element, OWN).text = own_fields.extra_of(item, rows)
    return element


def _description(stimulus: Stimulus, shared: _Shared) -> Any:
    element = _begun("description", stimulus.title)
    put_text(element, "questiontext", stimulus.text, shared.pictures)
    put_text(element, "generalfeedback", "", shared.pictures)
    for name, value in (("defaultgrade", "0"), ("penalty", "0"), ("hidden", "0"), ("idnumber", stimulus.id)):
        etree.SubElement(element, name).text = value
    etree.SubElement(element, OWN).text = "{}"
    return element


def _category(outgoing: Outgoing, name: str) -> Any:
    element = etree.Element("question", type="category")
    path = category_path(outgoing.bank.title, name)
    etree.SubElement(etree.SubElement(element, "category"), "text").text = path
    return element


def _begun(kind: str, name: str) -> Any:
    element = etree.Element("question", type=kind)
    etree.SubElement(etree.SubElement(element, "name"), "text").text = name
    return element


def _bytes(element: Any) -> bytes:
    etree.indent(element, space="  ", level=1)
    written: bytes = etree.tostring(element, encoding="utf-8", xml_declaration=False)
    return b"  " + written + b"\n"
