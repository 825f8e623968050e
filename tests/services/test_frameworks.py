"""Loading framework versions: all or nothing, once, and never changed afterwards."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from quizapp.domain import framework as domain
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.person import NOBODY, operator
from quizapp.services import frameworks
from quizapp.services.frameworks import FrameworkLoaded
from quizapp.services.unit_of_work import Context
from tests.support import inventions

TESTS = operator("tests")
SHIPPED = Path(__file__).parents[2] / "question_banks" / "security-cooperation" / "framework.yaml"


@pytest.fixture
def source() -> dict[str, Any]:
    return inventions.framework()


def test_loading_stores_it_whole(context: Context, source: dict[str, Any]) -> None:
    assert frameworks.load(context, TESTS, source) == FrameworkLoaded("harbour-pilotage", "2025-b", True)
    framework = frameworks.get(context, "harbour-pilotage")
    expected, problems = domain.read(source)
    assert (framework, problems) == (expected, [])
    assert frameworks.only(context) == framework


def test_the_same_content_changes_nothing(context: Context, source: dict[str, Any]) -> None:
    frameworks.load(context, TESTS, source)
    before = frameworks.listed(context)
    assert frameworks.load(context, TESTS, source) == FrameworkLoaded("harbour-pilotage", "2025-b", False)
    assert frameworks.listed(context) == before


def test_the_same_version_with_other_content_is_refused(context: Context, source: dict[str, Any]) -> None:
    frameworks.load(context, TESTS, source)
    before = frameworks.get(context, "harbour-pilotage")
    changed = copy.deepcopy(source)
    changed["competencies"][0]["tasks"][0]["text"] += " Twice."
    with pytest.raises(Refused) as refused:
        frameworks.load(context, TESTS, changed)
    assert refused.value.code == "version_exists"
    assert frameworks.get(context, "harbour-pilotage") == before


def test_a_new_version_becomes_current_and_the_old_one_stays(
    context: Context, source: dict[str, Any]
) -> None:
    frameworks.load(context, TESTS, source)
    frameworks.load(context, TESTS, source | {"version": "2026"})
    told = [(e.version, e.is_current, e.competencies, e.tasks) for e in frameworks.listed(context)]
    assert sorted(told) == [("2025-b", False, 3, 16), ("2026", True, 3, 16)]
    assert frameworks.get(context, "harbour-pilotage").version == "2026"
    assert frameworks.get(context, "harbour-pilotage", "2025-b").version == "2025-b"


def test_every_problem_is_told_and_nothing_is_loaded(context: Context, source: dict[str, Any]) -> None:
    source["version"] = 2.5
    source["competencies"][2]["tasks"][3]["code"] = "C.1"
    del source["competencies"][1]["tasks"][0]["text"]
    with pytest.raises(Invalid) as invalid:
        frameworks.load(context, TESTS, source)
    assert sorted((p.field, p.reason) for p in invalid.value.problems) == [
        ("competencies[1].tasks[0].text", "missing"),
        ("competencies[2].tasks[3].code", "duplicate_code"),
        ("version", "not_text"),
    ]
    assert frameworks.listed(context) == []


def test_the_shipped_framework_is_exported_word_for_word(context: Context) -> None:
    source = yaml.safe_load(SHIPPED.read_text())
    frameworks.load(context, TESTS, source)
    exported = domain.export(frameworks.get(context, "security-cooperation", "1.0"))
    assert list(exported) == ["id", "function", "version", "competencies"]
    expected = {
        "id": source["id"],
        "function": source["function"],
        "version": source["version"],
        "competencies": [
            {
                "code": competency["code"],
                "title": competency["title"],
                "description": competency["description"],
                "tasks": [{"code": task["code"], "text": task["text"]} for task in competency["tasks"]],
            }
            for competency in source["competencies"]
        ],
    }
    assert exported == expected
    assert len(expected["competencies"]) == 9
    assert sum(len(competency["tasks"]) for competency in expected["competencies"]) == 58


def test_only_those_allowed_may_load(sqlite_context: Context, source: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        frameworks.load(sqlite_context, NOBODY, source)


def test_what_is_not_there_is_not_found(sqlite_context: Context, source: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        frameworks.only(sqlite_context)
    frameworks.load(sqlite_context, TESTS, source)
    with pytest.raises(NotFound):
        frameworks.get(sqlite_context, "harbour-pilotage", "1999")
    frameworks.load(sqlite_context, TESTS, source | {"id": "lighthouses"})
    with pytest.raises(Invalid) as invalid:
        frameworks.only(sqlite_context)
    assert invalid.value.code == "several_frameworks"
