"""Styles of a document's paragraphs: which of them are headings, and which count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from quizapp.integrations.item_formats.docx.numbering import attribute, value

_HEADING = re.compile(r"(heading|überschrift|titre|título|titolo)\s*\d|title", re.I)
#: Styles build on each other; a circle of them must not be followed for ever.
MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Style:
    """One style."""

    is_heading: bool = False
    number: str = ""
    depth: str = ""
    based_on: str = ""


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: Any | None) -> None:
        self._known: dict[str, Style] = {}
        for element in root.iterchildren("{*}style") if root is not None else ():
            self._known[attribute(element, "styleId")] = _style(element)

    def find(self, name: str) -> Style:
        """A style with what it takes from those it is based on."""
        told, found = Style(), name
        for _ in range(MOST_STEPS):
            style = self._known.get(found)
            if style is None:
                break
            told = Style(
                told.is_heading or style.is_heading,
                told.number or style.number,
                told.depth or style.depth,
            )
            found = style.based_on
        return told


def _style(element: Any) -> Style:
    properties = element.find("{*}pPr")
    numbered = None if properties is None else properties.find("{*}numPr")
    has_level = properties is not None and value(properties, "outlineLvl") not in ("", "9")
    return Style(
        bool(_HEADING.fullmatch(value(element, "name"))) or has_level,
        "" if numbered is None else value(numbered, "numId"),
        "" if numbered is None else value(numbered, "ilvl"),
        value(element, "basedOn"),
    )
