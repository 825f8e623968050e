"""Lines of "Label: value" in the narratives of a credential, which read back as what was written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LINE = re.compile(r"\n(?! )")


@dataclass(frozen=True, slots=True)
class Line:
    """What a line is called, where its value stands in the payload ("rule.cut.kind"), and its type."""

    label: str
    path: str
    kind: type = str


def write(lines: Sequence[Line], payload: Mapping[str, Any]) -> str:
    """The lines of a payload; a value that is None has no line."""
    told = [(line.label, value_at(payload, line.path)) for line in lines]
    # A line break inside a value is indented: only the start of a line starts a value.
    return "\n".join(
        f"{label}: {str(value).replace(chr(10), chr(10) + '  ')}"
        for label, value in told
        if value is not None
    )


def read(lines: Sequence[Line], text: str) -> dict[str, Any]:
    """Values by path, None where there is no line; raises ValueError or KeyError."""
    known = {line.label: line for line in lines}
    told: dict[str, Any] = {line.path: None for line in lines}
    for part in _LINE.split(text) if text else ():
        label, _, value = part.partition(": ")
        line = known[label]
        told[line.path] = line.kind(value.replace("\n  ", "\n"))
    return told


def value_at(payload: Any, path: str) -> Any:
    """The value at a dotted path."""
    for name in path.split("."):
        payload = payload[name]
    return payload


def put(payload: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Set values at dotted paths."""
    for path, value in values.items():
        *folders, name = path.split(".")
        at = payload
        for folder in folders:
            at = at.setdefault(folder, {})
        at[name] = value
