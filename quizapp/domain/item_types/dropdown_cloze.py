"""Drop-down cloze: a text with gaps, each filled with one of its own options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

NAME = "dropdown_cloze"
SOURCE_FIELDS = frozenset({"stem", "text", "gaps", "lock_order", "scoring", "rationale"})
GAP_FIELDS = frozenset({"id", "options", "rationale"})
OPTION_FIELDS = frozenset({"id", "text", "key"})
GAP_FIELD = "gap-"


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    """`key: false` says what leaving it out says, and is not kept."""
    reader = Reader(source, SOURCE_FIELDS)
    content: dict[str, Any] = {"stem": reader.text("stem"), "text": reader.text("text"), "gaps": []}
    keys: dict[str, list[str]] = {}
    rationales: dict[str, str] = {}
    for gap in reader.rows(gaps.GAPS, GAP_FIELDS):
        readers, name = gap.rows("options", OPTION_FIELDS), gap.text("id")
        offered, _ = options.split_rows(readers, "id", "text")
        content["gaps"].append({"id": name, "options": offered})
        keys[name] = [option.text("id") for option in readers if option.flag("key")]
        gap.keep_text(rationales, "rationale", under=name)
    reader.keep_flag(content, "lock_order")
    key: dict[str, Any] = {"keys": keys, "rationales": rationales}
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    reader.keep_text(key, "scoring")
    return content, reader.finish(key)


def join(content: Content, key: Key) -> dict[str, Any]:
    joined = {
        "stem": content["stem"],
        "text": content["text"],
        "gaps": [_join_gap(gap, key) for gap in content["gaps"]],
        **optional(content, "lock_order"),
        **optional(key, "scoring"),
    }
    if ITEM_RATIONALE in key["rationales"]:
        joined["rationale"] = key["rationales"][ITEM_RATIONALE]
    return joined


def _join_gap(gap: Mapping[str, Any], key: Key) -> dict[str, Any]:
    keys = key["keys"][gap["id"]]
    rows = [{**row, **({"key": True} if row["id"] in keys else {})} for row in gap["options"]]
    return options.join_row({"id": gap["id"]}, key["rationales"], options=rows)


def check(content: Content, key: Key) -> list[Problem]:
    found = gaps.check(content, key)
    for gap in content["gaps"]:
        field = f"gaps[{gap['id']}].options"
        found += checks.rows(field, gap["options"])
        found += _check_keys(field, options.ids(gap), key["keys"][gap["id"]])
    return found


def _check_keys(field: str, offered: list[str], keys: list[str]) -> Iterator[Problem]:
    if not keys:
        yield checks.problem(field, "", "no_key")
    elif set(keys) == set(offered):
        yield checks.problem(field, ", ".join(keys), "no_distractor")


def present(content: Content, order: Order) -> dict[str, Any]:
    """Gaps stand as in the text; the options of each are shuffled for themselves."""
    return {
        "type": NAME,
        "stem": content["stem"],
        "gaps": [{**gap, "options": _arranged(content, gap, order)} for gap in gaps.in_order(content)],
        "after": gaps.after(content),
    }


def _arranged(content: Content, gap: Mapping[str, Any], order: Order) -> list[options.Row]:
    is_locked = content.get("lock_order", False)
    return options.shuffled(gap["options"], order, f"{gap['id']}/options", is_locked)


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"gaps": responses.prefixed(fields, GAP_FIELD)})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """Gaps without an option are left out, so that a response half done is kept."""
    offered = {gap["id"]: options.ids(gap) for gap in content["gaps"]}
    filled = responses.chosen(responses.members(response, "gaps").get("gaps"), offered)
    return {"gaps": filled} if filled else None


def is_complete(content: Content, response: Response | None) -> bool:
    return response is not None and len(response["gaps"]) == len(content["gaps"])


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    given = _given(content, response)
    if not given:
        return UNANSWERED
    policy = gaps.POLICIES[key.get("scoring", ALL_OR_NOTHING)]
    return policy([given.get(name) in keys for name, keys in key["keys"].items()])


def _given(content: Content, response: Response | None) -> Mapping[str, str]:
    stored = responses.readable(accept, content, response)
    return stored["gaps"] if stored else {}


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "keys": {name: [option] for name, option in response["gaps"].items()}}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """One row per gap, in the order of the text; `given` and `expected` are the texts of options."""
    given = _given(content, response)
    return Review(
        NAME,
        content["stem"],
        mark(key, content, response),
        is_answered=bool(given),
        rows=tuple(_review_row(gap, given, key) for gap in gaps.in_order(content)),
        rationale=key["rationales"].get(ITEM_RATIONALE, ""),
        text=gaps.numbered(content),
    )


def _review_row(gap: Mapping[str, Any], given: Mapping[str, str], key: Key) -> ReviewRow:
    keys, chosen = key["keys"][gap["id"]], given.get(gap["id"], "")
    texts = {row["id"]: row["text"] for row in gap["options"]}
    expected = gaps.either(texts[name] for name in keys if name in texts)
    return gaps.review_row(gap, texts.get(chosen, ""), expected, chosen in keys, key)


def example() -> dict[str, Any]:
    return {
        "stem": "Complete the sentence about transit.",
        "text": "A foreign unit crosses the border with [[paper]], which is given by [[issuer]].",
        "scoring": "per_gap",
        "gaps": [
            {
                "id": "paper",
                "options": [
                    {"id": "invoice", "text": "an invoice"},
                    {"id": "permit", "text": "a transit permit", "key": True},
                    {"id": "menu", "text": "a ration list"},
                ],
                "rationale": "Crossing a border is allowed by a permit.",
            },
            {
                "id": "issuer",
                "options": [
                    {"id": "host", "text": "the host nation", "key": True},
                    {"id": "unit", "text": "the unit itself"},
                ],
                "rationale": "Only the host nation can open its own border.",
            },
        ],
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
