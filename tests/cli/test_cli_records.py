"""`quizapp record`: what is printed, and the exit code of every claim."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select

from quizapp.cli import common
from quizapp.cli import records as commands
from quizapp.domain.errors import Invalid
from quizapp.integrations import record_files
from quizapp.integrations.signing import Ed25519Signer
from quizapp.ports import FixedClock
from quizapp.services import record_exports, record_status, records, verification
from quizapp.services.unit_of_work import Context
from quizapp.store.records import RowDisclosure
from tests.support.people import TESTS
from tests.support.records import MIXED, MONTH, Room, registrar, revoke, room

REASON = ("irregularity", "Told by the proctor")
COMMAND = Path(sys.executable).with_name("quizapp")


@pytest.fixture
def small(sqlite_context: Context) -> Room:
    return room(sqlite_context)


@pytest.fixture
def run(sqlite_app: Flask) -> Any:
    def call(*arguments: Any) -> Result:
        info = ScriptInfo(create_app=lambda: sqlite_app)
        return CliRunner().invoke(commands.group, [str(a) for a in arguments], obj=info)

    return call


def saved(small: Room, serial: str, folder: Path) -> Path:
    path = folder / f"{serial}.json"
    path.write_bytes(records.file_of(small.context, TESTS, serial))
    return path


def test_authentic_and_current_exits_0(small: Room, run: Any, tmp_path: Path) -> None:
    serial = small.certified()
    told = run("verify", saved(small, serial, tmp_path))
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "Authentic: this is exactly what the issuer signed.",
        "Pilot: not for personnel decisions",
        "Status: Current.",
        "Revocation was checked at 2026-03-02T12:00:00+00:00.",
        f"Serial: {serial}",
        "Learner: Ada Example",
        f"Key: {small.context.signer.key_id}",
    ]


@pytest.mark.parametrize(("end", "word"), [(record_status.suspend, "Suspended"), (revoke, "Revoked")])
def test_out_of_force_exits_1(small: Room, run: Any, tmp_path: Path, end: Any, word: str) -> None:
    serial = small.certified()
    end(small.context, registrar(small.context), serial, *REASON)
    told = run("verify", saved(small, serial, tmp_path))
    assert (told.exit_code, told.stdout.splitlines()[2]) == (1, f"Status: {word}.")


def test_expired_exits_1(small: Room, run: Any, tmp_path: Path, clock: FixedClock) -> None:
    path = saved(small, small.certified(), tmp_path)
    clock.instant = datetime(2029, 3, 2, tzinfo=UTC)
    told = run("verify", path)
    assert (told.exit_code, told.stdout.splitlines()[2]) == (1, "Status: Expired.")


def test_superseded_exits_1(small: Room, run: Any, tmp_path: Path, clock: FixedClock) -> None:
    learner = small.learner()
    path = saved(small, small.serial(small.sit(learner, MIXED)), tmp_path)
    clock.instant += MONTH
    small.sit(learner, {"1.B": 4})
    told = run("verify", "--format", "json", path)
    assert told.exit_code == 1
    facts = json.loads(told.stdout)
    assert (facts["is_authentic"], facts["is_current"], facts["status"]) == (True, False, "superseded")


def test_a_forgery_with_a_fresh_key_exits_1(small: Room, run: Any, tmp_path: Path) -> None:
    path = saved(small, small.certified(), tmp_path)
    document = json.loads(path.read_bytes())
    document["record"]["learner"]["name"] = "Mallory"
    payload = rfc8785.dumps(document["record"])
    forger = Ed25519Signer(b"m" * 32)
    path.write_bytes(record_files.write(payload, forger.key_id, forger.sign(payload)))
    told = run("verify", path)
    assert (told.exit_code, told.stdout) == (1, "Not authentic: not signed with a key of this issuer.\n")


def test_another_layout_exits_1(small: Room, run: Any, tmp_path: Path) -> None:
    path = saved(small, small.certified(), tmp_path)
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=2))
    told = run("verify", path)
    assert told.exit_code == 1
    assert told.stdout.startswith("Not authentic: the file was changed")


def test_unreadable_is_an_error_of_input(sqlite_app: Flask, run: Any, tmp_path: Path) -> None:
    path = tmp_path / "record.pdf"
    path.write_bytes(b"%PDF")
    # The program around the group turns this error into exit code 2.
    assert isinstance(run("verify", path).exception, Invalid)
    assert run("verify", tmp_path / "missing").exit_code == 2


def test_the_installed_command_needs_no_database_with_an_issuer_file(small: Room, tmp_path: Path) -> None:
    path, issuer = saved(small, small.certified(), tmp_path), tmp_path / "issuer.json"
    issuer.write_bytes(verification.issuer_file(small.context))
    environment = {"PATH": os.environ["PATH"], "QUIZAPP_HOME": str(tmp_path / "nothing")}
    told = subprocess.run(
        [COMMAND, "record", "verify", path, "--issuer", issuer],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0
    unknown = "Revocation was not checked: only the issuer knows what was decided since."
    assert unknown in told.stdout.splitlines()


def test_exit_codes_with_an_issuer_file(small: Room, tmp_path: Path) -> None:
    path, issuer = saved(small, small.certified(), tmp_path), tmp_path / "issuer.json"
    issuer.write_bytes(verification.issuer_file(small.context))
    arguments = ["verify", str(path), "--issuer", str(issuer)]
    assert common.run(commands.group, arguments) == 0
    path.write_bytes(path.read_bytes().replace(b"Ada", b"Eve"))
    assert common.run(commands.group, arguments) == 1
    path.write_bytes(b"no record")
    assert common.run(commands.group, arguments) == 2
    issuer.write_bytes(b"no issuer")
    assert common.run(commands.group, arguments) == 2


def test_a_record_as_of_a_day(small: Room, run: Any, clock: FixedClock) -> None:
    serial, issued_at = small.certified(), clock.instant
    clock.instant += MONTH
    record_status.suspend(small.context, registrar(small.context), serial, *REASON)
    told = {day: run("as-of", serial, day) for day in ("2026-03-01", "2026-03-02", "2026-04-02")}
    facts = {day: json.loads(one.stdout) for day, one in told.items()}
    assert {day: (one.exit_code, facts[day]["status"], facts[day]["since"]) for day, one in told.items()} == {
        "2026-03-01": (1, None, None),
        "2026-03-02": (0, "valid", issued_at.isoformat()),
        "2026-04-02": (1, "suspended", clock.instant.isoformat()),
    }
    assert facts["2026-04-02"]["reason_category"] == "irregularity"
    wrong = ((serial, "2026-04-03"), (serial, "x"), ("x", "2026-03-02"))
    assert [run("as-of", *arguments).exit_code for arguments in wrong] == [2, 2, 2]


def test_the_evidence_of_a_record_is_identifiers_and_marks(small: Room, run: Any) -> None:
    serial = small.certified(right=MIXED)
    rows = json.loads(run("evidence", serial, "--format", "json").stdout)
    by_task = {code: [row["right"] for row in rows if row["task"] == code] for code in ("1.A", "1.B")}
    assert {code: (sum(marks), len(marks)) for code, marks in by_task.items()} == {
        "1.A": (8, 8),
        "1.B": (7, 8),
    }
    assert {(row["task"], row["status"], row["x"], row["n"], row["taken_on"]) for row in rows} == {
        ("1.A", "demonstrated", 8, 8, "2026-03-02"),
        ("1.B", "not_yet", 7, 8, "2026-03-02"),
    }
    assert set(rows[0]) == {
        *commands.EVIDENCE_COLUMNS, "x", "n", "exam", "form", "blueprint", "bank", "item_digest",
        "entries", "first_at", "last_at",
    }  # fmt: skip
    table = run("evidence", serial).stdout
    assert table.split()[: len(commands.EVIDENCE_COLUMNS)] == list(commands.EVIDENCE_COLUMNS)
    assert run("evidence", "x").exit_code == 2
    with small.context.reading() as session:
        assert list(session.scalars(select(RowDisclosure.door))) == ["cli:evidence"] * 2


def test_lists_have_stable_columns_in_every_form(small: Room, run: Any) -> None:
    serial = small.certified("+Ada Example")
    rows = list(csv.DictReader(io.StringIO(run("list", "--format", "csv").stdout)))
    assert [(row["serial"], row["learner"]) for row in rows] == [(serial, "'+Ada Example")]
    told = json.loads(run("list", "--format", "json", "--status", "valid", "--task", "1.A").stdout)
    assert [(row["serial"], row["learner"]) for row in told] == [(serial, "+Ada Example")]
    assert tuple(told[0]) == record_exports.COLUMNS == tuple(rows[0])
    assert run("list", "--text", "nobody").stdout.split() == list(record_exports.COLUMNS)
    assert run("list", "--sort", "colour").exit_code == 2


def test_export_is_byte_for_byte_the_download(small: Room, run: Any, tmp_path: Path) -> None:
    serial = small.certified()
    data = records.file_of(small.context, TESTS, serial)
    output = tmp_path / "record.json"
    assert run("export", serial, "--format", "json", "--output", output).exit_code == 0
    assert (output.read_bytes(), run("export", serial).stdout_bytes) == (data, data)
    assert run("export", "nothing").exit_code == 2


def test_show_tells_the_history(small: Room, run: Any) -> None:
    serial = small.certified()
    record_status.suspend(small.context, registrar(small.context), serial, *REASON)
    told = json.loads(run("show", serial).stdout)
    assert (told["status"], told["record"]["serial"]) == ("suspended", serial)
    assert [(e["verb"], e["reason"]) for e in told["history"]] == [("issue", ""), ("suspend", REASON[1])]
    assert run("show", "nothing").exit_code == 2


def test_issuer_prints_our_key(small: Room, run: Any) -> None:
    keys = record_files.read_issuer(run("issuer").stdout_bytes)
    assert keys == {small.context.signer.key_id: small.context.signer.public_key}


# --- credentials ------------------------------------------------------------------------


def written(run: Any, folder: Path, serial: str, form: str) -> Path:
    path = folder / f"{form}.json"
    assert run("export", serial, "--format", form, "--output", path).exit_code == 0
    return path


def test_a_credential_and_a_transcript_verify_here(small: Room, run: Any, tmp_path: Path) -> None:
    serial = small.certified()
    record = [
        "Pilot: not for personnel decisions",
        "Status: Current.",
        "Revocation was checked at 2026-03-02T12:00:00+00:00.",
        f"Serial: {serial}",
        "Learner: Ada Example",
        f"Key: {small.context.signer.key_id}",
    ]
    badge = run("verify", written(run, tmp_path, serial, "openbadge"))
    assert (badge.exit_code, badge.stdout.splitlines()[1:]) == (0, record)
    clr = run("verify", written(run, tmp_path, serial, "clr"))
    assert (clr.exit_code, clr.stdout.splitlines()) == (
        0,
        [
            "Authentic: this transcript (records: 1) is what the issuer signed.",
            f"Record {serial}:",
            *(f"  {line}" for line in record),
            f"Key: {small.context.signer.key_id}",
        ],
    )
    revoke(small.context, registrar(small.context), serial, *REASON)
    told = run("verify", "--format", "json", tmp_path / "clr.json")
    facts = json.loads(told.stdout)
    assert (told.exit_code, facts["status"], facts["records"][0]["status"]) == (1, "revoked", "revoked")


def test_a_credential_verifies_elsewhere_as_freshly_as_its_lists(
    small: Room, run: Any, tmp_path: Path
) -> None:
    serial = small.certified()
    path, issuer = written(run, tmp_path, serial, "openbadge"), tmp_path / "issuer.json"
    issuer.write_bytes(run("issuer").stdout_bytes)
    lists = []
    for purpose in ("revocation", "suspension"):
        kept = tmp_path / f"{purpose}.json"
        kept.write_bytes(run("status-list", purpose).stdout_bytes)
        lists += ["--status-list", kept]
    told = run("verify", path, "--issuer", issuer, *lists)
    assert told.exit_code == 0
    assert "Revocation was checked at 2026-03-02T00:00:00+00:00." in told.stdout.splitlines()
    record_status.suspend(small.context, registrar(small.context), serial, *REASON)
    lists[3].write_bytes(run("status-list", "suspension").stdout_bytes)
    told = run("verify", path, "--issuer", issuer, *lists)
    assert (told.exit_code, told.stdout.splitlines()[2]) == (1, "Status: Suspended.")
    told = run("verify", path, "--issuer", issuer, "--status-list", lists[3])
    assert (told.exit_code, told.stdout.splitlines()[2]) == (1, "Status: Suspended.")
    assert run("verify", path, *lists).exit_code == 2


def test_what_is_not_there(small: Room, run: Any) -> None:
    assert run("status-list", "revocation", "--number", "2").exit_code == 2
    assert run("issuer", "--format", "did").exit_code == 2
    assert run("export", "nothing", "--format", "openbadge").exit_code == 2


def test_a_pdf_is_exported_and_verified(small: Room, run: Any, tmp_path: Path) -> None:
    serial, output = small.certified(), tmp_path / "record.pdf"
    assert run("export", serial, "--format", "pdf", "--output", output).exit_code == 0
    told = run("verify", output)
    assert (told.exit_code, told.stdout.splitlines()[0]) == (
        0,
        "Authentic: this is exactly what the issuer signed.",
    )
    issuer = tmp_path / "issuer.json"
    issuer.write_bytes(verification.issuer_file(small.context))
    arguments = ["verify", str(output), "--issuer", str(issuer)]
    assert common.run(commands.group, arguments) == 0
    output.write_bytes(output.read_bytes() + b"\n")
    assert common.run(commands.group, arguments) == 1
    told = run("verify", output)
    assert told.exit_code == 1
    assert told.stdout.startswith("Not authentic: something was added to the PDF or cut off")


def test_a_list_of_people_is_answered_line_by_line(small: Room, run: Any, tmp_path: Path) -> None:
    serial = small.certified()
    path = tmp_path / "people.txt"
    path.write_text("Ada Example\nNobody Known\n")
    told = run("currency", "--exam", "small-exam", "--format", "json", path)
    rows = json.loads(told.stdout)
    assert (told.exit_code, [(row["result"], row["serial"]) for row in rows]) == (
        1,
        [("current", serial), ("no_current_record", "")],
    )
    path.write_text(serial)
    told = run("currency", "--days", 2000, "--format", "csv", path)
    assert (told.exit_code, told.stdout.splitlines()[1].split(",")[1]) == (0, "expiring")
