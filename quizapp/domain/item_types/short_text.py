"""Short text: one of the accepted texts, compared without regard to spacing or letter forms."""

from __future__ import annotations

from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, responses
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
from quizapp.domain.item_types.texts import folded

NAME = "short_text"
SOURCE_FIELDS = frozenset({"stem", "answers", "case_sensitive", "rationale"})
ANSWER_FIELDS = frozenset({"text"})
LONGEST_TEXT = 200


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, SOURCE_FIELDS)
    answers = [answer.text("text") for answer in reader.rows("answers", ANSWER_FIELDS)]
    content: dict[str, Any] = {"stem": reader.text("stem")}
    # Public, because a learner must know beforehand that capitals count.
    reader.keep_flag(content, "case_sensitive")
    rationales: dict[str, str] = {}
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    return content, reader.finish({"answers": answers, "rationales": rationales})


def join(content: Content, key: Key) -> dict[str, Any]:
    joined = {
        "stem": content["stem"],
        "answers": [{"text": text} for text in key["answers"]],
        **optional(content, "case_sensitive"),
    }
    if ITEM_RATIONALE in key["rationales"]:
        joined["rationale"] = key["rationales"][ITEM_RATIONALE]
    return joined


def check(content: Content, key: Key) -> list[Problem]:
    found = checks.common(content, key)
    if not key["answers"]:
        found.append(checks.problem("answers", "", "no_answer"))
    found += _check_answers(content, key["answers"])
    return found + checks.text("rationale", key["rationales"].get(ITEM_RATIONALE, ""))


def _check_answers(content: Content, answers: list[str]) -> list[Problem]:
    found = []
    folded = [_folded(content, text) for text in answers]
    for place, text in enumerate(answers):
        field = f"answers[#{place + 1}].text"
        found += checks.text(field, text)
        if len(text) > LONGEST_TEXT:
            found.append(checks.problem(field, text, "too_long"))
        if folded[place] and folded[place] in folded[:place]:
            found.append(checks.problem(field, text, "duplicate_text"))
    return found


def present(content: Content, _order: Order) -> dict[str, Any]:
    return {
        "type": NAME,
        "stem": content["stem"],
        "case_sensitive": content.get("case_sensitive", False),
        "longest_text": LONGEST_TEXT,
    }


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"text": responses.only(fields, "text")})


def accept(_content: Content, response: object) -> dict[str, Any] | None:
    members = responses.members(response, "text")
    text = responses.text(members.get("text"), LONGEST_TEXT)
    return {"text": text} if text else None


def is_complete(_content: Content, response: Response | None) -> bool:
    return response is not None


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    typed = _folded(content, _typed(content, response))
    return whole(typed != "" and typed in [_folded(content, text) for text in key["answers"]])


def _folded(content: Content, text: str) -> str:
    return folded(text, content.get("case_sensitive", False))


def _typed(content: Content, response: Response | None) -> str:
    stored = responses.readable(accept, content, response)
    return stored["text"] if stored else ""


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "answers": [response["text"]]}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """One row per accepted text; the learner's own is `given` of the whole."""
    typed = _typed(content, response)
    return Review(
        NAME,
        content["stem"],
        mark(key, content, response),
        is_answered=bool(typed),
        rows=tuple(_review_row(content, text, typed) for text in key["answers"]),
        rationale=key["rationales"].get(ITEM_RATIONALE, ""),
        given=typed,
    )


def _review_row(content: Content, text: str, typed: str) -> ReviewRow:
    is_given = _folded(content, text) == _folded(content, typed)
    return ReviewRow(id=text, text=text, chosen=is_given, is_key=True, is_right=is_given)


def example() -> dict[str, Any]:
    return {
        "stem": "Which document, in two words, does a partner send to ask for a price?",
        "answers": [{"text": "pricing request"}, {"text": "price inquiry"}],
        "rationale": "A price is asked for before an offer is.",
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
