"""One question told twice is found, whatever its names, numbers and order of options."""

from __future__ import annotations

from quizapp.domain.item_quality.near_duplicates import masked, near_duplicates
from quizapp.domain.item_quality.reading import read
from tests.support.choices import choice, neutral

STEM = "Country X asks Port Meral for 12 boats within 30 days. What does the officer check before the reply?"
OPTIONS = ("The signature of the ministry", "The age of the boats", "The name of the yard")
TWIN = (
    STEM.replace("Country X", "Partner B").replace("Meral", "Tavo").replace("12", "7").replace("30", "1,200")
)


def test_names_and_numbers_are_masked() -> None:
    assert masked("In 2024 Partner B paid Anna Lind 1,200.50.") == ["in", "#", "@", "paid", "@", "#"]


def test_a_twin_is_found_although_its_options_are_turned_round() -> None:
    items = [choice("h-1", STEM, OPTIONS), choice("h-2", TWIN, OPTIONS[::-1]), *neutral(20)]
    (pair,) = near_duplicates([read(item) for item in items])
    assert (pair.first, pair.second, pair.similarity) == ("h-1", "h-2", 1.0)


def test_items_on_one_subject_are_two_items() -> None:
    other = choice("h-2", "How does Port Meral answer a request?", ("By cable", "By letter", "By lantern"))
    assert near_duplicates([read(choice("h-1", STEM, OPTIONS)), read(other)]) == ()
