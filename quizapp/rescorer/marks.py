"""Points of one response under one key, for every type of item."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from quizapp.rescorer.numbers import meanings

ONE, NOTHING = Fraction(1), Fraction(0)
LONGEST_TEXT, LONGEST_WORD, LONGEST_NUMBER, LONGEST_ESSAY = 200, 100, 60, 9_000
Json = Mapping[str, Any]
#: Types whose points are what people gave.
BY_PEOPLE = frozenset({"essay"})


def points(type_name: str, content: Json, key: Json, response: Json | None) -> Fraction:
    """From 0 to 1; a response that does not fit the item is worth nothing."""
    if not response:
        return NOTHING
    try:
        return _TYPES[type_name](content, key, response)
    except (KeyError, TypeError, ValueError, AttributeError):
        return NOTHING


def marked(key: Json, response: Json | None, markings: Sequence[Json]) -> tuple[Fraction, bool]:
    """Points and whether they are enough, of what people marked under a rubric; nothing is worth nothing."""
    text = response.get("text") if response and set(response) == {"text"} else None
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_ESSAY:
        return NOTHING, False
    told = key.get("marking", {})
    best = sum(max(int(level["points"]) for level in one["levels"]) for one in key["criteria"])
    words = [marking for marking in markings if marking["is_adjudication"]]
    if words:
        total = Fraction(sum(words[-1]["levels"].values()))
    else:
        by_person = {marking["marker"]: sum(marking["levels"].values()) for marking in markings}
        sums = sorted(by_person.values())
        if len(sums) < int(told.get("markers", 1)) or sums[-1] - sums[0] > int(told.get("difference", 0)):
            return NOTHING, False
        total = Fraction(sum(sums), len(sums))
    return total / best, total >= int(told.get("enough", best))


def right_under(key: Json, answer: Json) -> dict[str, Any]:
    """The key under which an answer is right."""
    changed = dict(key)
    if "choice" in answer:
        changed["keys"] = [answer["choice"]]
    elif "choices" in answer:
        changed["keys"] = answer["choices"]
    elif "ranks" in answer:
        places = {rank: option for option, rank in answer["ranks"].items()}
        changed["order"] = [places[rank] for rank in sorted(places)]
    elif "pairs" in answer:
        changed["pairs"] = answer["pairs"]
    elif "gaps" in answer:
        changed["keys"] = {gap: [option] for gap, option in answer["gaps"].items()}
    elif "words" in answer:
        changed["answers"] = {gap: [word] for gap, word in answer["words"].items()}
    elif "cells" in answer:
        changed["cells"] = answer["cells"]
    elif "variant" in answer:
        changed["answers"] = {**key["answers"], answer["variant"]: answer["number"]}
    elif "number" in answer:
        changed["value"] = answer["number"]
    else:
        changed["answers"] = [answer["text"]]
    return changed


def _all(is_right: bool) -> Fraction:
    return ONE if is_right else NOTHING


def _one(content: Json, key: Json, response: Json) -> Fraction:
    return _all([response["choice"]] == list(key["keys"]))


def _several(content: Json, key: Json, response: Json) -> Fraction:
    offered = {option["id"] for option in content["options"]}
    chosen, keys = set(response["choices"]), set(key["keys"])
    if not chosen or chosen - offered:
        return NOTHING
    hits, misses = len(chosen & keys), len(chosen - keys)
    match key.get("scoring", "all_or_nothing"):
        case "right_minus_wrong":
            return Fraction(max(hits - misses, 0), len(keys))
        case "per_option":
            wrong = misses + len(keys - chosen)
            return Fraction(len(offered) - wrong, len(offered))
        case _:
            return _all(not misses and hits == len(keys))


def _order(content: Json, key: Json, response: Json) -> Fraction:
    ranks, wanted = response["ranks"], list(key["order"])
    if not ranks or set(ranks) - {option["id"] for option in content["options"]}:
        return NOTHING
    if key.get("scoring") == "adjacent_pairs":
        kept = 0
        for place in range(len(wanted) - 1):
            first, second = ranks.get(wanted[place]), ranks.get(wanted[place + 1])
            kept += first is not None and second is not None and int(first) < int(second)
        return Fraction(kept, len(wanted) - 1)
    return _all(all(int(ranks.get(option, 0)) == place + 1 for place, option in enumerate(wanted)))


def _match(content: Json, key: Json, response: Json) -> Fraction:
    given, wanted = response["pairs"], key["pairs"]
    prompts = {prompt["id"] for prompt in content["prompts"]}
    if not given or set(given) - prompts or set(given.values()) - {o["id"] for o in content["options"]}:
        return NOTHING
    hits = sum(given.get(prompt) == option for prompt, option in wanted.items())
    if key.get("scoring") == "per_pair":
        return Fraction(hits, len(wanted))
    return _all(hits == len(wanted) == len(given))


def _numeric(content: Json, key: Json, response: Json) -> Fraction:
    typed = response.get("text", response.get("number"))
    if len(typed) > LONGEST_NUMBER:
        return NOTHING
    value, tolerance = Fraction(key["value"]), Fraction(key.get("tolerance", "0"))
    numbers = meanings(typed.strip(), content.get("unit", ""))
    return _all(any(value - tolerance <= number <= value + tolerance for number in numbers))


def _text(content: Json, key: Json, response: Json) -> Fraction:
    is_exact = bool(content.get("case_sensitive"))
    if len(response["text"]) > LONGEST_TEXT:
        return NOTHING
    typed = _same(response["text"], is_exact)
    return _all(typed != "" and any(_same(text, is_exact) == typed for text in key["answers"]))


def _gaps(content: Json, key: Json, response: Json) -> Fraction:
    """Drop-downs: a gap counts where its option is one of the gap's keys."""
    offered = {gap["id"]: {option["id"] for option in gap["options"]} for gap in content["gaps"]}
    given = response["gaps"]
    if not given or any(option not in offered[gap] for gap, option in given.items()):
        return NOTHING
    return _parts([gap in given and given[gap] in keys for gap, keys in key["keys"].items()], key)


def _words(content: Json, key: Json, response: Json) -> Fraction:
    """Words: a gap counts where its word is spelt like one that is accepted there."""
    is_exact, pool = bool(content.get("case_sensitive")), content.get("words")
    given, gaps = response["words"], {gap["id"] for gap in content["gaps"]}
    if not given or set(given) - gaps or any(len(word) > LONGEST_WORD for word in given.values()):
        return NOTHING
    if pool is not None and set(given.values()) - set(pool):
        return NOTHING
    typed = {gap: _same(word, is_exact) for gap, word in given.items()}
    accepted = {gap: [_same(word, is_exact) for word in words] for gap, words in key["answers"].items()}
    return _parts([typed.get(gap, "") in ({*words} - {""}) for gap, words in accepted.items()], key)


def _cells(content: Json, key: Json, response: Json) -> Fraction:
    """A matrix: a statement counts where its column is the key's; no columns are true and false."""
    columns = [column["id"] for column in content.get("columns") or [{"id": "true"}, {"id": "false"}]]
    given, wanted = response["cells"], key["cells"]
    if (
        not given
        or set(given) - {row["id"] for row in content["statements"]}
        or set(given.values()) - set(columns)
    ):
        return NOTHING
    hits = [given.get(row) == column for row, column in wanted.items()]
    if key.get("scoring") == "kprim":
        missed = len(hits) - sum(hits)
        return max(ONE - Fraction(missed, 2), NOTHING)
    return _parts(hits, key)


def _parametrised(content: Json, key: Json, response: Json) -> Fraction:
    """A number against the answer of the one variant that the form asked."""
    asked = {variant["id"] for variant in content["variants"]}
    variant = response.get("variant") or (min(asked) if len(asked) == 1 else "")
    if variant not in asked:
        return NOTHING
    return _numeric(content, {**key, "value": key["answers"][variant]}, response)


def _regions(content: Json, key: Json, response: Json) -> Fraction:
    """Regions are options, of which only some items let several be chosen."""
    if len(set(response["choices"])) > 1 and not content.get("several"):
        return NOTHING
    return _several(content, key, response)


def _parts(hits: list[bool], key: Json) -> Fraction:
    """Parts of equal worth: each for itself, or all of them or nothing."""
    if key.get("scoring", "all_or_nothing") == "all_or_nothing":
        return _all(False not in hits)
    return Fraction(hits.count(True), len(hits))


def _same(text: str, is_exact: bool) -> str:
    one = " ".join(unicodedata.normalize("NFKC", text).split())
    return one if is_exact else unicodedata.normalize("NFKC", one.casefold())


_TYPES: Mapping[str, Callable[[Json, Json, Json], Fraction]] = {
    "single_choice": _one,
    "true_false": _one,
    "multiple_response": _several,
    "ordering": _order,
    "matching": _match,
    "numeric": _numeric,
    "short_text": _text,
    "dropdown_cloze": _gaps,
    "gap_text": _words,
    "matrix": _cells,
    "hotspot": _regions,
    "parametrised_numeric": _parametrised,
}
