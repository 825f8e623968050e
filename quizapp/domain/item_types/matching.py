"""Matching: each prompt is given one option. Options may fit several prompts, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, options, responses
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
from quizapp.domain.item_types.marks import ALL_OR_NOTHING, UNANSWERED, share, whole
from quizapp.domain.item_types.source import Reader, optional

NAME = "matching"
SOURCE_FIELDS = frozenset({"stem", "prompts", "options", "lock_order", "scoring", "rationale"})
PROMPT_FIELDS = frozenset({"id", "text", "match", "rationale"})
OPTION_FIELDS = frozenset({"id", "text"})
MATCH_FIELD = "match-"
PROMPTS = "prompts"

Pairs = Mapping[str, str]


def _all_or_nothing(given: Pairs, pairs: Pairs) -> Mark:
    return whole(given == pairs)


def _per_pair(given: Pairs, pairs: Pairs) -> Mark:
    right = [given.get(prompt) == option for prompt, option in pairs.items()]
    return share(sum(right), len(pairs))


POLICIES: Mapping[str, Callable[[Pairs, Pairs], Mark]] = {
    ALL_OR_NOTHING: _all_or_nothing,
    "per_pair": _per_pair,
}


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, SOURCE_FIELDS)
    prompts = reader.rows(PROMPTS, PROMPT_FIELDS)
    shown, rationales = options.split_rows(prompts, "id", "text")
    offered, _ = options.split_rows(reader.rows("options", OPTION_FIELDS), "id", "text")
    content = {"stem": reader.text("stem"), "prompts": shown, "options": offered}
    reader.keep_flag(content, "lock_order")
    pairs = {prompt.text("id"): prompt.text("match") for prompt in prompts if prompt.has("match")}
    key: dict[str, Any] = {"pairs": pairs, "rationales": rationales}
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    reader.keep_text(key, "scoring")
    return content, reader.finish(key)


def join(content: Content, key: Key) -> dict[str, Any]:
    rationales = key["rationales"]
    joined = {
        "stem": content["stem"],
        "prompts": [_join_prompt(row, key) for row in content["prompts"]],
        "options": [dict(row) for row in content["options"]],
        **optional(content, "lock_order"),
        **optional(key, "scoring"),
    }
    if ITEM_RATIONALE in rationales:
        joined["rationale"] = rationales[ITEM_RATIONALE]
    return joined


def _join_prompt(row: Mapping[str, Any], key: Key) -> dict[str, Any]:
    match = {"match": key["pairs"][row["id"]]} if row["id"] in key["pairs"] else {}
    return options.join_row(row, key["rationales"], **match)


def check(content: Content, key: Key) -> list[Problem]:
    found = checks.common(content, key) + checks.rows(PROMPTS, content["prompts"])
    found += checks.rationales(PROMPTS, options.ids(content, PROMPTS), key)
    found += _check_pairs(content, key["pairs"])
    found += checks.rows("options", content["options"])
    return found + checks.scoring(key, POLICIES) + _check_arrangement(content, key["pairs"])


def _check_pairs(content: Content, pairs: Pairs) -> list[Problem]:
    found = []
    offered = options.ids(content)
    for prompt in options.ids(content, PROMPTS):
        match = pairs.get(prompt, "")
        if match not in offered:
            reason = "unknown_option" if match else "unmatched"
            found.append(checks.problem(f"prompts[{prompt}].match", match, reason))
    return found


def _check_arrangement(content: Content, pairs: Pairs) -> list[Problem]:
    """Neither the ids nor a locked order may line prompts and options up."""
    if checks.reveals([pairs[prompt] for prompt in sorted(pairs)]):
        return [checks.problem(PROMPTS, ", ".join(pairs.values()), "ids_reveal_key")]
    offered = options.ids(content)
    matches = [pairs.get(prompt, "") for prompt in options.ids(content, PROMPTS)]
    lined_up = checks.reveals([offered.index(m) if m in offered else -1 for m in matches])
    if content.get("lock_order") and lined_up:
        return [checks.problem("lock_order", "true", "order_reveals_key")]
    return []


def present(content: Content, order: Order) -> dict[str, Any]:
    """Prompts keep the author's order; only the options are shuffled."""
    return {
        "type": NAME,
        "stem": content["stem"],
        "prompts": [dict(row) for row in content["prompts"]],
        "options": options.arranged(content, order),
    }


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"pairs": responses.prefixed(fields, MATCH_FIELD)})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """Prompts without an option are left out, so that a response half done is kept."""
    offered = dict.fromkeys(options.ids(content, PROMPTS), options.ids(content))
    pairs = responses.chosen(responses.members(response, "pairs").get("pairs"), offered)
    return {"pairs": pairs} if pairs else None


def is_complete(content: Content, response: Response | None) -> bool:
    return response is not None and len(response["pairs"]) == len(content["prompts"])


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    given = _pairs(content, response)
    if not given:
        return UNANSWERED
    return POLICIES[key.get("scoring", ALL_OR_NOTHING)](given, key["pairs"])


def _pairs(content: Content, response: Response | None) -> Pairs:
    stored = responses.readable(accept, content, response)
    return stored["pairs"] if stored else {}


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "pairs": dict(response["pairs"])}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """One row per prompt; `given` and `expected` are the texts of options."""
    given = _pairs(content, response)
    texts = {row["id"]: row["text"] for row in content["options"]}
    rows = tuple(_review_row(row, given, key, texts) for row in content["prompts"])
    why = key["rationales"].get(ITEM_RATIONALE, "")
    return Review(NAME, content["stem"], mark(key, content, response), bool(given), rows, why)


def _review_row(row: Mapping[str, str], given: Pairs, key: Key, texts: Mapping[str, str]) -> ReviewRow:
    prompt = row["id"]
    return ReviewRow(
        id=prompt,
        text=row["text"],
        chosen=prompt in given,
        is_key=True,
        is_right=given.get(prompt) == key["pairs"][prompt],
        given=texts.get(given.get(prompt, ""), ""),
        expected=texts[key["pairs"][prompt]],
        rationale=key["rationales"].get(prompt, ""),
    )


def example() -> dict[str, Any]:
    return {
        "stem": "Match each duty with the office that carries it.",
        "scoring": "per_pair",
        "prompts": [
            {
                "id": "visa",
                "text": "Issues the visa",
                "match": "consulate",
                "rationale": "Visas are a consular act.",
            },
            {
                "id": "duty",
                "text": "Waives the import duty",
                "match": "customs",
                "rationale": "Duties are levied, and waived, by customs.",
            },
            {
                "id": "range",
                "text": "Books the firing range",
                "match": "ministry",
                "rationale": "Ranges belong to the ministry of defence.",
            },
        ],
        "options": [
            {"id": "ministry", "text": "Ministry of defence"},
            {"id": "consulate", "text": "Consulate"},
            {"id": "customs", "text": "Customs"},
            {"id": "bank", "text": "Central bank"},
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
