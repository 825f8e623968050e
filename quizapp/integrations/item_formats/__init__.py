"""The formats items come and go in; one file each, which ends with ``FORMAT = ItemFormat(...)``."""

from __future__ import annotations

from quizapp.domain.errors import NotFound
from quizapp.domain.exchange import ItemFormat
from quizapp.integrations.item_formats.qti import QTI2, QTI3

FORMATS: dict[str, ItemFormat] = {one.name: one for one in (QTI3, QTI2)}


def item_format(name: str) -> ItemFormat:
    """The format of that name; raises `NotFound` ("unknown_format")."""
    try:
        return FORMATS[name]
    except KeyError:
        raise NotFound("unknown_format", name=name, known=", ".join(FORMATS)) from None
