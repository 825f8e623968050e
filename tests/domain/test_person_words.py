"""How names are compared: without capitals, accents, punctuation and the order a list happens to use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain.person import LONGEST_WORD, name_key, search_words, words
from quizapp.domain.record import begin_serial, read_serial


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë  O'Brien-Łukasz", ["zoe", "o", "brien", "łukasz"]),
        ("=HYPERLINK(1)", ["hyperlink", "1"]),
        ("Straße", ["strasse"]),
        ("100%_x", ["100", "x"]),
        ("_ % ,", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_person_is_found_by_name_address_and_what_stands_before_the_at() -> None:
    told = search_words("Ada Moreau", " Ada.M@Example.org ")
    assert told == ["ada", "ada.m@example.org", "m", "moreau"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_list_may_put_the_family_name_first(given_name: str, family: str) -> None:
    plain, turned = f"{given_name.replace(',', ' ')} {family.replace(',', ' ')}", f"{family}, {given_name}"
    if "," not in family and "," not in given_name:
        assert name_key(turned) == name_key(plain)


@given(st.text())
def test_no_word_is_longer_than_its_column(text: str) -> None:
    assert all(len(word) <= LONGEST_WORD for word in search_words(text, text))


def test_the_beginning_of_a_serial_needs_a_group() -> None:
    assert [begin_serial(text) for text in ("7k3", "7k3f", "7k3fo", "7K3F U", "0" * 29)] == [
        None,
        "7K3F",
        "7K3F-0",
        None,
        None,
    ]
    whole = "0123-" * 6 + "0123"
    assert begin_serial(whole) == read_serial(whole) == whole
