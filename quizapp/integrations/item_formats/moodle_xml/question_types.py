"""Moodle's question types as our item types, one function each; the table says which.

A type that is not in `READERS` is refused by its name. To carry another one, add a function here and
one in `item_types.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizapp.integrations.item_formats import answers, markdown_text, numbers
from quizapp.integrations.item_formats.answers import FULL, Answer
from quizapp.integrations.item_formats.drafts import Draft, matching_rows, own_matching_rows, scrambled_ids
from quizapp.integrations.item_formats.moodle_xml.texts import TextReader, child_text, raw_text

#: How Moodle marks an order, and the policy of ours that does the same.
ORDERING_POLICIES = {"ALL_OR_NOTHING": "all_or_nothing"}


@dataclass(frozen=True, slots=True)
class Question:
    """One ``<question>``; ``rows`` is what our own line says about rows, None in foreign files."""

    element: Any
    draft: Draft
    texts: TextReader
    rows: Mapping[str, Any] | None

    @property
    def is_own(self) -> bool:
        """Whether we wrote it."""
        return self.rows is not None

    def value(self, name: str, usual: str = "") -> str:
        """The text of a child."""
        return child_text(self.element, name, usual)

    def option_ids(self) -> list[str]:
        """The ids our own line tells."""
        told = (self.rows or {}).get("option_ids")
        return [str(one) for one in told] if isinstance(told, list) else []


def _answers(question: Question, is_markdown: bool = False) -> list[Answer]:
    """The answers, with plain texts or as Markdown."""
    found = []
    for place, element in enumerate(question.element.findall("answer"), start=1):
        where = f"answer {place}"
        share = numbers.exact(element.get("fraction", "0"))
        if share is None:
            question.draft.refuse(where, element.get("fraction"), "bad_weights")
        text = question.texts.read(element, where) if is_markdown else raw_text(element)
        reason = question.texts.read(element.find("feedback"), f"{where}: feedback")
        found.append(Answer(share or Fraction(0), text, reason, child_text(element, "tolerance")))
    return found


def multichoice(question: Question) -> None:
    """Single choice, or multiple response where several may be chosen."""
    told = _answers(question, is_markdown=True)
    is_single = question.value("single", "true") in ("true", "1")
    answers.choice(question.draft, told, is_single, question.option_ids())
    if question.value("shuffleanswers", "true") in ("false", "0"):
        question.draft.fields["lock_order"] = True
    if not question.is_own:
        answers.tell_weights(question.draft, told, is_single)


def truefalse(question: Question) -> None:
    """True or false."""
    by_text = {answer.text.strip().lower(): answer for answer in _answers(question)}
    right, wrong = (by_text.get(name, Answer(Fraction(0), name)) for name in ("true", "false"))
    answers.true_false(question.draft, right.share >= FULL, right.reason, wrong.reason)
    if max(right.share, wrong.share) < FULL:
        question.draft.refuse("options", "", "bad_weights")


def shortanswer(question: Question) -> None:
    """Short text."""
    answers.short_text(question.draft, _answers(question))
    if question.value("usecase", "0") == "1":
        question.draft.fields["case_sensitive"] = True


def numerical(question: Question) -> None:
    """Numeric, in the unit its answer is written in."""
    units = question.element.findall("units/unit")
    usual = [unit for unit in units if numbers.exact(child_text(unit, "multiplier", "1")) == 1]
    answers.numeric(question.draft, _answers(question), child_text(usual[0], "unit_name") if usual else "")
    for unit in units:
        if unit not in usual[:1]:
            detail = "One unit is kept: the one the answer is written in."
            question.draft.change("answer.unit", child_text(unit, "unit_name"), "units_dropped", detail)
    if question.value("unitgradingtype", "0") != "0":
        question.draft.change("answer.unit", "", "marked_differently")


def match(question: Question) -> None:
    """Matching; options are plain text, options of no prompt stand beside an empty one."""
    pairs, extra = [], []
    for place, element in enumerate(question.element.findall("subquestion"), start=1):
        prompt = question.texts.read(element, f"prompt {place}")
        option = raw_text(element.find("answer"))
        option = option if question.is_own else markdown_text.escaped(option.strip())
        if prompt:
            pairs.append((prompt, option))
        elif option:
            extra.append(option)
    fields = question.draft.fields
    own = None if question.rows is None else own_matching_rows(pairs, extra, question.rows)
    prompts, options = own or matching_rows(pairs, extra)
    fields |= {"type": "matching", "prompts": prompts, "options": options}
    if not question.is_own:
        fields["scoring"] = "per_pair"


def ordering(question: Question) -> None:
    """Ordering: by the answers' numbers where they have some, else as they stand."""
    told = _answers(question, is_markdown=True)
    if len({answer.share for answer in told}) == len(told):
        told.sort(key=lambda answer: answer.share)
    ids = question.option_ids()
    ids = ids if len(ids) == len(told) else scrambled_ids([answer.text for answer in told])
    rows = [
        {"id": name, "text": answer.text, "rationale": answer.reason}
        for name, answer in zip(ids, told, strict=True)
    ]
    question.draft.fields |= {"type": "ordering", "options": rows}
    if not question.is_own:
        _tell_ordering(question)


def _tell_ordering(question: Question) -> None:
    """Of a foreign question: how it marks, and what of that cannot be kept."""
    told = question.value("gradingtype", "ABSOLUTE_POSITION")
    question.draft.fields["scoring"] = ORDERING_POLICIES.get(told, "adjacent_pairs")
    if told not in ORDERING_POLICIES:
        question.draft.change("scoring", told, "marked_differently")
    if question.value("selecttype", "ALL") != "ALL":
        detail = "Moodle asks for a part of the steps; here all of them are asked for."
        question.draft.change("options", "", "selection_dropped", detail)


READERS: Mapping[str, Callable[[Question], None]] = {
    "multichoice": multichoice,
    "truefalse": truefalse,
    "shortanswer": shortanswer,
    "numerical": numerical,
    "match": match,
    "matching": match,
    "ordering": ordering,
}
