"""How a form is answered on paper, and how what was typed off the sheet is read."""

from __future__ import annotations

import pytest

from quizapp.domain.errors import Invalid
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.item_types.base import as_stored
from quizapp.domain.pack import (
    AnswerSpace,
    answer_space,
    differences,
    form_code,
    normalise_code,
    read,
    written,
)

OPTIONS = [{"id": name, "text": name.title()} for name in ("ox", "yak", "zebu")]
PROMPTS = [{"id": "p", "text": "First"}, {"id": "q", "text": "Second"}]
CONTENT = {
    "single_choice": {"stem": "?", "options": OPTIONS},
    "true_false": {"stem": "?", "options": [{"id": "true"}, {"id": "false"}]},
    "multiple_response": {"stem": "?", "options": OPTIONS},
    "ordering": {"stem": "?", "options": OPTIONS},
    "matching": {"stem": "?", "options": OPTIONS, "prompts": PROMPTS},
    "numeric": {"stem": "?"},
    "short_text": {"stem": "?"},
    "essay": {"stem": "?"},
}


def typed(name: str, text: str) -> object:
    return read(CONTENT[name], ITEM_TYPES[name].present(CONTENT[name], lambda _, ids: list(ids)), text)


def test_every_item_type_can_be_answered_on_paper() -> None:
    assert set(CONTENT) == set(ITEM_TYPES)


@pytest.mark.parametrize(
    ("name", "text", "response"),
    [
        ("single_choice", " b ", {"choice": "yak"}),
        ("single_choice", "", None),
        ("true_false", "B", {"choice": "false"}),
        ("multiple_response", "c, a", {"choices": ["ox", "zebu"]}),
        ("ordering", "CAB", {"ranks": {"zebu": 1, "ox": 2, "yak": 3}}),
        ("ordering", "C-B", {"ranks": {"zebu": 1, "yak": 3}}),
        ("matching", "B-", {"pairs": {"p": "yak"}}),
        ("matching", "aa", {"pairs": {"p": "ox", "q": "ox"}}),
        ("numeric", "12,5", {"number": "12.5", "text": "12,5"}),
        ("short_text", " Two words ", {"text": "Two words"}),
        ("essay", "One line.\r\nAnother.", {"text": "One line.\nAnother."}),
    ],
)
def test_letters_are_read_as_the_response_a_page_would_send(name: str, text: str, response: object) -> None:
    assert typed(name, text) == response


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("single_choice", "B"),
        ("true_false", "A"),
        ("multiple_response", "AC"),
        ("ordering", "C-B"),
        ("matching", "-C"),
        ("numeric", "12,5"),
        ("numeric", "12"),
        ("short_text", "Two words"),
        ("single_choice", ""),
    ],
)
def test_a_response_is_shown_as_it_was_typed(name: str, text: str) -> None:
    shown = ITEM_TYPES[name].present(CONTENT[name], lambda _, ids: list(ids))
    assert written(shown, read(CONTENT[name], shown, text)) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("single_choice", "D"),
        ("single_choice", "AB"),
        ("multiple_response", "AX"),
        ("ordering", "AAB"),
        ("ordering", "ABCA"),
        ("matching", "ABC"),
    ],
)
def test_what_cannot_stand_on_the_sheet_is_refused(name: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        typed(name, text)
    assert refused.value.code == "bad_response"


def test_the_sheet_offers_what_each_type_needs() -> None:
    def space(name: str) -> AnswerSpace:
        return answer_space(ITEM_TYPES[name].present(CONTENT[name], as_stored))

    letters = ("A", "B", "C")
    assert space("single_choice") == AnswerSpace(("",), letters)
    assert space("multiple_response") == AnswerSpace(("",), letters, is_many=True)
    assert space("ordering") == AnswerSpace(("1", "2", "3"), letters)
    assert space("matching") == AnswerSpace(("1", "2"), letters)
    assert space("numeric") == AnswerSpace(("",))


def test_a_code_is_found_however_it_is_typed() -> None:
    code = form_code(bytes(range(8)))
    assert (code, normalise_code(" abcd efgh")) == ("ABCD-EFGH", code)


def test_two_readings_differ_where_one_of_them_is_empty_or_other() -> None:
    first = {"1": {"choice": "a"}, "2": {"choice": "b"}, "10": {"choice": "c"}}
    assert differences(first, {"1": {"choice": "a"}, "2": {"choice": "a"}, "11": {"text": "x"}}) == [
        2,
        10,
        11,
    ]
