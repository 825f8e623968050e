"""An item as a careful test-wise reader sees it: texts, words, and which options are keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types import dropdown_cloze, gaps, hotspot

#: Types whose key is one or more of the options that are shown.
CHOICE_TYPES = frozenset({"single_choice", "multiple_response"})
#: Where an item's content has the rows a learner reads.
ROW_FIELDS = ("prompts", "statements", "options")
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
    """The visible texts of one item. ``keys`` are places among ``options``, choice types only.

    ``parts`` are the choices inside it (the gaps of a text), each read as an item of its own would
    be. ``kind`` is the type, for a part that of a choice like it; ``field`` is where its options
    stand in the author's form, and ``ids`` are their names.
    """

    item: ItemVersion
    kind: str
    stem: str
    field: str
    ids: tuple[str, ...]
    options: tuple[str, ...]
    keys: frozenset[int] = frozenset()
    parts: tuple[Reading, ...] = ()

    @property
    def is_choice(self) -> bool:
        """Whether a guesser picks among shown options."""
        return self.kind in CHOICE_TYPES

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
        inner = (text for part in self.parts for text in part.options)
        return "\n".join([self.stem, *self.options, *inner])


def read(item: ItemVersion) -> Reading:
    """The texts of an item of any type; prompts of a matching item count as options."""
    content: Mapping[str, Any] = item.content
    rows = [row for field in ROW_FIELDS for row in _rows(content, field)]
    kind = _kind(item)
    keys = _keys(item) if kind in CHOICE_TYPES else ()
    stem = "\n".join(str(content[name]) for name in ("stem", "text") if content.get(name))
    field = "statements" if "statements" in content else "options"
    return _reading(item, kind, stem, field, rows, keys, tuple(_gaps(item)))


def _kind(item: ItemVersion) -> str:
    """The type, or the choice that regions of a picture are."""
    if item.type != hotspot.NAME:
        return item.type
    return "multiple_response" if item.content.get("several") else "single_choice"


def _rows(content: Mapping[str, Any], field: str) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = content.get(field, ())
    return found


def _gaps(item: ItemVersion) -> Iterator[Reading]:
    """Every gap with options as a choice whose stem is the text before it."""
    if item.type != dropdown_cloze.NAME:
        return
    for gap in gaps.in_order(item.content):
        keys = _keys(item)[gap["id"]]
        kind = "single_choice" if len(keys) == 1 else "multiple_response"
        yield _reading(item, kind, gap["before"], f"gaps[{gap['id']}].options", gap["options"], keys)


def _keys(item: ItemVersion) -> Any:
    return item.key["keys"]


def _reading(
    item: ItemVersion,
    kind: str,
    stem: str,
    field: str,
    rows: Sequence[Mapping[str, Any]],
    keys: Iterable[str],
    parts: tuple[Reading, ...] = (),
) -> Reading:
    wanted = frozenset(keys)
    return Reading(
        item,
        kind,
        stem,
        field,
        ids=tuple(row["id"] for row in rows),
        options=tuple(row.get("text", "") for row in rows),
        keys=frozenset(place for place, row in enumerate(rows) if row["id"] in wanted),
        parts=parts,
    )


def words(text: str) -> list[str]:
    """Lower-case words in order; figures and signs are no words."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=16384)
def content_words(text: str) -> frozenset[str]:
    """Word beginnings that carry meaning."""
    return frozenset(word[:STEM_LETTERS] for word in words(text) if word not in STOP_WORDS and len(word) > 2)
