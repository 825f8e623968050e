"""Items that are one question twice, told with other names and numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from quizapp.domain.item_quality.reading import Reading

#: Words in a row that are compared.
SHINGLE = 3
#: Share of common shingles from which two items count as one question.
THRESHOLD = 0.5
#: Share from which an author who writes one of them should look at the other.
SIMILAR = 0.3
#: A shingle in more items than this is a turn of phrase of the bank and tells nothing.
COMMONPLACE = 40

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
#: "Country X", "Partner B" and the like, then any capitalised word inside a sentence.
_INVENTED = re.compile(r"\b(?:Country|Partner|Nation|State|Ally|Port|Unit) [A-Z]\w*\b")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")
_TOKEN = re.compile(r"[a-z#@]+")


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two items and how alike they are, from 0 to 1."""

    first: str
    second: str
    similarity: float

    @property
    def is_duplicate(self) -> bool:
        """Whether they count as one question."""
        return self.similarity >= THRESHOLD


def masked(text: str) -> list[str]:
    """The words of a text with every name as ``@`` and every number as ``#``."""
    named = _NAME.sub("@", _INVENTED.sub("@", _NUMBER.sub("#", text)))
    return _TOKEN.findall(named.lower())


def shingles(reading: Reading) -> frozenset[tuple[str, ...]]:
    """Runs of words of stem and options, those of gaps included; their order says nothing."""
    inner = (text for part in reading.parts for text in part.options)
    return frozenset().union(*map(_runs, (reading.stem, *reading.options, *inner)))


@lru_cache(maxsize=16384)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    tokens = masked(text)
    size = min(SHINGLE, len(tokens))
    return frozenset(tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1)) - {()}


def similar(reading: Reading, others: Iterable[Reading], most: int) -> tuple[NearDuplicate, ...]:
    """The items most like this one, from `SIMILAR` on; ``first`` is always this one's id."""
    mine = shingles(reading)
    found = (
        NearDuplicate(reading.item.id, other.item.id, _jaccard(mine, shingles(other))) for other in others
    )
    alike = (pair for pair in found if pair.similarity >= SIMILAR)
    return tuple(sorted(alike, key=lambda pair: (-pair.similarity, pair.second))[:most])


def near_duplicates(readings: Iterable[Reading], threshold: float = THRESHOLD) -> tuple[NearDuplicate, ...]:
    """Every pair at or above the threshold, the most alike first.

    Similarity is the Jaccard index of shingles (Broder 1997), taken exactly: shingles that stand
    in many items are left out of the count of candidates, never out of the index itself.
    """
    told = list(readings)
    sets = [shingles(reading) for reading in told]
    found = [
        NearDuplicate(told[one].item.id, told[other].item.id, similarity)
        for one, other in _candidates(sets)
        if (similarity := _jaccard(sets[one], sets[other])) >= threshold
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.similarity, pair.first, pair.second)))


def _candidates(sets: Sequence[frozenset[tuple[str, ...]]]) -> list[tuple[int, int]]:
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, runs in enumerate(sets):
        for run in runs:
            holders[run].append(at)
    shared: Counter[tuple[int, int]] = Counter()
    for places in holders.values():
        if len(places) <= COMMONPLACE:
            shared.update((a, b) for i, a in enumerate(places) for b in places[i + 1 :])
    return sorted(shared)


def _jaccard(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / (len(one | other) or 1)
