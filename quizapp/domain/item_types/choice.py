"""What the types with chosen options share: their halves, their checks, their pages."""

from __future__ import annotations

from collections.abc import Collection
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
OPTION_FIELDS = frozenset({"id", "text", "key", "rationale"})


def split(
    source: Source,
    known: Collection[str] = SOURCE_FIELDS,
    option_fields: Collection[str] = OPTION_FIELDS,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`key: false` says what leaving it out says, and is not kept."""
    reader = Reader(source, known)
    readers = reader.rows("options", option_fields)
    shown, rationales = options.split_rows(readers, *sorted({"id", "text"} & set(option_fields)))
    content = {"stem": reader.text("stem"), "options": shown}
    if "lock_order" in known:
        reader.keep_flag(content, "lock_order")
    keys = [option.text("id") for option in readers if option.flag("key")]
    key: dict[str, Any] = {"keys": keys, "rationales": rationales}
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    if "scoring" in known:
        reader.keep_text(key, "scoring")
    return content, reader.finish(key)


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
    name: str, content: Content, key: Key, chosen: Collection[str], mark: Mark, order: Order
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
    return Review(name, content["stem"], mark, bool(chosen), rows, rationale=why)
