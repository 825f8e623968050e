"""What changed between two wordings, word by word, for two columns side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

#: A word, or what stands between two words: nothing of a text is lost.
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand in both wordings, or in this one only."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One place of the author's form (``options[a].text``) before and after."""

    place: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def word_diff(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The pieces of both texts; joined again, each side is its text."""
    left, right = _PIECE.findall(before), _PIECE.findall(after)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for side, words in zip(sides, (left[i:j], right[k:m]), strict=True):
            if words:
                side.append(Piece("".join(words), tag != "equal"))
    return tuple(sides[0]), tuple(sides[1])


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """Every place at which two values of the author's form differ, in the order of the form."""
    old, new = dict(_places(before)), dict(_places(after))
    places = [*new, *(place for place in old if place not in new)]
    return [
        Change(place, *word_diff(old.get(place, ""), new.get(place, "")))
        for place in places
        if old.get(place, "") != new.get(place, "")
    ]


def _places(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a value with its place; rows are named by their id, else by their number."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name != "id" or not place:
                yield from _places(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from _order(value, place)
        for number, row in enumerate(value, start=1):
            yield from _places(row, f"{place}[{_name(row, number)}]")
    elif value is not None:
        yield place, str(value)


def _order(rows: Sequence[object], place: str) -> Iterator[tuple[str, str]]:
    """The order of rows that have ids is a text of its own: moving one is a change as well."""
    ids = [str(row["id"]) for row in rows if isinstance(row, Mapping) and row.get("id")]
    if ids:
        yield place, ", ".join(ids)


def _name(row: object, number: int) -> str:
    return str(row["id"]) if isinstance(row, Mapping) and row.get("id") else f"#{number}"
