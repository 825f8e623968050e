"""Moodle's calculated questions: wildcards in braces, their values listed, a formula of its own notation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lxml import etree

from quizapp.domain.item_types import expression, variants
from quizapp.domain.item_types.expression import ExpressionError, Node
from quizapp.integrations.item_formats import numbers
from quizapp.integrations.item_formats.moodle_xml.texts import child_text

#: How a tolerance is meant: as a share of the answer, or as it is.
RELATIVE, NOMINAL = "1", "2"
_WILDCARD = re.compile(r"\{([^{}]*)\}")
_POWER = "pow("
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}
_ATOM = 5


# --- writing ----------------------------------------------------------------------------


def formula(text: str) -> str:
    """A formula of ours as Moodle writes it: names in braces, powers as a function."""
    return _written(expression.parse(text))[0]


def _written(node: Node) -> tuple[str, int]:
    head = node.head
    if isinstance(head, Fraction):
        return _decimal(head), _ATOM
    if not node.parts:
        return f"{{{head}}}", _ATOM
    if head in _BINDS:
        binds = _BINDS[head]
        first, second = _held(node.parts[0], binds), _held(node.parts[1], binds + 1)
        return f"{first} {head} {second}", binds
    if head == "negative":
        return f"(-{_held(node.parts[0], _ATOM)})", _ATOM
    name = "pow" if head == "^" else head
    return f"{name}({', '.join(_written(part)[0] for part in node.parts)})", _ATOM


def _held(node: Node, least: int) -> str:
    text, binds = _written(node)
    return text if binds >= least else f"({text})"


def _decimal(value: Fraction) -> str:
    told = f"{float(value):.12f}"
    return told.rstrip("0").rstrip(".")


def put_datasets(
    question: Any, rows: Sequence[Mapping[str, str]], listed: Sequence[Mapping[str, str]]
) -> None:
    """The ranges of parameters, and the values of every variant, in step with each other."""
    sets = etree.SubElement(question, "dataset_definitions")
    for row in rows:
        told = etree.SubElement(sets, "dataset_definition")
        values = [values[row["name"]] for values in listed]
        decimals = max((len(value.partition(".")[2]) for value in values), default=0)
        facts = {
            "status": "private",
            "name": row["name"],
            "distribution": "uniform",
            "minimum": row["from"],
            "maximum": row["to"],
            "decimals": str(decimals),
        }
        for name, text in facts.items():
            etree.SubElement(etree.SubElement(told, name), "text").text = text
        etree.SubElement(told, "type").text = "calculated"
        etree.SubElement(told, "itemcount").text = str(len(values))
        items = etree.SubElement(told, "dataset_items")
        for number, value in enumerate(values, start=1):
            item = etree.SubElement(items, "dataset_item")
            etree.SubElement(item, "number").text = str(number)
            etree.SubElement(item, "value").text = value
        etree.SubElement(told, "number_of_items").text = str(len(values))


# --- reading ----------------------------------------------------------------------------


def names(question: Any) -> dict[str, str]:
    """The wildcards of a question, and what each is called here."""
    told: dict[str, str] = {}
    for place, element in enumerate(question.findall("dataset_definitions/dataset_definition"), start=1):
        wildcard = child_text(element, "name/text")
        wanted = re.sub(r"[^a-z0-9_]", "_", wildcard.lower())
        taken = {*expression.FUNCTIONS, *told.values()}
        is_fit = variants.NAME.fullmatch(wanted) and wanted not in taken
        told[wildcard] = wanted if is_fit else f"p{place}"
    return told


def parameters(question: Any, known: Mapping[str, str]) -> list[dict[str, str]]:
    """A range for each wildcard, in steps of its last decimal; "" where the file does not say a number."""
    rows = []
    for element in question.findall("dataset_definitions/dataset_definition"):
        first, last = (_bound(element, side) for side in ("minimum", "maximum"))
        decimals = child_text(element, "decimals/text", "0")
        places = int(decimals) if decimals.isdecimal() and len(decimals) < 3 else 0
        step = "1" if places == 0 else f"0.{'1'.rjust(places, '0')}"
        name = known[child_text(element, "name/text")]
        rows.append({"name": name, "from": first, "to": last, "step": step})
    return rows


def _bound(element: Any, side: str) -> str:
    told = numbers.plain(child_text(element, f"{side}/text")) or ""
    return told.rstrip("0").rstrip(".") if "." in told else told


def in_text(text: str, known: Mapping[str, str]) -> str:
    """A text with the wildcards by the names they have here."""
    return _WILDCARD.sub(lambda found: f"{{{known[found[1]]}}}" if found[1] in known else found[0], text)


def read_formula(text: str, known: Mapping[str, str]) -> str | None:
    """A formula of Moodle in our notation; None for what that cannot say."""
    if len(text) > expression.LONGEST:
        return None
    told = _WILDCARD.sub(lambda found: f" {known.get(found[1], '?')} ", text)
    told = " ".join(_without_powers(told).split())
    try:
        found = expression.names(expression.parse(told))
    except ExpressionError:
        return None
    return told if found <= set(known.values()) else None


def _without_powers(text: str) -> str:
    """`pow(a, b)` as `((a) ^ (b))`, also inside another."""
    start = text.find(_POWER)
    if start < 0:
        return text
    depth, parts, begun = 1, [], start + len(_POWER)
    for at in range(begun, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0 or (depth == 1 and text[at] == ","):
            parts.append(text[begun:at])
            begun = at + 1
        if depth == 0:
            base, exponent = [*parts, "", ""][:2]
            whole = f"(({base.strip()}) ^ ({exponent.strip()}))"
            return _without_powers(text[:start] + whole + text[at + 1 :])
    return text
