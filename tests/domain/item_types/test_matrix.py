from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.matrix import TYPE

COLUMNS = [{"id": each, "text": f"Column {each}"} for each in "lmr"]


def source(cells="tftf", **extra):
    """Statements a, b, c ... and the column of each by its first letter; "." has none."""
    words = {"t": "true", "f": "false"}
    rows = [
        {"id": name, "text": f"Statement {name}", "column": words.get(cell, cell), "rationale": f"r {name}"}
        for name, cell in zip("abcd", cells, strict=False)
    ]
    return {"stem": "Which are true?", "statements": rows, **extra}


def response(cells):
    words = {"t": "true", "f": "false"}
    told = zip("abcd", cells, strict=False)
    return {"cells": {name: words.get(cell, cell) for name, cell in told if cell != "."}}


def mark(given, **extra):
    content, key = TYPE.split(source(**extra))
    return TYPE.mark(key, content, response(given))


def test_cells_are_secret():
    content, key = TYPE.split(source("tf"))
    assert content == {
        "stem": "Which are true?",
        "statements": [{"id": "a", "text": "Statement a"}, {"id": "b", "text": "Statement b"}],
    }
    assert key == {"cells": {"a": "true", "b": "false"}, "rationales": {"a": "r a", "b": "r b"}}


def test_statements_are_shuffled_and_columns_are_not(backwards):
    view = TYPE.present(TYPE.split(source("lmrl", columns=COLUMNS))[0], backwards)
    assert [(row["number"], row["id"]) for row in view["statements"]] == [*enumerate("dcba", start=1)]
    assert [row["letter"] + row["id"] for row in view["columns"]] == ["Al", "Bm", "Cr"]
    locked = TYPE.present(TYPE.split(source(lock_order=True))[0], backwards)
    assert [row["id"] for row in locked["statements"]] == [*"abcd"]
    assert locked["columns"] == [{"id": "true", "letter": "A"}, {"id": "false", "letter": "B"}]


HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("scoring", "points"),
    [
        ("all_or_nothing", [1, 0, 0, 0, 0]),
        ("per_row", [1, Fraction(3, 4), HALF, Fraction(1, 4), 0]),
        ("kprim", [1, HALF, 0, 0, 0]),
    ],
)
def test_policies(scoring, points):
    """Right answers, then one more wrong at a time; an empty row is wrong."""
    marks = [mark(given, scoring=scoring) for given in ("tftf", "fftf", "fttf", "fttt", "ftft")]
    assert [marked.points for marked in marks] == points
    assert [marked.is_right for marked in marks] == [True, False, False, False, False]
    assert mark("tft.", scoring=scoring) == mark("tftt", scoring=scoring)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"cells": "ttff"}, []),
        ({"cells": "t"}, [("statements", "too_few")]),
        ({"cells": "tx"}, [("statements[b].column", "unknown_column")]),
        ({"cells": "lrml", "columns": COLUMNS}, []),
        ({"cells": "lmr", "columns": COLUMNS}, [("statements", "ids_reveal_key")]),
        ({"cells": "ll", "columns": COLUMNS[:1]}, [("columns", "too_few")]),
        ({"cells": "tfl", "columns": COLUMNS}, [(f"statements[{n}].column", "unknown_column") for n in "ab"]),
        ({"scoring": "per_pair"}, [("scoring", "bad_scoring")]),
    ],
)
def test_problems(reasons, change, found):
    assert reasons(TYPE, source(**change)) == found


def test_each_statement_is_checked(reasons):
    wrong = source()
    del wrong["statements"][0]["column"]
    wrong["statements"][1] |= {"column": True, "rationale": ""}
    wrong["statements"][2]["text"] = "statement  A"
    assert reasons(TYPE, wrong) == [
        ("statements[b].column", "not_text"),
        ("statements[c].text", "duplicate_text"),
        ("statements[b].rationale", "missing"),
        ("statements[a].column", "no_column"),
    ]


@pytest.mark.parametrize(
    ("fields", "cells", "is_complete"),
    [
        ({"cell-b": ["true"], "cell-a": [""]}, ".t", False),
        ({"cell-b": [""]}, "", False),
        ({"cell-b": ["true"], "cell-a": ["false"]}, "ft", True),
    ],
)
def test_forms(fields, cells, is_complete):
    content, _ = TYPE.split(source("tf"))
    told = response(cells) if cells else None
    assert TYPE.parse(content, fields) == told
    assert TYPE.is_complete(content, told) is is_complete


@pytest.mark.parametrize("fields", [{"cell-z": ["true"]}, {"cell-a": ["l"]}, {"cell-a": ["true", "false"]}])
def test_impossible_fields(fields):
    with pytest.raises(DomainError) as refusal:
        TYPE.parse(TYPE.split(source())[0], fields)
    assert refusal.value.code == "bad_response"


def test_the_review_keeps_the_order_of_the_form(backwards):
    content, key = TYPE.split(source("lmr", columns=COLUMNS))
    review = TYPE.describe(content, key, response("l.l"), backwards)
    assert [(r.letter, r.id, r.given, r.expected, r.chosen, r.is_right) for r in review.rows] == [
        ("1", "c", "Column l", "Column r", True, False),
        ("2", "b", "", "Column m", False, False),
        ("3", "a", "Column l", "Column l", True, True),
    ]


def test_a_ruling_keeps_the_policy():
    content, key = TYPE.split(source(scoring="kprim"))
    made = TYPE.rekey(key, response("ffff"))
    assert (TYPE.mark(made, content, response("ffff")).is_right, made["scoring"]) == (True, "kprim")
