"""Numeric: a number within a tolerance of the key, in any common notation (see notation)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, notation, responses
from quizapp.domain.item_types.base import (
    ITEM_RATIONALE,
    Content,
    Fields,
    ItemType,
    Key,
    Mark,
    Order,
    Response,
    Review,
    ReviewRow,
    Source,
    as_stored,
)
from quizapp.domain.item_types.marks import whole
from quizapp.domain.item_types.source import Reader, optional

NAME = "numeric"
SOURCE_FIELDS = frozenset({"stem", "answer"})
ANSWER_FIELDS = frozenset({"value", "tolerance", "unit", "rationale"})
LONGEST_TEXT = 60
NO_TOLERANCE = "0"


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, SOURCE_FIELDS)
    answer = reader.child("answer", ANSWER_FIELDS)
    content = {"stem": reader.text("stem")}
    answer.keep_text(content, "unit")
    rationales: dict[str, str] = {}
    answer.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    key: dict[str, Any] = {"value": answer.text("value"), "rationales": rationales}
    answer.keep_text(key, "tolerance")
    return content, reader.finish(key)


def join(content: Content, key: Key) -> dict[str, Any]:
    answer = {"value": key["value"], **optional(key, "tolerance"), **optional(content, "unit")}
    if ITEM_RATIONALE in key["rationales"]:
        answer["rationale"] = key["rationales"][ITEM_RATIONALE]
    return {"stem": content["stem"], "answer": answer}


def check(content: Content, key: Key) -> list[Problem]:
    found = checks.common(content, key) + _check_number("answer.value", key["value"])
    found += check_tolerance(key)
    return found + checks.text("answer.rationale", key["rationales"].get(ITEM_RATIONALE, ""))


def check_tolerance(key: Key) -> list[Problem]:
    """That the tolerance of a key is a number, and not below zero."""
    tolerance = key.get("tolerance", NO_TOLERANCE)
    found = _check_number("answer.tolerance", tolerance)
    if tolerance.startswith("-"):
        found.append(checks.problem("answer.tolerance", tolerance, "negative_tolerance"))
    return found


def _check_number(field: str, text: str) -> list[Problem]:
    if len(text) > LONGEST_TEXT:
        return [checks.problem(field, text, "too_long")]
    return [] if notation.exact(text) is not None else [checks.problem(field, text, "bad_number")]


def present(content: Content, _order: Order) -> dict[str, Any]:
    return {
        "type": NAME,
        "stem": content["stem"],
        "unit": content.get("unit", ""),
        "longest_text": LONGEST_TEXT,
    }


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"number": responses.only(fields, "number")})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """{"number"} in plain digits, and {"text"} where the learner wrote it otherwise.

    A text that is no number is kept without "number": unfinished, but not lost.
    """
    members = responses.members(response, "number", "text")
    text = responses.text(members.get("text", members.get("number")), LONGEST_TEXT)
    if not text:
        return None
    numbers = notation.readings(text, content.get("unit", ""))
    if not numbers:
        return {"text": text}
    number = format(numbers[0], "f")
    return {"number": number} if number == text else {"number": number, "text": text}


def is_complete(_content: Content, response: Response | None) -> bool:
    return response is not None and "number" in response


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    """Right when any reading of what was typed is."""
    return whole(is_near(key, content, typed(content, response), Fraction(key["value"])))


def is_near(key: Key, content: Content, text: str, value: Fraction) -> bool:
    """Whether any reading of a text is within the key's tolerance of the value."""
    tolerance = Fraction(key.get("tolerance", NO_TOLERANCE))
    numbers = notation.readings(text, content.get("unit", ""))
    return any(abs(Fraction(number) - value) <= tolerance for number in numbers)


def typed(content: Content, response: Response | None) -> str:
    """What the learner wrote, "" where it cannot be read as a response."""
    stored = responses.readable(accept, content, response) or {}
    return written(stored)


def written(stored: Response) -> str:
    """The text of a response in canonical form, as it was typed."""
    text: str = stored.get("text", stored.get("number", ""))
    return text


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "value": response["number"]}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    marked = mark(key, content, response)
    text = typed(content, response)
    row = ReviewRow(
        id="answer",
        chosen=bool(text),
        is_key=True,
        is_right=marked.is_right,
        given=text,
        expected=key["value"],
    )
    return Review(
        NAME,
        content["stem"],
        marked,
        is_answered=bool(text),
        rows=(row,),
        rationale=key["rationales"].get(ITEM_RATIONALE, ""),
        given=text,
        unit=content.get("unit", ""),
        tolerance=key.get("tolerance", NO_TOLERANCE),
    )


def example() -> dict[str, Any]:
    return {
        "stem": "A permit of 45 days was issued 15 days ago. How many days does it still run?",
        "answer": {
            "value": "30",
            "tolerance": "0",
            "unit": "days",
            "rationale": "45 less the 15 days that have passed.",
        },
    }


TYPE = ItemType(
    name=NAME,
    source_fields=SOURCE_FIELDS,
    split=split,
    join=join,
    check=check,
    present=present,
    parse=parse,
    accept=accept,
    is_complete=is_complete,
    mark=mark,
    rekey=rekey,
    describe=describe,
    example=example,
)
