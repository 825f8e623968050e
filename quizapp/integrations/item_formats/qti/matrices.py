"""Matrices: every statement is given one of the same columns; a match interaction shown as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.integrations.item_formats.qti import matches
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.choices import WORDS
from quizapp.integrations.item_formats.qti.feedback import with_reason
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element, attribute, to_identifier
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, Question, Rules, declaration, mapping
from quizapp.integrations.item_formats.qti.values import Many, Value

#: The class that shows a match as a table; the shared vocabulary of version 3 has it.
TABULAR = "qti-match-tabular"
STATEMENTS, COLUMNS = "statements", "columns"
TRUE_FALSE = ({"id": "true"}, {"id": "false"})


def write(markup: Markup, item: ItemVersion) -> Question:
    """A match interaction of statements and columns."""
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    make, count = markup.make, len(content[STATEMENTS])
    columns = content.get(COLUMNS, TRUE_FALSE)
    sets = [make("simple-match-set"), make("simple-match-set")]
    for row in content[STATEMENTS]:
        told = with_reason(
            markup, _cell(markup, row, "1"), row["text"], key["rationales"].get(row["id"], ""), row["id"]
        )
        sets[0].append(told)
    for row in columns:
        words = row.get("text", WORDS.get(row["id"], row["id"]))
        # Columns keep their order on our pages; only statements are shuffled.
        sets[1].append(with_reason(markup, _cell(markup, row, "0", fixed="true"), words, "", row["id"]))
    pairs = [f"{to_identifier(row)} {to_identifier(column)}" for row, column in key["cells"].items()]
    told = {
        "class": TABULAR,
        "response-identifier": RESPONSE,
        "shuffle": "false" if content.get("lock_order") else "true",
        "max-associations": str(count),
    }
    response = declaration(make, "multiple", "directedPair", pairs)
    response.append(mapping(make, dict.fromkeys(pairs, 1)))
    rules = Rules(make)
    shown = [rules.base("identifier", to_identifier(row["id"])) for row in content[STATEMENTS]]
    return Question(
        [response],
        [make(matches.INTERACTION, told, *sets)],
        _pays(rules, str(key.get("scoring")), count),
        shown,
    )


def _cell(markup: Markup, row: Mapping[str, str], most: str, **more: str) -> Element:
    told = {"identifier": to_identifier(row["id"]), "match-max": most, **more}
    return markup.make("simple-associable-choice", told)


def _pays(rules: Rules, policy: str, count: int) -> list[Element]:
    if policy == "per_row":
        return [rules.score(rules.divided(rules.mapped(), count))]
    if policy != "kprim":
        return rules.right_or_wrong()
    is_all = rules.call("equal", rules.mapped(), rules.base("float", str(count)), tolerance_mode="exact")
    is_near = rules.call("equal", rules.mapped(), rules.base("float", str(count - 1)), tolerance_mode="exact")
    half = rules.when(
        is_near, [rules.score(rules.base("float", "0.5"))], [rules.score(rules.base("float", "0"))]
    )
    return [rules.when(is_all, [rules.score(rules.base("float", "1"))], [half])]


def is_matrix(interaction: Element) -> bool:
    """Whether a match is shown as a table."""
    return TABULAR in attribute(interaction, "class").split()


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of a match shown as a table; raises `Refusal`."""
    rows, columns = matches.rows(asked, interaction)
    cells = matches.matched(asked, interaction, rows, columns)
    stated = [{**row, "column": cells[row["id"]]} for row in rows]
    source: dict[str, Any] = {"type": "matrix", "stem": asked.stem(interaction), STATEMENTS: stated}
    if [(row["id"], row["text"]) for row in columns] != list(WORDS.items()):
        source[COLUMNS] = columns
    if attribute(interaction, "shuffle", "false") != "true":
        source["lock_order"] = True
    return source


def probes(asked: Asked, source: Mapping[str, Any]) -> list[tuple[Response | None, Value]]:
    """Every row right, none, one row alone, all but one, and all but two."""
    right = {row["id"]: row["column"] for row in source[STATEMENTS]}
    names = list(right)
    tried: Sequence[Mapping[str, str]] = [
        right,
        *({name: right[name]} for name in names),
        *({name: right[name] for name in names[count:]} for count in (1, 2)),
    ]
    return [*[_given(asked, cells) for cells in tried if cells], (None, None)]


def _given(asked: Asked, cells: Mapping[str, str]) -> tuple[Response, Value]:
    told = (
        f"{asked.identifier(matches.PROMPTS, row)} {asked.identifier(matches.OPTIONS, column)}"
        for row, column in cells.items()
    )
    return {"cells": dict(cells)}, Many(tuple(told))
