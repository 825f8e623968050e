"""Which interaction asks what: one entry for each kind, with the item types it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.domain.item_types.marks import ALL_OR_NOTHING
from quizapp.integrations.item_formats.qti import (
    choices,
    entries,
    essays,
    gaps,
    hotspots,
    matches,
    matrices,
    orders,
    parameters,
)
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element, name
from quizapp.integrations.item_formats.qti.scoring import Question
from quizapp.integrations.item_formats.qti.values import Value

Probe: TypeAlias = tuple[Response | None, Value | Mapping[str, Value]]
"""A response of ours, and what the file's own responses then are: the one, or each by its identifier."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An interaction of QTI and what it is here.

    ``write`` gives the question of an item of ours; ``read`` the author's form of what a file asks, from
    its first interaction; ``probes`` responses, the right one first, with which the file's scoring is
    compared with ours, None where there is nothing to compare; ``lacks`` the sentence why an item of
    such a type cannot go out, empty if it can.
    """

    types: tuple[str, ...]
    write: Callable[[Markup, ItemVersion], Question]
    read: Callable[[Asked, Element], dict[str, Any]]
    probes: Callable[[Asked, Mapping[str, Any]], Sequence[Probe]] | None = None
    lacks: Callable[[ItemVersion], str] = lambda _item: ""


_CHOICE = Kind(
    ("single_choice", "multiple_response", "true_false"), choices.write, choices.read, choices.probes
)
_ORDER = Kind(("ordering",), orders.write, orders.read, orders.probes)
_MATCH = Kind(("matching",), matches.write, matches.read, matches.probes)
_MATRIX = Kind(("matrix",), matrices.write, matrices.read, matrices.probes)
_ENTRY = Kind(("numeric", "short_text"), entries.write, entries.read, entries.probes)
_DROPDOWNS = Kind(("dropdown_cloze",), gaps.write_choices, gaps.read_choices, gaps.probes)
_ENTRIES = Kind(("gap_text",), gaps.write_words, gaps.read_entries, gaps.probes)
_HOTSPOT = Kind(("hotspot",), hotspots.write, hotspots.read, hotspots.probes, hotspots.lacks)
_ESSAY = Kind(("essay",), essays.write, essays.read)
_RECKONED = Kind(("parametrised_numeric",), parameters.write, parameters.read, lacks=parameters.lacks)
_POOL = Kind(("gap_text",), gaps.write_words, gaps.read_pool, gaps.probes)

_KINDS = (
    _CHOICE,
    _ORDER,
    _MATCH,
    _MATRIX,
    _ENTRY,
    _DROPDOWNS,
    _ENTRIES,
    _HOTSPOT,
    _ESSAY,
    _RECKONED,
)
#: item type -> how it is asked
BY_TYPE: Mapping[str, Kind] = {told: kind for kind in _KINDS for told in kind.types}
#: interaction -> how one of it is read; what is not here is refused by its name
ALONE: Mapping[str, Kind] = {
    choices.INTERACTION: _CHOICE,
    orders.INTERACTION: _ORDER,
    matches.INTERACTION: _MATCH,
    entries.INTERACTION: _ENTRY,
    gaps.CHOICE: _DROPDOWNS,
    gaps.POOL: _POOL,
    hotspots.INTERACTION: _HOTSPOT,
    essays.INTERACTION: _ESSAY,
}
#: interaction -> how several of it in one text are read
SEVERAL: Mapping[str, Kind] = {gaps.CHOICE: _DROPDOWNS, gaps.ENTRY: _ENTRIES}
#: item type -> its scoring policies, the default first; others are right or wrong
POLICIES: Mapping[str, tuple[str, ...]] = {
    "multiple_response": (ALL_OR_NOTHING, "right_minus_wrong", "per_option"),
    "hotspot": (ALL_OR_NOTHING, "per_option"),
    "ordering": (ALL_OR_NOTHING, "adjacent_pairs"),
    "matching": (ALL_OR_NOTHING, "per_pair"),
    "matrix": (ALL_OR_NOTHING, "per_row", "kprim"),
    "dropdown_cloze": (ALL_OR_NOTHING, "per_gap"),
    "gap_text": (ALL_OR_NOTHING, "per_gap"),
}


def kind_of(interactions: Sequence[Element]) -> Kind | None:
    """How an item that asks with these is read, None when it cannot be."""
    first, names = interactions[0], {name(one) for one in interactions}
    if len(names) > 1:
        return None
    kind = (ALONE if len(interactions) == 1 else SEVERAL).get(name(first))
    return _MATRIX if kind is _MATCH and matrices.is_matrix(first) else kind


def reckoned_kind(interactions: Sequence[Element]) -> Kind | None:
    """How an item with variables that asks with these is read, None when it cannot be."""
    return _RECKONED if [name(one) for one in interactions] == [entries.INTERACTION] else None


def policies(item_type: str) -> tuple[str, ...]:
    """The scoring policies of a type, the default first."""
    return POLICIES.get(item_type, (ALL_OR_NOTHING,))
