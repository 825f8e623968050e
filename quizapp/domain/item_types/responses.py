"""Reading what a learner sent. Whatever no page can have sent is refused with one code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from quizapp.domain.errors import DomainError, Invalid
from quizapp.domain.item_types.base import Content, Fields, Response

BAD_RESPONSE = "bad_response"


def only(fields: Fields, name: str) -> str:
    """The one value of a form field, "" when it is absent."""
    values = fields.get(name, ())
    if len(values) > 1:
        raise Invalid(BAD_RESPONSE)
    return values[0] if values else ""


def prefixed(fields: Fields, prefix: str) -> dict[str, str]:
    """The fields named prefix + id, by id."""
    names = [name for name in fields if name.startswith(prefix)]
    return {name.removeprefix(prefix): only(fields, name) for name in names}


def members(response: object, *names: str) -> Mapping[str, Any]:
    """The response as a mapping of these names at most; None reads as empty."""
    if response is None:
        return {}
    if not isinstance(response, Mapping) or not response.keys() <= set(names):
        raise Invalid(BAD_RESPONSE)
    return response


def text(value: object, limit: int) -> str:
    """A text without outer space; None reads as blank."""
    if value is None:
        return ""
    # Neither SQLite nor PostgreSQL keeps NUL and lone surrogates faithfully.
    if not isinstance(value, str) or len(value) > limit or not _is_storable(value):
        raise Invalid(BAD_RESPONSE)
    return value.strip()


def _is_storable(value: str) -> bool:
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value)


def one_of(value: object, allowed: Collection[str]) -> str:
    """A known id, or "" for none."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or value not in allowed:
        raise Invalid(BAD_RESPONSE)
    return value


def entries(value: object, allowed: Collection[str]) -> Mapping[str, Any]:
    """A mapping whose names are known ids; None reads as empty."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not value.keys() <= set(allowed):
        raise Invalid(BAD_RESPONSE)
    return value


def chosen(value: object, offered: Mapping[str, Collection[str]]) -> dict[str, str]:
    """One of the ids that each row offers, by row; rows that were left alone are left out."""
    given = entries(value, offered)
    found = {row: one_of(choice, offered[row]) for row, choice in sorted(given.items())}
    return {row: choice for row, choice in found.items() if choice}


def listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(BAD_RESPONSE)
    return value


def readable(
    accept: Callable[[Content, object], dict[str, Any] | None],
    content: Content,
    response: Response | None,
) -> Response | None:
    """A stored response, or None where it does not fit the content: marking never fails."""
    try:
        return accept(content, response)
    except DomainError:
        return None
