"""`quizapp exam` as operators use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from quizapp import cli
from quizapp.cli import common
from quizapp.services.unit_of_work import Context
from tests.support import banks
from tests.support.exam_files import BROKEN, CERTIFICATION, PRACTICE


@pytest.fixture
def run(sqlite_app: Flask, sqlite_context: Context, capsys: pytest.CaptureFixture[str]):
    banks.framework(sqlite_context)
    banks.bank(sqlite_context)
    group = cli.group(lambda: sqlite_app)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = common.run(group, ["exam", *map(str, arguments)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exams"
    folder.mkdir()
    (folder / "a.yaml").write_text(CERTIFICATION)
    (folder / "b.yaml").write_text(PRACTICE)
    return folder


def test_load_list_publish_close(run, folder: Path) -> None:
    assert run("load", folder) == (0, "small-exam: new, draft\nsmall-practice: new, draft\n", "")
    assert run("publish", "small-exam") == (0, "small-exam: published, standing pilot\n", "")
    assert run("load", folder, "--publish") == (
        0,
        "small-exam: unchanged, published\nsmall-practice: unchanged, published, published now\n",
        "",
    )
    assert run("close", "small-practice") == (0, "small-practice: closed\n", "")
    code, told, _ = run("list", "--format", "json")
    assert (code, json.loads(told)) == (
        0,
        [
            {
                "id": "small-exam",
                "mode": "certification",
                "standing": "pilot",
                "title": "Small certification",
                "state": "published",
            },
            {
                "id": "small-practice",
                "mode": "practice",
                "standing": "pilot",
                "title": "Small practice",
                "state": "closed",
            },
        ],
    )


def test_feasibility_answers_yes_or_no(run, folder: Path) -> None:
    run("load", folder)
    code, told, _ = run("feasibility", "small-exam")
    lines = [line.split() for line in told.splitlines()]
    assert code == 0
    assert lines[1][:7] == ["1.A", "8", "+", "4", "16", "1", "1"]
    (folder / "a.yaml").write_text(CERTIFICATION.replace("8 + 4", "17"))
    run("load", folder / "a.yaml")
    code, told, error = run("feasibility", "small-exam")
    assert (code, error.splitlines()[-1]) == (1, "small-exam cannot be published as it stands.")
    code, told, _ = run("feasibility", "small-exam", "--format", "json")
    assert (code, [p["reason"] for p in json.loads(told)["blocks"]]) == (1, ["pool_too_small"] * 2)
    code, _, error = run("publish", "small-exam")
    assert (code, error.splitlines()[0]) == (2, "Error: not_feasible")


def test_a_shown_exam_can_be_loaded_again(run, folder: Path, tmp_path: Path) -> None:
    run("load", folder)
    code, told, _ = run("show", "small-exam", "--format", "json")
    again = tmp_path / "again.yaml"
    again.write_text(told)
    assert (code, run("load", again)) == (0, (0, "small-exam: unchanged, draft\n", ""))
    code, told, _ = run("show", "small-exam")
    assert (code, told.splitlines()[:2]) == (
        0,
        ["exam           small-exam", "title          Small certification"],
    )


def test_a_broken_file_loads_nothing_and_tells_everything(run, folder: Path) -> None:
    (folder / "c.yaml").write_text(BROKEN)
    code, told, error = run("load", folder)
    assert (code, told, len(error.splitlines())) == (2, "", 9)
    assert run("list", "--format", "json")[1] == "[]\n"


def test_an_unknown_exam_is_bad_input(run) -> None:
    for verb in ("show", "publish", "close", "feasibility"):
        assert run(verb, "nowhere")[0] == 2


def test_checking_needs_no_database(folder: Path, tmp_path: Path) -> None:
    quizapp = Path(sys.executable).with_name("quizapp")

    def check(path: Path) -> tuple[int, str]:
        told = subprocess.run(
            [quizapp, "exam", "check", path, "--format", "json"],
            capture_output=True,
            text=True,
            env={"QUIZAPP_HOME": str(tmp_path / "nowhere")},
        )
        return told.returncode, told.stdout

    code, told = check(Path("1.0-certification"))
    assert (code, json.loads(told)) == (0, {"problems": [], "exams": ["1.0-certification"]})
    (folder / "c.yaml").write_text(BROKEN)
    code, told = check(folder)
    assert (code, len(json.loads(told)["problems"])) == (1, 8)
    assert check(tmp_path / "nothing")[0] == 2


def test_a_pack_is_written_once_for_its_owner_only(run, folder: Path, tmp_path: Path) -> None:
    run("load", folder, "--publish")
    target = tmp_path / "pack.pdf"
    assert run("pack", "small-exam", "--forms", 2, "--output", target) == (0, f"{target}: 2 forms\n", "")
    assert (target.read_bytes()[:5], target.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
    assert run("pack", "small-exam", "--output", target)[0] == 2
