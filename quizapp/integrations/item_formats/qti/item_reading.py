"""An item's file as the author's form, and what had to change on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from quizapp.domain.item_types import item_type
from quizapp.integrations.item_formats.qti import parameters
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.interactions import Kind, kind_of, reckoned_kind
from quizapp.integrations.item_formats.qti.names import Element, attribute, child, children, every, name
from quizapp.integrations.item_formats.qti.policies import settle
from quizapp.integrations.item_formats.qti.prose import Prose
from quizapp.integrations.item_formats.qti.reports import Changes, Refusal
from quizapp.integrations.item_formats.qti.values import by_identifier

ITEM = "assessment-item"
_INTERACTION = re.compile(r"[a-z-]+-interaction")


def read(root: Element, picture: Callable[[str], str | None], changes: Changes) -> dict[str, Any]:
    """The fields of its type, in the author's form; raises `Refusal`.

    ``picture`` gives ``media/NAME`` for the address of a picture the package has.
    """
    body = child(root, "item-body")
    if name(root) != ITEM or body is None:
        raise Refusal("file", name(root), "not_an_item")
    _check_kind(root, changes)
    found = interactions(root)
    kind, interaction = _kind(root, found), found[0]
    declared = by_identifier(children(root, "response-declaration"))
    asked = Asked(root, body, declared, Prose(changes, picture), changes)
    source = kind.read(asked, interaction)
    why = asked.why()
    if why:
        source |= _reason(source, why)
    return source if kind.probes is None else settle(asked, kind, asked.response(interaction), source)


def _check_kind(root: Element, changes: Changes) -> None:
    if attribute(root, "adaptive") == "true":
        changes.add("file", "adaptive", "adaptive_dropped")


def _kind(root: Element, found: list[Element]) -> Kind:
    """How an item of these interactions is read; raises `Refusal`."""
    if not found:
        raise Refusal("type", "", "no_interaction")
    unknown = [name(one) for one in found if kind_of([one]) is None]
    if unknown:
        raise Refusal("type", ", ".join(dict.fromkeys(unknown)), "type_not_supported")
    if parameters.has_template(root):
        return _reckoned(found)
    kind = kind_of(found)
    if kind is None:
        raise Refusal("type", ", ".join(name(one) for one in found), "several_interactions")
    return kind


def _reckoned(found: list[Element]) -> Kind:
    kind = reckoned_kind(found)
    if kind is None:
        raise Refusal("file", parameters.DECLARATION, "templates_not_supported")
    return kind


def interactions(root: Element) -> list[Element]:
    """The interactions of an item, in the order of its text."""
    body = child(root, "item-body")
    found = [] if body is None else [one for one in body.iter("{*}*") if _INTERACTION.fullmatch(name(one))]
    # A button that ends the attempt, or shows a hint, asks nothing.
    return [one for one in found if name(one) != "end-attempt-interaction"]


def _reason(source: dict[str, Any], why: str) -> dict[str, Any]:
    if "answer" in source:
        return {"answer": {**source["answer"], "rationale": why}}
    return {"rationale": why} if "rationale" in item_type(source["type"]).source_fields else {}


def title(root: Element) -> str:
    """What the file calls the item."""
    return attribute(root, "title") or attribute(root, "identifier")


def references(root: Element) -> list[tuple[str, str]]:
    """(identifier, address) of the stimuli an item refers to."""
    refs = every(root, "assessment-stimulus-ref")
    return [(attribute(one, "identifier"), attribute(one, "href")) for one in refs]
