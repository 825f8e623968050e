from __future__ import annotations

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.numeric import TYPE


def source(**answer):
    return {"stem": "How many?", "answer": {"value": "30", "rationale": "r", **answer}}


def is_right(typed, **answer):
    content, key = TYPE.split(source(**answer))
    return TYPE.mark(key, content, TYPE.parse(content, {"number": [typed]})).is_right


def test_only_the_unit_is_public():
    assert TYPE.split(source(unit="days", tolerance="1")) == (
        {"stem": "How many?", "unit": "days"},
        {"value": "30", "tolerance": "1", "rationales": {"item": "r"}},
    )


@pytest.mark.parametrize(
    ("typed", "answer", "expected"),
    [
        ("30", {}, True),
        ("30.0", {}, True),
        ("30,0", {}, True),
        ("31", {}, False),
        ("31", {"tolerance": "1"}, True),
        ("31.0000001", {"tolerance": "1"}, False),
        ("29", {"tolerance": "1"}, True),
        ("0.3", {"value": "0.1", "tolerance": "0.2"}, True),
        ("30 days", {"unit": "days"}, True),
        ("1,500", {"value": "1500"}, True),
        ("1,500", {"value": "1.5"}, True),
        ("1.500", {"value": "1500"}, True),
        ("15", {"value": "1.5"}, False),
        ("-30", {}, False),
        ("thirty", {}, False),
    ],
)
def test_marking_is_exact(typed, answer, expected):
    assert is_right(typed, **answer) is expected


@pytest.mark.parametrize(
    ("typed", "response", "is_complete"),
    [
        ("30", {"number": "30"}, True),
        (" 30 ", {"number": "30"}, True),
        ("1,5", {"number": "1.5", "text": "1,5"}, True),
        ("about 30", {"text": "about 30"}, False),
        ("  ", None, False),
    ],
)
def test_what_was_typed_is_kept(typed, response, is_complete):
    content, _ = TYPE.split(source())
    assert TYPE.parse(content, {"number": [typed]}) == response
    assert TYPE.accept(content, response) == response
    assert TYPE.is_complete(content, response) is is_complete


def test_the_text_decides_not_the_number_sent_along():
    content, _ = TYPE.split(source())
    assert TYPE.accept(content, {"number": "30", "text": "29"}) == {"number": "29"}


@pytest.mark.parametrize("number", [30, 30.0, True, ["30"], "3" * 61, "3\0", "\ud800"])
def test_impossible_responses(number):
    with pytest.raises(DomainError) as refusal:
        TYPE.accept(TYPE.split(source())[0], {"number": number})
    assert refusal.value.code == "bad_response"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"value": ""}, [("answer.value", "bad_number")]),
        ({"value": "1,5"}, [("answer.value", "bad_number")]),
        ({"value": 30}, [("answer.value", "not_text")]),
        ({"value": 1.5}, [("answer.value", "not_text"), ("answer.value", "bad_number")]),
        ({"value": "3" * 61}, [("answer.value", "too_long")]),
        ({"tolerance": "-1"}, [("answer.tolerance", "negative_tolerance")]),
        ({"tolerance": "5 %"}, [("answer.tolerance", "bad_number")]),
        ({"rationale": ""}, [("answer.rationale", "missing")]),
        ({"units": "days"}, [("answer.units", "unknown_key")]),
    ],
)
def test_problems(reasons, answer, found):
    assert reasons(TYPE, source(**answer)) == found


def test_an_answer_of_another_shape(reasons):
    assert reasons(TYPE, {"stem": "How many?", "answer": "30"}) == [
        ("answer", "not_a_mapping"),
        ("answer.value", "bad_number"),
        ("answer.rationale", "missing"),
    ]


def test_the_review_shows_what_was_typed():
    content, key = TYPE.split(source(unit="days", tolerance="0.5"))
    review = TYPE.describe(content, key, {"number": "1.5", "text": "1,5"})
    assert [(r.given, r.expected, r.is_right) for r in review.rows] == [("1,5", "30", False)]
    assert (review.unit, review.tolerance, review.rationale) == ("days", "0.5", "r")
