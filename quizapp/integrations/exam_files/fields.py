"""Fields of plain data as values; every problem is kept, none stops the reading."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from quizapp.domain.errors import Problem

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*(%?)")
LARGEST = 10**6

Choice = TypeVar("Choice", bound=StrEnum)


class Reader:
    """Reads fields and keeps every problem instead of stopping at the first.

    A default of None means that the field is needed; a stand-in is given for what is wrong.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def complain(self, field: str, value: object, reason: str, detail: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(field, "" if value is None else str(value)[:60], reason, detail))

    def unknown(self, source: Mapping[str, Any], known: Collection[str], prefix: str) -> None:
        """Keep a problem for each field that has no meaning here."""
        for name in (name for name in source if name not in known):
            self.complain(f"{prefix}{name}", "", "unknown_field", f"known: {', '.join(known)}")

    def text(self, source: Mapping[str, Any], name: str, default: str | None = None, within: str = "") -> str:
        """A text."""
        value = source.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and (value.strip() or default is not None):
            return value
        missing = value is None or value == ""
        detail = "text is needed" if missing else "text is expected; put it in quotes"
        self.complain(_join(within, name), value, "missing" if missing else "not_text", detail)
        return ""

    def texts(self, source: Mapping[str, Any], name: str, within: str = "") -> list[str]:
        """A list of at least one text."""
        value = source.get(name)
        if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
            return value
        self.complain(_join(within, name), value, "not_a_list", "a list of at least one text")
        return []

    def entries(self, source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        """A list of mappings; none where the field is missing."""
        value = source.get(name)
        if value is None:
            return []
        if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            return value
        self.complain(name, value, "not_a_list", "a list of mappings")
        return []

    def mapping(
        self, source: Mapping[str, Any], name: str, known: Collection[str] | None, within: str = ""
    ) -> Mapping[str, Any]:
        """A mapping; with ``known``, of these fields only."""
        value, field = source.get(name), _join(within, name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.complain(field, value, "not_a_mapping", "fields with values are expected")
            return {}
        if known is not None:
            self.unknown(value, known, f"{field}.")
        return value

    def whole(self, source: Mapping[str, Any], name: str, default: int | None, within: str = "") -> int:
        """A whole number."""
        value = source.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
            return value
        self.complain(_join(within, name), value, "not_whole", "a whole number is needed")
        return 0

    def flag(self, source: Mapping[str, Any], name: str, within: str = "") -> bool:
        """true or false; false where the field is missing."""
        value = source.get(name, False)
        if not isinstance(value, bool):
            self.complain(_join(within, name), value, "not_yes_or_no", "true or false")
        return value is True

    def share(self, source: Mapping[str, Any], name: str, default: Fraction, within: str = "") -> Fraction:
        """An exact share from ``75 %``, ``"0.75"`` or ``0.75``."""
        value = source.get(name)
        if value is None:
            return default
        # A float's shortest text is what the author wrote, so the share is exact.
        match = None if isinstance(value, bool) else _SHARE.fullmatch(str(value).strip())
        if match is None:
            self.complain(_join(within, name), value, "not_a_share", "a share such as 75 % or 0.75")
            return default
        return Fraction(match[1]) / (100 if match[2] else 1)

    def choice(
        self, source: Mapping[str, Any], name: str, kind: type[Choice], default: Choice | None
    ) -> Choice:
        """One of a kind's values."""
        value = source.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in set(kind):
            return kind(value)
        reason = "missing" if value is None else "unknown_value"
        self.complain(name, value, reason, f"one of: {', '.join(kind)}")
        return default or next(iter(kind))


def _join(within: str, name: str) -> str:
    return f"{within}.{name}" if within else name
