"""Item types: one file of pure functions each, found by name in this registry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quizapp.domain.errors import Invalid
from quizapp.domain.item_types import (
    dropdown_cloze,
    essay,
    gap_text,
    hotspot,
    matching,
    matrix,
    multiple_response,
    numeric,
    ordering,
    parametrised_numeric,
    short_text,
    single_choice,
    true_false,
)
from quizapp.domain.item_types.base import ItemType, Mark, Marking, Review, ReviewRow

__all__ = ["ITEM_TYPES", "ItemType", "Mark", "Marking", "Review", "ReviewRow", "item_type"]

ITEM_TYPES: Mapping[str, ItemType] = MappingProxyType(
    {
        item_type.name: item_type
        for item_type in (
            single_choice.TYPE,
            multiple_response.TYPE,
            true_false.TYPE,
            ordering.TYPE,
            matching.TYPE,
            numeric.TYPE,
            short_text.TYPE,
            dropdown_cloze.TYPE,
            gap_text.TYPE,
            matrix.TYPE,
            parametrised_numeric.TYPE,
            hotspot.TYPE,
            essay.TYPE,
        )
    }
)


def item_type(name: str) -> ItemType:
    """The type of this name; raises DomainError "unknown_item_type"."""
    found = ITEM_TYPES.get(name)
    if found is None:
        raise Invalid("unknown_item_type", name=name)
    return found
