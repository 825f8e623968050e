"""Reading the author's form field by field, without ever raising.

What cannot be kept (a wrong type, an unknown field) is noted in the key as a
leftover, so that `check` can report it together with every other problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from quizapp.domain.errors import Problem

LEFTOVERS = "leftovers"
SHORT = 60

Leftover = dict[str, str]


def shortened(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


class Reader:
    """One mapping of the author's form; readers of nested mappings share its leftovers."""

    def __init__(
        self,
        mapping: object,
        known: Iterable[str],
        path: str = "",
        leftovers: list[Leftover] | None = None,
    ) -> None:
        self.path = path
        self.leftovers: list[Leftover] = [] if leftovers is None else leftovers
        self._mapping: Mapping[Any, Any] = mapping if isinstance(mapping, Mapping) else {}
        if not isinstance(mapping, Mapping):
            self._note("", mapping, "not_a_mapping")
        for name in self._mapping.keys() - set(known):
            self._note(shortened(name), self._mapping[name], "unknown_key")

    def has(self, name: str) -> bool:
        return self._mapping.get(name) is not None

    def text(self, name: str) -> str:
        """The text as written, "" when absent. Unquoted YAML scalars are read, and noted."""
        value = self._mapping.get(name)
        if value is None or isinstance(value, str):
            return value or ""
        self._note(name, value, "not_text")
        return str(value).lower() if isinstance(value, int) else ""

    def flag(self, name: str) -> bool:
        value = self._mapping.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._note(name, value, "not_a_flag")
        return False

    def whole(self, name: str) -> int:
        """The whole number as written, 0 when absent."""
        value = self._mapping.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value or 0
        self._note(name, value, "not_whole")
        return 0

    def rows(self, name: str, known: Iterable[str]) -> list[Reader]:
        """Readers of a list of mappings; a path names the row by id, else by its place."""
        value = self._mapping.get(name)
        if not isinstance(value, list):
            if value is not None:
                self._note(name, value, "not_a_list")
            return []
        return [
            Reader(row, known, self._at(f"{name}[{_label(row, place)}]"), self.leftovers)
            for place, row in enumerate(value, start=1)
        ]

    def child(self, name: str, known: Iterable[str]) -> Reader:
        """The reader of a nested mapping; an absent one reads as empty."""
        value = self._mapping.get(name)
        return Reader({} if value is None else value, known, self._at(name), self.leftovers)

    def keep_text(self, target: dict[str, Any], name: str, under: str | None = None) -> None:
        """Copies an optional text, so that absent stays absent in the round trip."""
        if self.has(name):
            target[under or name] = self.text(name)

    def keep_flag(self, target: dict[str, Any], name: str) -> None:
        if self.has(name):
            target[name] = self.flag(name)

    def finish(self, key: dict[str, Any]) -> dict[str, Any]:
        """The key, with the leftovers of this reader and its nested ones if there are any."""
        if self.leftovers:
            key[LEFTOVERS] = sorted(self.leftovers, key=lambda note: note["field"])
        return key

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _note(self, name: str, value: object, reason: str) -> None:
        field = self._at(name) if name else self.path
        note = {"field": field, "value": shortened(value), "reason": reason}
        if note not in self.leftovers:  # an id is read more than once
            self.leftovers.append(note)


def _label(row: object, place: int) -> str:
    identifier = row.get("id") if isinstance(row, Mapping) else None
    return identifier if isinstance(identifier, str) and identifier else f"#{place}"


def optional(source: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The named entries that exist: the other direction of keep_text and keep_flag."""
    return {name: source[name] for name in names if name in source}


def leftover_problems(key: Mapping[str, Any], details: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(note["field"], note["value"], note["reason"], details[note["reason"]])
        for note in key.get(LEFTOVERS, [])
    ]
