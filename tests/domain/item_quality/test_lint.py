"""Every rule of item writing finds what it is for, and nothing in a sound item."""

from __future__ import annotations

from datetime import date

import pytest

from quizapp.domain.item import ItemVersion, read_item
from quizapp.domain.item_quality.lint import RULES, lint
from quizapp.domain.item_quality.reading import read
from quizapp.domain.item_types import ITEM_TYPES
from tests.support.choices import choice
from tests.support.inventions import item

TODAY = date(2026, 11, 25)
STEM = "What does the pilot look at first?"
LOCKED = {"lock_order": True}
SOUND = ("The wind at the berth", "The clock on the bridge", "The flag of the tug")


def found(version: ItemVersion) -> list[tuple[str, str]]:
    return [(problem.reason, problem.field) for problem in lint(read(version), TODAY)]


@pytest.mark.parametrize("kind", sorted(ITEM_TYPES))
def test_the_example_of_every_type_is_sound(kind: str) -> None:
    version, problems = read_item(item("h-1", kind))
    assert version is not None, problems
    assert found(version) == []


CASES = [
    ("absolute_word", "options[o1]", STEM, ("The wind", "Every buoy", "The flag"), {}),
    ("negative_stem", "stem", "Which of these is not a berth?", SOUND, {}),
    ("negative_stem", "stem", "Which sign does a pilot look at EXCEPT at night?", SOUND, {}),
    ("all_or_none", "options[o2]", STEM, ("The wind", "The clock", "Both of these"), {}),
    ("length_outlier", "options", STEM, ("The wind", "The clock", "The flag the tug shows at the quay"), {}),
    ("grammatical_cue", "options", STEM, ("The wind.", "The clock", "The flag"), {}),
    ("grammatical_cue", "options", STEM, ("The wind", "the clock", "The flag"), {}),
    ("grammatical_cue", "stem", "The pilot looks first at an", ("anchor", "lantern", "oar"), {}),
    ("overlapping_ranges", "options", STEM, ("1 to 5 days", "5 to 9 days", "10 to 20 days"), LOCKED),
    ("unordered_numbers", "options", STEM, ("30 days", "10 days", "20 days"), LOCKED),
    ("unordered_numbers", "lock_order", STEM, ("10 days", "20 days", "30 days"), {}),
    (
        "stem_echo",
        "options",
        "Which lantern guides the tug past the harbour chain?",
        ("The harbour lantern above the chain", "The flag on the quay", "The buoy in the tide"),
        {},
    ),
    ("own_review", "reviewer", STEM, SOUND, {"reviewer": "AUTHOR A"}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "field", "stem", "options", "changes"), CASES)
def test_a_rule_finds_its_fault(rule, field, stem, options, changes) -> None:
    assert found(choice("h-1", stem, options, **changes)) == [(rule, field)]


def test_faults_of_rationales_and_sources_are_found() -> None:
    thin = item("h-1")
    thin["options"][0]["rationale"] = "See option B."
    thin["options"][1]["rationale"] = "Yes."
    thin["sources"][0]["review_by"] = "2026-10"
    version, _ = read_item(thin)
    assert version is not None
    assert found(version) == [
        ("missing_rationale", "rationale[arrangement]"),
        ("letter_reference", "rationale"),
        ("stale_source", "sources[0].review_by"),
    ]


@pytest.mark.parametrize(
    ("told", "is_stale"), [("2026-11", False), ("2026-11-24", True), ("2026-11-25", False)]
)
def test_a_source_is_good_until_the_end_of_its_date(told: str, is_stale: bool) -> None:
    source = item("h-1")
    source["sources"][0]["review_by"] = told
    version, _ = read_item(source)
    assert version is not None
    assert (("stale_source", "sources[0].review_by") in found(version)) is is_stale


def test_words_of_other_types_are_not_options_to_guess_from() -> None:
    source = item("h-1", "matching")
    source["options"][0]["text"] = "All of the above"
    version, problems = read_item(source)
    assert version is not None, problems
    assert found(version) == []


def test_every_rule_has_a_case() -> None:
    told = {case[0] for case in CASES} | {"missing_rationale", "letter_reference", "stale_source"}
    assert told == set(RULES)


def test_the_options_of_a_gap_are_read_like_those_of_a_choice() -> None:
    gap = {
        "id": "x",
        "options": [
            {"id": "a", "text": "anchor", "key": True},
            {"id": "b", "text": "Every buoy that lies in the fairway at night"},
        ],
        "rationale": "The port law says so.",
    }
    source = item("h-1", "dropdown_cloze") | {"text": "A ship drops an [[x]].", "gaps": [gap]}
    version, problems = read_item(source)
    assert version is not None, problems
    assert found(version) == [
        ("absolute_word", "gaps[x].options[b]"),
        ("length_outlier", "gaps[x].options"),
        ("grammatical_cue", "gaps[x].options"),
        ("grammatical_cue", "text"),
    ]


def test_regions_are_read_like_options() -> None:
    source = item("h-1", "hotspot")
    source["options"][0]["text"] = "Every berth that has neither power nor water at the left."
    version, problems = read_item(source)
    assert version is not None, problems
    assert found(version) == [
        ("absolute_word", "options[west]"),
        ("length_outlier", "options"),
        ("grammatical_cue", "options"),
    ]


def test_absolute_words_are_found_in_statements() -> None:
    source = item("h-1", "matrix")
    source["statements"][1]["text"] = "It is never opened."
    version, problems = read_item(source)
    assert version is not None, problems
    assert found(version) == [("absolute_word", "statements[open]")]
