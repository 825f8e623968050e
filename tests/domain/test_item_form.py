"""Forms of every type from nothing to an item: rows, ids that tell nothing, places of problems."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from quizapp.domain.errors import Invalid
from quizapp.domain.item import digest, read_item
from quizapp.domain.item_form import (
    arranged,
    blank,
    cleaned,
    form_of,
    only_type_fields,
    path_of,
    read,
    sketch,
    tidied,
)
from quizapp.domain.item_quality.lint import lint
from quizapp.domain.item_quality.reading import read as read_texts
from quizapp.domain.item_types import ITEM_TYPES, item_type
from quizapp.domain.item_types.base import as_stored
from tests.support.inventions import item

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_a_draft_of_every_type_begins_blank_and_becomes_its_item(kind: str) -> None:
    empty = blank(kind, pool="secure", tasks=["A.1"])
    found = sketch(empty)
    assert found is not None
    assert item_type(kind).present(found.content, as_stored)["type"] == kind
    lint(read_texts(found), TODAY)
    told, problems = read(empty, "Ann")
    assert (told, "stem" in {p.field for p in problems}) == (None, True)
    # Loaded, edited without a change and read again, an item is the same wording.
    loaded, _ = read_item(item("h-1", kind))
    assert loaded is not None
    again, problems = read(tidied(form_of(loaded)), "Ann")
    assert (problems, again is not None and digest(again)) == ([], digest(loaded))
    # Taking one field away at a time never makes looking at it fail.
    for name in form_of(loaded):
        form = {key: value for key, value in form_of(loaded).items() if key != name}
        part = sketch(form)
        assert (part is None) == (name == "type")
        if part is not None:
            lint(read_texts(part), TODAY)


def test_rows_are_added_moved_and_removed() -> None:
    form = {"type": "single_choice", "options": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}]}
    assert arranged(form, "add", "options")["options"][2] == {"id": "c"}
    assert [row["id"] for row in arranged(form, "down", "options", 0)["options"]] == ["b", "a"]
    assert [row["id"] for row in arranged(form, "up", "options", 0)["options"]] == ["a", "b"]
    assert [row["id"] for row in arranged(form, "remove", "options", 0)["options"]] == ["b"]
    assert arranged(form, "add", "tasks")["tasks"] == [{}]
    assert arranged({"tasks": ["A.1"]}, "add", "tasks")["tasks"] == ["A.1", ""]
    before = deepcopy(form)
    for verb, path in (("fly", "options"), ("add", "type"), ("add", "options.9.rows"), ("add", "a.b")):
        with pytest.raises(Invalid) as invalid:
            arranged(form, verb, path)
        assert invalid.value.code == "bad_row"
    assert form == before


@pytest.mark.parametrize("kind", ["ordering", "matching"])
def test_new_ids_never_sort_into_the_right_order(kind: str) -> None:
    example: dict[str, Any] = {"id": "h-1", "type": kind, **ITEM_TYPES[kind].example()}
    rows = "options" if kind == "ordering" else "prompts"
    for row in example[rows]:
        del row["id"]
    if kind == "matching":
        example["options"] = [{"id": name, "text": name} for name in "abc"]
        for row, name in zip(example[rows], "abc", strict=True):
            row["match"] = name
    told = tidied(example)
    body = {name: value for name, value in told.items() if name in ITEM_TYPES[kind].source_fields}
    assert item_type(kind).check(*item_type(kind).split(body)) == []
    assert tidied(told) == told


def test_lines_nobody_filled_in_are_left_out() -> None:
    form = {"tasks": ["A.1", " "], "enemies": [""], "sources": [{}, {"authority": "Law"}], "stem": ""}
    assert cleaned(form) == {"tasks": ["A.1"], "sources": [{"authority": "Law"}]}


def test_another_type_keeps_what_both_know() -> None:
    form = form_of_example("multiple_response")
    told = only_type_fields(form, "short_text")
    assert (told["type"], told["stem"], "options" in told, "scoring" in told) == (
        "short_text",
        form["stem"],
        False,
        False,
    )


def form_of_example(kind: str) -> dict[str, Any]:
    loaded, _ = read_item(item("h-1", kind))
    assert loaded is not None
    return form_of(loaded)


def test_problems_lead_to_their_field() -> None:
    form = form_of_example("single_choice")
    told = {
        "stem": "stem",
        "options[arrangement].text": "options.1.text",
        "options[arrangement]": "options.1",
        "options[nobody].text": "options",
        "sources[0].as_of": "sources.0.as_of",
        "answers[#2].text": "answers",
        "lock_order": "lock_order",
        "tasks[0]": "tasks.0",
        "": "",
    }
    assert {field: path_of(form, field) for field in told} == told
