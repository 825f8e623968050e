from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.blueprint import orderer, settled
from quizapp.domain.errors import DomainError
from quizapp.domain.item_types import variants
from quizapp.domain.item_types.base import as_stored
from quizapp.domain.item_types.parametrised_numeric import TYPE, right, shown

STEM = "{n} tins at {price} dollars. What do they cost?"


def source(expression="n * price", n=("2", "4", "1"), price=("1.50", "2", "0.5"), stem=STEM, **answer):
    parameters = [
        {"name": name, "from": first, "to": last, "step": step}
        for name, (first, last, step) in (("n", n), ("price", price))
    ]
    told = {"expression": expression, "rationale": "{n} times {price}."}
    return {"stem": stem, "parameters": parameters, "answer": told | answer}


def asked(place: int = 0, **changes):
    """Content and key once a form has settled on the variant at a place."""
    content, key = TYPE.split(source(**changes))
    return TYPE.settle(content, lambda _label, ids: list(ids)[place:]), key


def test_every_combination_is_a_variant_and_its_answer_is_secret():
    content, key = TYPE.split(source())
    assert [row["values"] for row in content["variants"]] == [
        {"n": n, "price": price} for n in "234" for price in ("1.50", "2.00")
    ]
    assert key["answers"] == {"v1": "3", "v2": "4", "v3": "9/2", "v4": "6", "v5": "6", "v6": "8"}
    assert set(content) == {"stem", "variants"}
    assert TYPE.join(content, key) == source()


def test_of_many_combinations_twenty_are_spread_evenly_and_for_ever():
    wide = {"n": ("1", "100", "1"), "price": ("-1", "1", "0.01")}
    content, key = TYPE.split(source(**wide))
    values = [row["values"] for row in content["variants"]]
    assert (len(values), len({tuple(each.values()) for each in values})) == (variants.MOST, variants.MOST)
    assert [int(each["n"]) for each in values] == sorted(int(each["n"]) for each in values)
    # Written down once: an item that is loaded again must be the same version.
    assert values[:3] == PINNED
    products = [Fraction(each["n"]) * Fraction(each["price"]) for each in values]
    assert [Fraction(answer) for answer in key["answers"].values()] == products


PINNED = [{"n": "1", "price": "-0.13"}, {"n": "6", "price": "-0.36"}, {"n": "11", "price": "-0.35"}]


def test_a_form_settles_on_one_variant_by_its_seed():
    content, _ = TYPE.split(source())
    seeds = [f"seed {number}" for number in range(60)]
    chosen = [settled(TYPE.name, content, seed, "an item")["variants"] for seed in seeds]
    assert {len(rows) for rows in chosen} == {1}
    assert {rows[0]["id"] for rows in chosen} == {f"v{n}" for n in range(1, 7)}
    ids = [row["id"] for row in content["variants"]]
    assert [rows[0]["id"] for rows in chosen] == [
        orderer(seed, "an item")("variants", ids)[0] for seed in seeds
    ]


def test_a_learner_sees_numbers_and_an_author_sees_names():
    content, _ = asked(2)
    view = TYPE.present(content, as_stored)
    assert (view["stem"], view["variants"]) == ("3 tins at 1.50 dollars. What do they cost?", [])
    authors = TYPE.present(TYPE.split(source())[0], as_stored)
    assert (authors["stem"], authors["variants"][2]) == (STEM, {"id": "v3", "text": "n = 3, price = 1.50"})


@pytest.mark.parametrize(
    ("place", "given", "answer", "is_right"),
    [
        (0, "3", {}, True),
        (2, "4.5", {}, True),
        (2, "4,50 dollars", {"unit": "dollars"}, True),
        (2, "3", {}, False),
        (0, "3.2", {"tolerance": "0.2"}, True),
        (0, "3.21", {"tolerance": "0.2"}, False),
        (0, "three", {}, False),
    ],
)
def test_the_variant_of_the_form_decides(place, given, answer, is_right):
    content, key = asked(place, **answer)
    assert TYPE.mark(key, content, {"number": given}).is_right is is_right
    assert TYPE.mark(key, content, right(content, key)).is_right


def test_no_other_variant_can_be_answered():
    content, key = asked(2)
    with pytest.raises(DomainError, match="bad_response"):
        TYPE.accept(content, {"number": "3", "variant": "v1"})
    assert not TYPE.mark(key, content, {"number": "3", "variant": "v1"}).is_right
    whole, _ = TYPE.split(source())
    assert TYPE.accept(whole, {"number": "3"}) == {"number": "3"}
    assert not TYPE.mark(key, whole, {"number": "3"}).is_right


@pytest.mark.parametrize(
    ("fields", "response", "is_complete"),
    [
        ({"number": ["3"]}, {"number": "3", "variant": "v1"}, True),
        ({"number": ["3,5"]}, {"number": "3.5", "text": "3,5", "variant": "v1"}, True),
        ({"number": ["x"]}, {"text": "x", "variant": "v1"}, False),
        ({"number": [""], "variant": ["v1"]}, None, False),
    ],
)
def test_forms(fields, response, is_complete):
    content, _ = asked()
    assert TYPE.parse(content, fields) == response
    assert TYPE.is_complete(content, response) is is_complete
    assert TYPE.is_complete(TYPE.split(source())[0], {"number": "3"}) is False


def test_a_ruling_is_about_the_variant_it_names():
    _, key = TYPE.split(source())
    made = TYPE.rekey(key, {"number": "3.10", "variant": "v1"})
    told = [(place, number) for place in (0, 1) for number in ("3", "3.1", "4")]
    marks = [TYPE.mark(made, asked(place)[0], {"number": number}).is_right for place, number in told]
    assert marks == [False, True, False, False, False, True]


def test_the_review_is_of_the_form_or_of_every_variant():
    content, key = asked(2)
    review = TYPE.describe(content, key, {"number": "9"})
    assert (review.stem, review.rationale) == ("3 tins at 1.50 dollars. What do they cost?", "3 times 1.50.")
    assert [(row.given, row.expected, row.is_right) for row in review.rows] == [("9", "4.5", False)]
    every = TYPE.describe(TYPE.split(source())[0], key, None)
    assert [(row.text, row.expected) for row in every.rows][2:4] == [
        ("n = 3, price = 1.50", "4.5"),
        ("n = 3, price = 2.00", "6"),
    ]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("1/3", "0.333333333333"),
        ("-5/2", "-2.5"),
        ("0", "0"),
        ("-1/300", "-0.003333333333"),
        ("1200", "1200"),
    ],
)
def test_answers_are_shown_in_decimals(answer, text):
    assert shown(Fraction(answer)) == text


EXPRESSION = "answer.expression"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"stem": "{n} tins at {cost} and {price}"}, [("stem", "unknown_parameter")]),
        ({"stem": "{n} tins"}, [("parameters", "not_in_stem")]),
        ({"n": ("4", "2", "1")}, [("parameters[#1]", "bad_range")]),
        ({"n": ("1", "9", "0")}, [("parameters[#1]", "bad_range")]),
        ({"n": ("1", "2", "0.0001")}, [("parameters[#1]", "bad_range")]),
        ({"n": ("one", "2", "1")}, [("parameters[#1]", "bad_range")]),
        ({"n": ("1", "1", "1"), "price": ("2", "2", "1")}, [("parameters", "one_variant")]),
        ({"expression": ""}, [(EXPRESSION, "missing")]),
        ({"expression": "n *"}, [(EXPRESSION, "bad_expression")]),
        ({"expression": "n * cost"}, [(EXPRESSION, "unknown_name")]),
        ({"expression": "n / (price - 2)"}, [(EXPRESSION, "divided_by_zero")]),
        ({"expression": "1 / n"}, [(EXPRESSION, "endless_answer")]),
        ({"expression": "1 / n", "tolerance": "0.00"}, [(EXPRESSION, "endless_answer")]),
        ({"expression": "1 / n", "tolerance": "0.01"}, []),
        ({"expression": "round(1 / n, 3)"}, []),
        ({"tolerance": "-1"}, [("answer.tolerance", "negative_tolerance")]),
        ({"rationale": ""}, [("answer.rationale", "missing")]),
    ],
)
def test_problems(reasons, change, found):
    assert reasons(TYPE, source(**change)) == found


def test_parameters_are_named_apart(reasons):
    wrong = source()
    wrong["parameters"][0]["name"] = "Max"
    wrong["parameters"].append({"name": "price", "from": "1", "to": "2", "step": "1"})
    wrong["parameters"].append({"name": "max", "from": "1", "to": "2", "step": "1"})
    assert reasons(TYPE, wrong) == [
        ("parameters[#1].name", "bad_name"),
        ("parameters[#3].name", "duplicate_id"),
        ("parameters[#4].name", "bad_name"),
        ("stem", "unknown_parameter"),
        ("parameters", "not_in_stem"),
        ("parameters", "not_in_stem"),
        (EXPRESSION, "unknown_name"),
    ]
    assert ("parameters", "missing") in reasons(TYPE, source() | {"parameters": []})
    many = [{"name": f"n{n}", "from": "1", "to": "2", "step": "1"} for n in range(9)]
    assert ("parameters", "too_many") in reasons(TYPE, source() | {"parameters": many})


def test_in_a_formula_a_value_keeps_its_braces_and_other_braces_are_tex():
    stem = r"What is $\frac{n}{price} + \frac{1}{2}$ for {price}?"
    content, _ = asked(expression="n / price + 1 / 2", stem=stem)
    assert TYPE.check(*TYPE.split(source(expression="n / price + 1 / 2", stem=stem, tolerance="0.01"))) == []
    assert TYPE.present(content, as_stored)["stem"] == r"What is $\frac{2}{1.50} + \frac{1}{2}$ for 1.50?"
