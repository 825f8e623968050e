"""Matches: each prompt is given one option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.domain.item_types.checks import reveals
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.feedback import with_reason
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element, attribute, children, to_identifier
from quizapp.integrations.item_formats.qti.reports import Refusal
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, Question, Rules, declaration, mapping
from quizapp.integrations.item_formats.qti.values import Declared, Many, Value

INTERACTION = "match-interaction"
PROMPTS, OPTIONS = "prompts", "options"
_SETS = 2


def write(markup: Markup, item: ItemVersion) -> Question:
    """A match interaction; prompts keep their place, options are shuffled."""
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    make, count = markup.make, len(content[PROMPTS])
    told = {
        "response-identifier": RESPONSE,
        "shuffle": "false" if content.get("lock_order") else "true",
        "max-associations": str(count),
    }
    sets = [make("simple-match-set"), make("simple-match-set")]
    for row in content[PROMPTS]:
        words = (row["text"], key["rationales"].get(row["id"], ""), row["id"])
        sets[0].append(with_reason(markup, _choice(markup, row["id"], "1", fixed="true"), *words))
    for row in content[OPTIONS]:
        sets[1].append(with_reason(markup, _choice(markup, row["id"], "0"), row["text"], "", row["id"]))
    pairs = [f"{to_identifier(prompt)} {to_identifier(option)}" for prompt, option in key["pairs"].items()]
    rules, response = Rules(make), declaration(make, "multiple", "directedPair", pairs)
    pays = rules.right_or_wrong()
    if key.get("scoring") == "per_pair":
        response.append(mapping(make, dict.fromkeys(pairs, 1)))
        pays = [rules.score(rules.divided(rules.mapped(), count))]
    shown = [rules.base("identifier", to_identifier(row["id"])) for row in content[PROMPTS]]
    return Question([response], [make(INTERACTION, told, *sets)], pays, shown)


def _choice(markup: Markup, told: str, most: str, **more: str) -> Element:
    return markup.make(
        "simple-associable-choice", {"identifier": to_identifier(told), "match-max": most, **more}
    )


Rows: TypeAlias = list[dict[str, Any]]


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of a match interaction; raises `Refusal`."""
    prompts, offered = rows(asked, interaction)
    pairs = matched(asked, interaction, prompts, offered)
    asked.renamed(OPTIONS, offered, [pairs[told] for told in sorted(pairs)])
    pairs = matched(asked, interaction, prompts, offered)
    told = {
        "type": "matching",
        "stem": asked.stem(interaction),
        PROMPTS: [{**row, "match": pairs[row["id"]]} for row in prompts],
        OPTIONS: offered,
    }
    return told | _lock(asked, interaction, prompts, offered, pairs)


def rows(asked: Asked, interaction: Element) -> tuple[Rows, Rows]:
    """The two sides of a match, the second without reasons; raises `Refusal`."""
    sets = children(interaction, "simple-match-set")
    if len(sets) != _SETS:
        raise Refusal(PROMPTS, len(sets), "key_unclear")
    prompts, offered = (
        asked.rows(place, children(one, "simple-associable-choice"))
        for place, one in zip((PROMPTS, OPTIONS), sets, strict=True)
    )
    return prompts, [_without_reason(asked, row) for row in offered]


def matched(asked: Asked, interaction: Element, prompts: Rows, offered: Rows) -> dict[str, str]:
    """Our ids of prompts and their options; raises `Refusal` when not every prompt has exactly one."""
    declared = asked.response(interaction)
    to_prompt = {asked.identifier(PROMPTS, row["id"]): row["id"] for row in prompts}
    to_option = {asked.identifier(OPTIONS, row["id"]): row["id"] for row in offered}
    told = [str(pair).split(" ") for pair in _right(declared)]
    if any(len(pair) != _SETS for pair in told):
        raise Refusal("key", declared.identifier, "key_unclear")
    # A pair names its prompt first; some programs turn it round.
    told = [pair if pair[0] in to_prompt else pair[::-1] for pair in told]
    if any(prompt not in to_prompt or option not in to_option for prompt, option in told):
        raise Refusal("key", declared.identifier, "key_unclear")
    if sorted(prompt for prompt, _option in told) != sorted(to_prompt):
        raise Refusal(PROMPTS, declared.identifier, "several_matches")
    found = {to_prompt[prompt]: to_option[option] for prompt, option in told}
    return {row["id"]: found[row["id"]] for row in prompts}


def _right(declared: Declared) -> list[str]:
    if isinstance(declared.correct, Many):
        return [str(told) for told in declared.correct.values]
    if declared.mapping is not None:
        return [" ".join(entry.key.split()) for entry in declared.mapping.entries if entry.worth > 0]
    return []


def _without_reason(asked: Asked, row: dict[str, Any]) -> dict[str, Any]:
    if "rationale" in row:
        asked.changes.add(OPTIONS, row["id"], "element_dropped")
    return {"id": row["id"], "text": row["text"]}


def _lock(
    asked: Asked,
    interaction: Element,
    prompts: Sequence[Mapping[str, Any]],
    offered: Sequence[Mapping[str, Any]],
    pairs: Mapping[str, str],
) -> dict[str, Any]:
    if attribute(interaction, "shuffle", "false") == "true":
        return {}
    places = [row["id"] for row in offered]
    if reveals([places.index(pairs[row["id"]]) for row in prompts]):
        asked.changes.add(OPTIONS, "", "unlocked")
        return {}
    return {"lock_order": True}


def probes(asked: Asked, source: Mapping[str, Any]) -> list[tuple[Response | None, Value]]:
    """The right pairs, none, one pair alone, all but one, and every prompt with the first option."""
    right = {row["id"]: row["match"] for row in source[PROMPTS]}
    names, first = list(right), source[OPTIONS][0]["id"]
    tried = [
        right,
        *[{name: right[name]} for name in names],
        {name: right[name] for name in names[1:]},
        dict.fromkeys(names, first),
        {**right, names[0]: source[OPTIONS][-1]["id"]},
    ]
    return [*[_given(asked, pairs) for pairs in tried if pairs], (None, None)]


def _given(asked: Asked, pairs: Mapping[str, str]) -> tuple[Response, Value]:
    told = [
        f"{asked.identifier(PROMPTS, one)} {asked.identifier(OPTIONS, two)}" for one, two in pairs.items()
    ]
    return {"pairs": dict(pairs)}, Many(tuple(told))
