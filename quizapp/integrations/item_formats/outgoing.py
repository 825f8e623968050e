"""What the writers of other programs' formats have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Outgoing
from quizapp.domain.item import ItemVersion, to_source
from quizapp.integrations.item_formats.drafts import option_ids

#: Characters XML has no way to write, not even as numbers.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ROOT = "$course$/top"
LONGEST_CATEGORY = 255


def form_of(item: ItemVersion) -> dict[str, Any]:
    """The author's form of an item, whose fields are known to be those of its type."""
    return to_source(item)


def left_out(item: ItemVersion, program: str) -> Problem:
    """An item of a type the format does not know."""
    return Problem(
        "type", item.type, "left_out", f"{program} has no such type; the item is left out", item.id
    )


def unwritable(item: ItemVersion) -> Problem | None:
    """An item with a character that no file of text can carry."""
    if not any(_UNWRITABLE.search(text) for text in _texts(to_source(item))):
        return None
    detail = "a control character cannot be written; the item is left out"
    return Problem("stem", "", "bad_character", detail, item.id)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, Sequence):
        return [text for inner in value for text in _texts(inner)]
    return []


def told_to_us_only(outgoing: Outgoing, program: str, kept: Sequence[str]) -> list[Problem]:
    """Facts of the items that travel along and mean nothing to the other program."""
    names = {
        "pool": "the pool",
        "level": "the level",
        "difficulty": "the difficulty",
        "sources": "sources",
        "enemies": "items that must not share a form",
        "author": "who wrote and reviewed them",
        "tasks": "task statements",
    }
    lost = [words for name, words in names.items() if name not in kept]
    if not outgoing.items:
        return []
    detail = f"{program} does not keep: {', '.join(lost)}. They come back to quizapp from this very file."
    return [Problem("file", "", "only_here", detail)]


def default_ids(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of rows, none where they are those a reader would give anyway."""
    ids = [str(row["id"]) for row in rows]
    return [] if ids == option_ids(len(ids)) else ids


def met_options(prompts: Sequence[Mapping[str, Any]], options: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids of a matching item's options in the order its prompts name them, the others after them."""
    return list(dict.fromkeys([*(row["match"] for row in prompts), *(row["id"] for row in options)]))


def matching_facts(
    prompts: Sequence[Mapping[str, Any]], options: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What our own line says of a matching item; `drafts.own_matching_rows` is the way back."""
    return {
        "met": met_options(prompts, options),
        "option_ids": [row["id"] for row in options],
        "prompt_ids": [row["id"] for row in prompts],
        "reasons": [row.get("rationale", "") for row in prompts],
    }


def category_path(*names: str) -> str:
    """The path of a category of Moodle; a slash inside a name is written twice."""
    shown = [" ".join(name[:LONGEST_CATEGORY].split()).replace("/", "//") for name in names]
    return "/".join([ROOT, *shown])


def percent(part: int, whole: int) -> str:
    """A share as other programs write it: in per cent, with five decimals at most."""
    return f"{float(Fraction(100 * part, max(1, whole))):.5f}".rstrip("0").rstrip(".")
