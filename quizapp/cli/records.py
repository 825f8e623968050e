"""`quizapp record`: pull, show, export and verify completion records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from quizapp.cli import common
from quizapp.domain.errors import NotFound
from quizapp.domain.record import PILOT_NOTICE, RecordStatus
from quizapp.ports import SystemClock
from quizapp.services import record_pdfs, record_uploads, records, verification
from quizapp.services.records import Wish
from quizapp.services.verification import Finding, Verification

WORDS = {
    Finding.AUTHENTIC: "Authentic: this is exactly what the issuer signed.",
    Finding.NOT_CANONICAL: "Not authentic: the file was changed after it was issued (not canonical JSON).",
    Finding.WRONG_DIGEST: "Not authentic: the contents do not match their own checksum.",
    Finding.UNKNOWN_ISSUER: "Not authentic: not signed with a key of this issuer.",
    Finding.BAD_SIGNATURE: "Not authentic: the signature does not belong to these contents.",
    Finding.NO_SUCH_RECORD: "No current record in this system: the signature is ours, the record is not.",
    Finding.NOT_SIGNED: "Not authentic: the PDF carries no signature; perhaps it was saved anew or cut off.",
    Finding.NOT_WHOLE: "Not authentic: something was added to the PDF or cut off, or it was not issued here.",
    Finding.NO_ATTACHMENT: "Not authentic: no record is attached to the PDF.",
    Finding.NOT_AS_ISSUED: "Not authentic: the signature is ours, but this is not the file that was issued.",
}

FORMS = {"json": records.file_of, "pdf": record_pdfs.pdf_of}


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
    rows = records.pull(common.context(), common.CLI, wish, f"cli:{form}")
    if form == "csv":
        click.echo(records.as_csv(rows), nl=False)
    else:
        common.emit(rows, form, records.COLUMNS)


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
@click.option("--format", "form", type=click.Choice(tuple(FORMS)), default="json", help="Form of the file.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def export(serial: str, form: str, output: Path | None) -> None:
    """A record as a signed file, byte for byte as anybody downloads it."""
    try:
        data = FORMS[form](common.context(), common.CLI, serial, f"cli:{form}")
    except NotFound as error:
        raise common.BadUsage(f"no record has the serial {serial}") from error
    if output is None:
        click.echo(data, nl=False)
    else:
        output.write_bytes(data)
        click.echo(f"{output}: {len(data)} bytes", err=True)


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
        told = _verify_here(_read(file))
    else:
        told = record_uploads.check_offline(_read(file), issuer.read(), SystemClock().now().date())
    click.echo(json.dumps(_facts(told), indent=2) if form == "json" else "\n".join(_lines(told)))
    if not told.is_current:
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


def _read(file: Any) -> bytes:
    # One byte more than is looked at: a huge file is refused without being held.
    data: bytes = file.read(record_uploads.LONGEST_FILE + 1)
    return data


@with_appcontext
def _verify_here(data: bytes) -> Verification:
    return record_uploads.check(common.context(), common.CLI, data, "cli:verify")


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
