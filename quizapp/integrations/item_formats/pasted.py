"""Questions pasted from a word processor, or typed in the same layout, as plain text."""

from __future__ import annotations

import re

from quizapp.domain.exchange import Given, ItemFormat, Package
from quizapp.integrations.item_formats import layout, markdown_text, text_files
from quizapp.integrations.item_formats.layout import Line

_HEADING = re.compile(r"#{1,6}\s+(.*)")
#: What word processors put before the points of a list when they are copied.
_BULLET = re.compile(r"[•·▪‣–*-]\s+(.*)")


def read(data: bytes, given: Given) -> Package:
    """The questions of a text; raises `Invalid` ("bad_file")."""
    lines = text_files.decode(data).split("\n")
    return Package(tuple(layout.read(map(_line, range(1, len(lines) + 1), lines), given)))


def _line(number: int, text: str) -> Line:
    text = text.strip()
    place = f"line {number}"
    heading, bullet = _HEADING.fullmatch(text), _BULLET.fullmatch(text)
    if heading:
        return Line(place, markdown_text.inline_escaped(heading[1]), is_heading=True)
    if bullet and not layout.OPTION.fullmatch(text):
        return Line(place, f"- {markdown_text.escaped(bullet[1])}", is_block=True)
    return Line(place, markdown_text.inline_escaped(text))


FORMAT = ItemFormat(
    name="text",
    title="Pasted text",
    suffix="txt",
    media_type="text/plain; charset=utf-8",
    read=read,
)
