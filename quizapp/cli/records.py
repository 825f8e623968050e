"""`quizapp record`: pull, show, export and verify completion records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from quizapp.cli import common
from quizapp.domain.currency import HORIZON_DAYS
from quizapp.domain.errors import NotFound
from quizapp.domain.record import PILOT_NOTICE, RecordStatus
from quizapp.ports import SystemClock
from quizapp.services import currency, record_exports, records, verification
from quizapp.services.records import Wish
from quizapp.services.verification import Finding, Verification

WORDS = {
    Finding.AUTHENTIC: "Authentic: this is exactly what the issuer signed.",
    Finding.NOT_CANONICAL: "Not authentic: the file was changed after it was issued (not canonical JSON).",
    Finding.WRONG_DIGEST: "Not authentic: the contents do not match their own checksum.",
    Finding.UNKNOWN_ISSUER: "Not authentic: not signed with a key of this issuer.",
    Finding.BAD_SIGNATURE: "Not authentic: the signature does not belong to these contents.",
    Finding.NO_SUCH_RECORD: "No current record in this system: the signature is ours, the record is not.",
}

#: Files for spreadsheets begin with it; what is printed does not.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@click.group("record")
def group() -> None:
    """Completion records: list, show, export, verify."""


COMMANDS: list[click.Command] = [group]


@common.command(group, "list")
@click.option("--text", default="", help="Part of a name or exam, or a serial.")
@click.option("--status", type=click.Choice([str(s) for s in RecordStatus]), help="Only this status.")
@click.option("--task", default="", help="Only records with this task demonstrated.")
@click.option("--sort", default="-issued_at", help="Column to order by; a leading - turns it round.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", help="How to print."
)
def list_records(text: str, status: str | None, task: str, sort: str, form: str) -> None:
    """Every record, newest first, with stable columns; noted in the disclosure log."""
    if sort.removeprefix("-") not in records.SORTS:
        raise common.BadUsage(f"--sort must be one of {', '.join(records.SORTS)}")
    wish = Wish(text=text, status=RecordStatus(status) if status else None, task_code=task, sort=sort)
    if form == "table":
        rows = list(record_exports.rows(common.context(), common.CLI, wish, "cli:table"))
        common.emit(rows, form, record_exports.COLUMNS)
        return
    for piece in record_exports.stream(common.context(), common.CLI, wish, form, f"cli:{form}"):
        click.echo(piece.removeprefix(BYTE_ORDER_MARK), nl=False)


@common.command(group, "show")
@click.argument("serial")
def show(serial: str) -> None:
    """One record with its history, as JSON."""
    told = _shown(serial)
    common.emit_json(
        {
            "serial": told.serial,
            "status": told.status.value,
            "key_id": told.key_id,
            "payload_sha256": told.payload_sha256,
            "successor": told.successor_serial,
            "history": [
                {
                    "verb": entry.verb,
                    "status": entry.status.value,
                    "reason_category": entry.reason_category,
                    "reason": entry.reason,
                    "successor": entry.successor_serial,
                    "at": entry.at.isoformat(),
                }
                for entry in told.history
            ],
            "record": told.payload,
        }
    )


def _shown(serial: str) -> Any:
    try:
        return records.show(common.context(), common.CLI, serial, "cli:show")
    except NotFound as error:
        raise common.BadUsage(f"no record has the serial {serial}") from error


@common.command(group, "export")
@click.argument("serial")
@click.option("--format", "form", type=click.Choice(["json"]), default="json", help="Form of the file.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def export(serial: str, form: str, output: Path | None) -> None:
    """The signed file of a record, byte for byte as anybody downloads it."""
    try:
        data = records.file_of(common.context(), common.CLI, serial, f"cli:{form}")
    except NotFound as error:
        raise common.BadUsage(f"no record has the serial {serial}") from error
    if output is None:
        click.echo(data, nl=False)
    else:
        output.write_bytes(data)
        click.echo(f"{output}: {len(data)} bytes", err=True)


@common.command(group, "currency")
@click.argument("file", type=click.File("rb"))
@click.option("--exam", help="Slug of an exam: only its records count, and its tasks are those missing.")
@click.option(
    "--days", type=click.IntRange(0, 3650), default=HORIZON_DAYS, help="Expiring means within so many days."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", help="How to print."
)
def check_currency(file: Any, exam: str | None, days: int, form: str) -> None:
    """Whether the people in FILE are current: exit 0 all of them, 1 not all, 2 not a list.

    FILE is text with a name, e-mail address or serial on each line, or CSV or Excel with a column
    named serial, email or name; - reads standard input. Every record named is noted as disclosed.
    """
    context = common.context()
    exam_id = currency.exam_id(context, common.CLI, exam) if exam else None
    told = currency.check(
        context, common.CLI, currency.read(file.read()), exam_id=exam_id, horizon=days, door="cli:currency"
    )
    if form == "csv":
        for piece in currency.file(told, "csv"):
            click.echo(piece.removeprefix(BYTE_ORDER_MARK), nl=False)
    else:
        common.emit(currency.rows(told), form, currency.COLUMNS)
    if not all(line.is_current for line in told):
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


@common.command(group, "issuer")
def issuer() -> None:
    """This installation's public keys, for `record verify --issuer` elsewhere."""
    click.echo(verification.issuer_file(common.context()), nl=False)


@group.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option("--issuer", "issuer", type=click.File("rb"), help="Trust the keys of this issuer file only.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def verify(file: Any, issuer: Any, form: str) -> None:
    """Whether FILE is authentic and current: exit 0 yes, 1 no, 2 not a record file.

    Without --issuer it is checked against this installation's keys and records; with it no
    database is needed, and what was decided since the record was issued is not known.
    """
    if issuer is None:
        told = _verify_here(file.read())
    else:
        told = verification.check_offline(file.read(), issuer.read(), SystemClock().now().date())
    click.echo(json.dumps(_facts(told), indent=2) if form == "json" else "\n".join(_lines(told)))
    if not told.is_current:
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


@with_appcontext
def _verify_here(data: bytes) -> Verification:
    return verification.check_file(common.context(), common.CLI, data, "cli:verify")


def _facts(told: Verification) -> dict[str, Any]:
    checked = told.revocation_checked_at
    return {
        "finding": told.finding.value,
        "is_authentic": told.is_authentic,
        "is_current": told.is_current,
        "status": told.status.value if told.status else None,
        "serial": told.serial,
        "key_id": told.key_id,
        "revocation_checked_at": checked.isoformat() if checked else None,
    }


def _lines(told: Verification) -> list[str]:
    lines = [WORDS[told.finding]]
    if not told.is_authentic:
        return lines
    if told.payload["standing"] == "pilot":
        lines.append(PILOT_NOTICE)
    status = told.status.value.capitalize() if told.status else ""
    if told.revocation_checked_at is None:
        lines.append(f"By its printed date: {'not expired' if told.is_current else status.lower()}.")
        lines.append("Revocation was not checked: only the issuer knows what was decided since.")
    else:
        lines.append(f"Status: {'Current' if told.is_current else status}.")
        lines.append(f"Revocation was checked at {told.revocation_checked_at.isoformat()}.")
    payload = told.payload
    return [*lines, f"Serial: {told.serial}", f"Learner: {payload['learner']['name']}", f"Key: {told.key_id}"]
