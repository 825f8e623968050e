"""An item as a file of QTI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_bank import Stimulus
from quizapp.domain.item_types.base import ITEM_RATIONALE
from quizapp.integrations.item_formats.qti.feedback import modal
from quizapp.integrations.item_formats.qti.interactions import BY_TYPE
from quizapp.integrations.item_formats.qti.markup import Markup, is_paragraph
from quizapp.integrations.item_formats.qti.names import (
    XML_LANG,
    XSI,
    Dialect,
    Element,
    Maker,
    attribute,
    child,
    filled,
    to_identifier,
)
from quizapp.integrations.item_formats.qti.scoring import FEEDBACK, SCORE, Question, Rules

NOTHING_SHOWN = "_none"
ITEMS, STIMULI = "items/", "stimuli/"
#: Where an item of version 2.1 holds the scenario that it shares.
STIMULUS_CLASS = "quizapp-stimulus"
#: Where players of version 3 put it.
SHARED_CLASS = "qti-shared-stimulus"


@dataclass(frozen=True, slots=True)
class Written:
    """An item's root element, and the pictures it shows."""

    root: Element
    pictures: frozenset[str]


def write(dialect: Dialect, item: ItemVersion, stimulus: Stimulus | None, language: str) -> Written:
    """The file of an item whose type `BY_TYPE` knows."""
    make = Maker(dialect)
    markup = Markup(make)
    question = BY_TYPE[item.type].write(markup, item)
    root = _root(make, "assessment-item", to_identifier(item.id), item.id, language)
    root.set(dialect.attribute("adaptive"), "false")
    root.set(dialect.attribute("time-dependent"), "false")
    filled(root, *question.declarations, *_outcomes(make, question), *question.template)
    if stimulus is not None and dialect.is_three:
        told = to_identifier(stimulus.id)
        href = f"../{stimulus_file(stimulus.id)}"
        root.append(
            make("assessment-stimulus-ref", {"identifier": told, "href": href, "title": stimulus.title})
        )
    root.append(_body(markup, str(item.content["stem"]), question, stimulus))
    key: Mapping[str, Any] = item.key
    reason = key["rationales"].get(ITEM_RATIONALE, "")
    root.append(Rules(make).processing(question, has_reason=bool(reason)))
    root.extend(question.reasons)
    if reason:
        root.append(modal(markup, ITEM_RATIONALE, reason))
    return Written(root, frozenset(markup.pictures))


def _root(make: Maker, kind: str, identifier: str, title: str, language: str) -> Element:
    root = etree.Element(
        make.dialect.element(kind), {"identifier": identifier}, {None: make.dialect.namespace, "xsi": XSI}
    )
    root.set("title", title)
    root.set(XML_LANG, language)
    root.set(f"{{{XSI}}}schemaLocation", f"{make.dialect.namespace} {make.dialect.schema}")
    return root


def _outcomes(make: Maker, question: Question) -> list[Element]:
    score = {"identifier": SCORE, "cardinality": "single", "base-type": "float", **question.score}
    most = {"identifier": "MAXSCORE", "cardinality": "single", "base-type": "float"}
    shown = {"identifier": FEEDBACK, "cardinality": "multiple", "base-type": "identifier"}
    return [
        make("outcome-declaration", score, _default(make, "0")),
        make("outcome-declaration", most, _default(make, str(question.most))),
        # Players differ about feedback that depends on nothing at all; this is no choice's identifier.
        make("outcome-declaration", shown, _default(make, NOTHING_SHOWN)),
    ]


def _default(make: Maker, value: str) -> Element:
    return make("default-value", None, make("value", None, value))


def _body(markup: Markup, stem: str, question: Question, stimulus: Stimulus | None) -> Element:
    """Scenario, question, interaction; a question of one line is the prompt of an interaction with one."""
    make = markup.make
    body = make("item-body")
    if stimulus is not None:
        body.append(_scenario(markup, stimulus))
    blocks = markup.blocks(stem)
    first = question.body[0]
    has_prompt = first.tag.lower().endswith("interaction")
    if has_prompt and is_paragraph(blocks):
        blocks[0].tag = make.dialect.element("prompt")
        first.insert(0, blocks[0])
        blocks = []
    return filled(body, *blocks, *question.body)


def _scenario(markup: Markup, stimulus: Stimulus) -> Element:
    make, told = markup.make, to_identifier(stimulus.id)
    if make.dialect.is_three:
        return make("div", {"class": SHARED_CLASS, "data-stimulus-idref": told})
    title = make("h2", None, stimulus.title)
    return make("div", {"class": STIMULUS_CLASS, "id": told}, title, *markup.blocks(stimulus.text))


def stimulus_file(stimulus_id: str) -> str:
    """Where a stimulus stands in the package."""
    return f"{STIMULI}{stimulus_id}.xml"


def item_file(item_id: str) -> str:
    """Where an item stands in the package."""
    return f"{ITEMS}{item_id}.xml"


def write_stimulus(dialect: Dialect, stimulus: Stimulus, language: str) -> Written:
    """The file of a stimulus; only version 3 has one."""
    markup = Markup(Maker(dialect))
    told = to_identifier(stimulus.id)
    root = _root(markup.make, "assessment-stimulus", told, stimulus.title, language)
    root.append(markup.make("stimulus-body", None, *markup.blocks(stimulus.text)))
    return Written(root, frozenset(markup.pictures))


def taken_scenario(root: Element) -> tuple[str, str, Element] | None:
    """(identifier, title, element) of the scenario inside an item of version 2; it is taken out."""
    body = child(root, "item-body")
    for element in [] if body is None else body.iter("{*}div"):
        if attribute(element, "class") == STIMULUS_CLASS:
            heading = child(element, "h2")
            title = "" if heading is None else "".join(heading.itertext())
            if heading is not None:
                element.remove(heading)
            element.getparent().remove(element)
            return attribute(element, "id"), title, element
    return None
