from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.dropdown_cloze import TYPE

TEXT = "First [[one]], then\n[[two]], then [[three]]."


def source(keys=("a", "b", "c"), **extra):
    """Three gaps of three options; the keys of each by letter."""
    names = ("one", "two", "three")
    gaps = [
        {"id": name, "options": options(given), "rationale": f"r {name}"}
        for name, given in zip(names, keys, strict=True)
    ]
    return {"stem": "Fill.", "text": TEXT, "gaps": gaps[::-1], **extra}


def options(keys):
    return [
        {"id": each, "text": f"Option {each}", **({"key": True} if each in keys else {})} for each in "abc"
    ]


def response(given):
    told = zip(("one", "two", "three"), given, strict=True)
    return {"gaps": {name: each for name, each in told if each != "."}}


def mark(given, **extra):
    content, key = TYPE.split(source(**extra))
    return TYPE.mark(key, content, response(given))


def test_keys_are_secret():
    content, key = TYPE.split(source(keys=("a", "bc", "c")))
    assert content["gaps"][0] == {
        "id": "three",
        "options": [{"id": each, "text": f"Option {each}"} for each in "abc"],
    }
    assert key == {
        "keys": {"three": ["c"], "two": ["b", "c"], "one": ["a"]},
        "rationales": {"three": "r three", "two": "r two", "one": "r one"},
    }


def test_gaps_stand_as_in_the_text_and_each_shuffles_for_itself():
    asked = []

    def order(label, ids):
        asked.append(label)
        return ids[::-1] if label == "two/options" else list(ids)

    view = TYPE.present(TYPE.split(source())[0], order)
    told = [(gap["number"], gap["before"], [row["id"] for row in gap["options"]]) for gap in view["gaps"]]
    assert told == [(1, "First ", [*"abc"]), (2, ", then\n", [*"cba"]), (3, ", then ", [*"abc"])]
    assert (view["after"], asked) == (".", ["one/options", "two/options", "three/options"])
    locked = TYPE.present(TYPE.split(source(lock_order=True))[0], order)
    assert [row["letter"] + row["id"] for row in locked["gaps"][1]["options"]] == ["Aa", "Bb", "Cc"]


@pytest.mark.parametrize(
    ("scoring", "given", "points"),
    [
        ("all_or_nothing", "abc", Fraction(1)),
        ("all_or_nothing", "abb", Fraction(0)),
        ("all_or_nothing", "ab.", Fraction(0)),
        ("per_gap", "abc", Fraction(1)),
        ("per_gap", "abb", Fraction(2, 3)),
        ("per_gap", "..c", Fraction(1, 3)),
        ("per_gap", "bca", Fraction(0)),
    ],
)
def test_policies(scoring, given, points):
    marked = mark(given, scoring=scoring)
    assert (marked.points, marked.is_right) == (points, points == 1)


def test_several_options_of_a_gap_may_be_right():
    assert [mark(given, keys=("a", "bc", "c")).is_right for given in ("abc", "acc", "aac")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            {"text": ""},
            [("text", "missing"), *((f"gaps[{g}]", "gap_not_once") for g in ("three", "two", "one"))],
        ),
        ({"text": TEXT + " [[four]]"}, [("text", "unknown_gap")]),
        ({"text": TEXT + " [[one]]"}, [("gaps[one]", "gap_not_once")]),
        ({"text": "Nothing", "gaps": []}, [("gaps", "missing")]),
        ({"scoring": "per_pair"}, [("scoring", "bad_scoring")]),
        ({"keys": ("a", "", "c")}, [("gaps[two].options", "no_key")]),
        ({"keys": ("a", "abc", "c")}, [("gaps[two].options", "no_distractor")]),
    ],
)
def test_problems(reasons, change, found):
    changed = source(**change) if "keys" in change else source() | change
    assert reasons(TYPE, changed) == found


def test_each_gap_is_checked(reasons):
    wrong = source()
    wrong["gaps"][0] |= {"rationale": ""}
    wrong["gaps"][1]["options"] = [{"id": "a", "text": "Only", "key": True, "why": "?"}]
    wrong["gaps"][2]["options"][1]["text"] = "option  A"
    assert reasons(TYPE, wrong) == [
        ("gaps[two].options[a].why", "unknown_key"),
        ("gaps[three].rationale", "missing"),
        ("gaps[two].options", "too_few"),
        ("gaps[two].options", "no_distractor"),
        ("gaps[one].options[b].text", "duplicate_text"),
    ]


@pytest.mark.parametrize(
    ("fields", "response", "is_complete"),
    [
        ({"gap-one": ["a"], "gap-two": [""]}, {"gaps": {"one": "a"}}, False),
        ({"gap-one": [""]}, None, False),
        (
            {"gap-two": ["a"], "gap-one": ["a"], "gap-three": ["c"]},
            {"gaps": {"one": "a", "three": "c", "two": "a"}},
            True,
        ),
    ],
)
def test_forms(fields, response, is_complete):
    content, _ = TYPE.split(source())
    assert TYPE.parse(content, fields) == response
    assert TYPE.is_complete(content, response) is is_complete


@pytest.mark.parametrize("fields", [{"gap-four": ["a"]}, {"gap-one": ["z"]}, {"gap-one": ["a", "b"]}])
def test_impossible_fields(fields):
    with pytest.raises(DomainError) as refusal:
        TYPE.parse(TYPE.split(source())[0], fields)
    assert refusal.value.code == "bad_response"


def test_the_review_numbers_the_gaps_of_the_text():
    content, key = TYPE.split(source(keys=("a", "bc", "c")))
    review = TYPE.describe(content, key, response("ab."))
    assert review.text == "First [1], then\n[2], then [3]."
    assert [(r.id, r.letter, r.given, r.expected, r.chosen, r.is_right) for r in review.rows] == [
        ("one", "1", "Option a", "Option a", True, True),
        ("two", "2", "Option b", "Option b / Option c", True, True),
        ("three", "3", "", "Option c", False, False),
    ]


def test_a_ruling_names_one_option_a_gap():
    content, key = TYPE.split(source(keys=("a", "bc", "c"), scoring="per_gap"))
    made = TYPE.rekey(key, response("bbb"))
    assert (made["keys"], made["scoring"]) == ({"one": ["b"], "two": ["b"], "three": ["b"]}, "per_gap")
    assert TYPE.mark(made, content, response("bbb")).is_right
