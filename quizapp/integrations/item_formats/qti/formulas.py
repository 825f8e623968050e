"""Formulas in MathML as one line of text: what a person would type."""

from __future__ import annotations

from quizapp.integrations.item_formats.qti.names import Element, children, name
from quizapp.integrations.item_formats.qti.reports import Refusal

_LEAVES = frozenset({"mi", "mn", "mo", "mtext", "ms"})
_ROWS = frozenset({"math", "mrow", "mstyle", "mpadded", "semantics", "mphantom"})
_PAIRS = {"mfrac": "/", "msup": "^", "msub": "_"}
_NOT_SHOWN = frozenset({"annotation", "annotation-xml"})


def in_a_line(element: Element) -> str:
    """A formula as text; raises `Refusal` for what one line cannot say."""
    kind = name(element)
    inner = [part for part in children(element) if name(part) not in _NOT_SHOWN]
    if kind in _LEAVES:
        return (element.text or "").strip()
    if kind in _ROWS:
        return "".join(in_a_line(part) for part in inner)
    if kind == "mspace":
        return " "
    if kind == "msqrt":
        return f"√({''.join(in_a_line(part) for part in inner)})"
    if kind == "mfenced":
        return f"({', '.join(in_a_line(part) for part in inner)})"
    if kind in _PAIRS and len(inner) == 2:
        return _PAIRS[kind].join(_grouped(in_a_line(part)) for part in inner)
    raise Refusal("stem", kind, "media_not_supported")


def _grouped(told: str) -> str:
    return told if len(told) == 1 or told.replace(".", "").isdigit() else f"({told})"
