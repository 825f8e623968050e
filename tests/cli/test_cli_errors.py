"""What commands have in common: exit codes, the missing home, the configuration check."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import click
import pytest
from flask import Flask

from quizapp import cli
from quizapp.cli import common
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Problem, Refused
from tests.support.server import QUIZAPP


def quizapp(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [QUIZAPP, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_unknown_home_exits_2_and_is_named(tmp_path: Path) -> None:
    told = quizapp("audit", "list", QUIZAPP_HOME=str(tmp_path / "nowhere"))
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(f"Error: {tmp_path}/nowhere does not exist")
    assert "Traceback" not in told.stderr


def test_settings_that_do_not_exist_or_cannot_be_so_exit_2_and_are_named(tmp_path: Path) -> None:
    wrong = {"QUIZAPP_PROT": "8000", "QUIZAPP_PORT": "x", "QUIZAPP_RECORD_REACH": "Full"}
    told = quizapp("check", QUIZAPP_HOME=str(tmp_path), **wrong)
    assert told.returncode == 2
    assert told.stderr.splitlines() == [
        "Error: QUIZAPP_PORT: invalid literal for int() with base 10: 'x'",
        "QUIZAPP_PROT: no such setting",
        "QUIZAPP_RECORD_REACH: 'Full' is none of full, competencies, status",
    ]


def raising(error: BaseException) -> click.Group:
    group = click.Group("quizapp")

    @group.command("go")
    @click.option("--number", type=int)
    def go(number: int | None) -> None:
        raise error

    return group


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Refused("too_soon", days=3), 1, "Error: too_soon (days=3)\n"),
        (Forbidden("not_allowed"), 1, "Error: not_allowed\n"),
        (NotFound("not_found", noun="exam"), 2, "Error: not_found (noun=exam)\n"),
        (Invalid("bad", [Problem("f", "v", "r", "is wrong")]), 2, "Error: bad\nf ('v'): is wrong\n"),
        (click.exceptions.Exit(1), 1, ""),
        (click.Abort(), 1, "Stopped.\n"),
    ],
)
def test_each_error_has_its_exit_code(error, code: int, said: str, capsys) -> None:
    assert common.run(raising(error), ["go"]) == code
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("arguments", [["gone"], ["go", "--number", "x"], ["go", "--gone"], ["go", "more"]])
def test_bad_usage_exits_2(arguments: list[str], capsys) -> None:
    assert common.run(raising(AssertionError()), arguments) == 2
    assert "Usage:" in capsys.readouterr().err


def test_a_defect_exits_3_with_its_trace(capsys) -> None:
    assert common.run(raising(KeyError("x")), ["go"]) == 3
    told = capsys.readouterr().err
    assert told.startswith("Traceback")
    assert told.endswith("Error: this is a defect; the lines above say where.\n")


def test_the_check_says_what_to_do_and_exits_1(sqlite_app, capsys) -> None:
    group = cli.group(lambda: sqlite_app)
    assert common.run(group, ["check", "--production", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [finding["code"] for finding in found if not finding["is_always"]] == [
        "insecure_cookies",
        "no_public_url",
        "staff_without_totp",
        "mail_to_outbox",
    ]
    assert common.run(group, ["check", "--production"]) == 1
    assert "    Set QUIZAPP_SECURE_COOKIES=true and serve over HTTPS.\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["exam", "--help"], ["db", "--help"]])
def test_help_needs_neither_home_nor_database(arguments: list[str], capsys) -> None:
    def no_application() -> Flask:
        raise AssertionError("help must not make the application")

    assert common.run(cli.group(no_application), arguments) == 0
    assert capsys.readouterr().err == ""
