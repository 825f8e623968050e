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
from quizapp.integrations.item_formats.drafts import Draft
from quizapp.integrations.item_formats.moodle_xml.item_types import WRITERS, Wanted
from quizapp.integrations.item_formats.moodle_xml.question_types import Question
from quizapp.integrations.item_formats.moodle_xml.reading import OWN, TYPED, ask, said
from quizapp.integrations.item_formats.moodle_xml.texts import TextReader, put_text
from quizapp.integrations.item_formats.outgoing import (
    category_path,
    form_of,
    left_out,
    told_to_us_only,
    unwritable,
)
from quizapp.integrations.item_formats.pictures import PictureBox

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
    text = writer.text(source)
    put_text(element, "questiontext", text, shared.pictures, scenario.text if scenario else "")
    wanted = Wanted(element, source, item.content, shared.pictures)
    reason = source.get("rationale") or writer.reason(source)
    put_text(element, "generalfeedback", reason, shared.pictures)
    points = str(writer.points(source))
    for name, value in (("defaultgrade", points), ("penalty", "0"), ("hidden", "0"), ("idnumber", item.id)):
        etree.SubElement(element, name).text = value
    rows = writer.write(wanted)
    if writer.is_kept:
        rows |= _kept(item, element, scenario is not None)
    tags = etree.SubElement(element, "tags")
    for tag in own_fields.tags_of(item):
        etree.SubElement(etree.SubElement(tags, "tag"), "text").text = tag
    etree.SubElement(element, OWN).text = own_fields.extra_of(item, rows)
    return element


def _kept(item: ItemVersion, element: Any, has_scenario: bool) -> dict[str, Any]:
    """The whole item, and what the file says of it: while that stays the same, the whole is meant."""
    # As it will be read: the reader takes texts apart.
    copy = etree.fromstring(etree.tostring(element, encoding="utf-8"))
    draft = Draft("", item.id, {"stimulus": item.stimulus} if has_scenario else {})
    ask(copy.get("type", ""), Question(copy, draft, TextReader(draft, PictureBox()), None))
    meant = {name: told for name, told in form_of(item).items() if name in TYPED}
    return {"meant": meant, "said": said(draft)}


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
