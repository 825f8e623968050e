"""True or false: a single choice whose two options the page names in the reader's language."""

from __future__ import annotations

from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, choice, options, single_choice
from quizapp.domain.item_types.base import (
    Content,
    ItemType,
    Key,
    Order,
    Response,
    Review,
    Source,
    as_stored,
)
from quizapp.domain.item_types.single_choice import accept, is_complete, mark, parse, rekey

NAME = "true_false"
SOURCE_FIELDS = frozenset({"stem", "options", "rationale"})
OPTION_FIELDS = frozenset({"id", "key", "rationale"})
IDS = ["true", "false"]


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    return choice.split(source, SOURCE_FIELDS, OPTION_FIELDS)


def check(content: Content, key: Key) -> list[Problem]:
    return choice.check(content, key) + _check_ids(content) + single_choice.check_one_key(key)


def _check_ids(content: Content) -> list[Problem]:
    given = options.ids(content)
    # As stored is as shown: a key that always came first would give itself away.
    return [] if given == IDS else [checks.problem("options", ", ".join(given), "bad_options")]


def present(content: Content, _order: Order) -> dict[str, Any]:
    """True comes first on every form: people expect it there."""
    return choice.present(NAME, content, as_stored)


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    chosen = single_choice.chosen(content, response)
    return choice.describe(NAME, content, key, chosen, mark(key, content, response), as_stored)


def example() -> dict[str, Any]:
    return {
        "stem": "A host nation may attach conditions to a transit permit.",
        "options": [
            {"id": "true", "key": True, "rationale": "The permit is the host nation's to give."},
            {"id": "false", "rationale": "A permit is an act of sovereignty and may be limited."},
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
