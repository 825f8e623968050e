"""Trying the exam window before the first exam, with an example of every item type.

The examples come with the item types. No item of any bank is shown, so none is exposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quizapp.domain.attempt import canonical
from quizapp.domain.errors import NotFound
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.item_types.base import as_stored
from quizapp.services.delivery import ItemView
from quizapp.services.unit_of_work import Context


@dataclass(frozen=True, slots=True)
class Example:
    """An item of one type to try; ``is_received`` once its form has arrived here."""

    view: ItemView
    is_received: bool


def server_now(context: Context) -> datetime:
    """The time that counts in every exam."""
    return context.clock.now()


def examples(tried: str = "", fields: Mapping[str, Sequence[str]] | None = None) -> list[Example]:
    """One item of each type; the ``tried`` one shows what its form said. Nothing is stored.

    Raises `NotFound` for an unknown type, `Invalid` ("bad_response") for what no page can send.
    """
    if tried and tried not in ITEM_TYPES:
        raise NotFound("not_found")
    return [
        _example(position, name, fields if name == tried else None)
        for position, name in enumerate(ITEM_TYPES, 1)
    ]


def _example(position: int, name: str, fields: Mapping[str, Sequence[str]] | None) -> Example:
    kind = ITEM_TYPES[name]
    content = kind.settle(kind.split(kind.example())[0], as_stored)
    response: dict[str, Any] | None = kind.parse(content, fields) if fields is not None else None
    view = ItemView(
        position=position,
        presented=kind.present(content, as_stored),
        stimulus_title="",
        stimulus_text="",
        response=response,
        is_flagged=False,
        rendered=canonical({"response": response, "flag": False}),
    )
    return Example(view, response is not None)
