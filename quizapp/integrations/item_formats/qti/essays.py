"""Essays: an extended text; what earns its points is told to who marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types import rubric
from quizapp.integrations.item_formats import rubrics
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.feedback import in_body
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import (
    Element,
    attribute,
    children,
    every,
    name,
    text_of,
    to_identifier,
)
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, SCORE, Question, declaration
from quizapp.integrations.item_formats.qti.values import by_identifier, number

INTERACTION = "extended-text-interaction"
SCORER = "scorer"
#: Marks a criterion among what markers are told.
CRITERION_CLASS = "quizapp-criterion"
MOST = "MAXSCORE"
#: A word and the space behind it, as the width of the field is told in letters.
LETTERS = 6
_LEVEL = re.compile(r"(\d{1,3}): (.*)", re.DOTALL)


def write(markup: Markup, item: ItemVersion) -> Question:
    """An extended text, and the rubric for scorers only; the points come from people."""
    make, told = markup.make, {"response-identifier": RESPONSE}
    content: Mapping[str, Any] = item.content
    most_words = content.get("words", {}).get("most")
    if most_words:
        told["expected-length"] = str(int(most_words) * LETTERS)
    criteria = [_criterion(markup, row) for row in item.key["criteria"]]  # type: ignore[attr-defined]
    shown = make("rubric-block", {"view": SCORER, "use": "scoring"}, *in_body(make, criteria))
    score = {"external-scored": "human"} if make.dialect.is_three else {}
    return Question(
        [declaration(make, "single", "string", ())],
        [make(INTERACTION, told), shown],
        [],
        most=rubric.most(item.key),
        score=score,
    )


def _criterion(markup: Markup, row: Mapping[str, Any]) -> Element:
    make = markup.make
    levels = [make("li", None, f"{level['points']}: {level['text']}") for level in row["levels"]]
    told = {"class": CRITERION_CLASS, "id": to_identifier(row["id"])}
    return make("div", told, make("p", None, row["text"]), make("ul", None, *levels))


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of an extended text."""
    stem = asked.stem(interaction, views=("candidate", SCORER))
    blocks = [one for one in every(asked.body, "rubric-block") if SCORER in attribute(one, "view")]
    found = [part for block in blocks for part in every(block, "div") if _is_criterion(part)]
    ids = asked.ids("criteria", [attribute(one, "id") for one in found])
    rows = [{"id": told, **_row(part)} for told, part in zip(ids, found, strict=True)]
    if not rows:
        asked.changes.add("criteria", "", "rubric_made")
        told = "\n\n".join(filter(None, (asked.prose.of("criteria", block) for block in blocks)))
        rows = rubrics.made(told, _most(asked))
    return {"type": "essay", "stem": stem, "criteria": rows}


def _is_criterion(element: Element) -> bool:
    return attribute(element, "class") == CRITERION_CLASS and [name(one) for one in children(element)] == [
        "p",
        "ul",
    ]


def _row(criterion: Element) -> dict[str, Any]:
    text, levels = children(criterion)
    found = [_LEVEL.fullmatch(text_of(level)) for level in children(levels, "li")]
    told = [{"points": level[1], "text": level[2]} for level in found if level]
    return {"text": text_of(text), "levels": told}


def _most(asked: Asked) -> int:
    """The points a file gives at most, as its outcomes tell them."""
    outcomes = by_identifier(children(asked.root, "outcome-declaration"))
    told = outcomes[MOST].default if MOST in outcomes else None
    for element in children(asked.root, "outcome-declaration"):
        if told is None and attribute(element, "identifier") == SCORE:
            told = number(attribute(element, "normal-maximum"))
    return int(told) if isinstance(told, float) else 1
