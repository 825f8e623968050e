"""Essays: limits of words, rubrics, and what one, two or three people's markings come to."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest

from quizapp.domain.item_types import ITEM_TYPES, Mark, Marking, rubric
from quizapp.domain.item_types.rubric import Stage

ESSAY = ITEM_TYPES["essay"]
assert ESSAY.award is not None
TEXT = {"text": "It is put off."}


def halves(**marking: str) -> tuple[dict[str, Any], dict[str, Any]]:
    source = ESSAY.example()
    return ESSAY.split({**source, "marking": marking} if marking else {**source, "marking": None})


def given(marker: str, reason: int, tone: int, settles: bool = False) -> Marking:
    return Marking(marker, {"reason": reason, "tone": tone}, settles)


TWO = {"markers": "2", "difference": "1", "enough": "3"}
CASES: list[tuple[dict[str, str], list[Marking], Stage, Mark | None]] = [
    ({}, [], Stage.MARKING, None),
    ({}, [given("a", 2, 1)], Stage.DONE, Mark(Fraction(3, 4), Fraction(1), False)),
    ({"enough": "3"}, [given("a", 2, 1)], Stage.DONE, Mark(Fraction(3, 4), Fraction(1), True)),
    ({}, [given("a", 2, 1), given("a", 2, 2)], Stage.DONE, Mark(Fraction(1), Fraction(1), True)),
    (TWO, [given("a", 2, 1), given("a", 2, 2)], Stage.MARKING, None),
    (TWO, [given("a", 2, 1), given("b", 2, 0)], Stage.DONE, Mark(Fraction(5, 8), Fraction(1), False)),
    (TWO, [given("a", 2, 2), given("b", 2, 1)], Stage.DONE, Mark(Fraction(7, 8), Fraction(1), True)),
    (TWO, [given("a", 2, 2), given("b", 0, 1)], Stage.ADJUDICATION, None),
    (
        TWO,
        [given("a", 2, 2), given("b", 0, 1), given("c", 2, 1, True)],
        Stage.DONE,
        Mark(Fraction(3, 4), Fraction(1), True),
    ),
    (
        {"markers": "2"},
        [given("a", 0, 0), given("b", 0, 0)],
        Stage.DONE,
        Mark(Fraction(0), Fraction(1), False),
    ),
]


@pytest.mark.parametrize(("marking", "told", "stage", "mark"), CASES)
def test_what_markings_come_to(marking, told, stage, mark) -> None:
    content, key = halves(**marking)
    assert (rubric.stage(key, told), ESSAY.award(key, content, TEXT, told)) == (stage, mark)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "is_complete"),
    [("one two", False), ("one two three", True), ("one\r\ntwo\rthree", True), ("x " * 400, True)],
)
def test_too_short_is_begun_and_too_long_is_complete(text: str, is_complete: bool) -> None:
    content, _ = halves()
    response = ESSAY.accept(content, {"text": text})
    assert response is not None
    assert (ESSAY.is_complete(content, response), "\r" in response["text"]) == (is_complete, False)


def changed(path: str, value: Any) -> dict[str, Any]:
    source: Any = copy.deepcopy(ESSAY.example())
    place: Any = source
    *parents, last = path.split(".")
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    place[int(last) if last.isdigit() else last] = value
    return source


PROBLEMS = [
    ("criteria", [], [("criteria", "too_few")]),
    ("criteria.0.id", "tone", [("criteria[tone].id", "duplicate_id")]),
    ("criteria.0.text", " ", [("criteria[reason].text", "missing")]),
    ("criteria.0.levels", [{"points": "0", "text": "No"}], [("criteria[reason].levels", "too_few")]),
    ("criteria.0.levels.0.points", "1", [("criteria[reason].levels", "no_zero")]),
    ("criteria.0.levels.0.points", "2", [("criteria[reason].levels[#2].points", "duplicate_points")]),
    ("criteria.0.levels.1.points", "two", [("criteria[reason].levels[#2].points", "bad_whole")]),
    ("criteria.0.levels.1.text", "", [("criteria[reason].levels[#2].text", "missing")]),
    ("marking.markers", "3", [("marking.markers", "bad_markers")]),
    ("marking.enough", "5", [("marking.enough", "bad_enough")]),
    ("marking.enough", "0", [("marking.enough", "bad_enough")]),
    ("marking.difference", "-1", [("marking.difference", "bad_whole")]),
    ("words.least", "300", [("words.least", "bad_words")]),
    ("words.most", "many", [("words.most", "bad_whole")]),
]


@pytest.mark.parametrize(("path", "value", "problems"), PROBLEMS)
def test_what_is_wrong_with_a_rubric_is_said(path, value, problems, reasons) -> None:
    assert reasons(ESSAY, changed(path, value)) == problems
