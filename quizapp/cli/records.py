"""`quizapp record`: pull, show, export and verify completion records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from quizapp.cli import common
from quizapp.domain.currency import HORIZON_DAYS
from quizapp.domain.errors import NotFound
from quizapp.domain.record import PILOT_NOTICE, RecordStatus
from quizapp.ports import SystemClock
from quizapp.services import (
    credentials,
    currency,
    evidence,
    record_exports,
    record_uploads,
    record_views,
    records,
    verification,
)
from quizapp.services.evidence import Walk
from quizapp.services.record_facts import today
from quizapp.services.record_views import RecordView
from quizapp.services.records import PROJECTIONS, Wish
from quizapp.services.verification import Finding, Verification

WORDS = {
    Finding.AUTHENTIC: "Authentic: this is exactly what the issuer signed.",
    Finding.NOT_CANONICAL: "Not authentic: the file was changed after it was issued.",
    Finding.WRONG_DIGEST: "Not authentic: the contents do not match their own checksum.",
    Finding.UNKNOWN_ISSUER: "Not authentic: not signed with a key of this issuer.",
    Finding.BAD_SIGNATURE: "Not authentic: the signature does not belong to these contents.",
    Finding.NO_SUCH_RECORD: "No current record in this system: the signature is ours, the record is not.",
    Finding.NOT_SIGNED: "Not authentic: the PDF carries no signature; perhaps it was saved anew or cut off.",
    Finding.NOT_WHOLE: "Not authentic: something was added to the PDF or cut off, or it was not issued here.",
    Finding.NO_ATTACHMENT: "Not authentic: no record is attached to the PDF.",
    Finding.NOT_AS_ISSUED: "Not authentic: the signature is ours, but this is not the file that was issued.",
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


def _shown(serial: str, door: str = "cli:show") -> RecordView:
    try:
        return records.show(common.context(), common.CLI, serial, door)
    except NotFound as error:
        raise common.BadUsage(f"no record has the serial {serial}") from error


@common.command(group, "as-of")
@click.argument("serial")
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
def as_of(serial: str, day: datetime) -> None:
    """How a record stood at the end of DATE (2026-03-02): exit 0 in force, 1 not, 2 no such record.

    The days are those of the installation's zone (QUIZAPP_ZONE). What the record says never changes.
    """
    on = day.date()
    if on > today(common.context()):
        raise common.BadUsage("what will be on that day is not known yet")
    status, entry = record_views.as_of(_shown(serial, "cli:as-of"), on)
    common.emit_json(
        {
            "serial": serial,
            "on": on.isoformat(),
            "status": status.value if status else None,
            "since": entry.at.isoformat() if entry else None,
            "reason_category": entry.reason_category if entry else "",
            "successor": entry.successor_serial if entry else None,
        }
    )
    if status is not RecordStatus.VALID:
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


#: What a table shows of the evidence; JSON has more.
EVIDENCE_COLUMNS = ("task", "status", "taken_on", "attempt", "position", "item", "version", "right", "counts")


@common.command(group, "evidence")
@click.argument("serial")
@common.format_option
def show_evidence(serial: str, form: str) -> None:
    """Every mark behind a record: task, attempt, form, item version; no text and no response.

    JSON also has the digests of form, blueprint, bank and item, and how often and when the slot was
    answered. Noted as disclosed; responses are opened to an appeal reviewer, on the record's page.
    """
    try:
        told = evidence.walk(common.context(), common.CLI, serial, "cli:evidence")
    except NotFound as error:
        raise common.BadUsage(f"no record has the serial {serial}") from error
    common.emit(list(_evidence_rows(told)), form, EVIDENCE_COLUMNS)


def _evidence_rows(told: Walk) -> Iterator[dict[str, Any]]:
    for task in told.tasks:
        for piece in task.pieces:
            for slot in piece.slots:
                yield {
                    "task": task.code,
                    "status": task.status,
                    "x": task.x,
                    "n": task.n,
                    "taken_on": piece.taken_on.isoformat(),
                    "exam": piece.exam_title,
                    "attempt": str(piece.attempt_id),
                    "form": piece.form_digest,
                    "blueprint": piece.blueprint_digest,
                    "bank": piece.bank_digest,
                    "position": slot.position,
                    "item": slot.item_id,
                    "version": slot.version,
                    "item_digest": slot.item_digest,
                    "right": slot.is_right,
                    "counts": slot.is_evidence,
                    "entries": slot.entries,
                    "first_at": slot.first_at.isoformat() if slot.first_at else None,
                    "last_at": slot.last_at.isoformat() if slot.last_at else None,
                }


@common.command(group, "export")
@click.argument("serial")
@click.option(
    "--format", "form", type=click.Choice(list(PROJECTIONS)), default="json", help="Form of the file."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def export(serial: str, form: str, output: Path | None) -> None:
    """A record in one of its forms, exactly as anybody downloads it.

    `json` is the signed record itself, `openbadge` an Open Badges 3.0 credential, `clr` the whole
    transcript of its learner as a CLR 2.0 credential, `html` a page that needs nothing else, `pdf`
    the signed file for people.
    """
    try:
        data = records.export(common.context(), common.CLI, serial, form, f"cli:{form}")
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
@click.option(
    "--format",
    "form",
    type=click.Choice(["keys", "did"]),
    default="keys",
    help="A list of keys, or the DID document.",
)
def issuer(form: str) -> None:
    """This installation's public keys, for `record verify --issuer` elsewhere."""
    told = _did_document() if form == "did" else verification.issuer_file(common.context())
    click.echo(told, nl=False)


def _did_document() -> bytes:
    told = credentials.did_document(common.context())
    if told is None:
        raise common.BadUsage(
            "without QUIZAPP_PUBLIC_URL=https://... the issuer is a key and needs no document"
        )
    return told


@common.command(group, "status-list")
@click.argument("purpose", type=click.Choice(list(credentials.BITS)))
@click.option("--number", default=1, help="Which list.")
def status_list(purpose: str, number: int) -> None:
    """The signed status list that credentials point to, as things stand now."""
    told = credentials.status_list(common.context(), purpose, number)
    if told is None:
        raise common.BadUsage(f"there is no status list {number}")
    click.echo(told, nl=False)


@group.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--issuer", "issuer", type=click.File("rb"), help="Trust only this issuer file or DID document."
)
@click.option(
    "--status-list", "lists", type=click.File("rb"), multiple=True, help="With --issuer: a status list kept."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def verify(file: Any, issuer: Any, lists: tuple[Any, ...], form: str) -> None:
    """Whether FILE is authentic and current: exit 0 yes, 1 no, 2 not a file of a record.

    FILE is a record (JSON or PDF), a credential or a transcript. Without --issuer it is checked against this
    installation's keys and records; with it no database is needed, and what was decided since
    is known only as far as status lists tell it.
    """
    if issuer is None and lists:
        raise common.BadUsage("--status-list needs --issuer")
    if issuer is None:
        told = _verify_here(_read(file))
    else:
        day, kept = SystemClock().now().date(), [entry.read() for entry in lists]
        told = record_uploads.check_offline(_read(file), issuer.read(), day, kept)
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
        **({"records": [_facts(part) for part in told.parts]} if told.parts else {}),
    }


def _lines(told: Verification) -> list[str]:
    lines = [WORDS[told.finding]]
    if told.parts and told.is_authentic:
        lines[0] = f"Authentic: this transcript (records: {len(told.parts)}) is what the issuer signed."
    if not told.is_authentic:
        return lines
    for part in told.parts:
        lines += [f"Record {part.serial}:", *(f"  {line}" for line in _record_lines(part))]
    return lines + ([f"Key: {told.key_id}"] if told.parts else _record_lines(told))


def _record_lines(told: Verification) -> list[str]:
    payload, lines = told.payload, []
    if payload["standing"] == "pilot":
        lines.append(PILOT_NOTICE)
    status = told.status.value.capitalize() if told.status else ""
    if told.revocation_checked_at is None:
        is_dated = told.status in (RecordStatus.VALID, RecordStatus.EXPIRED)
        lines.append(
            f"By its printed date: {'not expired' if told.is_current else status.lower()}."
            if is_dated
            else f"Status: {status}."
        )
        lines.append("Revocation was not checked: only the issuer knows what was decided since.")
    else:
        lines.append(f"Status: {'Current' if told.is_current else status}.")
        lines.append(f"Revocation was checked at {told.revocation_checked_at.isoformat()}.")
    return [*lines, f"Serial: {told.serial}", f"Learner: {payload['learner']['name']}", f"Key: {told.key_id}"]
