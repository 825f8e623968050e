"""How a form is answered on paper, and how what was typed off the sheet is read."""

from __future__ import annotations

import pytest

from quizapp.domain.errors import Invalid
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.item_types.base import as_stored
from quizapp.domain.pack import (
    AnswerRow,
    AnswerSpace,
    answer_space,
    differences,
    form_code,
    lines,
    normalise_code,
    read,
    written,
)

OPTIONS = [{"id": name, "text": name.title()} for name in ("ox", "yak", "zebu")]
PROMPTS = [{"id": "p", "text": "First"}, {"id": "q", "text": "Second"}]
POOL = ["ox", "yak", "zebu"]
CONTENT = {
    "single_choice": {"stem": "?", "options": OPTIONS},
    "true_false": {"stem": "?", "options": [{"id": "true"}, {"id": "false"}]},
    "multiple_response": {"stem": "?", "options": OPTIONS},
    "ordering": {"stem": "?", "options": OPTIONS},
    "matching": {"stem": "?", "options": OPTIONS, "prompts": PROMPTS},
    "dropdown_cloze": {
        "stem": "?",
        "text": "A [[x]] and a [[y]].",
        "gaps": [{"id": "y", "options": OPTIONS[:2]}, {"id": "x", "options": OPTIONS}],
    },
    "gap_text": {"stem": "?", "text": "A [[x]], a [[y]].", "gaps": [{"id": "x"}, {"id": "y"}], "words": POOL},
    "matrix": {
        "stem": "?",
        "statements": OPTIONS,
        "columns": [{"id": "l", "text": "L"}, {"id": "r", "text": "R"}],
    },
    "hotspot": {
        "stem": "?",
        "picture": {"name": "x.png", "width": 9, "height": 9, "alt": "Stalls"},
        "options": [{**row, "shape": "rect", "coords": "1,1,8,8"} for row in OPTIONS],
        "several": True,
    },
    "numeric": {"stem": "?"},
    "parametrised_numeric": {"stem": "{x}?", "variants": [{"id": "v3", "values": {"x": "7"}}]},
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
        ("dropdown_cloze", "C-", {"gaps": {"x": "zebu"}}),
        ("dropdown_cloze", "c b", {"gaps": {"x": "zebu", "y": "yak"}}),
        ("gap_text", "-b", {"words": {"y": "yak"}}),
        ("matrix", "A-B", {"cells": {"ox": "l", "zebu": "r"}}),
        ("parametrised_numeric", "12", {"number": "12", "variant": "v3"}),
        ("hotspot", "ca", {"choices": ["ox", "zebu"]}),
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
        ("dropdown_cloze", "-B"),
        ("gap_text", "CA"),
        ("matrix", "BA-"),
        ("hotspot", "AC"),
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
        ("dropdown_cloze", "AC"),
        ("dropdown_cloze", "AAA"),
        ("gap_text", "AD"),
        ("gap_text", "AAA"),
        ("matrix", "ABC"),
        ("matrix", "ABAB"),
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
    assert space("single_choice") == AnswerSpace((AnswerRow("", letters),))
    assert space("multiple_response") == AnswerSpace((AnswerRow("", letters),), is_many=True)
    assert space("ordering") == AnswerSpace(tuple(AnswerRow(n, letters) for n in "123"))
    assert space("matching") == AnswerSpace(tuple(AnswerRow(n, letters) for n in "12"))
    assert space("dropdown_cloze") == AnswerSpace((AnswerRow("1", letters), AnswerRow("2", letters[:2])))
    assert space("gap_text") == AnswerSpace(tuple(AnswerRow(n, letters) for n in "12"))
    assert space("matrix") == AnswerSpace(tuple(AnswerRow(n, letters[:2]) for n in "123"))
    assert space("hotspot") == AnswerSpace((AnswerRow("", letters),), is_many=True)
    assert space("numeric") == AnswerSpace((AnswerRow(),))


def test_what_stands_below_a_stem_is_printed_row_by_row() -> None:
    def printed(name: str) -> list[tuple[str, str]]:
        return list(lines(ITEM_TYPES[name].present(CONTENT[name], as_stored)))

    assert printed("true_false") == [("A", "True"), ("B", "False")]
    assert printed("matching")[:3] == [("1", "First"), ("2", "Second"), ("A", "Ox")]
    assert printed("matrix")[2:] == [("3", "Zebu"), ("A", "L"), ("B", "R")]
    assert printed("hotspot")[:2] == [("", "![Stalls](media/x.png)"), ("A", "Ox")]
    assert printed("dropdown_cloze") == [
        ("", "A [1] and a [2]."),
        ("1", "A Ox   B Yak   C Zebu"),
        ("2", "A Ox   B Yak"),
    ]


def test_gaps_without_a_pool_are_lines_to_write_on() -> None:
    content = {name: value for name, value in CONTENT["gap_text"].items() if name != "words"}
    shown = ITEM_TYPES["gap_text"].present(content, as_stored)
    assert answer_space(shown) == AnswerSpace((AnswerRow("1"), AnswerRow("2")))
    assert list(lines(shown)) == [("", "A [1], a [2].")]
    told = [read(content, shown, text) for text in ("one ox; -", ";two oxen", "-")]
    assert told == [{"words": {"x": "one ox"}}, {"words": {"y": "two oxen"}}, None]
    assert [written(shown, said) for said in told] == ["one ox; -", "-; two oxen", ""]
    with pytest.raises(Invalid):
        read(content, shown, "a; b; c")


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
