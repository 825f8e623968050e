from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types import areas
from quizapp.domain.item_types.hotspot import TYPE

PICTURE = {"name": "quay.png", "width": 100, "height": 50, "alt": "A quay"}
AREAS = {"a": ("rect", "0,0,20,50"), "b": ("circle", "50,25,25"), "c": ("poly", "80,0,100,0,90,50")}


def source(keys="a", **extra):
    options = [
        {
            "id": name,
            "text": f"Region {name}",
            "shape": shape,
            "coords": coords,
            **({"key": True} if name in keys else {}),
            "rationale": f"r {name}",
        }
        for name, (shape, coords) in AREAS.items()
    ]
    return {"stem": "Where?", "picture": dict(PICTURE), "options": options, **extra}


def mark(given, keys, **extra):
    content, key = TYPE.split(source(keys, **extra))
    return TYPE.mark(key, content, {"choices": list(given)})


def test_regions_are_public_and_the_key_is_not():
    content, key = TYPE.split(source())
    assert content["options"][1] == {"id": "b", "text": "Region b", "shape": "circle", "coords": "50,25,25"}
    assert content["picture"] == PICTURE
    assert key == {"keys": ["a"], "rationales": {"a": "r a", "b": "r b", "c": "r c"}}
    whole = source("ab", several=True, scoring="per_option", lock_order=True, rationale="Because.")
    assert TYPE.join(*TYPE.split(whole)) == whole


def test_outlines_and_list_have_the_same_letters(backwards):
    view = TYPE.present(TYPE.split(source())[0], backwards)
    assert [(row["letter"], row["id"]) for row in view["options"]] == [("A", "c"), ("B", "b"), ("C", "a")]
    assert [set(row) for row in view["options"]] == [{"id", "text", "letter"}] * 3
    assert view["picture"]["areas"] == [
        {
            "id": "c",
            "letter": "A",
            "circle": None,
            "points": [(80, 0), (100, 0), (90, 50)],
            "label": (90, 16),
        },
        {"id": "b", "letter": "B", "circle": (50, 25, 25), "points": [], "label": (50, 25)},
        {
            "id": "a",
            "letter": "C",
            "circle": None,
            "points": [(0, 0), (20, 0), (20, 50), (0, 50)],
            "label": (10, 25),
        },
    ]


SEVERAL = {"several": True}
EACH = {**SEVERAL, "scoring": "per_option"}


@pytest.mark.parametrize(
    ("given", "keys", "extra", "points"),
    [
        ("a", "a", {}, Fraction(1)),
        ("b", "a", {}, Fraction(0)),
        ("ab", "a", {}, Fraction(0)),
        ("ab", "ab", SEVERAL, Fraction(1)),
        ("a", "ab", SEVERAL, Fraction(0)),
        ("a", "ab", EACH, Fraction(2, 3)),
        ("abc", "ab", EACH, Fraction(2, 3)),
        ("c", "ab", EACH, Fraction(0)),
        ("", "ab", EACH, Fraction(0)),
    ],
)
def test_policies(given, keys, extra, points):
    marked = mark(given, keys, **extra)
    assert (marked.points, marked.is_right) == (points, points == 1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"keys": ""}, [("options", "no_key")]),
        ({"keys": "ab"}, [("options", "several_keys")]),
        ({"keys": "abc", **SEVERAL}, [("options", "no_distractor")]),
        ({"keys": "a", **SEVERAL}, []),
        ({"scoring": "per_option"}, [("scoring", "bad_scoring")]),
        ({"scoring": "right_minus_wrong", **SEVERAL}, [("scoring", "bad_scoring")]),
        ({"picture": {**PICTURE, "alt": ""}}, [("picture.alt", "missing")]),
        ({"picture": {**PICTURE, "name": "../x.png"}}, [("picture.name", "bad_picture_name")]),
        ({"picture": {**PICTURE, "width": 99}}, [("options[c].coords", "outside_picture")]),
        ({"picture": {**PICTURE, "height": 9000}}, [("picture.height", "bad_size")]),
        ({"picture": {"width": 100, "height": 50, "alt": "A plan"}}, []),
    ],
)
def test_problems(reasons, change, found):
    assert reasons(TYPE, source(**change)) == found


@pytest.mark.parametrize(
    ("shape", "coords"),
    [
        ("rect", "20,0,10,50"),
        ("rect", "0,0,20"),
        ("rect", "0,0,20,50,60"),
        ("rect", ""),
        ("circle", "5,5,0"),
        ("circle", "5,5,5,5"),
        ("poly", "0,0,5,5"),
        ("poly", "0,0,5,5,9"),
        ("poly", "0,0,5,5,0,0"),
        ("poly", "0,0,-5,5,9,9"),
        ("poly", "0,0,5.5,5,9,9"),
        ("star", "0,0,5,5,9,9"),
        ("poly", ",".join(["1,2"] * 60)),
    ],
)
def test_what_is_no_area(reasons, shape, coords):
    assert areas.bounds(shape, coords) == []
    wrong = source()
    wrong["options"][1] |= {"shape": shape, "coords": coords}
    assert reasons(TYPE, wrong) == [("options[b].coords", "bad_area")]


def test_a_circle_lies_inside_as_a_whole(reasons):
    wrong = source()
    wrong["options"][1]["coords"] = "50,25,26"
    assert reasons(TYPE, wrong) == [("options[b].coords", "outside_picture")]


def test_sizes_are_numbers(reasons):
    wrong = source(picture={**PICTURE, "width": "100", "height": True})
    assert reasons(TYPE, wrong)[:2] == [("picture.height", "not_whole"), ("picture.width", "not_whole")]


@pytest.mark.parametrize(
    ("fields", "extra", "response"),
    [
        ({"choice": ["b"]}, {}, {"choices": ["b"]}),
        ({"choice": [""]}, {}, None),
        ({"choice": ["c", "a"]}, SEVERAL, {"choices": ["a", "c"]}),
    ],
)
def test_forms(fields, extra, response):
    content, _ = TYPE.split(source(**extra))
    assert TYPE.parse(content, fields) == response
    assert TYPE.is_complete(content, response) is (response is not None)


@pytest.mark.parametrize("fields", [{"choice": ["a", "b"]}, {"choice": ["z"]}])
def test_impossible_fields(fields):
    with pytest.raises(DomainError) as refusal:
        TYPE.parse(TYPE.split(source())[0], fields)
    assert refusal.value.code == "bad_response"


def test_the_review_shows_the_picture_of_the_form(backwards):
    content, key = TYPE.split(source())
    review = TYPE.describe(content, key, {"choices": ["b"]}, backwards)
    assert [(row.letter, row.id, row.chosen, row.is_key) for row in review.rows] == [
        ("A", "c", False, False),
        ("B", "b", True, False),
        ("C", "a", False, True),
    ]
    assert [area["letter"] + area["id"] for area in review.picture["areas"]] == ["Ac", "Bb", "Ca"]
    made = TYPE.rekey(key, {"choices": ["b"]})
    assert TYPE.mark(made, content, {"choices": ["b"]}).is_right
