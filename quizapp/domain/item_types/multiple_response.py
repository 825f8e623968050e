"""Multiple response: several options are keys, and the policy says what a part is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, choice, options, responses
from quizapp.domain.item_types.base import (
    Content,
    Fields,
    ItemType,
    Key,
    Mark,
    Order,
    Response,
    Review,
    Source,
    as_stored,
)
from quizapp.domain.item_types.marks import ALL_OR_NOTHING, UNANSWERED, share, whole

NAME = "multiple_response"
SOURCE_FIELDS = choice.SOURCE_FIELDS | {"scoring"}
FEWEST_KEYS = 2

Ids = frozenset[str]
Policy = Callable[[Ids, Ids, Ids], Mark]
Accept = Callable[[Content, object], dict[str, Any] | None]


def _all_or_nothing(chosen: Ids, keys: Ids, _offered: Ids) -> Mark:
    return whole(chosen == keys)


def _right_minus_wrong(chosen: Ids, keys: Ids, _offered: Ids) -> Mark:
    """Each wrong choice takes back one right choice, never below zero."""
    return share(len(chosen & keys) - len(chosen - keys), len(keys))


def _per_option(chosen: Ids, keys: Ids, offered: Ids) -> Mark:
    """Options classified rightly: keys chosen and distractors left alone."""
    return share(len(offered - (chosen ^ keys)), len(offered))


POLICIES: Mapping[str, Policy] = {
    ALL_OR_NOTHING: _all_or_nothing,
    "right_minus_wrong": _right_minus_wrong,
    "per_option": _per_option,
}


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    return choice.split(source, SOURCE_FIELDS)


def check(content: Content, key: Key) -> list[Problem]:
    return choice.check(content, key) + _check_keys(content, key) + checks.scoring(key, POLICIES)


def _check_keys(content: Content, key: Key) -> list[Problem]:
    keys = set(key["keys"])
    given = ", ".join(key["keys"])
    if not keys:
        return [checks.problem("options", given, "no_key")]
    if len(keys) < FEWEST_KEYS:
        return [checks.problem("options", given, "too_few_keys")]
    if keys == set(options.ids(content)):
        return [checks.problem("options", given, "no_distractor")]
    return []


def present(content: Content, order: Order) -> dict[str, Any]:
    return choice.present(NAME, content, order)


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"choices": list(fields.get("choice", ()))})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """Choices come back sorted and once each, so that equal responses are equal."""
    given = responses.members(response, "choices").get("choices") or []
    offered = options.ids(content)
    ids = {responses.one_of(value, offered) for value in responses.listed(given)} - {""}
    return {"choices": sorted(ids)} if ids else None


def is_complete(_content: Content, response: Response | None) -> bool:
    return response is not None


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    return mark_by(POLICIES, key, content, chosen(content, response))


def mark_by(policies: Mapping[str, Policy], key: Key, content: Content, ids: Ids) -> Mark:
    """The mark of chosen options under the key's policy, which is one of these."""
    if not ids:
        return UNANSWERED
    policy = policies[key.get("scoring", ALL_OR_NOTHING)]
    return policy(ids, frozenset(key["keys"]), frozenset(options.ids(content)))


def chosen(content: Content, response: Response | None, read: Accept = accept) -> Ids:
    """The options of a stored response; none where it cannot be read."""
    stored = responses.readable(read, content, response)
    return frozenset(stored["choices"] if stored else ())


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "keys": list(response["choices"])}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    ids = chosen(content, response)
    return choice.describe(NAME, content, key, ids, mark(key, content, response), order)


def example() -> dict[str, Any]:
    return {
        "stem": "Which two papers does the crew present on arrival?",
        "scoring": "right_minus_wrong",
        "options": [
            {"id": "a", "text": "The menu", "rationale": "No authority asks for it."},
            {"id": "b", "text": "The crew list", "key": True, "rationale": "Border police ask."},
            {"id": "c", "text": "The manifest", "key": True, "rationale": "Customs asks."},
            {"id": "d", "text": "The duty roster", "rationale": "It stays with the unit."},
        ],
    }


TYPE = ItemType(
    name=NAME,
    source_fields=SOURCE_FIELDS,
    split=split,
    join=choice.join,
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
