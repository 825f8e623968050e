"""The item types' own examples, split, and a right response to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from quizapp.domain.item_types import ITEM_TYPES, ItemType

RIGHT: dict[str, dict[str, Any]] = {
    "single_choice": {"choice": "arrangement"},
    "multiple_response": {"choices": ["b", "c"]},
    "true_false": {"choice": "true"},
    "ordering": {"ranks": {"accept": 3, "deliver": 4, "offer": 2, "request": 1}},
    "matching": {"pairs": {"duty": "customs", "range": "ministry", "visa": "consulate"}},
    "numeric": {"number": "30"},
    "short_text": {"text": "pricing request"},
    "gap_text": {"words": {"first": "request", "second": "offer"}},
    "matrix": {"cells": {"courier": "false", "mark": "true", "open": "false", "seal": "true"}},
    "parametrised_numeric": {"number": "25", "variant": "v1"},
    "hotspot": {"choices": ["east"]},
    "dropdown_cloze": {"gaps": {"issuer": "host", "paper": "permit"}},
    "essay": {"text": "The survey is not done yet; we come back in May."},
}


@pytest.fixture(params=list(ITEM_TYPES))
def any_type(request: pytest.FixtureRequest) -> ItemType:
    """Every registered type in turn."""
    return ITEM_TYPES[request.param]


@pytest.fixture
def right() -> Callable[[ItemType], dict[str, Any]]:
    """The right response to a type's example."""
    return lambda item_type: RIGHT[item_type.name]


@pytest.fixture
def backwards() -> Callable[[str, Sequence[str]], list[str]]:
    """An Order that is easy to recognise."""
    return lambda _label, ids: list(reversed(ids))


@pytest.fixture
def reasons() -> Callable[[ItemType, dict[str, Any]], list[tuple[str, str]]]:
    """(field, reason) of every problem in an author's form."""

    def found(item_type: ItemType, source: dict[str, Any]) -> list[tuple[str, str]]:
        return [(p.field, p.reason) for p in item_type.check(*item_type.split(source))]

    return found
