"""The audit log: read it, seal it, prove it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from quizapp.cli import common
from quizapp.services import audit
from quizapp.services.audit import AuditCheck, Checkpoint, Line, LineFilter

COLUMNS = ("id", "at", "actor", "verb", "noun", "object_id", "facts", "request_id")
DEFAULT_LIMIT = 50
instant = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group("audit")
def cli() -> None:
    """The audit log: who did what, when; chained with a key so that tampering shows."""


COMMANDS: list[click.Command] = [cli]


@common.command(cli, "list")
@click.option("--noun", default="", help="Only lines about this noun, for example exam.")
@click.option("--verb", default="", help="Only lines with this verb, for example publish.")
@click.option("--actor", default="", help="Only lines of this person's id, or of an operator such as cli.")
@click.option("--object", "object_id", default="", help="Only lines about this id.")
@click.option("--since", type=instant, help="Only lines from this instant on (UTC).")
@click.option("--until", type=instant, help="Only lines before this instant (UTC).")
@click.option("--limit", default=DEFAULT_LIMIT, show_default=True, type=click.IntRange(1), help="How many.")
@common.format_option
def listed(since: datetime | None, until: datetime | None, limit: int, form: str, **words: str) -> None:
    """List audit lines, newest first."""
    wanted = LineFilter(since=_utc(since), until=_utc(until), **words)
    told = audit.listed(common.context(), common.CLI, wanted, limit=limit)
    common.emit([_row(line) for line in told.lines], form, COLUMNS)


def _utc(told: datetime | None) -> datetime | None:
    return told.replace(tzinfo=UTC) if told else None


def _row(line: Line) -> dict[str, Any]:
    values = asdict(line)
    return {**values, "at": line.at.isoformat(), "actor": str(line.actor_id or line.actor_name)}


@common.command(cli, "seal")
def seal() -> None:
    """Seal every line that is not sealed yet; the worker does this every few seconds."""
    click.echo(f"{audit.seal(common.context(), is_thorough=True)} lines sealed.")


@common.command(cli, "checkpoint")
def checkpoint() -> None:
    """Print the newest signed checkpoint as a line of JSON, to be kept outside this system."""
    told = audit.last_checkpoint(common.context(), common.CLI)
    if told is None:
        common.exit_no("Nothing has been sealed yet.")
    else:
        common.emit_line({**asdict(told), "at": told.at.isoformat()})


@common.command(cli, "verify")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of checkpoints kept outside this system, one JSON line each.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def verify(against: Path | None, form: str) -> None:
    """Recompute the chain. Exits 1 and names the first bad row when anything was touched."""
    kept: list[Checkpoint] = audit.read_checkpoints(against.read_text()) if against else []
    told = audit.verify(common.context(), kept)
    if form == "json":
        common.emit_json({**asdict(told), "is_intact": told.is_intact})
    else:
        click.echo(_sentence(told))
    if told.fault is not None:
        common.exit_no(f"First fault: {told.fault}.")


def _sentence(told: AuditCheck) -> str:
    state = "The chain is intact" if told.is_intact else "The chain was touched"
    return (
        f"{state}: {told.sealed} lines sealed and verified, {told.unsealed} fresh lines not sealed yet, "
        f"{told.checkpoints} checkpoints."
    )
