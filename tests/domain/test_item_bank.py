"""Headers, scenarios, and what may go wrong between the items of a bank."""

from __future__ import annotations

from typing import Any

import pytest

from quizapp.domain.item_bank import (
    Coverage,
    PlacedItem,
    check_bank,
    read_bank,
    read_stimulus,
)
from tests.support.inventions import bank, item

STIMULUS = {"id": "storm", "title": "A storm", "text": "The wind is rising."}


def told(items: list[dict[str, Any]], stimuli: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    placed = [PlacedItem.of(f"file:{line}", source) for line, source in enumerate(items, start=1)]
    return [(p.place, p.field, p.reason) for p in check_bank(placed, stimuli, ["A.1", "B.1"])]


def test_a_sound_header_is_read() -> None:
    header, problems = read_bank(bank())
    assert problems == []
    assert header is not None
    assert (header.id, header.framework, header.notes) == (
        "harbour-items",
        "harbour-pilotage",
        ("Invented for tests.",),
    )
    plain, _ = read_bank({name: value for name, value in bank().items() if name not in ("language", "notes")})
    assert plain is not None
    assert (plain.language, plain.notes) == ("en", ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "X"}, ("id", "bad_id")),
        ({"title": None}, ("title", "missing")),
        ({"title": "x" * 201}, ("title", "too_long")),
        ({"framework_version": 1.0}, ("framework_version", "not_text")),
        ({"distribution": "secret"}, ("distribution", "unknown_value")),
        ({"sme_review": ["done"]}, ("sme_review", "unknown_value")),
        ({"notes": "one"}, ("notes", "not_a_list")),
        ({"notes": [1]}, ("notes[0]", "not_text")),
        ({"owner": "x"}, ("owner", "unknown_field")),
    ],
)
def test_header_faults(change: dict[str, Any], expected: tuple[str, str]) -> None:
    header, problems = read_bank(bank() | change)
    assert (header, [(p.field, p.reason) for p in problems]) == (None, [expected])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": ""}, ("id", "bad_id")),
        ({"title": " "}, ("title", "missing")),
        ({"title": "x" * 201}, ("title", "too_long")),
        ({"text": 4}, ("text", "not_text")),
        ({"words": "x"}, ("words", "unknown_field")),
    ],
)
def test_scenario_faults(change: dict[str, Any], expected: tuple[str, str]) -> None:
    stimulus, problems = read_stimulus(STIMULUS | change)
    assert (stimulus, [(p.field, p.reason) for p in problems]) == (None, [expected])


def test_a_scenario_digest_follows_its_wording() -> None:
    first, _ = read_stimulus(STIMULUS)
    second, _ = read_stimulus(STIMULUS | {"text": "Calm."})
    assert first is not None
    assert second is not None
    assert first.digest != second.digest


def test_a_sound_bank_has_no_problem() -> None:
    items = [item("h-1", enemies=["h-2"], stimulus="storm"), item("h-2", task="B.1", stimulus="storm")]
    assert told(items, ("storm",)) == []


def test_faults_between_items_are_all_told() -> None:
    items = [
        item("h-1", enemies=["h-1", "h-9"]),
        item("h-1", task="Z.9"),
        item("h-2", stimulus="calm"),
        item("h-3", stimulus="storm"),
        item("h-4", stimulus="storm", pool="practice"),
    ]
    assert told(items, ("storm", "storm")) == [
        ("", "stimuli", "duplicate_id"),
        ("file:1", "enemies", "own_enemy"),
        ("file:1", "enemies", "unknown_item"),
        ("file:2", "id", "duplicate_id"),
        ("file:2", "tasks[0]", "unknown_code"),
        ("file:3", "stimulus", "unknown_stimulus"),
        ("file:5", "stimulus", "pools_mixed"),
    ]


@pytest.mark.parametrize(
    ("secure", "practice", "level", "missing"),
    [
        (0, 0, "hole", (12, 6)),
        (0, 6, "low", (12, 0)),
        (11, 6, "low", (1, 0)),
        (12, 5, "low", (0, 1)),
        (12, 6, "ok", (0, 0)),
        (16, 9, "ok", (0, 0)),
    ],
)
def test_coverage_says_what_is_missing(
    secure: int, practice: int, level: str, missing: tuple[int, int]
) -> None:
    found = Coverage("A.1", secure, practice)
    assert (found.level.value, (found.secure_missing, found.practice_missing)) == (level, missing)
