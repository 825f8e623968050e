"""Essay: a long text that people mark under a rubric; no program knows its points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, responses, rubric
from quizapp.domain.item_types.base import (
    ITEM_RATIONALE,
    MAXIMUM,
    Content,
    Fields,
    ItemType,
    Key,
    Mark,
    Marking,
    Order,
    Response,
    Review,
    ReviewRow,
    Source,
    as_stored,
)
from quizapp.domain.item_types.marks import UNANSWERED
from quizapp.domain.item_types.source import Reader, optional

NAME = "essay"
SOURCE_FIELDS = frozenset({"stem", "words", "criteria", "marking", "rationale"})
WORDS_FIELDS = frozenset({"least", "most"})
#: Even with every letter escaped, this fits into one saved entry.
LONGEST_TEXT = 9_000


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, SOURCE_FIELDS)
    content: dict[str, Any] = {"stem": reader.text("stem")}
    if reader.has("words"):
        words = reader.child("words", WORDS_FIELDS)
        content["words"] = {}
        for name in sorted(WORDS_FIELDS):
            words.keep_text(content["words"], name)
    rationales: dict[str, str] = {}
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    return content, reader.finish({**rubric.split(reader), "rationales": rationales})


def join(content: Content, key: Key) -> dict[str, Any]:
    joined = {"stem": content["stem"], **optional(content, "words"), **rubric.join(key)}
    if ITEM_RATIONALE in key["rationales"]:
        joined["rationale"] = key["rationales"][ITEM_RATIONALE]
    return joined


def check(content: Content, key: Key) -> list[Problem]:
    return checks.common(content, key) + _check_words(content) + rubric.check(key)


def _check_words(content: Content) -> list[Problem]:
    words = content.get("words", {})
    found = [
        checks.problem(f"words.{name}", value, "bad_whole")
        for name, value in words.items()
        if not rubric.WORDS.fullmatch(value)
    ]
    if not found and {"least", "most"} <= words.keys() and int(words["least"]) > int(words["most"]):
        found.append(checks.problem("words.least", words["least"], "bad_words"))
    return found


def present(content: Content, _order: Order) -> dict[str, Any]:
    return {
        "type": NAME,
        "stem": content["stem"],
        "least_words": limit(content, "least"),
        "most_words": limit(content, "most"),
        "longest_text": LONGEST_TEXT,
    }


def limit(content: Content, name: str) -> int:
    """A limit of words; 0 where there is none."""
    return int(content.get("words", {}).get(name, "0"))


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"text": responses.only(fields, "text")})


def accept(_content: Content, response: object) -> dict[str, Any] | None:
    told = responses.members(response, "text").get("text")
    # A form sends line ends of two letters, a script of one; a browser counts them as one.
    if isinstance(told, str):
        told = told.replace("\r\n", "\n").replace("\r", "\n")
    text = responses.text(told, LONGEST_TEXT)
    return {"text": text} if text else None


def is_complete(content: Content, response: Response | None) -> bool:
    """Too short a text is only begun. Too long a one is complete: who marks it sees how long it is."""
    return response is not None and count_words(response["text"]) >= limit(content, "least")


def count_words(text: str) -> int:
    """Runs of letters between spaces."""
    return len(text.split())


def mark(_key: Key, _content: Content, _response: Response | None) -> Mark:
    """Nothing: what a text is worth, `award` tells from people's markings."""
    return UNANSWERED


def award(key: Key, content: Content, response: Response | None, markings: Sequence[Marking]) -> Mark | None:
    """The mark after these markings; None while it waits for one. What is empty waits for nobody."""
    if responses.readable(accept, content, response) is None:
        return UNANSWERED
    points = rubric.awarded(key, markings)
    if points is None:
        return None
    return Mark(points / rubric.most(key), MAXIMUM, is_right=points >= rubric.rules(key).enough)


def rekey(key: Key, _response: Response) -> dict[str, Any]:
    """The key as it is: no text is right for everybody."""
    return dict(key)


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """A row for each criterion, with what is expected at best; the text is `given` of the whole."""
    stored = responses.readable(accept, content, response)
    rows = tuple(_review_row(row) for row in key["criteria"])
    why = key["rationales"].get(ITEM_RATIONALE, "")
    text = stored["text"] if stored else ""
    return Review(NAME, content["stem"], UNANSWERED, bool(stored), rows, rationale=why, given=text)


def _review_row(row: dict[str, Any]) -> ReviewRow:
    best = max(row["levels"], key=lambda level: int(level["points"]))
    return ReviewRow(id=row["id"], text=row["text"], expected=f"{best['points']}: {best['text']}")


def example() -> dict[str, Any]:
    return {
        "stem": "Draft the paragraph that tells a partner why its request is put off.",
        "words": {"least": "3", "most": "200"},
        "criteria": [
            {
                "id": "reason",
                "text": "The reason is told",
                "levels": [
                    {"points": "0", "text": "No reason"},
                    {"points": "2", "text": "A reason the partner can act on"},
                ],
            },
            {
                "id": "tone",
                "text": "The tone keeps the door open",
                "levels": [
                    {"points": "0", "text": "It offends"},
                    {"points": "1", "text": "It is neutral"},
                    {"points": "2", "text": "It invites the next step"},
                ],
            },
        ],
        "marking": {"markers": "2", "difference": "1", "enough": "3"},
        "rationale": "A refusal that gives no reason is read as a judgement.",
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
    award=award,
)
