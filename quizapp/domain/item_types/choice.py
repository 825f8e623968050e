"""What the types with chosen options share: their halves, their checks, their pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, options
from quizapp.domain.item_types.base import (
    ITEM_RATIONALE,
    Content,
    Key,
    Mark,
    Order,
    Review,
    ReviewRow,
    Source,
)
from quizapp.domain.item_types.source import Reader, optional

SOURCE_FIELDS = frozenset({"stem", "options", "lock_order", "rationale"})
SECRET_FIELDS = frozenset({"key", "rationale"})
OPTION_FIELDS = frozenset({"id", "text"}) | SECRET_FIELDS


def split(
    source: Source,
    known: Collection[str] = SOURCE_FIELDS,
    option_fields: Collection[str] = OPTION_FIELDS,
) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, known)
    content, key = read(reader, option_fields)
    if "lock_order" in known:
        reader.keep_flag(content, "lock_order")
    if "scoring" in known:
        reader.keep_text(key, "scoring")
    return content, reader.finish(key)


def read(reader: Reader, option_fields: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Stem, options and the rationale of the whole; every field of an option but its secrets is public.

    `key: false` says what leaving it out says, and is not kept.
    """
    readers = reader.rows("options", option_fields)
    shown, rationales = options.split_rows(readers, *sorted(set(option_fields) - SECRET_FIELDS))
    content = {"stem": reader.text("stem"), "options": shown}
    keys = [option.text("id") for option in readers if option.flag("key")]
    key: dict[str, Any] = {"keys": keys, "rationales": rationales}
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    return content, key


def join(content: Content, key: Key) -> dict[str, Any]:
    rationales = key["rationales"]
    rows = [
        options.join_row(row, rationales, **({"key": True} if row["id"] in key["keys"] else {}))
        for row in content["options"]
    ]
    joined = {"stem": content["stem"], "options": rows}
    joined |= optional(content, "lock_order") | optional(key, "scoring")
    if ITEM_RATIONALE in rationales:
        joined["rationale"] = rationales[ITEM_RATIONALE]
    return joined


def check(content: Content, key: Key) -> list[Problem]:
    """Everything but the number of keys, which is each type's own matter."""
    found = checks.common(content, key) + checks.rows("options", content["options"])
    return found + checks.rationales("options", options.ids(content), key)


def present(name: str, content: Content, order: Order) -> dict[str, Any]:
    rows = options.arranged(content, order)
    return {"type": name, "stem": content["stem"], "options": rows}


def describe(
    name: str,
    content: Content,
    key: Key,
    chosen: Collection[str],
    mark: Mark,
    order: Order,
    picture: Mapping[str, Any] | None = None,
) -> Review:
    rationales = key["rationales"]
    rows = tuple(
        ReviewRow(
            id=row["id"],
            text=row.get("text", ""),
            letter=row["letter"],
            chosen=row["id"] in chosen,
            is_key=row["id"] in key["keys"],
            is_right=(row["id"] in chosen) == (row["id"] in key["keys"]),
            rationale=rationales.get(row["id"], ""),
        )
        for row in options.arranged(content, order)
    )
    why = rationales.get(ITEM_RATIONALE, "")
    return Review(name, content["stem"], mark, bool(chosen), rows, rationale=why, picture=picture)
