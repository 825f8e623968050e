"""Reading an item: what makes a version, what needs a second person, which faults are told."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from quizapp.domain.errors import Refused
from quizapp.domain.item import (
    TRANSITIONS,
    ItemStatus,
    ItemVersion,
    digest,
    effective_status,
    move,
    read_item,
    to_source,
)
from quizapp.domain.item_types import ITEM_TYPES
from tests.support.inventions import item

KINDS = sorted(ITEM_TYPES)


def sound(source: dict[str, Any]) -> ItemVersion:
    found, problems = read_item(source)
    assert problems == []
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_makes_the_round_trip(kind: str) -> None:
    found = sound(item("h-1", kind, enemies=["h-2"], stimulus="storm"))
    assert sound(to_source(found)) == found
    assert digest(sound(to_source(found))) == digest(found)


@pytest.mark.parametrize("kind", KINDS)
def test_reading_leaves_the_source_alone(kind: str) -> None:
    source = item("h-1", kind)
    before = copy.deepcopy(source)
    read_item(source)
    assert source == before


@pytest.mark.parametrize(
    "change", [{"reviewer": None}, {"reviewer": "C"}, {"author": "C"}, {"status": "retired"}]
)
def test_reviewing_makes_no_new_version(change: dict[str, Any]) -> None:
    assert digest(sound(item("h-1") | change)) == digest(sound(item("h-1")))


@pytest.mark.parametrize(
    "change",
    [
        {"stem": "Another?"},
        {"tasks": ["A.1", "B.1"]},
        {"pool": "practice"},
        {"difficulty": 61},
        {"level": "analyse"},
        {"enemies": ["h-2"]},
        {"stimulus": "storm"},
        {"lock_order": True},
    ],
)
def test_anything_else_makes_one(change: dict[str, Any]) -> None:
    assert digest(sound(item("h-1") | change)) != digest(sound(item("h-1")))


def test_another_scenario_text_makes_one() -> None:
    found = sound(item("h-1", stimulus="storm"))
    assert len({digest(found), digest(found, "a"), digest(found, "b")}) == 3


def test_the_first_task_counts() -> None:
    assert sound(item("h-1") | {"tasks": ["B.2", "A.1"]}).scoring_task == "B.2"


@pytest.mark.parametrize(
    ("author", "reviewer", "status", "expected"),
    [
        ("A", "B", "approved", "approved"),
        ("A", "A", "approved", "draft"),
        ("A", " a ", "approved", "draft"),
        ("A", None, "approved", "draft"),
        ("A", "  ", "approved", "draft"),
        ("A", None, "in_review", "in_review"),
        ("A", None, "retired", "retired"),
    ],
)
def test_nothing_is_approved_without_a_second_person(
    author: str, reviewer: str | None, status: str, expected: str
) -> None:
    assert effective_status(author, reviewer, ItemStatus(status)).value == expected


def test_the_transition_table_is_complete() -> None:
    for verb, (sources, target) in TRANSITIONS.items():
        for status in ItemStatus:
            if status in sources:
                assert move(status, verb) is target
            else:
                with pytest.raises(Refused):
                    move(status, verb)
    assert all(ItemStatus.RETIRED not in sources for sources, _ in TRANSITIONS.values())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "Bad Id"}, ("id", "bad_id")),
        ({"id": 12345}, ("id", "bad_id")),
        ({"type": "telepathy"}, ("type", "unknown_type")),
        ({"type": ["x"]}, ("type", "unknown_type")),
        ({"pool": "attic"}, ("pool", "unknown_value")),
        ({"pool": ["secure"]}, ("pool", "unknown_value")),
        ({"pool": None}, ("pool", "missing")),
        ({"level": {}}, ("level", "unknown_value")),
        ({"status": "done"}, ("status", "unknown_value")),
        ({"tasks": []}, ("tasks", "missing")),
        ({"tasks": "1.A"}, ("tasks", "missing")),
        ({"tasks": [1.1]}, ("tasks[0]", "not_text")),
        ({"tasks": ["A.1", "A.1"]}, ("tasks[1]", "duplicate_code")),
        ({"author": " "}, ("author", "missing")),
        ({"author": "x" * 201}, ("author", "too_long")),
        ({"reviewer": 7}, ("reviewer", "not_text")),
        ({"stimulus": ["x"]}, ("stimulus", "not_text")),
        ({"difficulty": True}, ("difficulty", "out_of_range")),
        ({"difficulty": 101}, ("difficulty", "out_of_range")),
        ({"difficulty": "60"}, ("difficulty", "out_of_range")),
        ({"enemies": "h-2"}, ("enemies", "not_a_list")),
        ({"sources": []}, ("sources", "missing")),
        ({"sources": ["a law"]}, ("sources[0]", "not_a_mapping")),
        ({"points": 3}, ("points", "unknown_field")),
        ({"stem": ""}, ("stem", "missing")),
    ],
)
def test_faults_are_told_with_their_field(change: dict[str, Any], expected: tuple[str, str]) -> None:
    found, problems = read_item(item("h-1") | change)
    assert (found, [(p.field, p.reason) for p in problems]) == (None, [expected])


def test_faults_of_sources_name_the_entry() -> None:
    bad = {"authority": "", "as_of": "soon", "review_by": "2028-13", "page": 4}
    _, problems = read_item(item("h-1", sources=[item("x")["sources"][0], bad]))
    assert [(p.field, p.reason) for p in problems] == [
        ("sources[1].page", "unknown_field"),
        ("sources[1].authority", "missing"),
        ("sources[1].as_of", "bad_date"),
        ("sources[1].review_by", "bad_date"),
    ]


def test_an_empty_item_tells_every_common_fault() -> None:
    _, problems = read_item({"type": "single_choice"})
    told = {p.field for p in problems}
    assert told >= {"id", "pool", "level", "tasks", "author", "difficulty", "sources", "stem", "options"}
