"""Gap text: a text with gaps, each filled with a word that is typed, or chosen from one pool for all.

There is a pool where the author lists distractors. It holds every accepted word and the
distractors, and a word may be chosen more than once. Either way a response is words, compared
with the accepted ones without regard to spacing or letter forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, gaps, options, responses
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
from quizapp.domain.item_types.marks import ALL_OR_NOTHING, UNANSWERED
from quizapp.domain.item_types.source import Reader, optional
from quizapp.domain.item_types.texts import folded

NAME = "gap_text"
SOURCE_FIELDS = frozenset({"stem", "text", "gaps", "distractors", "case_sensitive", "scoring", "rationale"})
GAP_FIELDS = frozenset({"id", "answers", "rationale"})
WORD_FIELDS = frozenset({"text"})
WORD_FIELD = "word-"
LONGEST_TEXT = 100


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pool is sorted: the content must not tell which words the author listed as right."""
    reader = Reader(source, SOURCE_FIELDS)
    answers: dict[str, list[str]] = {}
    rationales: dict[str, str] = {}
    readers = reader.rows(gaps.GAPS, GAP_FIELDS)
    for gap in readers:
        name = gap.text("id")
        answers[name] = _words(gap, "answers")
        gap.keep_text(rationales, "rationale", under=name)
    content: dict[str, Any] = {"stem": reader.text("stem"), "text": reader.text("text")}
    content["gaps"] = [{"id": gap.text("id")} for gap in readers]
    reader.keep_flag(content, "case_sensitive")
    key: dict[str, Any] = {"answers": answers, "rationales": rationales}
    if reader.has("distractors"):
        key["distractors"] = _words(reader, "distractors")
        content["words"] = sorted(
            {*key["distractors"], *(word for each in answers.values() for word in each)}
        )
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    reader.keep_text(key, "scoring")
    return content, reader.finish(key)


def _words(reader: Reader, field: str) -> list[str]:
    return [word.text("text") for word in reader.rows(field, WORD_FIELDS)]


def join(content: Content, key: Key) -> dict[str, Any]:
    joined = {
        "stem": content["stem"],
        "text": content["text"],
        "gaps": [_join_gap(gap["id"], key) for gap in content["gaps"]],
        **optional(content, "case_sensitive"),
        **optional(key, "scoring"),
    }
    if "distractors" in key:
        joined["distractors"] = [{"text": word} for word in key["distractors"]]
    if ITEM_RATIONALE in key["rationales"]:
        joined["rationale"] = key["rationales"][ITEM_RATIONALE]
    return joined


def _join_gap(name: str, key: Key) -> dict[str, Any]:
    answers = [{"text": word} for word in key["answers"][name]]
    return options.join_row({"id": name}, key["rationales"], answers=answers)


def check(content: Content, key: Key) -> list[Problem]:
    found = gaps.check(content, key)
    for name, words in key["answers"].items():
        found += _check_words(content, f"gaps[{name}].answers", words)
        if not words:
            found.append(checks.problem(f"gaps[{name}].answers", "", "no_answer"))
    return found + (_check_distractors(content, key) if "words" in content else [])


def _check_words(content: Content, field: str, words: Sequence[str]) -> list[Problem]:
    found, same = [], [_folded(content, word) for word in words]
    for place, word in enumerate(words):
        at = f"{field}[#{place + 1}].text"
        found += checks.text(at, word)
        if len(word) > LONGEST_TEXT:
            found.append(checks.problem(at, word, "too_long"))
        if same[place] and same[place] in same[:place]:
            found.append(checks.problem(at, word, "duplicate_text"))
    return found


def _check_distractors(content: Content, key: Key) -> list[Problem]:
    """At least one, and none that is right somewhere: a pool would offer the same word twice."""
    distractors = key["distractors"]
    found = _check_words(content, "distractors", distractors)
    right = {_folded(content, word) for words in key["answers"].values() for word in words}
    for place, word in enumerate(distractors):
        if word.strip() and _folded(content, word) in right:
            found.append(checks.problem(f"distractors[#{place + 1}].text", word, "duplicate_text"))
    return found if distractors else [checks.problem("distractors", "", "too_few")]


def present(content: Content, order: Order) -> dict[str, Any]:
    """Gaps stand as in the text; the pool, where there is one, is shuffled once for all of them."""
    return {
        "type": NAME,
        "stem": content["stem"],
        "gaps": gaps.in_order(content),
        "after": gaps.after(content),
        "words": _pool(content, order),
        "case_sensitive": content.get("case_sensitive", False),
        "longest_text": LONGEST_TEXT,
    }


def _pool(content: Content, order: Order) -> list[options.Row]:
    words = [{"id": word, "text": word} for word in content.get("words", ())]
    return options.shuffled(words, order, "words", is_locked=False)


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"words": responses.prefixed(fields, WORD_FIELD)})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """Empty gaps are left out, so that a response half done is kept."""
    names = options.ids(content, gaps.GAPS)
    given = responses.entries(responses.members(response, "words").get("words"), names)
    words = {name: _word(content, value) for name, value in sorted(given.items())}
    filled = {name: word for name, word in words.items() if word}
    return {"words": filled} if filled else None


def _word(content: Content, value: object) -> str:
    if "words" in content:
        return responses.one_of(value, content["words"])
    return responses.text(value, LONGEST_TEXT)


def is_complete(content: Content, response: Response | None) -> bool:
    return response is not None and len(response["words"]) == len(content["gaps"])


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    given = _given(content, response)
    if not given:
        return UNANSWERED
    policy = gaps.POLICIES[key.get("scoring", ALL_OR_NOTHING)]
    return policy([_is_right(content, given.get(name, ""), words) for name, words in key["answers"].items()])


def _is_right(content: Content, word: str, answers: Sequence[str]) -> bool:
    return word != "" and _folded(content, word) in [_folded(content, answer) for answer in answers]


def _folded(content: Content, text: str) -> str:
    return folded(text, content.get("case_sensitive", False))


def _given(content: Content, response: Response | None) -> Mapping[str, str]:
    stored = responses.readable(accept, content, response)
    return stored["words"] if stored else {}


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "answers": {name: [word] for name, word in response["words"].items()}}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """One row per gap, in the order of the text."""
    given = _given(content, response)
    return Review(
        NAME,
        content["stem"],
        mark(key, content, response),
        is_answered=bool(given),
        rows=tuple(_review_row(content, gap, given, key) for gap in gaps.in_order(content)),
        rationale=key["rationales"].get(ITEM_RATIONALE, ""),
        text=gaps.numbered(content),
    )


def _review_row(content: Content, gap: Mapping[str, Any], given: Mapping[str, str], key: Key) -> ReviewRow:
    word, answers = given.get(gap["id"], ""), key["answers"][gap["id"]]
    return gaps.review_row(gap, word, gaps.either(answers), _is_right(content, word, answers), key)


def example() -> dict[str, Any]:
    return {
        "stem": "Fill the gaps with words from the list.",
        "text": "The partner sends a letter of [[first]], and is sent a letter of [[second]] back.",
        "scoring": "per_gap",
        "gaps": [
            {"id": "first", "answers": [{"text": "request"}], "rationale": "The partner asks first."},
            {"id": "second", "answers": [{"text": "offer"}], "rationale": "An offer answers a request."},
        ],
        "distractors": [{"text": "credit"}, {"text": "thanks"}],
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
