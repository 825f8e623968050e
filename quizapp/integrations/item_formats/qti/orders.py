"""Orders: options put into the right order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.feedback import with_reason
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element, children, to_identifier
from quizapp.integrations.item_formats.qti.reports import Refusal
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, SCORE, Question, Rules, declaration
from quizapp.integrations.item_formats.qti.values import Many, Value

INTERACTION = "order-interaction"
OPTIONS = "options"


def write(markup: Markup, item: ItemVersion) -> Question:
    """An order interaction; its choices stand as they are stored, which says nothing of the order."""
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    make = markup.make
    interaction = make(INTERACTION, {"response-identifier": RESPONSE, "shuffle": "true"})
    for row in content[OPTIONS]:
        choice = make("simple-choice", {"identifier": to_identifier(row["id"])})
        interaction.append(
            with_reason(markup, choice, row["text"], key["rationales"].get(row["id"], ""), row["id"])
        )
    order = [to_identifier(told) for told in key["order"]]
    rules = Rules(make)
    pays = _neighbours(rules, order) if key.get("scoring") == "adjacent_pairs" else rules.right_or_wrong()
    shown = [rules.base("identifier", told) for told in order]
    return Question([declaration(make, "ordered", "identifier", order)], [interaction], pays, shown)


def _neighbours(rules: Rules, order: Sequence[str]) -> list[Element]:
    """Counts the neighbours of the right order that are in that order, even if apart.

    Two options are in order when the response, without all others, is those two.
    """
    made = [rules.score(rules.base("float", "0"))]
    for first, second in pairwise(order):
        left = rules.variable()
        for other in order:
            if other not in (first, second):
                left = rules.call("delete", rules.base("identifier", other), left)
        both = rules.call("ordered", rules.base("identifier", first), rules.base("identifier", second))
        one_more = rules.call("sum", rules.variable(SCORE), rules.base("float", "1"))
        made.append(rules.when(rules.call("match", left, both), [rules.score(one_more)]))
    return [*made, rules.score(rules.divided(rules.variable(SCORE), len(order) - 1))]


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of an order interaction; raises `Refusal`."""
    declared = asked.response(interaction)
    rows = asked.rows(OPTIONS, children(interaction, "simple-choice"))
    by_identifier = {asked.identifier(OPTIONS, row["id"]): row for row in rows}
    order = [str(told) for told in declared.correct.values] if isinstance(declared.correct, Many) else []
    if sorted(order) != sorted(by_identifier):
        raise Refusal("key", ", ".join(order), "key_unclear")
    rows = [by_identifier[told] for told in order]
    asked.renamed(OPTIONS, rows, [row["id"] for row in rows])
    return {"type": "ordering", "stem": asked.stem(interaction), OPTIONS: rows}


def probes(asked: Asked, source: Mapping[str, Any]) -> list[tuple[Response | None, Value]]:
    """The right order, none, reversed, one step round, and two neighbours changed."""
    right = [row["id"] for row in source[OPTIONS]]
    tried = [right, right[::-1], right[1:] + right[:1], [right[1], right[0], *right[2:]], _odd_first(right)]
    return [*[_given(asked, order) for order in tried], (None, None)]


def _odd_first(right: list[str]) -> list[str]:
    return right[1::2] + right[0::2]


def _given(asked: Asked, order: list[str]) -> tuple[Response, Value]:
    ranks = {told: rank for rank, told in enumerate(order, start=1)}
    return {"ranks": ranks}, Many(tuple(asked.identifier(OPTIONS, told) for told in order), is_ordered=True)
