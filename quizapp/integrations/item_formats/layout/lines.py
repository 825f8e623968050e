"""Lines of the plain layout, and the questions they are gathered into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from quizapp.integrations.item_formats import markdown_text

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or line: Markdown whose beginning is not escaped yet.

    ``is_block`` is finished Markdown (a table, a list) that starts nothing; a heading ends what was
    before it; a soft letter was counted by a word processor; a paragraph stands apart from its
    neighbours. An empty text separates.
    """

    place: str
    text: str
    is_heading: bool = False
    is_block: bool = False
    is_soft: bool = False
    is_paragraph: bool = False
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Option:
    """A lettered line with those that go on below it; a star makes it a key."""

    letter: str
    parts: list[Line]
    is_key: bool


@dataclass(slots=True)
class Question:
    """The lines of one question; the name and the task are those of the headings above it.

    ``fields`` are its facts and ``reasons`` those of options by letter, as they stand; ``open_field`` is
    the one that may go on.
    """

    place: str
    name: str = ""
    task: str = ""
    is_numbered: bool = False
    stem: list[Line] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    open_field: tuple[str, str] | None = None

    @property
    def is_answerable(self) -> bool:
        """Whether options or fields have begun, so that a number can only be the next question's."""
        return bool(self.options or self.fields)


def plain(text: str) -> str:
    """A value without the backslashes of Markdown."""
    return _ESCAPED.sub(r"\1", text.strip("* "))


def joined(lines: Sequence[Line]) -> str:
    """Lines as one text: neighbours stay neighbours, an empty line or a block sets apart."""
    text = ""
    for before, line in zip([None, *lines], lines, strict=False):
        if not line.text:
            continue
        told = line.text if line.is_block else markdown_text.lines_escaped(line.text)
        text += ("\n\n" if before is not None and _is_apart(before, line) else "\n") + told
    return text.strip("\n")


def _is_apart(before: Line, line: Line) -> bool:
    """Whether an empty line stands between two lines; the points of one list stay together."""
    if line.is_block and before.is_block:
        return not (line.text.startswith("- ") and before.text.startswith("- "))
    return not before.text or line.is_block or before.is_block or line.is_paragraph
