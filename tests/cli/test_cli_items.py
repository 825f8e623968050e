"""`quizapp item stats`."""

from __future__ import annotations

import json
from typing import Any

from quizapp.cli import common, group
from tests.services.test_item_statistics import ITEM, spoil
from tests.support import synthetic


def test_statistics_as_a_table_and_as_json(sqlite_app: Any, sqlite_context: Any, capsys: Any) -> None:
    synthetic.crowd(sqlite_context, 90, "statistics")
    spoil(sqlite_context)
    top = group(lambda: sqlite_app)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = common.run(top, ["item", "stats", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    code, out, err = run("--exam", "small-exam", "--format", "json")
    told = json.loads(out)
    assert (code, f"To look at: {ITEM}\n" in err, told["attempts"]) == (1, True, 88)
    one = next(item for item in told["items"] if item["item"] == ITEM)
    assert (one["flags"], [choice["is_suspect"] for choice in one["choices"]]) == (
        ["miskey"],
        [True, False, False],
    )
    assert sum(choice["count"] for choice in one["choices"]) + one["unanswered"] == one["n"]
    few = [item for item in told["items"] if item["is_suppressed"]]
    assert {(item["difficulty"], item["correlation"], len(item["choices"])) for item in few} <= {
        (None, None, 0)
    }
    _, table, _ = run("--bank", "small-bank")
    row = next(line.split() for line in table.splitlines() if line.startswith(ITEM))
    assert row[:4] == [ITEM, "1", "1.B", str(one["n"])]
    assert row[4] == f"{one['difficulty']:.4f}"
    assert "Counted: 88 attempts" in table
    assert [run()[0], run("--exam", "x", "--bank", "y")[0], run("--exam", "none")[0]] == [2, 2, 2]
