"""`quizapp bank check` measures items: what it prints, what JSON holds, and when it says no."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from quizapp import cli
from quizapp.cli import common
from quizapp.domain.item import to_source
from tests.support.choices import leaky, neutral
from tests.support.inventions import write_bank


@pytest.fixture
def check(sqlite_app: Flask, capsys: pytest.CaptureFixture[str]) -> Any:
    group = cli.group(lambda: sqlite_app)

    def call(*arguments: object) -> tuple[int, str]:
        code = common.run(group, ["bank", "check", *(str(argument) for argument in arguments)])
        return code, capsys.readouterr().out

    return call


def test_a_planted_leaky_bank_is_caught(check: Any, tmp_path: Path) -> None:
    folder = write_bank(tmp_path, [to_source(item) for item in leaky(120)])
    code, out = check(folder)
    assert code == 1
    assert "No problems." in out
    told = [line.split(":")[1].strip() for line in out.splitlines() if line.startswith("Over the limit")]
    assert set(told) >= {"longest", "hedged", "model"}
    code, out = check(folder, "--format", "json")
    told_json = json.loads(out)
    assert (code, told_json["is_clean"], told_json["is_good"]) == (1, True, False)
    (group,) = told_json["quality"]["leakage"]
    assert (group["group"], group["items"]) == ("single_choice", 120)
    assert next(c for c in group["cues"] if c["cue"] == "longest")["rate"]["accuracy"] > 0.8


def test_a_sound_bank_is_measured_and_passes(check: Any, tmp_path: Path) -> None:
    items = [to_source(item) for item in neutral(20)]
    sound = items[0]["options"][1]["text"]
    items[0]["options"][1]["text"] = "every" + sound[sound.index(" ") :]
    folder = write_bank(tmp_path, items)
    code, out = check(folder)
    assert (code, out.splitlines()[-1]) == (1, "Over the limit: absolute_word: 1 items break the rule, 0 may")
    items[0]["options"][1]["text"] = sound
    write_bank(tmp_path, items)
    code, out = check(folder)
    assert (code, out.splitlines()[-1]) == (0, "Within every limit.")
    titles = [line for before, line in pairwise(out.splitlines()) if not before and ":" not in line]
    assert titles == [
        "Item writing",
        "Near-duplicates",
        "Places of keys, single choice",
        "Coverage",
        "Within every limit.",
    ]


def test_findings_are_listed_with_their_lines_where_asked_for(check: Any, tmp_path: Path) -> None:
    items = [to_source(item) for item in neutral(1)]
    items[0]["options"][1]["text"] = "never at the quay"
    folder = write_bank(tmp_path, items)
    lines = (folder / "items" / "all.yaml").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, start=1) if "never" in text) - 1
    said = f"items/all.yaml:{line}: n-0000: options[o1] ('never'): an absolute word tells a guesser something"
    assert said in check(folder, "--findings")[1].splitlines()
    assert said not in check(folder)[1].splitlines()


def test_complete_asks_for_enough_items_of_every_task(check: Any, tmp_path: Path) -> None:
    folder = write_bank(tmp_path, [to_source(item) for item in neutral(20)])
    code, out = check(folder, "--complete")
    assert code == 1
    assert out.splitlines()[-1] == "Over the limit: coverage: 16 tasks have too few items"
    row = next(line.split("  ") for line in out.splitlines() if line.startswith("A.1 "))
    assert [cell.strip() for cell in row if cell] == ["A.1", "20", "0 of 6", "20 single_choice", "20 apply"]
