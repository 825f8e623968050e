"""Our item types as Moodle's question types; the table says which.

To carry another type, add a function here and one in `question_types.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from quizapp.domain.errors import Problem
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.marks import ALL_OR_NOTHING
from quizapp.integrations.item_formats.moodle_xml.texts import put_text
from quizapp.integrations.item_formats.outgoing import default_ids, matching_facts, met_options, percent

Rows = dict[str, Any]
"""What our own line says about rows (see `own_fields.ROWS`)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item in the author's form, and the question it becomes."""

    question: Any
    source: Mapping[str, Any]
    pictures: Mapping[str, bytes]

    def add(self, tag: str, text: str, parent: Any = None) -> Any:
        """A child with a text."""
        element = etree.SubElement(self.question if parent is None else parent, tag)
        element.text = text
        return element

    def answer(self, share: str, row: Mapping[str, Any]) -> None:
        """An option with what it is worth and why."""
        element = put_text(self.question, "answer", row["text"], self.pictures)
        element.set("fraction", share)
        put_text(element, "feedback", row.get("rationale", ""), self.pictures)

    def plain_answer(self, text: str, share: str = "100", reason: str = "") -> Any:
        """An answer that is no Markdown."""
        element = etree.SubElement(self.question, "answer", fraction=share, format="plain_text")
        self.add("text", text, element)
        put_text(element, "feedback", reason, self.pictures)
        return element


def _choice(wanted: Wanted, is_single: bool, shares: tuple[str, str]) -> Rows:
    options = wanted.source["options"]
    wanted.add("single", "true" if is_single else "false")
    wanted.add("shuffleanswers", "false" if wanted.source.get("lock_order") else "true")
    wanted.add("answernumbering", "ABCD")
    for row in options:
        wanted.answer(shares[0] if row.get("key") else shares[1], row)
    return {"option_ids": default_ids(options)}


def _single_choice(wanted: Wanted) -> Rows:
    return _choice(wanted, is_single=True, shares=("100", "0"))


def _multiple_response(wanted: Wanted) -> Rows:
    keys = sum(bool(row.get("key")) for row in wanted.source["options"])
    return _choice(wanted, is_single=False, shares=(percent(1, keys), percent(-1, keys)))


def _true_false(wanted: Wanted) -> Rows:
    for row in wanted.source["options"]:
        wanted.plain_answer(row["id"], "100" if row.get("key") else "0", row.get("rationale", ""))
    return {}


def _short_text(wanted: Wanted) -> Rows:
    wanted.add("usecase", "1" if wanted.source.get("case_sensitive") else "0")
    for row in wanted.source["answers"]:
        wanted.plain_answer(row["text"].replace("*", "\\*"))
    return {}


def _numeric(wanted: Wanted) -> Rows:
    told = wanted.source["answer"]
    element = wanted.plain_answer(told["value"])
    if "tolerance" in told:
        wanted.add("tolerance", told["tolerance"], element)
    has_unit = bool(told.get("unit"))
    if has_unit:
        unit = etree.SubElement(etree.SubElement(wanted.question, "units"), "unit")
        wanted.add("multiplier", "1", unit)
        wanted.add("unit_name", told["unit"], unit)
    for name, value in (
        ("unitgradingtype", "0"),
        ("unitpenalty", "0"),
        ("showunits", "0" if has_unit else "3"),
    ):
        wanted.add(name, value)
    return {}


def _matching(wanted: Wanted) -> Rows:
    prompts, options = wanted.source["prompts"], wanted.source["options"]
    texts = {row["id"]: row["text"] for row in options}
    wanted.add("shuffleanswers", "true")
    for row in prompts:
        element = put_text(wanted.question, "subquestion", row["text"], wanted.pictures)
        wanted.add("text", texts[row["match"]], etree.SubElement(element, "answer"))
    met = met_options(prompts, options)
    for name in met[len({row["match"] for row in prompts}) :]:
        element = put_text(wanted.question, "subquestion", "", wanted.pictures)
        wanted.add("text", texts[name], etree.SubElement(element, "answer"))
    return matching_facts(prompts, options)


def _ordering(wanted: Wanted) -> Rows:
    policy = wanted.source.get("scoring", ALL_OR_NOTHING)
    told = {
        "layouttype": "VERTICAL",
        "selecttype": "ALL",
        "selectcount": "0",
        "gradingtype": "ALL_OR_NOTHING" if policy == ALL_OR_NOTHING else "RELATIVE_NEXT_EXCLUDE_LAST",
        "showgrading": "SHOW",
        "numberingstyle": "none",
    }
    for name, value in told.items():
        wanted.add(name, value)
    options = wanted.source["options"]
    for place, row in enumerate(options, start=1):
        wanted.answer(str(place), row)
    return {"option_ids": [row["id"] for row in options]}


def _no_losses(_item: ItemVersion) -> list[Problem]:
    return []


def _counted_otherwise(here: str, there: str) -> Problem:
    detail = f"Moodle counts a half right response otherwise: {there}."
    return Problem("scoring", here, "marked_differently", detail)


def _lost_by_policy(kept: str, there: str) -> Callable[[ItemVersion], list[Problem]]:
    """Moodle has one policy for the type; items with another are marked otherwise there."""

    def losses(item: ItemVersion) -> list[Problem]:
        policy = str(item.key.get("scoring", ALL_OR_NOTHING))
        return [] if policy == kept else [_counted_otherwise(policy, there)]

    return losses


def _matching_losses(item: ItemVersion) -> list[Problem]:
    detail = "Moodle has no feedback for a pair; the reasons come back to quizapp only."
    reasons = Problem("prompts", "", "only_here", detail)
    return [reasons, *_lost_by_policy("per_pair", "each pair counts")(item)]


def _no_reason(_source: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Writer:
    """One type: Moodle's name of it, what fills the question, what Moodle does otherwise.

    ``reason`` finds the reason for the whole item where it is not the field ``rationale``.
    """

    name: str
    write: Callable[[Wanted], Rows]
    losses: Callable[[ItemVersion], list[Problem]] = _no_losses
    reason: Callable[[Mapping[str, Any]], str] = _no_reason


WRITERS: Mapping[str, Writer] = {
    "single_choice": Writer("multichoice", _single_choice),
    "multiple_response": Writer(
        "multichoice",
        _multiple_response,
        _lost_by_policy("right_minus_wrong", "a right choice counts up, a wrong one down"),
    ),
    "true_false": Writer("truefalse", _true_false),
    "short_text": Writer("shortanswer", _short_text),
    "numeric": Writer("numerical", _numeric, reason=lambda source: source["answer"].get("rationale", "")),
    "matching": Writer("matching", _matching, _matching_losses),
    "ordering": Writer(
        "ordering", _ordering, _lost_by_policy(ALL_OR_NOTHING, "each step that follows its neighbour counts")
    ),
}
