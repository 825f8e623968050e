"""Surface measures of an option: what a guesser who knows nothing of the subject can see.

Each measure gives one number an option; a cue is a measure read in one direction ("the longest",
"the shortest"). After Haladyna, Downing and Rodriguez (2002) and the classic lists of test-wiseness
cues (Millman, Bishop and Ebel 1965).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quizapp.domain.item_quality.reading import Reading, content_words, words

HEDGES = re.compile(
    r"\b(may|might|can|could|some|often|usually|likely|partly|mainly|normally|generally|typically|"
    r"sometimes|unless|if|where|whether|once|until)\b",
    re.IGNORECASE,
)
ABSOLUTES = re.compile(
    r"\b(all|always|never|none|only|every|any|must|no|cannot|entirely|solely|completely|automatically|"
    r"nobody|everyone|without)\b",
    re.IGNORECASE,
)
CARE = re.compile(
    r"\b(verif\w*|confirm\w*|consult\w*|report\w*|review\w*|check\w*|assess\w*|coordinat\w*|document\w*|"
    r"written|record\w*|refer\w*|inform\w*|ask\w*|first|both|agreed)\b",
    re.IGNORECASE,
)
NEGATIONS = re.compile(r"\b(not|no|without|neither|nor|cannot)\b", re.IGNORECASE)
REASONS = re.compile(r"\b(because|since|so|as|which|that|to)\b", re.IGNORECASE)
SPECIFICS = re.compile(r"\d+|\b[A-Z]{2,}\b")

Measure = Callable[[Reading], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Cue:
    """A measure and the direction a guesser reads it in; ``name`` is a stable code."""

    name: str
    measure: Measure
    sign: int = 1

    def scores(self, reading: Reading) -> list[float]:
        """One number an option; the guesser takes the highest."""
        return [self.sign * value for value in self.measure(reading)]


def _each(score: Callable[[str], float]) -> Measure:
    return lambda reading: [score(text) for text in reading.options]


def _counts(pattern: re.Pattern[str]) -> Measure:
    return _each(lambda text: len(pattern.findall(text)))


def _lengths(reading: Reading) -> list[float]:
    return [len(text) for text in reading.options]


def _middle(reading: Reading) -> list[float]:
    """How near the middle of the ranking by length an option stands."""
    ranked = sorted(_lengths(reading))
    centre = (len(ranked) - 1) / 2
    return [-abs(ranked.index(length) - centre) for length in _lengths(reading)]


def _echo(reading: Reading) -> list[float]:
    asked = content_words(reading.stem)
    return [len(content_words(text) & asked) for text in reading.options]


def _convergence(reading: Reading) -> list[float]:
    """Summed overlap (Jaccard) of content words with the other options."""
    sets = [content_words(text) for text in reading.options]
    return [
        sum(_overlap(own, other) for place, other in enumerate(sets) if place != at)
        for at, own in enumerate(sets)
    ]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _word_length(text: str) -> float:
    found = words(text)
    return sum(map(len, found)) / (len(found) or 1)


def _first_number(text: str) -> float | None:
    found = re.search(r"\d+(?:[.,]\d+)*", text)
    return float(found.group().replace(",", "").rstrip(".")) if found else None


def _middle_number(reading: Reading) -> list[float]:
    """Nearness to the middle among options that all hold a number; else nothing to see."""
    numbers = [_first_number(text) for text in reading.options]
    known = sorted(number for number in numbers if number is not None)
    if len(known) < len(numbers):
        return [0.0] * len(numbers)
    centre = (len(known) - 1) / 2
    return [-abs(known.index(number) - centre) for number in numbers if number is not None]


def _place(reading: Reading) -> list[float]:
    return [float(place) for place in range(len(reading.options))]


def _middle_place(reading: Reading) -> list[float]:
    centre = (len(reading.options) - 1) / 2
    return [-abs(place - centre) for place in range(len(reading.options))]


#: (measure, name when high, name when low); an empty name is a direction nobody reads.
MEASURES: tuple[tuple[Measure, str, str], ...] = (
    (_lengths, "longest", "shortest"),
    (_middle, "middle_length", ""),
    (_echo, "stem_echo", "least_echo"),
    (_convergence, "convergent", "odd_one_out"),
    (_counts(HEDGES), "hedged", "unhedged"),
    (_counts(ABSOLUTES), "absolute", "not_absolute"),
    (_counts(CARE), "careful", "not_careful"),
    (_counts(NEGATIONS), "negated", "not_negated"),
    (_counts(REASONS), "reasoned", "unreasoned"),
    (_counts(SPECIFICS), "most_specific", "least_specific"),
    (_each(lambda text: text.count(",")), "most_commas", "fewest_commas"),
    (_each(lambda text: words(text).count("and")), "joined", "unjoined"),
    (_each(_word_length), "long_words", "short_words"),
    (_middle_number, "middle_number", ""),
    (_place, "last_place", "first_place"),
    (_middle_place, "middle_place", ""),
)

CUES: tuple[Cue, ...] = tuple(
    Cue(name, measure, sign)
    for measure, high, low in MEASURES
    for name, sign in ((high, 1), (low, -1))
    if name
)
