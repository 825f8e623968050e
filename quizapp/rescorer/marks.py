"""Points of one response under one key, for every type of item."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from quizapp.rescorer.numbers import meanings

ONE, NOTHING = Fraction(1), Fraction(0)
LONGEST_TEXT, LONGEST_NUMBER, LONGEST_ESSAY = 200, 60, 9_000
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
}
