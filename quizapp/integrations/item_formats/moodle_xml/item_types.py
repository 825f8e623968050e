"""Our item types as Moodle's question types; the table says which.

To carry another type, add a function here and one in `question_types.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from lxml import etree

from quizapp.domain.errors import Problem
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types import rubric
from quizapp.domain.item_types.gaps import named
from quizapp.domain.item_types.marks import ALL_OR_NOTHING
from quizapp.integrations.item_formats import rubrics
from quizapp.integrations.item_formats.moodle_xml import calculated, gaps
from quizapp.integrations.item_formats.moodle_xml.texts import put_text, readable
from quizapp.integrations.item_formats.outgoing import default_ids, matching_facts, met_options, percent

Rows = dict[str, Any]
"""What our own line says about rows (see `own_fields.ROWS`)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item in the author's form, and the question it becomes."""

    question: Any
    source: Mapping[str, Any]
    content: Mapping[str, Any]
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
    _unit(wanted, told.get("unit", ""))
    return {}


def _unit(wanted: Wanted, told: str) -> None:
    if told:
        unit = etree.SubElement(etree.SubElement(wanted.question, "units"), "unit")
        wanted.add("multiplier", "1", unit)
        wanted.add("unit_name", told, unit)
    for name, value in (("unitgradingtype", "0"), ("unitpenalty", "0"), ("showunits", "0" if told else "3")):
        wanted.add(name, value)


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


def _essay(wanted: Wanted) -> Rows:
    words = wanted.source.get("words", {})
    told = {
        "responseformat": "plain",
        "responserequired": "1",
        "responsefieldlines": "15",
        "minwordlimit": words.get("least", ""),
        "maxwordlimit": words.get("most", ""),
        "attachments": "0",
        "attachmentsrequired": "0",
    }
    for name, value in told.items():
        if value:
            wanted.add(name, value)
    put_text(wanted.question, "graderinfo", rubrics.told(wanted.source["criteria"]), wanted.pictures)
    put_text(wanted.question, "responsetemplate", "", wanted.pictures)
    return {}


def _dropdown_cloze(wanted: Wanted) -> Rows:
    """Every gap is a group of its own, and is marked with the number of its right choice."""
    wanted.add("shuffleanswers", "0" if wanted.source.get("lock_order") else "1")
    by_id = {gap["id"]: gap for gap in wanted.source["gaps"]}
    marks, number = [], 0
    for group, name in enumerate(named(wanted.source["text"]), start=1):
        rows = by_id[name]["options"]
        right = next(place for place, row in enumerate(rows, start=1) if row.get("key"))
        marks.append(f"[[{number + right}]]")
        number += len(rows)
        for row in rows:
            _selectable(wanted, "selectoption", row["text"], group)
    _put_gaps(wanted, marks)
    return {}


def _gap_text(wanted: Wanted) -> Rows:
    by_id = {gap["id"]: [row["text"] for row in gap["answers"]] for gap in wanted.source["gaps"]}
    accepted = [by_id[name] for name in named(wanted.source["text"])]
    if not wanted.source.get("distractors"):
        is_html = wanted.question.find("questiontext").get("format") == "html"
        is_strict = bool(wanted.source.get("case_sensitive"))
        _put_gaps(wanted, [gaps.cloze(texts, is_strict, is_html) for texts in accepted])
        return {}
    wanted.question.set("type", "ddwtos")
    wanted.add("shuffleanswers", "1")
    distractors = [row["text"] for row in wanted.source["distractors"]]
    pool = list(dict.fromkeys([*(text for texts in accepted for text in texts), *distractors]))
    for text in pool:
        box = _selectable(wanted, "dragbox", escape(text, quote=False), 1)
        etree.SubElement(box, "infinite")
    _put_gaps(wanted, [f"[[{pool.index(texts[0]) + 1}]]" for texts in accepted])
    return {}


def _selectable(wanted: Wanted, tag: str, text: str, group: int) -> Any:
    element = etree.SubElement(wanted.question, tag)
    wanted.add("text", text, element)
    wanted.add("group", str(group), element)
    return element


def _put_gaps(wanted: Wanted, marks: Sequence[str]) -> None:
    element = wanted.question.find("questiontext/text")
    element.text = readable(gaps.put(element.text or "", marks))


def _calculated(wanted: Wanted) -> Rows:
    told, content = wanted.source["answer"], wanted.content
    element = wanted.plain_answer(calculated.formula(told["expression"]))
    facts = {
        "tolerance": told.get("tolerance", "0"),
        "tolerancetype": calculated.NOMINAL,
        "correctanswerformat": "1",
        "correctanswerlength": "2",
    }
    for name, value in facts.items():
        wanted.add(name, value, element)
    _unit(wanted, told.get("unit", ""))
    wanted.add("synchronize", "1")
    listed = [row["values"] for row in content["variants"]]
    calculated.put_datasets(wanted.question, wanted.source["parameters"], listed)
    return {}


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


def _gap_losses(item: ItemVersion) -> list[Problem]:
    detail = "Moodle has no feedback for a gap; the reasons come back to quizapp only."
    told = [Problem("gaps", "", "only_here", detail)]
    key: Mapping[str, Any] = item.key
    if any(len(right) > 1 for right in key.get("keys", {}).values()) or _has_spare_words(item):
        detail = "Moodle takes one option of each gap for right: the first."
        told.append(Problem("gaps", "", "marked_differently", detail))
    return told + _lost_by_policy("per_gap", "each gap counts")(item)


def _has_spare_words(item: ItemVersion) -> bool:
    """Whether a gap of a pool accepts several words; where words are typed Moodle takes them all."""
    key: Mapping[str, Any] = item.key
    return bool(item.content.get("words")) and any(len(right) > 1 for right in key["answers"].values())


def _no_reason(_source: Mapping[str, Any]) -> str:
    return ""


def _stem(source: Mapping[str, Any]) -> str:
    return str(source["stem"])


def _one_point(_source: Mapping[str, Any]) -> int:
    return 1


def _reason_of_answer(source: Mapping[str, Any]) -> str:
    return str(source["answer"].get("rationale", ""))


@dataclass(frozen=True, slots=True)
class Writer:
    """One type: Moodle's name of it, what fills the question, what Moodle does otherwise.

    ``reason`` finds the reason for the whole item where it is not the field ``rationale``; ``text`` the
    text of the question; ``points`` what it is worth there. Of what ``is_kept`` the file does not say
    everything, so our own line holds the whole item.
    """

    name: str
    write: Callable[[Wanted], Rows]
    losses: Callable[[ItemVersion], list[Problem]] = _no_losses
    reason: Callable[[Mapping[str, Any]], str] = _no_reason
    text: Callable[[Mapping[str, Any]], str] = _stem
    points: Callable[[Mapping[str, Any]], int] = _one_point
    is_kept: bool = False


WRITERS: Mapping[str, Writer] = {
    "single_choice": Writer("multichoice", _single_choice),
    "multiple_response": Writer(
        "multichoice",
        _multiple_response,
        _lost_by_policy("right_minus_wrong", "a right choice counts up, a wrong one down"),
    ),
    "true_false": Writer("truefalse", _true_false),
    "short_text": Writer("shortanswer", _short_text),
    "numeric": Writer("numerical", _numeric, reason=_reason_of_answer),
    "matching": Writer("matching", _matching, _matching_losses),
    "essay": Writer("essay", _essay, points=rubric.most, is_kept=True),
    "dropdown_cloze": Writer("gapselect", _dropdown_cloze, _gap_losses, text=gaps.with_places, is_kept=True),
    "gap_text": Writer("cloze", _gap_text, _gap_losses, text=gaps.with_places, is_kept=True),
    "parametrised_numeric": Writer("calculated", _calculated, reason=_reason_of_answer, is_kept=True),
    "ordering": Writer(
        "ordering", _ordering, _lost_by_policy(ALL_OR_NOTHING, "each step that follows its neighbour counts")
    ),
}
