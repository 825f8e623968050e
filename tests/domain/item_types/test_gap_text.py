from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.gap_text import LONGEST_TEXT, TYPE

POOL = [{"text": "fog"}, {"text": "Bell"}]


def words(*texts):
    return [{"text": text} for text in texts]


def source(**extra):
    gaps = [
        {"id": "one", "answers": words("Tide", "high tide"), "rationale": "r one"},
        {"id": "two", "answers": words("lock"), "rationale": "r two"},
    ]
    return {"stem": "Fill.", "text": "The [[one]] fills the [[two]].", "gaps": gaps, **extra}


def mark(one, two, **extra):
    content, key = TYPE.split(source(**extra))
    return TYPE.mark(key, content, {"words": {"one": one, "two": two}})


def test_answers_are_secret_and_the_pool_does_not_tell_them():
    typed, _ = TYPE.split(source())
    assert typed == {
        "stem": "Fill.",
        "text": "The [[one]] fills the [[two]].",
        "gaps": [{"id": "one"}, {"id": "two"}],
    }
    content, key = TYPE.split(source(distractors=POOL))
    assert content == {**typed, "words": ["Bell", "Tide", "fog", "high tide", "lock"]}
    assert key == {
        "answers": {"one": ["Tide", "high tide"], "two": ["lock"]},
        "distractors": ["fog", "Bell"],
        "rationales": {"one": "r one", "two": "r two"},
    }
    assert TYPE.join(content, key) == source(distractors=POOL)
    assert TYPE.join(*TYPE.split(source())) == source()


def test_one_pool_is_shuffled_for_all_gaps(backwards):
    view = TYPE.present(TYPE.split(source(distractors=POOL))[0], backwards)
    assert [row["letter"] + row["text"] for row in view["words"]] == [
        "Alock", "Bhigh tide", "Cfog", "DTide", "EBell"]  # fmt: skip
    assert [(gap["number"], gap["before"]) for gap in view["gaps"]] == [(1, "The "), (2, " fills the ")]


@pytest.mark.parametrize(
    ("one", "two", "extra", "points"),
    [
        ("tide", " LOCK ", {}, Fraction(1)),
        ("high  tide", "lock", {}, Fraction(1)),
        ("ebb", "lock", {}, Fraction(0)),
        ("ebb", "lock", {"scoring": "per_gap"}, Fraction(1, 2)),
        ("", "lock", {"scoring": "per_gap"}, Fraction(1, 2)),
        ("lock", "tide", {"scoring": "per_gap"}, Fraction(0)),
        ("tide", "lock", {"case_sensitive": True}, Fraction(0)),
        ("Tide", "lock", {"case_sensitive": True}, Fraction(1)),
        ("Tide", "lock", {"distractors": POOL}, Fraction(1)),
        ("fog", "lock", {"distractors": POOL, "scoring": "per_gap"}, Fraction(1, 2)),
        ("tide", "lock", {"distractors": POOL}, Fraction(0)),
    ],
)
def test_policies(one, two, extra, points):
    """From a pool only its very words can have been chosen; "tide" is none of them."""
    marked = mark(one, two, **extra)
    assert (marked.points, marked.is_right) == (points, points == 1)


LONG = "x" * (LONGEST_TEXT + 1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"distractors": []}, [("distractors", "too_few")]),
        ({"distractors": words("fog", "LOCK")}, [("distractors[#2].text", "duplicate_text")]),
        ({"distractors": words("fog", " Fog")}, [("distractors[#2].text", "duplicate_text")]),
        ({"distractors": words("")}, [("distractors[#1].text", "missing")]),
        ({"text": "The [[one]]."}, [("gaps[two]", "gap_not_once")]),
        ({"scoring": "some"}, [("scoring", "bad_scoring")]),
    ],
)
def test_problems(reasons, change, found):
    assert reasons(TYPE, source(**change)) == found


def test_each_gap_is_checked(reasons):
    wrong = source()
    wrong["gaps"][0]["answers"] = words("tide", "TIDE", LONG, "")
    wrong["gaps"][1] |= {"answers": [], "rationale": ""}
    assert reasons(TYPE, wrong) == [
        ("gaps[two].rationale", "missing"),
        ("gaps[one].answers[#2].text", "duplicate_text"),
        ("gaps[one].answers[#3].text", "too_long"),
        ("gaps[one].answers[#4].text", "missing"),
        ("gaps[two].answers", "no_answer"),
    ]


@pytest.mark.parametrize(
    ("fields", "response", "is_complete"),
    [
        ({"word-one": [" ebb "], "word-two": [" "]}, {"words": {"one": "ebb"}}, False),
        ({"word-one": [""]}, None, False),
        ({"word-two": ["b"], "word-one": ["a"]}, {"words": {"one": "a", "two": "b"}}, True),
    ],
)
def test_forms(fields, response, is_complete):
    content, _ = TYPE.split(source())
    assert TYPE.parse(content, fields) == response
    assert TYPE.is_complete(content, response) is is_complete


@pytest.mark.parametrize(
    ("fields", "extra"),
    [
        ({"word-four": ["a"]}, {}),
        ({"word-one": [LONG]}, {}),
        ({"word-one": ["a\0"]}, {}),
        ({"word-one": ["a", "b"]}, {}),
        ({"word-one": ["ebb"]}, {"distractors": POOL}),
    ],
)
def test_impossible_fields(fields, extra):
    with pytest.raises(DomainError) as refusal:
        TYPE.parse(TYPE.split(source(**extra))[0], fields)
    assert refusal.value.code == "bad_response"


def test_the_review_numbers_the_gaps_of_the_text():
    content, key = TYPE.split(source())
    review = TYPE.describe(content, key, {"words": {"one": "ebb"}})
    assert review.text == "The [1] fills the [2]."
    assert [(r.letter, r.given, r.expected, r.chosen, r.is_right, r.rationale) for r in review.rows] == [
        ("1", "ebb", "Tide / high tide", True, False, "r one"),
        ("2", "", "lock", False, False, "r two"),
    ]


def test_a_ruling_names_one_word_a_gap():
    content, key = TYPE.split(source(case_sensitive=True))
    made = TYPE.rekey(key, {"words": {"one": "Ebb", "two": "basin"}})
    assert made["answers"] == {"one": ["Ebb"], "two": ["basin"]}
    assert TYPE.mark(made, content, {"words": {"one": "Ebb", "two": "basin"}}).is_right
