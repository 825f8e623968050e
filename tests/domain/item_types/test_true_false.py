from __future__ import annotations

import pytest

from quizapp.domain.item_types.true_false import TYPE

TRUE = {"id": "true", "key": True, "rationale": "So it is."}
FALSE = {"id": "false", "rationale": "It is so."}
SOURCE = {"stem": "Water is wet.", "options": [TRUE, FALSE]}


def test_true_comes_first_on_every_form(backwards):
    assert TYPE.present(TYPE.split(SOURCE)[0], backwards) == {
        "type": "true_false",
        "stem": "Water is wet.",
        "options": [{"id": "true", "letter": "A"}, {"id": "false", "letter": "B"}],
    }


@pytest.mark.parametrize("key", ["true", "false"])
def test_either_may_be_the_key(key):
    options = [
        {"id": each, "rationale": "r", **({"key": True} if each == key else {})} for each in ("true", "false")
    ]
    content, secret = TYPE.split({**SOURCE, "options": options})
    assert TYPE.check(content, secret) == []
    assert [TYPE.mark(secret, content, {"choice": each}).is_right for each in ("true", "false")] == [
        key == "true",
        key == "false",
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([FALSE, TRUE], [("options", "bad_options")]),
        ([TRUE], [("options", "too_few"), ("options", "bad_options")]),
        ([TRUE, {**FALSE, "key": True}], [("options", "several_keys")]),
        ([{**TRUE, "text": "Yes"}, FALSE], [("options[true].text", "unknown_key")]),
    ],
)
def test_the_options_are_given(reasons, options, found):
    assert reasons(TYPE, {**SOURCE, "options": options}) == found


def test_unquoted_yaml_truth_values_are_named_once(reasons):
    options = [{**TRUE, "id": True}, {**FALSE, "id": False}]
    assert reasons(TYPE, {**SOURCE, "options": options}) == [
        ("options[#1].id", "not_text"),
        ("options[#2].id", "not_text"),
    ]


def test_the_review_keeps_the_order_of_the_form(backwards):
    content, key = TYPE.split(SOURCE)
    review = TYPE.describe(content, key, {"choice": "false"}, backwards)
    assert [(r.id, r.chosen, r.is_key) for r in review.rows] == [
        ("true", False, True),
        ("false", True, False),
    ]
