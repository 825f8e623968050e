"""Numbers a word processor counts by itself: the labels of a document's paragraphs, as it shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quizapp.domain.item_types.options import letter

BULLET = "bullet"
LETTERS = ("upperLetter", "lowerLetter")
_PLACE = re.compile(r"%([1-9])")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_SMALL_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
#: Counting further than this is no list of a questionnaire.
MOST = 9_999


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how it counts, what it shows, where it begins."""

    kind: str = "decimal"
    shows: str = "%1."
    start: int = 1


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a paragraph, and how it was counted."""

    text: str
    kind: str
    depth: int


class Lists:
    """Every list of a document and how far it has counted."""

    def __init__(self, root: Any | None) -> None:
        self._abstract: dict[str, dict[int, Level]] = {}
        self._numbered: dict[str, str] = {}
        self._overrides: dict[str, dict[int, Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        if root is not None:
            self._read(root)

    def _read(self, root: Any) -> None:
        for element in root.iterchildren("{*}abstractNum"):
            self._abstract[attribute(element, "abstractNumId")] = _levels(element)
        for element in root.iterchildren("{*}num"):
            number = attribute(element, "numId")
            self._numbered[number] = value(element, "abstractNumId")
            self._overrides[number] = _overrides(element, self._abstract.get(self._numbered[number], {}))

    def label(self, number: str, depth: int) -> Label | None:
        """The label of the next paragraph of a list; None for a list the document does not describe."""
        abstract = self._numbered.get(number)
        if abstract is None:
            return None
        levels = {**self._abstract.get(abstract, {}), **self._overrides[number]}
        level = levels.get(depth, Level())
        if level.kind == BULLET:
            return Label("-", BULLET, depth)
        counts = self._counted(number, abstract, depth, level)

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            return counted(
                counts.get(place, levels.get(place, Level()).start), levels.get(place, Level()).kind
            )

        return Label(_PLACE.sub(shown, level.shows), level.kind, depth)

    def _counted(self, number: str, abstract: str, depth: int, level: Level) -> Mapping[int, int]:
        """The counts after one more paragraph; deeper levels begin anew."""
        counts = self._counts.setdefault(abstract, {})
        if number not in self._begun:
            self._begun.add(number)
            # Lists that share their looks go on counting unless one says where it starts.
            for place in self._overrides[number]:
                counts.pop(place, None)
        counts[depth] = min(counts.get(depth, level.start - 1) + 1, MOST)
        for deeper in [place for place in counts if place > depth]:
            del counts[deeper]
        return counts


def counted(number: int, kind: str) -> str:
    """A number as a list of this kind shows it."""
    if kind in LETTERS:
        told = letter(max(0, number - 1))
        return told if kind == "upperLetter" else told.lower()
    if kind in ("upperRoman", "lowerRoman"):
        told = _roman(number)
        return told.upper() if kind == "upperRoman" else told
    if kind == "decimalZero":
        return f"{number:02}"
    return "" if kind == "none" else str(number)


def _roman(number: int) -> str:
    told = ""
    for size, sign in (*_ROMAN, *_SMALL_ROMAN):
        told += sign * (number // size)
        number %= size
    return told


def _levels(element: Any) -> dict[int, Level]:
    return {_depth(child): _level(child) for child in element.iterchildren("{*}lvl")}


def _level(element: Any) -> Level:
    return Level(
        value(element, "numFmt") or "decimal",
        value(element, "lvlText"),
        _whole(value(element, "start"), 1),
    )


def _overrides(element: Any, levels: Mapping[int, Level]) -> dict[int, Level]:
    """Levels a list counts or shows in its own way."""
    told = {}
    for child in element.iterchildren("{*}lvlOverride"):
        depth = _depth(child)
        own = child.find("{*}lvl")
        level = _level(own) if own is not None else levels.get(depth, Level())
        start = value(child, "startOverride")
        told[depth] = Level(level.kind, level.shows, _whole(start, level.start))
    return told


def _depth(element: Any) -> int:
    return _whole(attribute(element, "ilvl"), 0)


def _whole(text: str, usual: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else usual


def attribute(element: Any, name: str) -> str:
    """An attribute, whatever its namespace: Word has written two."""
    for key, told in element.attrib.items():
        if key == name or key.endswith("}" + name):
            return str(told)
    return ""


def value(element: Any, name: str) -> str:
    """The value of a child such as ``<w:ilvl w:val="1"/>``; "" where there is none."""
    child = element.find("{*}" + name)
    return "" if child is None else attribute(child, "val")
