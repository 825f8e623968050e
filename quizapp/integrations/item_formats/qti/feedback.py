"""Rationales as feedback: beside the choice they are about, or in a window of their own."""

from __future__ import annotations

from typing import Any

from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element, Maker, filled, to_identifier
from quizapp.integrations.item_formats.qti.scoring import FEEDBACK


def with_reason(markup: Markup, choice: Element, words: str, reason: str, told: str) -> Element:
    """A choice with its words, and its reason as feedback where it has one."""
    filled(choice, *markup.flow(words))
    if not reason:
        return choice
    inner = markup.flow(reason)
    is_line = all(isinstance(part, str) or not _is_block(part) for part in inner)
    if is_line:
        return filled(choice, " ", _shown(markup.make, "feedback-inline", told, inner))
    return filled(choice, _shown(markup.make, "feedback-block", told, in_body(markup.make, inner)))


def modal(markup: Markup, told: str, reason: str) -> Element:
    """A reason of its own."""
    return _shown(markup.make, "modal-feedback", told, in_body(markup.make, markup.blocks(reason)))


def in_body(make: Maker, inner: list[Any]) -> list[Any]:
    """Blocks where feedback has them: version 3 puts an element around."""
    return [make("content-body", None, *inner)] if make.dialect.is_three else inner


def _shown(make: Maker, kind: str, told: str, inner: list[Any]) -> Element:
    attributes = {"outcome-identifier": FEEDBACK, "identifier": to_identifier(told), "show-hide": "show"}
    return make(kind, attributes, *inner)


def _is_block(element: Element) -> bool:
    return element.tag.rpartition("}")[2] not in ("em", "strong", "code", "img", "br")
