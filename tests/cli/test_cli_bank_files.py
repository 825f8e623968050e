"""Files of items from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from quizapp import cli
from quizapp.cli import common
from quizapp.domain.person import Actor, Role
from quizapp.integrations.item_formats import csv_items
from quizapp.ports import FixedClock
from quizapp.services import frameworks, items, pictures
from tests.support import inventions
from tests.support.drawings import drawing
from tests.support.inventions import item, write_bank
from tests.support.people import TESTS, person


@pytest.fixture
def run(sqlite_app: Flask, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Commands on an installation with a bank of one item."""
    context = sqlite_app.extensions["quizapp"]
    frameworks.load(context, TESTS, inventions.framework())
    items.load_bank(context, TESTS, write_bank(tmp_path / "bank", [item("h1")]))
    group = cli.group(lambda: sqlite_app)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = common.run(group, [str(argument) for argument in arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_a_file_is_tried_then_taken(run: Any, tmp_path: Path) -> None:
    file, back = tmp_path / "items.csv", tmp_path / "refused.csv"
    rows = [
        {"id": "n1", "type": "numeric", "stem": "How many?", "key": "3", "rationale": "Counted."},
        {"id": "n2", "type": "numeric", "stem": "How long?", "key": "x", "rationale": "Measured."},
    ]
    file.write_bytes(b"".join(csv_items.table(list(rows[0]), rows)))
    asked = ("bank", "import", file, "--bank", "harbour-items", "--task", "A.1", "--author", "Ann")
    problem = "answer.value ('x'): Write a decimal in quotes"
    code, out, _ = run(*asked, "--dry-run", "--rejected", back)
    assert (code, out.splitlines()[0]) == (1, "harbour-items: 1 new, 1 refused (nothing was stored)")
    assert out.splitlines()[1] == "row 3: n2: refused"
    assert problem in out
    assert b"n2" in back.read_bytes()
    code, out, err = run(*asked)
    assert (code, out, f"row 3: n2: {problem}" in err) == (2, "", True)
    code, out, _ = run(*asked, "--accept-valid", "--pool", "practice")
    assert (code, out.splitlines()[0]) == (0, "harbour-items: 1 new, 1 refused")
    odd = tmp_path / "items.odd"
    odd.write_bytes(b"x")
    assert run("bank", "import", odd, "--bank", "harbour-items")[0] == 2


def test_a_bank_is_written_in_any_format(run: Any, tmp_path: Path) -> None:
    code, out, _ = run("bank", "export")
    assert (code, out.startswith('{"id": "h1", "bank": "harbour-items", "version": 1')) == (0, True)
    for form in ("jsonl", "csv", "xlsx", "yaml"):
        file = tmp_path / f"bank.{'zip' if form == 'yaml' else form}"
        code, _, err = run("bank", "export", "harbour-items", "--format", form, "--output", file)
        assert (code, err) == (0, f"1 items in {file}\n")
        code, out, _ = run("bank", "import", file, "--bank", "harbour-items")
        assert (code, out.splitlines()[0]) == (0, "harbour-items: 1 unchanged")


def test_unused_pictures_are_told_and_removed(run: Any, sqlite_app: Flask, clock: FixedClock) -> None:
    context = sqlite_app.extensions["quizapp"]
    author = Actor(person(context, Role.INSTRUCTOR), frozenset({Role.INSTRUCTOR}))
    name = pictures.add(context, author, drawing(), "A pier").name
    clock.instant += timedelta(days=8)
    assert name not in run("picture", "clean", "--dry-run")[1]
    week = ("picture", "clean", "--older-than", 7, "--format", "json")
    told = [json.loads(run(*week, *more)[1]) for more in (("--dry-run",), (), ())]
    assert [[row["name"] for row in rows] for rows in told] == [[name], [name], []]
    assert run("picture", "clean", "--older-than", 0)[0] == 2
