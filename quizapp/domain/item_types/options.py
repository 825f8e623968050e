"""Options: splitting them into public and secret halves, and showing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.domain.item_types.base import Content, Order
from quizapp.domain.item_types.source import Reader

Row = dict[str, Any]
OPTIONS = "options"


def split_rows(readers: Sequence[Reader], *public: str) -> tuple[list[Row], dict[str, str]]:
    """(public rows with these text fields, rationales by id)."""
    rationales: dict[str, str] = {}
    for reader in readers:
        reader.keep_text(rationales, "rationale", under=reader.text("id"))
    return [{name: reader.text(name) for name in public} for reader in readers], rationales


def join_row(row: Mapping[str, Any], rationales: Mapping[str, str], **extra: object) -> Row:
    """One row of the author's form: id, text, what the type adds, rationale."""
    written = {**row, **extra}
    if row["id"] in rationales:
        written["rationale"] = rationales[row["id"]]
    return written


def ids(content: Content, field: str = OPTIONS) -> list[str]:
    return [row["id"] for row in content[field]]


def arranged(content: Content, order: Order, field: str = OPTIONS) -> list[Row]:
    """The rows as this form shows them, lettered by place; lock_order keeps them as stored."""
    return shuffled(content[field], order, field, is_locked=content.get("lock_order", False))


def shuffled(rows: Sequence[Mapping[str, Any]], order: Order, label: str, is_locked: bool) -> list[Row]:
    """Rows in the order of a form, unless that is locked, lettered by place."""
    by_id = {row["id"]: row for row in rows}
    shown = list(by_id) if is_locked else order(label, list(by_id))
    return [{**by_id[identifier], "letter": letter(place)} for place, identifier in enumerate(shown)]


def letter(place: int) -> str:
    """A, B, ... Z, AA, AB ... for a place counted from zero."""
    rest, last = divmod(place, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)
