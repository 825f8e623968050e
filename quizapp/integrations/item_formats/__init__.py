"""The formats items come and go in; one file each, which ends with ``FORMAT = ItemFormat(...)``."""

from __future__ import annotations

from quizapp.domain.errors import NotFound
from quizapp.domain.exchange import ItemFormat
from quizapp.integrations.item_formats import aiken, docx, gift, moodle_xml, pasted

FORMATS: dict[str, ItemFormat] = {
    module.FORMAT.name: module.FORMAT for module in (moodle_xml, gift, aiken, docx, pasted)
}


def item_format(name: str) -> ItemFormat:
    """The format of that name; raises `NotFound` ("unknown_format")."""
    try:
        return FORMATS[name]
    except KeyError:
        raise NotFound("unknown_format", name=name, known=", ".join(FORMATS)) from None
