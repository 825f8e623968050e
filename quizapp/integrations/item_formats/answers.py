"""Answers with weights, as Moodle and GIFT know them, as the keys of our item types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizapp.integrations.item_formats import numbers
from quizapp.integrations.item_formats.drafts import Draft, option_ids

FULL = Fraction(100)
#: A third is written as 33.33333.
CLOSE = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what it is worth in per cent, what it says, and what is said to who gives it."""

    share: Fraction
    text: str
    reason: str = ""
    tolerance: str = ""


def choice(draft: Draft, answers: Sequence[Answer], is_single: bool, told_ids: Sequence[str] = ()) -> None:
    """Single choice, or multiple response where several may be chosen."""
    keys = [answer.share >= FULL if is_single else answer.share > 0 for answer in answers]
    rows: list[dict[str, Any]] = [
        {"id": name, "text": answer.text, "rationale": answer.reason} | ({"key": True} if is_key else {})
        for name, answer, is_key in zip(option_ids(len(answers), told_ids), answers, keys, strict=True)
    ]
    is_one = is_single or sum(keys) == 1
    draft.fields |= {"type": "single_choice" if is_one else "multiple_response", "options": rows}
    if not any(keys):
        draft.refuse("options", "", "bad_weights")


def tell_weights(draft: Draft, answers: Sequence[Answer], is_single: bool) -> None:
    """Of a foreign question: how it marks, and what of that cannot be kept."""
    if is_single:
        for answer in answers:
            if answer.share < FULL and answer.share != 0:
                draft.change("options", f"{float(answer.share):g} %", "partial_credit_dropped")
                return
        return
    keys = [answer.share for answer in answers if answer.share > 0]
    if len(keys) == 1:
        draft.change("type", "", "one_key_only")
        return
    draft.fields["scoring"] = "right_minus_wrong"
    each = FULL / max(1, len(keys))
    expected = [each if answer.share > 0 else -each for answer in answers]
    if any(abs(answer.share - told) > CLOSE for answer, told in zip(answers, expected, strict=True)):
        draft.change("scoring", "", "weights_changed")


def true_false(draft: Draft, is_true: bool, why_true: str, why_false: str) -> None:
    """True or false, with what is said to who chooses either."""
    rows: list[dict[str, Any]] = [
        {"id": "true", "rationale": why_true},
        {"id": "false", "rationale": why_false},
    ]
    rows[0 if is_true else 1]["key"] = True
    draft.fields |= {"type": "true_false", "options": rows}


def short_text(draft: Draft, answers: Sequence[Answer]) -> None:
    """Short text; a star that is no wildcard is written with a backslash."""
    accepted = []
    for answer in answers:
        if answer.share < FULL:
            _tell_unkept(draft, answer)
        elif "*" in answer.text.replace("\\*", ""):
            draft.change("answers", answer.text, "wildcard_dropped")
        else:
            accepted.append({"text": answer.text.replace("\\*", "*").strip()})
    draft.fields |= {"type": "short_text", "answers": accepted}
    if not accepted:
        draft.refuse("answers", "", "no_answers")
    draft.fields["rationale"] = reasons(draft, [answer for answer in answers if answer.share >= FULL])


def numeric(draft: Draft, answers: Sequence[Answer], unit: str = "") -> None:
    """Numeric: the first answer worth full points, within its tolerance."""
    full = [answer for answer in answers if answer.share >= FULL and answer.text.strip() != "*"]
    for answer in answers:
        if answer not in full[:1]:
            _tell_unkept(draft, answer)
    told: dict[str, Any] = {"unit": unit} if unit else {}
    if not full:
        draft.refuse("answer", "", "no_answers")
    for name, text in (("value", full[0].text), ("tolerance", full[0].tolerance)) if full else ():
        if text:
            told[name] = _number(draft, f"answer.{name}", text)
    told["rationale"] = reasons(draft, full[:1])
    draft.fields.pop("rationale", None)
    draft.fields |= {"type": "numeric", "answer": told}


def _number(draft: Draft, where: str, text: str) -> str:
    told = numbers.plain(text)
    if told is None:
        draft.refuse(where, text, "not_a_number")
    return told or ""


def _tell_unkept(draft: Draft, answer: Answer) -> None:
    """An answer that earns nothing says nothing, unless it has a word for who gives it."""
    if answer.share > 0:
        draft.change("answers", answer.text, "answers_dropped")
    if answer.reason:
        draft.change("answers", answer.reason, "feedback_dropped")


def reasons(draft: Draft, answers: Sequence[Answer]) -> str:
    """Why, for the whole item: the general feedback, then the feedback of the right answers."""
    told = [str(draft.fields.get("rationale") or ""), *(answer.reason for answer in answers)]
    return "\n\n".join(dict.fromkeys(part for part in told if part))
