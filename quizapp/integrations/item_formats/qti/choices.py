"""Choices: single choice, multiple response, true or false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.feedback import with_reason
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element, attribute, children, to_identifier
from quizapp.integrations.item_formats.qti.reports import Refusal
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, Question, Rules, declaration, mapping
from quizapp.integrations.item_formats.qti.values import Declared, Many, Value

INTERACTION = "choice-interaction"
OPTIONS = "options"
#: A file has words where our pages have them in the reader's language.
WORDS = {"true": "True", "false": "False"}
_MANY = "multiple_response"
_BOUNDS = {"right_minus_wrong": {"lower-bound": "0"}}


def write(markup: Markup, item: ItemVersion) -> Question:
    """A choice interaction; the key as correct response, and as mapping where parts count."""
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    make, is_many = markup.make, item.type == _MANY
    keys = [to_identifier(told) for told in key["keys"]]
    told = {
        "response-identifier": RESPONSE,
        "shuffle": "false" if content.get("lock_order") or item.type == "true_false" else "true",
        "max-choices": "0" if is_many else "1",
    }
    interaction = make(INTERACTION, told)
    for row in content[OPTIONS]:
        choice = make("simple-choice", {"identifier": to_identifier(row["id"])})
        words = row.get("text", WORDS.get(row["id"], row["id"]))
        interaction.append(
            with_reason(markup, choice, words, key["rationales"].get(row["id"], ""), row["id"])
        )
    response = declaration(make, "multiple" if is_many else "single", "identifier", keys)
    rules = Rules(make)
    options = [to_identifier(row["id"]) for row in content[OPTIONS]]
    worth, rewards = pays(rules, str(key.get("scoring")), keys, options)
    if worth:
        response.append(mapping(make, worth, _BOUNDS.get(str(key.get("scoring")))))
    return Question([response], [interaction], rewards, [rules.variable()])


def pays(
    rules: Rules, policy: str, keys: list[str], options: list[str]
) -> tuple[dict[str, int], list[Element]]:
    """The mapping a policy needs, empty when it needs none, and the rules that set the points."""
    worth = {option: 1 if option in keys else -1 for option in options}
    match policy:
        case "right_minus_wrong":
            return worth, [rules.score(rules.divided(rules.mapped(), len(keys)))]
        case "per_option":
            left_alone = rules.base("float", str(len(options) - len(keys)))
            classified = rules.call("sum", rules.mapped(), left_alone)
            return worth, [rules.score(rules.divided(classified, len(options)))]
    return {}, rules.right_or_wrong()


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of a choice interaction; raises `Refusal`."""
    declared = asked.response(interaction)
    choices = children(interaction, "simple-choice")
    rows = asked.rows(OPTIONS, choices)
    keys = keys_of(declared)
    if not keys:
        raise Refusal("key", declared.identifier, "key_unclear")
    for row in rows:
        if asked.identifier(OPTIONS, row["id"]) in keys:
            row["key"] = True
    is_many = len(keys) > 1
    if declared.cardinality == "multiple" and not is_many:
        asked.changes.add(OPTIONS, ", ".join(sorted(keys)), "single_key")
    if attribute(interaction, "max-choices", "1") not in ("0", "1", str(len(rows))) and is_many:
        asked.changes.add(OPTIONS, attribute(interaction, "max-choices"), "response_limit_dropped")
    told: dict[str, Any] = {"stem": asked.stem(interaction), OPTIONS: rows}
    if not is_many and _says_true_or_false(rows):
        return {
            "type": "true_false",
            **told,
            OPTIONS: [_without_text(asked, row) for row in _true_first(rows)],
        }
    is_fixed = any(attribute(choice, "fixed") == "true" for choice in choices)
    if attribute(interaction, "shuffle", "false") != "true" or is_fixed:
        told["lock_order"] = True
    return {"type": _MANY if is_many else "single_choice", **told}


def keys_of(declared: Declared) -> set[str]:
    """The right choices, by the correct response or else by the mapping; empty when neither tells."""
    if isinstance(declared.correct, Many):
        return {str(value) for value in declared.correct.values}
    if declared.correct is not None:
        return {str(declared.correct)}
    if declared.mapping is None:
        return set()
    paid = {entry.key: entry.worth for entry in declared.mapping.entries if entry.worth > 0}
    if declared.cardinality == "multiple":
        return set(paid)
    return {key for key, worth in paid.items() if worth == max(paid.values())}


def _says_true_or_false(rows: list[dict[str, Any]]) -> bool:
    return sorted(row["text"].casefold() for row in rows) == ["false", "true"]


def _true_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["text"].casefold() != "true")


def _without_text(asked: Asked, row: dict[str, Any]) -> dict[str, Any]:
    told = row["text"].casefold()
    asked.identifiers[f"true_false.{told}"] = asked.identifier(OPTIONS, row["id"])
    return {**{key: value for key, value in row.items() if key != "text"}, "id": told}


def probes(asked: Asked, source: Mapping[str, Any]) -> list[tuple[Response | None, Value]]:
    """The right response, none, each option alone, all but one key, one wrong besides, all."""
    place = "true_false" if source["type"] == "true_false" else OPTIONS
    ids = [row["id"] for row in source[OPTIONS]]
    keys = [row["id"] for row in source[OPTIONS] if row.get("key")]
    if source["type"] != _MANY:
        return [
            *[({"choice": one}, asked.identifier(place, one)) for one in keys],
            (None, None),
            *[({"choice": one}, asked.identifier(place, one)) for one in ids if one not in keys],
        ]
    wrong = [one for one in ids if one not in keys]
    tried = [keys, *[[one] for one in ids], keys[1:], keys + wrong[:1], keys[:-1] + wrong[:1], ids]
    told: list[tuple[Response | None, Value]] = [
        ({"choices": sorted(one)}, Many(tuple(asked.identifier(place, option) for option in one)))
        for one in tried
    ]
    return [*told, (None, None)]
