"""Which interaction asks what: one entry for each kind, with the item types it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types import matching, multiple_response, ordering
from quizapp.domain.item_types.base import Response
from quizapp.domain.item_types.marks import ALL_OR_NOTHING
from quizapp.integrations.item_formats.qti import choices, entries, matches, orders
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import Element
from quizapp.integrations.item_formats.qti.scoring import Question
from quizapp.integrations.item_formats.qti.values import Value

Probes = list[tuple[Response | None, Value]]


@dataclass(frozen=True, slots=True)
class Kind:
    """An interaction of QTI and what it is here.

    ``write`` gives the question of an item of ours; ``read`` the author's form of what a file asks;
    ``probes`` responses, the right one first, with which the file's scoring is compared with ours.
    """

    interaction: str
    write: Callable[[Markup, ItemVersion], Question]
    read: Callable[[Asked, Element], dict[str, Any]]
    probes: Callable[[Asked, Mapping[str, Any]], Probes]


_CHOICE = Kind(choices.INTERACTION, choices.write, choices.read, choices.probes)
_ORDER = Kind(orders.INTERACTION, orders.write, orders.read, orders.probes)
_MATCH = Kind(matches.INTERACTION, matches.write, matches.read, matches.probes)
_ENTRY = Kind(entries.INTERACTION, entries.write, entries.read, entries.probes)

#: item type -> how it is asked; what is not here cannot go out
BY_TYPE: Mapping[str, Kind] = {
    "single_choice": _CHOICE,
    "multiple_response": _CHOICE,
    "true_false": _CHOICE,
    "ordering": _ORDER,
    "matching": _MATCH,
    "numeric": _ENTRY,
    "short_text": _ENTRY,
}
#: interaction -> how it is read; what is not here is refused by its name
BY_INTERACTION: Mapping[str, Kind] = {kind.interaction: kind for kind in (_CHOICE, _ORDER, _MATCH, _ENTRY)}
#: item type -> its scoring policies, the default first; others are right or wrong
POLICIES: Mapping[str, tuple[str, ...]] = {
    "multiple_response": tuple(multiple_response.POLICIES),
    "ordering": tuple(ordering.POLICIES),
    "matching": tuple(matching.POLICIES),
}


def policies(item_type: str) -> tuple[str, ...]:
    """The scoring policies of a type, the default first."""
    return POLICIES.get(item_type, (ALL_OR_NOTHING,))
