"""Banks and frameworks from the command line, as an operator would use them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from quizapp import cli
from quizapp.cli import common
from quizapp.settings import Settings
from tests.support import inventions
from tests.support.inventions import item, write_bank

PROGRAM = Path(sys.executable).with_name("quizapp")
SHIPPED = Path(__file__).parents[2] / "question_banks" / "security-cooperation" / "framework.yaml"


@pytest.fixture
def run(sqlite_app: Flask, capsys: pytest.CaptureFixture[str]) -> Any:
    group = cli.group(lambda: sqlite_app)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = common.run(group, [str(argument) for argument in arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_installed_command_exports_the_shipped_framework(sqlite_settings: Settings) -> None:
    environ = {**os.environ, "QUIZAPP_HOME": str(sqlite_settings.home), "QUIZAPP_LOG_LEVEL": "error"}

    def command(*arguments: str) -> str:
        call = [str(PROGRAM), *arguments]
        done = subprocess.run(call, env=environ, capture_output=True, text=True, check=True)
        return done.stdout

    command("framework", "load", "security-cooperation")
    told = json.loads(command("framework", "export", "--format", "json"))
    source = yaml.safe_load(SHIPPED.read_text())
    assert list(told) == ["id", "function", "version", "competencies"]
    assert {tuple(entry) for entry in told["competencies"]} == {("code", "title", "description", "tasks")}
    assert [
        (c["code"], c["title"], c["description"], [(t["code"], t["text"]) for t in c["tasks"]])
        for c in told["competencies"]
    ] == [
        (c["code"], c["title"], c["description"], [(t["code"], t["text"]) for t in c["tasks"]])
        for c in source["competencies"]
    ]
    assert (len(told["competencies"]), sum(len(c["tasks"]) for c in told["competencies"])) == (9, 58)


def test_checking_needs_no_database(tmp_path: Path) -> None:
    environ = {**os.environ, "QUIZAPP_HOME": str(tmp_path / "nowhere")}
    call = [str(PROGRAM), "bank", "check", "security-cooperation", "--format", "json"]
    done = subprocess.run(call, env=environ, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert (told["bank_id"], told["problems"], told["is_good"]) == ("security-cooperation", [], True)
    assert not (tmp_path / "nowhere").exists()


def test_a_framework_of_another_shape_makes_the_round_trip(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "framework.yaml"
    inventions.dump(path, inventions.framework())
    assert run("framework", "check", path)[0] == 0
    assert run("framework", "load", path)[:2] == (0, "harbour-pilotage 2025-b: loaded\n")
    assert "nothing changed" in run("framework", "load", tmp_path)[1]
    code, out, _ = run("framework", "export")
    told = json.loads(out)
    assert (code, [len(c["tasks"]) for c in told["competencies"]]) == (0, [1, 4, 11])
    rows = json.loads(run("framework", "list", "--format", "json")[1])
    assert [(row["framework"], row["version"], row["current"]) for row in rows] == [
        ("harbour-pilotage", "2025-b", "yes")
    ]
    inventions.dump(path, inventions.framework() | {"function": "Other"})
    code, _, err = run("framework", "load", path)
    assert (code, err.partition(" (")[0]) == (1, "Error: version_exists")
    inventions.dump(path, inventions.framework() | {"id": "lighthouses"})
    run("framework", "load", path)
    assert run("framework", "export")[0] == 2
    assert json.loads(run("framework", "export", "lighthouses")[1])["id"] == "lighthouses"


def test_a_broken_framework_file_is_told_by_line(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "framework.yaml"
    path.write_text('id: Bad Id\nversion: 1.0\nfunction: ""\ncompetencies:\n  - code: "1"\n    tasks: []\n')
    code, out, _ = run("framework", "check", path, "--format", "json")
    told = [(p["line"], p["field"], p["reason"]) for p in json.loads(out)["problems"]]
    assert code == 1
    assert sorted(told) == [
        (1, "id", "bad_id"),
        (2, "version", "not_text"),
        (3, "function", "missing"),
        (6, "competencies[0].tasks", "missing"),
    ]
    code, _, err = run("framework", "load", path)
    assert (code, err.count("framework.yaml:")) == (2, 4)
    assert run("framework", "check", tmp_path / "none.yaml")[0] == 2
    assert run("framework", "export")[0] == 2


def test_a_bank_is_loaded_listed_and_exported(run: Any, tmp_path: Path) -> None:
    scenario = {"id": "storm", "title": "A storm", "text": "The wind is rising."}
    items = [item("h-1", stimulus="storm"), item("h-2", "ordering")]
    folder = write_bank(tmp_path / "bank", items, [scenario])
    assert run("bank", "load", folder)[0] == 2  # its framework is not loaded yet
    run("framework", "load", folder)
    assert "2 items, 2 new" in run("bank", "load", folder)[1]
    assert "0 new, 0 revised, 0 reviewed, 2 unchanged" in run("bank", "load", folder)[1]
    rows = json.loads(run("bank", "list", "--format", "json")[1])
    assert [(row["bank"], row["items"], row["secure"]) for row in rows] == [("harbour-items", 2, 2)]
    lines = run("bank", "export", "--format", "jsonl")[1].splitlines()
    first, second = (json.loads(line) for line in lines)
    assert (first["id"], first["type"], first["tasks"], first["pool"]) == (
        "h-1", "single_choice", ["A.1"], "secure",
    )  # fmt: skip
    assert (first["key"], sorted(first["rationales"])) == (
        {"keys": ["arrangement"]},
        ["agenda", "arrangement", "report"],
    )
    assert [option["id"] for option in first["options"]] == ["agenda", "arrangement", "report"]
    assert (first["stimulus"], second["stimulus"]) == (scenario, None)
    assert first["sources"] == items[0]["sources"]
    assert second["key"]["order"] == ["request", "offer", "accept", "deliver"]
    target = tmp_path / "out.jsonl"
    assert run("bank", "export", "harbour-items", "--output", target)[0] == 0
    assert target.read_text().splitlines() == lines
    write_bank(folder, [items[1]])
    assert "h-1" in run("bank", "load", folder)[2]


def test_a_practised_item_does_not_become_secure(run: Any, tmp_path: Path) -> None:
    folder = write_bank(tmp_path, [item("h-1", pool="practice")])
    run("framework", "load", folder)
    run("bank", "load", folder)
    write_bank(tmp_path, [item("h-1")])
    code, _, err = run("bank", "load", folder)
    assert (code, err) == (1, "Error: practised_item (items=h-1)\n")


def test_problems_exit_1_and_unreadable_paths_exit_2(run: Any, tmp_path: Path) -> None:
    folder = write_bank(tmp_path / "bank", [item("h-1", pool="attic")])
    code, out, _ = run("bank", "check", folder)
    assert code == 1
    assert "items/all.yaml:7: h-1: pool ('attic'): one of: practice, secure" in out
    assert run("bank", "check", tmp_path / "none")[0] == 2
    assert run("bank", "check", folder / "bank.yaml")[0] == 2
    assert run("bank", "load", folder)[0] == 2


def test_the_framework_may_stand_elsewhere(run: Any, tmp_path: Path) -> None:
    folder = write_bank(tmp_path / "a" / "bank", [item("h-1")])
    elsewhere = tmp_path / "elsewhere.yaml"
    (folder / "framework.yaml").rename(elsewhere)
    code, out, _ = run("bank", "check", folder)
    assert (code, "framework.yaml: neither in the folder nor in the one above" in out) == (1, True)
    assert run("bank", "check", folder, "--framework", elsewhere)[0] == 0
    elsewhere.rename(tmp_path / "a" / "framework.yaml")
    assert run("bank", "check", folder)[0] == 0
