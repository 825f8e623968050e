"""`quizapp regrade`, `quizapp attempt export` and `quizapp score audit`."""

from __future__ import annotations

import json
import stat
from typing import Any

import pytest
from sqlalchemy import text

from quizapp.cli import common, group
from quizapp.domain.regrade import RegradeKind
from quizapp.services import jobs
from quizapp.store.regrades import RowRegrade
from tests.services.test_regrades import A0, A1, B, Hall
from tests.support import attempts as room


@pytest.fixture
def hall(sqlite_context: Any) -> Hall:
    return Hall(sqlite_context)


@pytest.fixture
def run(sqlite_app: Any, capsys: Any) -> Any:
    """Run a command; gives its exit code and what it printed."""
    top = group(lambda: sqlite_app)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = common.run(top, list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


ITEM = ("small-bank", A0, "--kind", "accept", "--answer", json.dumps(B))


def test_a_regrade_by_command_still_takes_a_registrar(hall: Hall, run: Any, mail: Any) -> None:
    hall.sit(hall.ben, "a0")
    code, out, _ = run("regrade", "preview", *ITEM, "--format", "json")
    told = json.loads(out)
    assert (code, told["counts"]["changed"], told["changes"][0]["points"]) == (0, 1, "15/16 -> 16/16")
    assert run("regrade", "preview", "small-bank", A0, "--kind", "accept", "--answer", "b")[0] == 2
    assert run("regrade", "propose", *ITEM, "--reason", "Both are right.")[0] == 0
    with hall.context.reading() as session:
        regrade_id = session.query(RowRegrade).one().id
    assert run("regrade", "apply", str(regrade_id))[0] == 1
    hall.desk.approve(regrade_id)
    code, out, _ = run("regrade", "apply", str(regrade_id))
    assert (code, out) == (0, "Changed 1 scores, spared 0, issued 1 records, wrote 1 letters.\n")
    assert jobs.run_due(hall.context) == 1
    assert [message.subject for message in mail.sent] == ["Your result: Small certification"]
    assert "superseded  1" in run("regrade", "show", str(regrade_id))[1]
    assert run("regrade", "undo", str(regrade_id), "--reason", "x")[0] == 0
    lines = json.loads(run("regrade", "list", "--format", "json")[1])
    assert {line["state"] for line in lines} == {"applied", "proposed"}
    with hall.context.reading() as session:
        back = session.query(RowRegrade).filter_by(state="proposed").one().id
    assert run("regrade", "withdraw", str(back))[0] == 0


def test_the_audit_agrees_until_somebody_touches_a_score(hall: Hall, run: Any, tmp_path: Any) -> None:
    hall.sit(hall.ada, "")
    b = hall.sit(hall.ben, "a0 b3")
    hall.desk.undo(hall.desk.regrade(A0, RegradeKind.DROP))
    hall.desk.regrade(A0, RegradeKind.FIX_KEY, B)  # spares Ada
    assert run("score", "audit")[:2] == (0, "Both scorers agree on 2 results.\n")
    file = tmp_path / "results.jsonl"
    assert run("attempt", "export", "--output", str(file))[:2] == (0, f"Wrote 2 results to {file}.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("score", "audit", "--file", str(file))[0] == 0
    # One that Ben had right, wherever his form has it.
    at = next(slot.position for slot in room.slots(hall.context, b) if slot.item_id == A1)
    with hall.context.engine.begin() as connection:
        current = "(SELECT current_score_id FROM attempt WHERE id = :id)"
        wrong = f"UPDATE mark SET points = '0', is_right = 0 WHERE position = :n AND score_id = {current}"
        connection.execute(text(wrong), {"id": b.hex, "n": at})
        fake = f"UPDATE score SET decision = 'not_met' WHERE id = {current}"
        connection.execute(text(fake), {"id": b.hex})
    code, out, err = run("score", "audit", "--format", "json")
    told = [(row["attempt"], row["place"], row["stored"], row["reckoned"]) for row in json.loads(out)]
    assert (code, err.splitlines()[-1]) == (1, "1 of 2 results differ.")
    assert told == [
        (str(b), f"slot {at}: points", "0", "1"),
        (str(b), f"slot {at}: is_right", "False", "True"),
        (str(b), "decision", "not_met", "met"),
    ]
    (tmp_path / "no").write_text("{}\n")
    assert run("score", "audit", "--file", str(tmp_path / "no"))[0] == 2
