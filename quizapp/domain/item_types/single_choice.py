"""Single choice: exactly one option is the key."""

from __future__ import annotations

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
    as_stored,
)
from quizapp.domain.item_types.marks import whole

NAME = "single_choice"


def check(content: Content, key: Key) -> list[Problem]:
    return choice.check(content, key) + check_one_key(key)


def check_one_key(key: Key) -> list[Problem]:
    if len(key["keys"]) == 1:
        return []
    reason = "several_keys" if key["keys"] else "no_key"
    return [checks.problem("options", ", ".join(key["keys"]), reason)]


def present(content: Content, order: Order) -> dict[str, Any]:
    return choice.present(NAME, content, order)


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"choice": responses.only(fields, "choice")})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    members = responses.members(response, "choice")
    identifier = responses.one_of(members.get("choice"), options.ids(content))
    return {"choice": identifier} if identifier else None


def is_complete(_content: Content, response: Response | None) -> bool:
    return response is not None


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    return whole(chosen(content, response) == key["keys"])


def chosen(content: Content, response: Response | None) -> list[str]:
    """The chosen id in a list, empty when there is none."""
    stored = responses.readable(accept, content, response)
    return [stored["choice"]] if stored else []


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "keys": [response["choice"]]}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    ids = chosen(content, response)
    return choice.describe(NAME, content, key, ids, mark(key, content, response), order)


def example() -> dict[str, Any]:
    return {
        "stem": "Which document sets out who pays for what in a joint exercise?",
        "options": [
            {
                "id": "agenda",
                "text": "The agenda of the planning conference",
                "rationale": "An agenda orders the talks; it binds nobody to a payment.",
            },
            {
                "id": "arrangement",
                "text": "The implementing arrangement",
                "key": True,
                "rationale": "It assigns costs and duties for one activity.",
            },
            {
                "id": "report",
                "text": "The after-action report",
                "rationale": "It looks back, after the costs were met.",
            },
        ],
    }


TYPE = ItemType(
    name=NAME,
    source_fields=choice.SOURCE_FIELDS,
    split=choice.split,
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
