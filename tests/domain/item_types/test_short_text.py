from __future__ import annotations

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.short_text import TYPE


def source(*texts, **extra):
    answers = [{"text": text} for text in texts or ("Letter of Offer", "LOA")]
    return {"stem": "Which?", "answers": answers, "rationale": "r", **extra}


def is_right(typed, *texts, **extra):
    content, key = TYPE.split(source(*texts, **extra))
    return TYPE.mark(key, content, TYPE.parse(content, {"text": [typed]})).is_right


@pytest.mark.parametrize(
    ("typed", "texts", "expected"),
    [
        ("Letter of Offer", (), True),
        ("loa", (), True),
        ("  letter \t OF   offer ", (), True),
        ("letter of offers", (), False),
        ("letter", (), False),
        ("cafe\N{COMBINING ACUTE ACCENT}", ("Café",), True),
        ("cafe", ("Café",), False),
        ("STRASSE", ("Straße",), True),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER L}OA", (), True),
        ("a\N{NO-BREAK SPACE}b", ("a b",), True),
    ],
)
def test_spellings_that_look_alike(typed, texts, expected):
    assert is_right(typed, *texts) is expected


@pytest.mark.parametrize(("typed", "expected"), [("LOA", True), ("loa", False), (" LOA ", True)])
def test_capitals_count_where_the_item_says_so(typed, expected):
    assert is_right(typed, case_sensitive=True) is expected


def test_the_learner_is_told_whether_capitals_count(backwards):
    for case_sensitive in (True, False):
        content, _ = TYPE.split(source(case_sensitive=case_sensitive))
        assert TYPE.present(content, backwards) == {
            "type": "short_text",
            "stem": "Which?",
            "case_sensitive": case_sensitive,
            "longest_text": 200,
        }


def test_the_text_is_kept_as_typed():
    content, _ = TYPE.split(source())
    assert TYPE.parse(content, {"text": [" The  LOA\n"]}) == {"text": "The  LOA"}
    assert TYPE.parse(content, {"text": [" "]}) is None


@pytest.mark.parametrize("text", [1, ["LOA"], "x" * 201, "\0"])
def test_impossible_responses(text):
    with pytest.raises(DomainError) as refusal:
        TYPE.accept(TYPE.split(source())[0], {"text": text})
    assert refusal.value.code == "bad_response"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"answers": []}, [("answers", "no_answer")]),
        ({"answers": [{"text": " "}]}, [("answers[#1].text", "missing")]),
        ({"answers": [{"text": "x" * 201}]}, [("answers[#1].text", "too_long")]),
        (
            {"answers": [{"text": "LOA"}, {"text": "loa "}]},
            [("answers[#2].text", "duplicate_text")],
        ),
        ({"answers": ["LOA"]}, [("answers[#1]", "not_a_mapping"), ("answers[#1].text", "missing")]),
        ({"rationale": None}, [("rationale", "missing")]),
        ({"case_sensitive": "no"}, [("case_sensitive", "not_a_flag")]),
    ],
)
def test_problems(reasons, change, found):
    assert reasons(TYPE, source() | change) == found


def test_case_makes_two_answers_where_capitals_count(reasons):
    assert reasons(TYPE, source("LOA", "loa", case_sensitive=True)) == []


def test_the_review_shows_every_accepted_text():
    content, key = TYPE.split(source())
    review = TYPE.describe(content, key, {"text": "loa"})
    assert review.given == "loa"
    assert [(r.text, r.chosen) for r in review.rows] == [("Letter of Offer", False), ("LOA", True)]
