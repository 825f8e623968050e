"""Entries: a number or a short text typed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.integrations.item_formats.qti.asked import GAP, Asked, is_blank
from quizapp.integrations.item_formats.qti.expressions import Unread, tolerances
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element, attribute, children, every, name, text_of
from quizapp.integrations.item_formats.qti.reports import Refusal
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, Question, Rules, declaration
from quizapp.integrations.item_formats.qti.values import Declared, Many, Value, number

INTERACTION = "text-entry-interaction"
NUMBERS = frozenset({"float", "integer"})
_RANGE = 2


def write(markup: Markup, item: ItemVersion) -> Question:
    """A text entry in a line of its own, the unit of a number behind it."""
    body = line(markup, item)
    if item.type == "numeric":
        return _number(markup, item.key, body)
    return _text(markup, item, body)


def line(markup: Markup, item: ItemVersion) -> list[Element]:
    """The line of a text entry."""
    entry = markup.make(INTERACTION, {"response-identifier": RESPONSE})
    unit = str(item.content.get("unit", ""))
    behind = [" ", markup.make("span", None, unit)] if unit else []
    return [markup.make("p", None, entry, *behind)]


def _number(markup: Markup, key: Mapping[str, Any], body: list[Element]) -> Question:
    rules = Rules(markup.make)
    response = declaration(markup.make, "single", "float", [key["value"]])
    return Question([response], body, [rules.all_or_nothing(is_near(rules, key))])


def is_near(rules: Rules, key: Mapping[str, Any]) -> Element:
    """Whether a number is the correct one, within the tolerance of a key."""
    tolerance, mode = key.get("tolerance"), {"tolerance_mode": "exact"}
    if tolerance is not None:
        mode = {"tolerance_mode": "absolute", "tolerance": f"{tolerance} {tolerance}"}
    return rules.call("equal", rules.variable(), rules.correct(), **mode)


def _text(markup: Markup, item: ItemVersion, body: list[Element]) -> Question:
    """Every accepted text is worth the point; QTI can leave out capitals, but not all that we do."""
    make, answers = markup.make, list(item.key["answers"])  # type: ignore[call-overload]
    response = declaration(make, "single", "string", answers[:1])
    is_strict = "true" if item.content.get("case_sensitive") else "false"
    entries = [
        make("map-entry", {"map-key": text, "mapped-value": "1", "case-sensitive": is_strict})
        for text in answers
    ]
    response.append(make("mapping", {"default-value": "0"}, *entries))
    rules = Rules(make)
    return Question([response], body, [rules.score(rules.mapped())])


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of a text entry; raises `Refusal`."""
    declared = asked.response(interaction)
    if isinstance(declared.correct, Many) or declared.cardinality != "single":
        raise Refusal("key", declared.identifier, "key_unclear")
    is_number = declared.base_type in NUMBERS
    stem, unit = question(asked, interaction, is_number)
    if is_number:
        return {"type": "numeric", "stem": stem, "answer": _answer(asked, declared, unit)}
    return {"type": "short_text", "stem": stem, **_accepted(asked, declared)}


def question(asked: Asked, interaction: Element, is_number: bool) -> tuple[str, str]:
    """The stem of a text entry, and the unit behind it."""
    block, unit = _line(interaction)
    # A unit is no part of the question; a word behind an accepted text is.
    if block is not None and (is_number or not unit):
        return asked.stem(interaction, {block: ""}), unit
    asked.changes.add("stem", GAP, "gap_shown")
    return asked.stem(interaction, {interaction: GAP}), unit


def _line(interaction: Element) -> tuple[Element | None, str]:
    """The block that holds nothing but the entry and what stands behind it, and that."""
    line = interaction.getparent()
    is_alone = line is not None and len(line) <= _RANGE and name(line) in ("p", "div")
    if not is_alone or line[0] is not interaction or not is_blank(line.text):
        return None, ""
    behind = (interaction.tail or "") + "".join(text_of(part) + (part.tail or "") for part in line[1:])
    return line, behind.strip()


def _answer(asked: Asked, declared: Declared, unit: str) -> dict[str, Any]:
    value, tolerance = _wanted(asked, declared)
    told = {"value": value}
    if tolerance:
        told["tolerance"] = tolerance
    return {**told, **({"unit": unit} if unit else {})}


def _wanted(asked: Asked, declared: Declared) -> tuple[str, str]:
    """The number and its tolerance, as text; raises `Refusal`."""
    processing = children(asked.root, "response-processing")
    for rules in processing:
        found = _between(rules, declared.identifier)
        if found:
            return found
    texts = declared.correct_texts or _paid_most(declared)
    value = plain(texts[0]) if texts else None
    if value is None:
        raise Refusal("key", declared.identifier, "key_unclear")
    for rules in processing:
        for equal in every(rules, "equal"):
            return value, _tolerance(asked, equal, value)
    return value, ""


def _paid_most(declared: Declared) -> tuple[str, ...]:
    entries = declared.mapping.entries if declared.mapping else ()
    most = max((entry.worth for entry in entries), default=0)
    return tuple(entry.key for entry in entries if entry.worth == most > 0)


def _between(rules: Element, identifier: str) -> tuple[str, str] | None:
    """The middle and half the width, where the right numbers are told as a range."""
    bounds = dict(_bounds(rules, identifier))
    if set(bounds) != {"lower", "upper"}:
        return None
    lower, upper = bounds["lower"], bounds["upper"]
    return _text_of((lower + upper) / 2), _text_of((upper - lower) / 2)


def _bounds(rules: Element, identifier: str) -> Iterator[tuple[str, Decimal]]:
    for kind, side in (("gte", "lower"), ("gt", "lower"), ("lte", "upper"), ("lt", "upper")):
        for operator in every(rules, kind):
            inner = children(operator)
            if [name(part) for part in inner] != ["variable", "base-value"]:
                continue
            bound = plain(text_of(inner[1]))
            if attribute(inner[0], "identifier") == identifier and bound is not None:
                yield side, Decimal(bound)


def _tolerance(asked: Asked, equal: Element, value: str) -> str:
    mode = attribute(equal, "tolerance-mode", "exact")
    if mode == "exact":
        return ""
    try:
        tolerances(equal)
    except Unread:
        return ""
    told = [Decimal(plain(part) or "0") for part in attribute(equal, "tolerance").split()]
    if len(set(told)) > 1:
        asked.changes.add("answer.tolerance", attribute(equal, "tolerance"), "tolerance_widened")
    if mode == "relative":
        return _text_of(abs(Decimal(value)) * max(told) / 100)
    if "false" in (attribute(equal, "include-lower-bound"), attribute(equal, "include-upper-bound")):
        asked.changes.add("answer.tolerance", str(max(told)), "bounds_closed")
    return plain(attribute(equal, "tolerance").split()[told.index(max(told))]) or ""


def tolerance(asked: Asked) -> str:
    """How near a reckoned number has to be; "" for exactly."""
    for equal in every(asked.root, "equal"):
        if attribute(equal, "tolerance-mode", "exact") == "relative":
            asked.changes.add("answer.tolerance", attribute(equal, "tolerance"), "scoring_changed")
            return ""
        return _tolerance(asked, equal, "0")
    asked.changes.add("scoring", "", "scoring_unread")
    return ""


def plain(text: str) -> str | None:
    """A number in digits and at most one point, as it was written where it was so already."""
    told = text.strip().removeprefix("+")
    try:
        value = Decimal(told)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > 40:
        return None
    is_plain = (
        told.lstrip("-").replace(".", "", 1).isdigit() and told[-1:] != "." and told.lstrip("-")[0] != "."
    )
    return told if is_plain and told.isascii() else _text_of(value)


def _text_of(value: Decimal) -> str:
    told = format(value, "f")
    return told.rstrip("0").rstrip(".") if "." in told else told


def _accepted(asked: Asked, declared: Declared) -> dict[str, Any]:
    entries = declared.mapping.entries if declared.mapping else ()
    most = max((entry.worth for entry in entries), default=0.0)
    full = [entry for entry in entries if entry.worth == most > 0]
    for entry in entries:
        if 0 < entry.worth < most:
            asked.changes.add("answers", entry.key, "partial_credit_dropped")
    texts = [entry.key for entry in full] or list(declared.correct_texts[:1])
    if not texts:
        raise Refusal("key", declared.identifier, "key_unclear")
    is_strict = all(entry.is_case_sensitive for entry in full) and not _folds(asked.root)
    told: dict[str, Any] = {"answers": [{"text": text} for text in texts]}
    return {**told, "case_sensitive": True} if is_strict else told


def _folds(root: Element) -> bool:
    """Whether the processing compares without regard to capitals."""
    return any(attribute(part, "case-sensitive", "true") == "false" for part in every(root, "string-match"))


def probes(asked: Asked, source: Mapping[str, Any]) -> list[tuple[Response | None, Value]]:
    """The right entry and those at the edges, none, and some that are wrong."""
    if source["type"] == "numeric":
        return _number_probes(source["answer"])
    texts = [answer["text"] for answer in source["answers"]]
    tried = [*texts, *[text.swapcase() for text in texts], f"{texts[0]} x", "?"]
    return [*[({"text": text}, text) for text in tried], (None, None)]


def _number_probes(answer: Mapping[str, str]) -> list[tuple[Response | None, Value]]:
    value, tolerance = Decimal(answer["value"]), Decimal(answer.get("tolerance", "0"))
    # Not the very edge: a file computes in binary, and may be a hair off there.
    inside, outside = tolerance * Decimal("0.999"), tolerance * Decimal("1.001") + Decimal("0.001")
    tried = [value, value - inside, value + inside, value - outside, value + outside]
    told: list[tuple[Response | None, Value]] = [
        ({"number": _text_of(one)}, number(_text_of(one))) for one in tried
    ]
    return [*told, (None, None)]
