"""Plain texts, in which only gaps and line breaks mean anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from quizapp.integrations.item_formats.qti.names import Element, Maker, children, filled, name
from quizapp.integrations.item_formats.qti.prose import BLOCKS, SILENT, inside
from quizapp.integrations.item_formats.qti.reports import Changes

_MARK = re.compile(r"\[\[([^\[\]]*)\]\]")
#: Parts of an interaction that are no part of its text.
_APART = ("prompt", "gap-text")
_SPACE = re.compile(r"\s+")


def paragraph(make: Maker, text: str, gaps: Mapping[str, Element]) -> Element:
    """A text as a paragraph, each gap in its place."""
    parts: list[Any] = []
    for place, part in enumerate(_MARK.split(text)):
        if place % 2:
            parts.append(gaps.get(part, f"[[{part}]]"))
            continue
        first, *others = part.split("\n")
        parts.append(first)
        for line in others:
            parts += [make("br"), line]
    return filled(make("p"), *parts)


def words(text: str) -> str:
    """A text on one line."""
    return _SPACE.sub(" ", text).strip()


def divided(element: Element, marks: Mapping[Element, str], changes: Changes) -> tuple[list[Any], str]:
    """What stands before the first block with a mark, and the plain text from there on.

    ``marks`` are the gaps, and what each is called in the text.
    """
    parts = [
        part for part in inside(element) if isinstance(part, str) or name(part) not in ("prompt", "gap-text")
    ]
    first = next(
        (at for at, part in enumerate(parts) if not isinstance(part, str) and _holds(part, marks)), len(parts)
    )
    lines = [_text(part, marks, changes) for part in parts[first:]]
    text = "\n".join(line.strip() for line in "".join(lines).split("\n"))
    return parts[:first], re.sub("\n+", "\n", text).strip()


def _holds(element: Element, marks: Mapping[Element, str]) -> bool:
    return element in marks or any(_holds(inner, marks) for inner in children(element))


def _text(part: Any, marks: Mapping[Element, str], changes: Changes) -> str:
    if isinstance(part, str):
        # Two brackets would be read as a gap.
        return _SPACE.sub(" ", part).replace("[[", "[ [")
    if part in marks:
        return marks[part]
    kind = name(part)
    if kind == "br":
        return "\n"
    told = "".join(_text(inner, marks, changes) for inner in inside(part))
    if kind in BLOCKS or kind in ("li", "tr"):
        return f"\n{told}\n"
    if kind not in SILENT:
        changes.add("text", kind, "formatting_dropped" if kind.isalpha() else "element_dropped")
    return told
