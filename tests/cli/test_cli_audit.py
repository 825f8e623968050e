"""The audit commands: list, seal, checkpoint, verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from quizapp import cli
from quizapp.cli import common
from quizapp.domain.person import operator
from quizapp.services.unit_of_work import Context

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(sqlite_app, sqlite_context: Context, capsys: pytest.CaptureFixture[str]) -> Run:
    for verb in ("draft", "publish"):
        with sqlite_context.transaction(operator("ada")) as uow:
            uow.audit(verb, "exam", "e1", items=40)
    group = cli.group(lambda: sqlite_app)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = common.run(group, ["audit", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def touch(context: Context) -> None:
    with context.engine.begin() as connection:
        connection.execute(text("UPDATE audit_line SET verb = 'approve' WHERE id = 2"))


def test_lines_are_listed_as_json(run: Run) -> None:
    code, out, _ = run("list", "--verb", "publish", "--since", "2026-03-02", "--format", "json")
    assert code == 0
    assert json.loads(out) == [
        {
            "id": 2,
            "at": "2026-03-02T12:00:00+00:00",
            "actor_id": None,
            "actor_name": "ada",
            "verb": "publish",
            "noun": "exam",
            "object_id": "e1",
            "facts": {"items": 40},
            "request_id": "",
            "actor": "ada",
        }
    ]


def test_lines_are_listed_as_a_table(run: Run) -> None:
    code, out, err = run("list", "--limit", "1")
    assert (code, err) == (0, "(1 rows)\n")
    assert out.splitlines()[0].split() == [
        "id",
        "at",
        "actor",
        "verb",
        "noun",
        "object_id",
        "facts",
        "request_id",
    ]


def test_sealing_and_verifying(run: Run) -> None:
    assert run("verify")[1].endswith(
        "0 lines sealed and verified, 2 fresh lines not sealed yet, 0 checkpoints.\n"
    )
    assert run("seal") == (0, "2 lines sealed.\n", "")
    assert run("verify") == (
        0,
        "The chain is intact: 2 lines sealed and verified, 0 fresh lines not sealed yet, 1 checkpoints.\n",
        "",
    )


def test_a_touched_chain_exits_1_and_names_the_row(run: Run, sqlite_context: Context) -> None:
    run("seal")
    touch(sqlite_context)
    code, _, err = run("verify")
    assert code == 1
    assert err == "First fault: seal 2, line 2: the line does not say what was written: it was edited.\n"
    code, out, _ = run("verify", "--format", "json")
    assert (code, json.loads(out)["fault"]) == (1, {"reason": "changed_line", "number": 2, "line_id": 2})


def test_a_checkpoint_kept_outside_reveals_a_cut_tail(
    run: Run, sqlite_context: Context, tmp_path: Path
) -> None:
    assert run("checkpoint")[0] == 1
    run("seal")
    kept = tmp_path / "kept.jsonl"
    kept.write_text(run("checkpoint")[1])
    assert run("verify", "--against", str(kept))[0] == 0
    with sqlite_context.engine.begin() as connection:
        for table in ("audit_seal", "audit_line", "audit_checkpoint"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert run("verify")[0] == 0
    assert run("verify", "--against", str(kept))[0] == 1


def test_a_bad_checkpoint_file_is_bad_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("{}\n")
    code, _, err = run("verify", "--against", str(tmp_path / "kept"))
    assert (code, "line 1" in err) == (2, True)
