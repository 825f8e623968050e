"""`quizapp case`: reading cases with a command line."""

from __future__ import annotations

import json
from typing import Any

from quizapp.cli import common, group
from tests.support.cases import Court
from tests.support.records import MIXED


def test_cases_are_listed_and_shown_with_their_evidence(
    sqlite_app: Any, sqlite_context: Any, capsys: Any
) -> None:
    court = Court(sqlite_context)
    case_id = court.open(court.ada, court.sit(MIXED), "The fire alarm rang.")
    top = group(lambda: sqlite_app)

    def run(*arguments: str) -> Any:
        assert common.run(top, ["case", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    (line,) = run("list", "--format", "json")
    assert (line["id"], line["kind"], line["state"], line["overdue"]) == (
        str(case_id),
        "appeal",
        "open",
        False,
    )
    told = run("show", str(case_id))
    assert (told["grounds"], told["letters"][0]["moment"]) == ("The fire alarm rang.", "opened")
    assert (len(told["evidence"]["marks"]), told["evidence"]["close_reason"]) == (16, "submitted")
    court.decide(case_id, "uphold")
    assert run("list", "--open", "--format", "json") == []
