"""Reading a framework: every shape is fine, every fault is told with its place."""

from __future__ import annotations

from typing import Any

import pytest

from quizapp.domain import framework
from quizapp.domain.framework import Framework
from tests.support import inventions


def sound(source: dict[str, Any]) -> Framework:
    found, problems = framework.read(source)
    assert problems == []
    assert found is not None
    return found


def problems(source: object) -> list[tuple[str, str]]:
    found, told = framework.read(source)
    assert found is None
    return sorted((problem.field, problem.reason) for problem in told)


def test_source_order_and_words_are_kept() -> None:
    source = inventions.framework()
    found = sound(source)
    assert [c.code for c in found.competencies] == ["A", "B", "C"]
    assert found.task_codes == tuple(t["code"] for c in source["competencies"] for t in c["tasks"])
    assert [(t.code, t.text) for t in found.tasks] == [
        (t["code"], t["text"]) for c in source["competencies"] for t in c["tasks"]
    ]


def test_export_is_exactly_the_published_shape() -> None:
    source = inventions.framework()
    assert framework.export(sound(source)) == {
        "id": "harbour-pilotage",
        "function": "Harbour Pilotage",
        "version": "2025-b",
        "competencies": source["competencies"],
    }


def test_notes_survive_the_round_trip_and_stay_out_of_the_export() -> None:
    source = inventions.framework()
    source["competencies"][0]["note"] = "Ours."
    source["competencies"][0]["tasks"][0] |= {"note": "Ours too.", "unchanged_since": "2024"}
    found = sound(source)
    assert sound(framework.to_source(found)) == found
    assert "Ours" not in str(framework.export(found))


def test_a_task_is_found_with_its_competency_and_letter() -> None:
    found = sound(inventions.framework())
    task, competency = found.task("C.11"), found.competency_of("C.11")
    assert task is not None
    assert competency is not None
    assert (task.letter, competency.code) == ("11", "C")
    assert (found.task("Z.9"), found.competency_of("Z.9")) == (None, None)


@pytest.mark.parametrize("source", [None, "text", 7, ["a list"]])
def test_what_is_no_mapping_is_no_framework(source: object) -> None:
    assert problems(source) == [("", "not_a_mapping")]


def test_an_empty_mapping_lacks_everything() -> None:
    assert problems({}) == [
        ("competencies", "missing"),
        ("function", "missing"),
        ("id", "missing"),
        ("version", "missing"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("id", "Has Spaces", ("id", "bad_id")),
        ("id", ["x"], ("id", "not_text")),
        ("version", 1.0, ("version", "not_text")),
        ("version", "one / two", ("version", "bad_version")),
        ("version", "9" * 41, ("version", "bad_version")),
        ("function", " ", ("function", "missing")),
        ("function", "x" * 201, ("function", "too_long")),
        ("notes", "text", ("notes", "missing")),
        ("notes", [{"a": 1}], ("notes[0]", "not_text")),
        ("competencies", [], ("competencies", "missing")),
        ("competencies", ["A"], ("competencies[0]", "not_a_mapping")),
        ("owner", "x", ("owner", "unknown_field")),
    ],
)
def test_header_faults(field: str, value: object, expected: tuple[str, str]) -> None:
    assert problems(inventions.framework() | {field: value}) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"code": "A"}, ("competencies[1].code", "duplicate_code")),
        ({"code": 2.0}, ("competencies[1].code", "not_text")),
        ({"code": "B 1"}, ("competencies[1].code", "bad_code")),
        ({"title": 5}, ("competencies[1].title", "not_text")),
        ({"tasks": []}, ("competencies[1].tasks", "missing")),
        ({"tasks": ["B.1"]}, ("competencies[1].tasks[0]", "not_a_mapping")),
        ({"tasks": [{"code": "A.1", "text": "x"}]}, ("competencies[1].tasks[0].code", "duplicate_code")),
        ({"tasks": [{"code": "B.1", "text": ""}]}, ("competencies[1].tasks[0].text", "missing")),
        ({"tasks": [{"code": "B.1", "text": "x", "z": 1}]}, ("competencies[1].tasks[0].z", "unknown_field")),
    ],
)
def test_faults_inside_a_competency(change: dict[str, Any], expected: tuple[str, str]) -> None:
    source = inventions.framework()
    source["competencies"][1] |= change
    assert problems(source) == [expected]


def test_all_faults_are_told_at_once() -> None:
    source = inventions.framework() | {"id": "", "competencies": [7, {"code": "A", "tasks": [{}]}]}
    assert problems(source) == [
        ("competencies[0]", "not_a_mapping"),
        ("competencies[1].tasks[0].code", "missing"),
        ("competencies[1].tasks[0].text", "missing"),
        ("id", "missing"),
    ]
