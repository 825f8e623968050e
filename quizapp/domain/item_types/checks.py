"""Checks that several item types share. Each returns all its problems; none raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types.base import ITEM_RATIONALE, Content, Key
from quizapp.domain.item_types.source import leftover_problems, shortened

FEWEST_OPTIONS = 2
# Below three rows one arrangement out of two is sorted anyway: refusing it would tell the other.
FEWEST_ROWS_TO_REVEAL = 3

# An id becomes part of a form field's name and of an element's id.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")

DETAILS: Mapping[str, str] = {
    "missing": "This text is required.",
    "unknown_key": "This item type has no such field.",
    "not_a_mapping": "A group of named fields is expected here.",
    "not_a_list": "A list is expected here.",
    "not_text": "Text is expected here; put numbers, yes, no, true and false in quotes.",
    "not_whole": "Write a whole number, without quotes.",
    "not_a_flag": "Write true or false, without quotes.",
    "bad_id": "An id has 1 to 40 letters, digits, hyphens or underscores; 'item' is reserved.",
    "duplicate_id": "Another row of this list has the same id.",
    "duplicate_text": "Another row of this list says the same.",
    "too_few": "The list is too short.",
    "too_long": "The text is longer than a learner can enter.",
    "no_answer": "At least one accepted text is required.",
    "no_key": "No option is marked with key: true.",
    "several_keys": "Exactly one option may be marked with key: true.",
    "too_few_keys": "At least two options must be marked with key: true.",
    "no_distractor": "Every option is a key, so choosing everything is right.",
    "bad_options": "The options must be exactly 'true' and 'false'.",
    "bad_scoring": "This item type has no such scoring policy.",
    "bad_number": "Write a decimal in quotes, with at most one point, such as '30' or '1.5'.",
    "bad_whole": "Write a whole number in quotes, such as '0' or '12'.",
    "bad_words": "The fewest words are more than the most.",
    "bad_markers": "One person marks, or two do: '1' or '2'.",
    "bad_enough": "This is more than all levels come to, or nothing.",
    "duplicate_points": "Another level of this criterion has the same points.",
    "no_zero": "One level is worth no points.",
    "negative_tolerance": "A tolerance is zero or more.",
    "unmatched": "Every prompt names the id of its option in match.",
    "unknown_option": "No option has this id.",
    "bad_size": "The picture's size in pixels is a whole number, at most 8192.",
    "bad_picture_name": "A picture is named by its file, without a folder.",
    "bad_area": "Write rect with left,top,right,bottom, circle with x,y,radius, or poly with x,y,x,y,x,y.",
    "outside_picture": "The region does not lie inside the picture.",
    "bad_name": "A name begins with a letter and has up to 20 small letters, digits or underscores.",
    "bad_range": "From, to and step are decimals in quotes; step is above zero, with at most 10000 steps.",
    "too_many": "The list is too long.",
    "one_variant": "The ranges give one variant only: this is a numeric item.",
    "unknown_parameter": "No parameter has this name.",
    "not_in_stem": "The stem does not show this parameter, so nobody could reckon with it.",
    "bad_expression": "A formula has numbers, parameters, + - * / ^ ( ), abs, max, min, round and sqrt.",
    "too_complex": "The formula has over 200 characters, or over 20 brackets in each other.",
    "unknown_name": "The formula has a name that is no parameter.",
    "divided_by_zero": "The formula divides by zero in this variant.",
    "no_root": "The formula takes the root of a negative number in this variant.",
    "bad_power": "The formula has an exponent that is no whole number.",
    "bad_places": "round takes 0 to 12 decimals.",
    "huge_number": "The formula comes to a number of more than 60 digits on its way.",
    "endless_answer": "An answer has more than 12 decimals: round it in the formula, or allow a tolerance.",
    "no_column": "Every statement names the id of its column in column.",
    "unknown_column": "No column has this id.",
    "unknown_gap": "The text has a gap that is not among the gaps.",
    "gap_not_once": "Every gap stands once in the text, as its id in two square brackets.",
    "ids_reveal_key": "Sorting the ids gives the answer, and pages show ids; rename some.",
    "order_reveals_key": "With lock_order, prompts and options stand in matching order.",
}


def problem(field: str, value: object, reason: str) -> Problem:
    return Problem(field, shortened(value), reason, DETAILS[reason])


def common(content: Content, key: Key) -> list[Problem]:
    """What every item owes: a stem, and nothing that `split` could not place."""
    return leftover_problems(key, DETAILS) + text("stem", content["stem"])


def text(field: str, value: str) -> list[Problem]:
    return [] if value.strip() else [problem(field, value, "missing")]


def rows(field: str, items: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Length, ids and texts of a list of options or prompts."""
    found = [] if len(items) >= FEWEST_OPTIONS else [problem(field, len(items), "too_few")]
    found += ids(field, [row["id"] for row in items])
    if any("text" in row for row in items):
        found += texts(field, items)
    return found


def ids(field: str, values: Sequence[str]) -> list[Problem]:
    found = []
    for place, value in enumerate(values):
        if not ID.fullmatch(value) or value == ITEM_RATIONALE:
            found.append(problem(f"{field}[{value or f'#{place + 1}'}].id", value, "bad_id"))
        elif value in values[:place]:
            found.append(problem(f"{field}[{value}].id", value, "duplicate_id"))
    return found


def texts(field: str, items: Sequence[Mapping[str, Any]]) -> list[Problem]:
    found = []
    seen: set[str] = set()
    for row in items:
        path = f"{field}[{row['id']}].text"
        folded = " ".join(row["text"].split()).casefold()
        found += text(path, row["text"])
        if folded and folded in seen:
            found.append(problem(path, row["text"], "duplicate_text"))
        seen.add(folded)
    return found


def rationales(field: str, identifiers: Iterable[str], key: Key) -> list[Problem]:
    given = key["rationales"]
    return [
        missing
        for identifier in identifiers
        for missing in text(f"{field}[{identifier}].rationale", given.get(identifier, ""))
    ]


def scoring(key: Key, policies: Mapping[str, Any]) -> list[Problem]:
    policy = key.get("scoring")
    if policy is None or policy in policies:
        return []
    return [problem("scoring", policy, "bad_scoring")]


def reveals(arranged: Sequence[Any]) -> bool:
    """Whether a list that should look arbitrary is sorted."""
    if len(arranged) < FEWEST_ROWS_TO_REVEAL or len(set(arranged)) == 1:
        return False
    return list(arranged) == sorted(arranged)
