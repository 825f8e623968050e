"""Moodle's question types as our item types, one function each; the table says which.

A type that is not in `READERS` is refused by its name. To carry another one, add a function here and
one in `item_types.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizapp.integrations.item_formats import markdown_text, numbers
from quizapp.integrations.item_formats.drafts import (
    Draft,
    matching_rows,
    option_ids,
    own_matching_rows,
    scrambled_ids,
)
from quizapp.integrations.item_formats.moodle_xml.texts import TextReader, child_text, raw_text

FULL = Fraction(100)
#: Moodle writes a third as 33.33333.
CLOSE = Fraction(1, 1000)


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

    def own_ids(self, name: str) -> list[str]:
        """The ids our own line tells under a name."""
        told = (self.rows or {}).get(name)
        return [str(one) for one in told] if isinstance(told, list) else []


@dataclass(frozen=True, slots=True)
class _Answer:
    element: Any
    share: Fraction
    text: str
    reason: str


def _answers(question: Question, is_text: bool = True) -> list[_Answer]:
    """The answers with Markdown texts, or with plain ones."""
    found = []
    for place, element in enumerate(question.element.findall("answer"), start=1):
        where = f"answer {place}"
        share = numbers.exact(element.get("fraction", "0"))
        if share is None:
            question.draft.refuse(where, element.get("fraction"), "bad_weights")
        text = question.texts.read(element, where) if is_text else raw_text(element)
        reason = question.texts.read(element.find("feedback"), f"{where}: feedback")
        found.append(_Answer(element, Fraction(share or 0), text, reason))
    return found


def _row(identifier: str, answer: _Answer) -> dict[str, Any]:
    return {"id": identifier, "text": answer.text, "rationale": answer.reason}


def multichoice(question: Question) -> None:
    """Single choice, or multiple response where several may be chosen."""
    answers = _answers(question)
    is_single = child_text(question.element, "single", "true") in ("true", "1")
    keys = [answer for answer in answers if (answer.share >= FULL if is_single else answer.share > 0)]
    ids = option_ids(len(answers), question.own_ids("option_ids"))
    rows = [_row(name, answer) for name, answer in zip(ids, answers, strict=True)]
    for row, answer in zip(rows, answers, strict=True):
        if answer in keys:
            row["key"] = True
    fields = question.draft.fields
    fields["options"] = rows
    fields["type"] = "single_choice" if is_single or len(keys) == 1 else "multiple_response"
    if not keys:
        question.draft.refuse("options", "", "bad_weights")
    if child_text(question.element, "shuffleanswers", "true") in ("false", "0"):
        fields["lock_order"] = True
    if not question.is_own:
        _tell_weights(question.draft, answers, keys, is_single)


def _tell_weights(draft: Draft, answers: list[_Answer], keys: list[_Answer], is_single: bool) -> None:
    """What of a foreign question's weights cannot be kept."""
    others = [answer for answer in answers if answer not in keys]
    if is_single:
        weighed = [answer for answer in others if answer.share != 0]
        if weighed:
            draft.change("options", f"{float(weighed[0].share):g} %", "partial_credit_dropped")
        return
    if len(keys) == 1:
        draft.change("type", "multichoice", "one_key_only")
        return
    draft.fields["scoring"] = "right_minus_wrong"
    each = FULL / max(1, len(keys))
    if any(abs(key.share - each) > CLOSE for key in keys) or any(
        abs(answer.share + each) > CLOSE for answer in others
    ):
        draft.change("scoring", "", "weights_changed")


def truefalse(question: Question) -> None:
    """True or false."""
    by_text = {answer.text.strip().lower(): answer for answer in _answers(question, is_text=False)}
    rows = []
    for name in ("true", "false"):
        answer = by_text.get(name)
        row: dict[str, Any] = {"id": name, "rationale": answer.reason if answer else ""}
        if answer and answer.share >= FULL:
            row["key"] = True
        rows.append(row)
    question.draft.fields |= {"type": "true_false", "options": rows}


def shortanswer(question: Question) -> None:
    """Short text; a star that is no wildcard is written with a backslash."""
    answers = _answers(question, is_text=False)
    accepted = []
    for answer in answers:
        if answer.share < FULL:
            _tell_unkept(question.draft, answer)
        elif "*" in answer.text.replace("\\*", ""):
            question.draft.change("answers", answer.text, "wildcard_dropped")
        else:
            accepted.append({"text": answer.text.replace("\\*", "*").strip()})
    fields = question.draft.fields
    fields |= {"type": "short_text", "answers": accepted}
    if child_text(question.element, "usecase", "0") == "1":
        fields["case_sensitive"] = True
    if not accepted:
        question.draft.refuse("answers", "", "no_answers")
    _add_reasons(fields, fields, [answer for answer in answers if answer.share >= FULL])


def numerical(question: Question) -> None:
    """Numeric: the first answer worth full points, within its tolerance."""
    draft = question.draft
    answers = _answers(question, is_text=False)
    full = [answer for answer in answers if answer.share >= FULL and answer.text.strip() != "*"]
    for answer in answers:
        if answer not in full[:1]:
            _tell_unkept(draft, answer)
    told: dict[str, Any] = {}
    if full:
        told["value"] = _number(draft, "answer.value", full[0].text)
        tolerance = child_text(full[0].element, "tolerance")
        if tolerance:
            told["tolerance"] = _number(draft, "answer.tolerance", tolerance)
    else:
        draft.refuse("answer", "", "no_answers")
    _read_unit(question, told)
    told["rationale"] = draft.fields.pop("rationale", "")
    draft.fields |= {"type": "numeric", "answer": told}
    _add_reasons(told, told, full[:1])


def _number(draft: Draft, where: str, text: str) -> str:
    told = numbers.plain(text)
    if told is None:
        draft.refuse(where, text, "not_a_number")
    return told or ""


def _read_unit(question: Question, told: dict[str, Any]) -> None:
    units = question.element.findall("units/unit")
    names = [child_text(unit, "unit_name") for unit in units if child_text(unit, "multiplier", "1") != ""]
    usual = [unit for unit in units if numbers.exact(child_text(unit, "multiplier", "1")) == 1]
    if usual:
        told["unit"] = child_text(usual[0], "unit_name")
    for name in names:
        if name != told.get("unit"):
            detail = "One unit is kept: the one the answer is written in."
            question.draft.change("answer.unit", name, "units_dropped", detail)
    if child_text(question.element, "unitgradingtype", "0") != "0":
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
    own = own_matching_rows(pairs, extra, question.rows) if question.rows is not None else None
    prompts, options = own or matching_rows(pairs, extra)
    fields |= {"type": "matching", "prompts": prompts, "options": options}
    if not question.is_own:
        fields["scoring"] = "per_pair"


#: How Moodle marks an order, and the policy of ours that does the same.
ORDERING_POLICIES = {"ALL_OR_NOTHING": "all_or_nothing"}


def ordering(question: Question) -> None:
    """Ordering: by the answers' numbers where they have some, else as they stand."""
    answers = _answers(question)
    if len({answer.share for answer in answers}) == len(answers):
        answers.sort(key=lambda answer: answer.share)
    ids = question.own_ids("option_ids")
    ids = ids if len(ids) == len(answers) else scrambled_ids([answer.text for answer in answers])
    rows = [_row(name, answer) for name, answer in zip(ids, answers, strict=True)]
    fields = question.draft.fields
    fields |= {"type": "ordering", "options": rows}
    if question.is_own:
        return
    told = child_text(question.element, "gradingtype", "ABSOLUTE_POSITION")
    fields["scoring"] = ORDERING_POLICIES.get(told, "adjacent_pairs")
    if told not in ORDERING_POLICIES:
        question.draft.change("scoring", told, "marked_differently")
    if child_text(question.element, "selecttype", "ALL") != "ALL":
        detail = "Moodle asks for a part of the steps; here all of them are asked for."
        question.draft.change("options", "", "selection_dropped", detail)


def _tell_unkept(draft: Draft, answer: _Answer) -> None:
    """An answer that earns nothing says nothing, unless it has a word for who gave it."""
    if answer.share > 0:
        draft.change("answers", answer.text, "answers_dropped")
    if answer.reason:
        draft.change("answers", answer.reason, "feedback_dropped")


def _add_reasons(fields: dict[str, Any], target: dict[str, Any], answers: list[_Answer]) -> None:
    """The general feedback, then the feedback of the right answers."""
    told = [str(fields.get("rationale") or ""), *(answer.reason for answer in answers)]
    target["rationale"] = "\n\n".join(dict.fromkeys(part for part in told if part))


READERS: Mapping[str, Callable[[Question], None]] = {
    "multichoice": multichoice,
    "truefalse": truefalse,
    "shortanswer": shortanswer,
    "numerical": numerical,
    "match": match,
    "matching": match,
    "ordering": ordering,
}
