from __future__ import annotations

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.single_choice import TYPE

SOURCE = {
    "stem": "Who signs?",
    "lock_order": True,
    "options": [
        {"id": "a", "text": "The clerk", "rationale": "He files."},
        {"id": "b", "text": "The minister", "key": True, "rationale": "She may bind the state."},
        {"id": "c", "text": "The driver", "rationale": "He drives."},
    ],
}


def with_options(*options):
    return {**SOURCE, "options": list(options)}


def test_split_keeps_key_and_rationales_apart():
    assert TYPE.split(SOURCE) == (
        {
            "stem": "Who signs?",
            "options": [
                {"id": "a", "text": "The clerk"},
                {"id": "b", "text": "The minister"},
                {"id": "c", "text": "The driver"},
            ],
            "lock_order": True,
        },
        {
            "keys": ["b"],
            "rationales": {"a": "He files.", "b": "She may bind the state.", "c": "He drives."},
        },
    )


def test_a_locked_order_is_kept_and_lettered(backwards):
    view = TYPE.present(TYPE.split(SOURCE)[0], backwards)
    assert [(row["letter"], row["id"]) for row in view["options"]] == [
        ("A", "a"),
        ("B", "b"),
        ("C", "c"),
    ]


def test_an_unlocked_order_is_the_callers(backwards):
    view = TYPE.present(TYPE.split({**SOURCE, "lock_order": False})[0], backwards)
    assert [(row["letter"], row["id"]) for row in view["options"]] == [
        ("A", "c"),
        ("B", "b"),
        ("C", "a"),
    ]


def test_all_problems_come_at_once(reasons):
    source = {
        "options": [
            {"id": "a", "text": "One"},
            {"id": "a", "text": "one ", "key": True, "rationale": "r"},
            {"id": "b c", "text": " ", "key": True, "rationale": "r"},
            {"id": "item", "text": "Two", "rationale": "r"},
        ],
    }
    assert reasons(TYPE, source) == [
        ("stem", "missing"),
        ("options[a].id", "duplicate_id"),
        ("options[b c].id", "bad_id"),
        ("options[item].id", "bad_id"),
        ("options[a].text", "duplicate_text"),
        ("options[b c].text", "missing"),
        ("options", "several_keys"),
    ]


def test_missing_rationale_and_key(reasons):
    source = with_options(
        {"id": "a", "text": "One", "rationale": "r"}, {"id": "b", "text": "Two", "rationale": ""}
    )
    assert reasons(TYPE, source) == [("options[b].rationale", "missing"), ("options", "no_key")]


def test_one_option_is_no_choice(reasons):
    source = with_options({"id": "a", "text": "One", "key": True, "rationale": "r"})
    assert reasons(TYPE, source) == [("options", "too_few")]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("a, b", [("options", "not_a_list"), ("options", "too_few"), ("options", "no_key")]),
        (None, [("options", "too_few"), ("options", "no_key")]),
    ],
)
def test_options_of_another_shape(reasons, options, found):
    assert reasons(TYPE, {**SOURCE, "options": options}) == found


def test_unquoted_scalars_and_unknown_fields_are_named(reasons):
    source = with_options(
        {"id": "a", "text": 30, "rationale": "r"},
        {"id": "b", "text": "Two", "key": "yes", "rationale": "r", "weight": 2},
    )
    assert reasons(TYPE, source) == [
        ("options[a].text", "not_text"),
        ("options[b].key", "not_a_flag"),
        ("options[b].weight", "unknown_key"),
        ("options", "no_key"),
    ]


def test_a_problem_names_the_value_shortened_and_says_what_to_do():
    source = {**SOURCE, "hint": "x" * 99}
    (problem,) = TYPE.check(*TYPE.split(source))
    assert problem.value == "x" * 59 + "…"
    assert problem.detail == "This item type has no such field."


@pytest.mark.parametrize("choice", ["a", "c"])
def test_a_distractor_is_zero(choice):
    content, key = TYPE.split(SOURCE)
    mark = TYPE.mark(key, content, {"choice": choice})
    assert (mark.points, mark.is_right) == (0, False)


@pytest.mark.parametrize("fields", [{"choice": ["z"]}, {"choice": ["a", "b"]}, {"choice": ["a", ""]}])
def test_impossible_fields_are_refused(fields):
    with pytest.raises(DomainError) as refusal:
        TYPE.parse(TYPE.split(SOURCE)[0], fields)
    assert refusal.value.code == "bad_response"


@pytest.mark.parametrize("response", [{"choice": 1}, {"choice": ["a"]}, {"choices": ["a"]}, "a", ["a"], 0])
def test_impossible_json_is_refused(response):
    with pytest.raises(DomainError) as refusal:
        TYPE.accept(TYPE.split(SOURCE)[0], response)
    assert refusal.value.code == "bad_response"


def test_the_review_tells_each_option(backwards):
    content, key = TYPE.split({**SOURCE, "lock_order": False})
    review = TYPE.describe(content, key, {"choice": "a"}, backwards)
    assert [(r.id, r.letter, r.chosen, r.is_key, r.is_right) for r in review.rows] == [
        ("c", "A", False, False, True),
        ("b", "B", False, True, False),
        ("a", "C", True, False, False),
    ]
    assert [r.rationale for r in review.rows] == [
        "He drives.",
        "She may bind the state.",
        "He files.",
    ]
