"""Checking bank files: every problem, with file, line, item, field, value and reason."""

from __future__ import annotations

import copy
import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from quizapp import resources
from quizapp.domain import framework, item_bank
from quizapp.domain.errors import NotFound
from quizapp.domain.item import COMMON_FIELDS
from quizapp.domain.item_quality import LIMITS, Limits
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.integrations.item_formats.bank_files import LOADER
from quizapp.services.items_check import check_bank_files, read_framework
from quizapp.services.items_schema import schemas
from tests.support import inventions
from tests.support.inventions import item, write_bank

TODAY = date(2026, 11, 25)
BANKS = resources.folder("question_banks")
STIMULUS = {"id": "storm", "title": "A storm", "text": "The wind is rising."}


def test_a_sound_bank_is_counted(tmp_path: Path) -> None:
    items = [item("h-1"), item("h-2", pool="practice", reviewer=None), item("h-3", "matching")]
    told = check_bank_files(write_bank(tmp_path, items, [STIMULUS]), TODAY)
    assert (told.problems, told.is_clean, told.bank_id) == ((), True, "harbour-items")
    assert (told.files, told.items, told.stimuli) == (2, 3, 1)
    assert (told.statuses, told.pools) == ({"approved": 2, "draft": 1}, {"secure": 2, "practice": 1})


def test_every_problem_has_its_place(tmp_path: Path) -> None:
    broken = item("h-1", task="Z.9", pool="attic", enemies=["h-9"])
    broken["options"][1]["rationale"] = ""
    broken["sources"][0]["as_of"] = "soon"
    folder = write_bank(tmp_path, [broken, item("h-1"), {"id": "h-3"}], [STIMULUS | {"text": ""}, STIMULUS])
    lines = (folder / "items" / "all.yaml").read_text().splitlines()
    told = check_bank_files(folder, TODAY)
    found = {(p.item, p.field, p.reason): lines[p.line - 1].strip(" -") for p in told.problems}
    assert {key: found.get(key) for key in EXPECTED} == EXPECTED
    assert {p.file for p in told.problems} == {"items/all.yaml"}
    assert [p.line for p in told.problems] == sorted(p.line for p in told.problems)


EXPECTED = {
    ("h-1", "pool", "unknown_value"): "pool: attic",
    ("h-1", "tasks[0]", "unknown_code"): "Z.9",
    ("h-1", "enemies", "unknown_item"): "h-9",
    ("h-1", "options[arrangement].rationale", "missing"): "rationale: ''",
    ("h-1", "sources[0].as_of", "bad_date"): "as_of: soon",
    ("h-1", "id", "duplicate_id"): "id: h-1",
    ("h-3", "type", "unknown_type"): "id: h-3",
    ("storm", "text", "missing"): "text: ''",
    ("storm", "id", "duplicate_id"): "id: storm",
}


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, [item("h-1", pool="attic")], header={"id": "x y"})
    (folder / "items" / "b.yaml").write_text("items: [\n")
    told = {(p.file, p.field or p.reason) for p in check_bank_files(folder, TODAY).problems}
    assert told >= {("items/all.yaml", "pool"), ("items/b.yaml", "bad_yaml"), ("bank.yaml", "id")}


@pytest.mark.parametrize(
    ("change", "field"),
    [({"framework": "other"}, "framework"), ({"framework_version": "9"}, "framework_version")],
)
def test_the_bank_must_be_of_its_framework(tmp_path: Path, change: dict[str, str], field: str) -> None:
    folder = write_bank(tmp_path, [item("h-1")], header=inventions.bank() | change)
    assert [p.field for p in check_bank_files(folder, TODAY).problems] == [field]


def test_without_a_framework_the_rest_is_still_checked(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, [item("h-1", task="Z.9", level="guess")])
    (folder / "framework.yaml").unlink()
    told = [(p.file, p.reason) for p in check_bank_files(folder, TODAY).problems]
    assert told == [("framework.yaml", "missing_file"), ("items/all.yaml", "unknown_value")]


def test_what_cannot_be_read_is_not_found(tmp_path: Path) -> None:
    for path in (tmp_path / "none", Path("no-such-bank")):
        with pytest.raises(NotFound) as missing:
            check_bank_files(path, TODAY)
        assert missing.value.code == "no_such_path"
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotFound) as unreadable:
        check_bank_files(tmp_path / "file", TODAY)
    assert unreadable.value.code == "unreadable"
    with pytest.raises(NotFound):
        read_framework(tmp_path)


def test_the_limits_are_those_that_the_documents_tell() -> None:
    assert (
        Limits(
            lint_shares={
                "absolute_word": Fraction(4, 100),
                "negative_stem": Fraction(1, 100),
                "length_outlier": Fraction(3, 100),
                "grammatical_cue": Fraction(1, 100),
                "stem_echo": Fraction(2, 100),
            },
            cue_p=0.05,
            model_excess=0.03,
            model_bound=0.06,
            model_items=600,
            place_p=0.01,
            must_cover=False,
        )
        == LIMITS
    )


def test_the_shipped_bank_keeps_every_limit_and_covers_every_task() -> None:
    told = check_bank_files(Path("security-cooperation"), TODAY, must_cover=True)
    assert (told.problems, told.quality.failures) == ((), ())
    assert told.statuses == {"approved": told.items}
    covered = told.quality.coverage
    assert (len(covered), {entry.is_enough for entry in covered}) == (58, {True})
    others = sum(count for entry in covered for name, count in entry.types.items() if name != "single_choice")
    assert others * 5 >= told.items


def test_the_written_schemas_are_those_of_the_domain() -> None:
    written = {path.name: json.loads(path.read_text()) for path in sorted((BANKS / "schema").glob("*.json"))}
    assert written == schemas()


def test_schemas_name_the_fields_the_domain_reads() -> None:
    told = schemas()
    top = told["framework.json"]["properties"]
    competency = top["competencies"]["items"]["properties"]
    assert set(top) == framework.FIELDS
    assert set(competency) == framework.COMPETENCY_FIELDS
    assert set(competency["tasks"]["items"]["properties"]) == framework.TASK_FIELDS
    assert set(told["bank.json"]["properties"]) == item_bank.FIELDS
    entry = told["items.json"]["$defs"]["item"]
    assert set(entry["properties"]) == COMMON_FIELDS | {"stem"}
    for branch in entry["allOf"]:
        kind = ITEM_TYPES[branch["if"]["properties"]["type"]["const"]]
        assert set(branch["then"]["properties"]) == kind.source_fields - {"stem"}


def test_schemas_accept_what_is_shipped_and_every_type() -> None:
    told = {name: Draft202012Validator(schema) for name, schema in schemas().items()}
    for path in sorted(path for path in BANKS.rglob("*.yaml") if path.parent.name != "exams"):
        name = path.name.replace(".yaml", ".json")
        validator = told.get(name, told["items.json"])
        assert list(validator.iter_errors(yaml.load(path.read_text(), Loader=LOADER))) == [], path
    every = [item(f"h-{n}", kind) for n, kind in enumerate(ITEM_TYPES)]
    assert list(told["items.json"].iter_errors({"stimuli": [STIMULUS], "items": every})) == []


@pytest.mark.parametrize("kind", sorted(ITEM_TYPES))
def test_schemas_refuse_what_the_domain_refuses(kind: str) -> None:
    validator = Draft202012Validator(schemas()["items.json"])
    good = item("h-1", kind)
    for change in ({"pool": "attic"}, {"points": 1}, {"difficulty": "60"}, {"tasks": []}, {"id": "A b"}):
        broken = copy.deepcopy(good) | change
        assert not validator.is_valid({"items": [broken]}), change
