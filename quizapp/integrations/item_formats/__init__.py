"""The formats items come and go in; one file or package each, with the `ItemFormat` it makes."""

from __future__ import annotations

from quizapp.domain.errors import NotFound
from quizapp.domain.exchange import ItemFormat
from quizapp.integrations.item_formats import (
    aiken,
    csv_items,
    docx,
    gift,
    jsonl_items,
    moodle_xml,
    pasted,
    xlsx_items,
    yaml_items,
)
from quizapp.integrations.item_formats.qti import QTI2, QTI3

_ALONE = (xlsx_items, csv_items, docx, pasted, moodle_xml, gift, aiken, yaml_items, jsonl_items)
#: By name, in the order in which people are offered them.
FORMATS: dict[str, ItemFormat] = {one.name: one for one in (*(m.FORMAT for m in _ALONE), QTI3, QTI2)}


def item_format(name: str) -> ItemFormat:
    """The format of that name; raises `NotFound` ("unknown_format")."""
    try:
        return FORMATS[name]
    except KeyError:
        raise NotFound("unknown_format", name=name, known=", ".join(FORMATS)) from None
