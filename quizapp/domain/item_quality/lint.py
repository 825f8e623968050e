"""Item-writing rules, each a small function that gives the problems of one item.

The rules are those of Haladyna, Downing and Rodriguez (2002) that a program can see. A finding is
a place to look, not a verdict: how many of each a bank may hold stands in `limits`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_quality.reading import Reading, content_words

Rule = Callable[[Reading, date], Iterator[Problem]]

#: The longest option may be this many times as long as the shortest, or this many characters longer.
LONGEST_RATIO = 1.6
LONGEST_EXTRA = 25
#: Words of the stem that stand in the key and in no other option.
ECHOED_WORDS = 3
FEWEST_RATIONALE_WORDS = 2

ABSOLUTES = re.compile(
    r"\b(all|always|never|none|every|entirely|solely|completely|nobody|everyone)\b", re.IGNORECASE
)
_ABOVE = re.compile(
    r"\b(all|none|both|neither|any|two|some) of (the above|these|them|the options)\b", re.IGNORECASE
)
_NEGATIVE = re.compile(
    r"\b(NOT|EXCEPT)\b|\b[Ww](?:hich|hat|ho)\b[^?.]*\b(?:is|are|was|were|does|do|did|would|should|could|may|can)"
    r"(?: not|n['’]t)\b|\b(?:false|incorrect|untrue|least likely)\?"
)
_LETTER = re.compile(r"\b(?:option|choice|answer)s? [A-H]\b")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|–|to|and)\s*(\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"^\D{0,3}(\d[\d,]*(?:\.\d+)?)")


def absolute_word(reading: Reading, _today: date) -> Iterator[Problem]:
    """Test-wise learners strike out options, and call statements false, with absolute words."""
    if reading.is_choice or reading.kind == "matrix":
        for place, text in enumerate(reading.options):
            found = ABSOLUTES.search(text)
            if found:
                yield _at(f"{reading.field}[{reading.ids[place]}]", found.group(), "absolute_word",
                          "an absolute word tells a guesser something")  # fmt: skip


def negative_stem(reading: Reading, _today: date) -> Iterator[Problem]:
    """A question asked in the negative measures reading."""
    found = _NEGATIVE.search(reading.stem)
    if found:
        yield _at("stem", found.group(), "negative_stem", "ask for what is right")


def all_or_none(reading: Reading, _today: date) -> Iterator[Problem]:
    """Options that speak of other options break when options are shuffled."""
    for place, text in enumerate(reading.options):
        found = _ABOVE.search(text)
        if found and reading.is_choice:
            yield _at(f"{reading.field}[{reading.ids[place]}]", found.group(), "all_or_none",
                      "an option may not speak of other options")  # fmt: skip


def length_outlier(reading: Reading, _today: date) -> Iterator[Problem]:
    """One option much longer or shorter than the others draws the eye."""
    if reading.kind != "single_choice":
        return
    lengths = sorted(map(len, reading.options)) or [0]
    if lengths[-1] > LONGEST_RATIO * lengths[0] and lengths[-1] - lengths[0] > LONGEST_EXTRA:
        yield _at(reading.field, f"{lengths[0]} to {lengths[-1]} characters", "length_outlier",
                  "make the options alike in length")  # fmt: skip


def grammatical_cue(reading: Reading, _today: date) -> Iterator[Problem]:
    """Options that do not fit the stem, or are not punctuated and capitalised alike."""
    if not reading.is_choice:
        return
    ends = {text.rstrip()[-1:] in ".?!" for text in reading.options}
    starts = {text[:1].isupper() for text in reading.options if text[:1].isalpha()}
    if len(ends) > 1 or len(starts) > 1:
        yield _at(reading.field, "", "grammatical_cue", "begin and end every option in the same way")
    article = re.search(r"\b(an?)\W*$", reading.stem)
    if article:
        field = "text" if reading.item.content.get("text") else "stem"
        yield _at(field, article.group(1), "grammatical_cue", "an article before the options gives some away")


def overlapping_ranges(reading: Reading, _today: date) -> Iterator[Problem]:
    """Ranges that share numbers make two options right, or none."""
    ranges = [_RANGE.search(text) for text in reading.options]
    if not reading.is_choice or not ranges or not all(ranges):
        return
    told = sorted((float(found[1]), float(found[2])) for found in ranges if found)
    for (_, end), (start, _) in pairwise(told):
        if start <= end:
            yield _at(reading.field, f"{start:g}", "overlapping_ranges", "the ranges share a number")


def unordered_numbers(reading: Reading, _today: date) -> Iterator[Problem]:
    """Numbers stand in order, and keep it on the form."""
    found = [_NUMBER.match(text) for text in reading.options]
    if not reading.is_choice or len(found) < 2 or not all(found):
        return
    numbers = [float(match[1].replace(",", "")) for match in found if match]
    content: Mapping[str, Any] = reading.item.content
    if numbers not in (sorted(numbers), sorted(numbers, reverse=True)):
        yield _at(reading.field, "", "unordered_numbers", "put numbers in order")
    elif len(set(numbers)) == len(numbers) and not content.get("lock_order"):
        yield _at("lock_order", "", "unordered_numbers", "lock the order, or the form shuffles the numbers")


def stem_echo(reading: Reading, _today: date) -> Iterator[Problem]:
    """The key repeats words of the stem that no other option has."""
    if reading.kind != "single_choice" or len(reading.keys) != 1:
        return
    asked, (key,) = content_words(reading.stem), reading.key_texts
    others = frozenset().union(*(content_words(text) for text in reading.distractors))
    echoed = (content_words(key) & asked) - others
    if len(echoed) >= ECHOED_WORDS:
        yield _at(reading.field, ", ".join(sorted(echoed)), "stem_echo", "the key alone repeats the stem")


def missing_rationale(reading: Reading, _today: date) -> Iterator[Problem]:
    """Every rationale says something."""
    key: Mapping[str, Any] = reading.item.key
    for name, text in key["rationales"].items():
        if len(text.split()) < FEWEST_RATIONALE_WORDS:
            yield _at(f"rationale[{name}]", text, "missing_rationale", "say why in a sentence")


def letter_reference(reading: Reading, _today: date) -> Iterator[Problem]:
    """Options are shuffled, so a letter means nothing."""
    key: Mapping[str, Any] = reading.item.key
    for text in (reading.stem, *key["rationales"].values()):
        found = _LETTER.search(text)
        if found:
            yield _at("rationale", found.group(), "letter_reference", "name the option by what it says")


def stale_source(reading: Reading, today: date) -> Iterator[Problem]:
    """A source is read again before its date."""
    for place, source in enumerate(reading.item.sources):
        if source.review_by < today.isoformat()[: len(source.review_by)]:
            yield _at(f"sources[{place}].review_by", source.review_by, "stale_source",
                      "read the source again and set a new date")  # fmt: skip


def own_review(reading: Reading, _today: date) -> Iterator[Problem]:
    """Nobody reviews their own item."""
    item = reading.item
    if item.reviewer and item.reviewer.casefold() == item.author.casefold():
        yield _at("reviewer", item.reviewer, "own_review", "the reviewer is the author")


RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        absolute_word,
        negative_stem,
        all_or_none,
        length_outlier,
        grammatical_cue,
        overlapping_ranges,
        unordered_numbers,
        stem_echo,
        missing_rationale,
        letter_reference,
        stale_source,
        own_review,
    )
}


#: The rules that are about options that are chosen from: those of a part too.
OF_OPTIONS = (
    absolute_word,
    all_or_none,
    length_outlier,
    grammatical_cue,
    overlapping_ranges,
    unordered_numbers,
    stem_echo,
)


def lint(reading: Reading, today: date) -> list[Problem]:
    """Everything the rules find in one item, in the order of `RULES`, then in its parts."""
    found = [problem for rule in RULES.values() for problem in rule(reading, today)]
    return found + [problem for part in reading.parts for rule in OF_OPTIONS for problem in rule(part, today)]


def _at(field: str, value: str, rule: str, detail: str) -> Problem:
    return Problem(field, value, rule, detail)
