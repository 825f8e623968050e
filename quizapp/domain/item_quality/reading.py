"""An item as a careful test-wise reader sees it: texts, words, and which options are keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from quizapp.domain.item import ItemVersion

#: Types whose key is one or more of the options that are shown.
CHOICE_TYPES = frozenset({"single_choice", "multiple_response"})
#: Letters of a word that are compared, so that "notify" and "notification" count as one.
STEM_LETTERS = 6
# fmt: off
STOP_WORDS = frozenset((
    "a", "about", "after", "an", "and", "are", "as", "at", "be", "been", "before", "but", "by", "can",
    "could", "did", "do", "does", "each", "for", "from", "had", "has", "have", "he", "her", "his", "how",
    "if", "in", "into", "is", "it", "its", "may", "more", "most", "not", "of", "on", "one", "or",
    "other", "out", "over", "she", "should", "so", "some", "such", "than", "that", "the", "their",
    "them", "then", "there", "these", "they", "this", "those", "to", "under", "up", "was", "were",
    "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with", "would",
))
# fmt: on
_WORD = re.compile(r"[a-z][a-z'’-]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """The visible texts of one item. ``keys`` are places among ``options``, choice types only."""

    item: ItemVersion
    stem: str
    options: tuple[str, ...]
    keys: frozenset[int]

    @property
    def is_choice(self) -> bool:
        """Whether a guesser picks among shown options."""
        return self.item.type in CHOICE_TYPES

    @property
    def key_texts(self) -> tuple[str, ...]:
        """The options that are keys."""
        return tuple(text for place, text in enumerate(self.options) if place in self.keys)

    @property
    def distractors(self) -> tuple[str, ...]:
        """The options that are not."""
        return tuple(text for place, text in enumerate(self.options) if place not in self.keys)

    @property
    def visible(self) -> str:
        """Everything a learner reads of this item, without a shared scenario."""
        return "\n".join([self.stem, *self.options])


def read(item: ItemVersion) -> Reading:
    """The texts of an item of any type; prompts of a matching item count as options."""
    content: Mapping[str, Any] = item.content
    rows = [row for field in ("prompts", "options") for row in content.get(field, ())]
    keys: Iterable[Any] = ()
    if item.type in CHOICE_TYPES:
        keys = item.key["keys"]  # type: ignore[assignment]
    wanted = frozenset(keys)
    places = frozenset(place for place, row in enumerate(rows) if row["id"] in wanted)
    return Reading(item, str(content["stem"]), tuple(row.get("text", "") for row in rows), places)


def words(text: str) -> list[str]:
    """Lower-case words in order; figures and signs are no words."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=16384)
def content_words(text: str) -> frozenset[str]:
    """Word beginnings that carry meaning."""
    return frozenset(word[:STEM_LETTERS] for word in words(text) if word not in STOP_WORDS and len(word) > 2)
