"""`quizapp exam rehearse`: the real exam, played beforehand, and a go / no-go sheet."""

from __future__ import annotations

from dataclasses import asdict

import click

from quizapp.cli import common
from quizapp.cli.exams import cli
from quizapp.domain.rehearsal import Sheet
from quizapp.services import rehearsals

COMMANDS: list[click.Command] = []
MOST_LEARNERS = 500
ERRORS_SHOWN = 5
WORDS = {
    "started": "learners started",
    "saved": "responses saved",
    "receipts": "receipts equal to what was sent",
    "errors": "errors",
    "save_p95_ms": "95 of 100 saves within (ms)",
    "skew_ms": "clocks apart (ms)",
}


@common.command(cli, "rehearse")
@click.argument("slug", metavar="EXAM")
@click.option("--learners", type=click.IntRange(1, MOST_LEARNERS), default=20, show_default=True)
@click.option("--url", default="", help="The running server; without it, this machine's (QUIZAPP_PORT).")
@click.option(
    "--pause", type=click.FloatRange(0, 60), default=1.0, show_default=True, help="Seconds between two saves."
)
@common.format_option
def rehearse(slug: str, learners: int, url: str, pause: float, form: str) -> None:
    """Play a published exam with scripted learners at a running server; nothing counts.

    They sign in, start together, save, submit and compare their receipts, then their accounts are
    shut. Exits 0 for go, 1 for no-go.
    """
    context = common.context()
    url = url or f"http://127.0.0.1:{context.settings.port}"
    if not url.startswith(("http://", "https://")):
        raise common.BadUsage("--url needs http:// or https://")
    told = rehearsals.rehearse(
        context,
        common.CLI,
        slug,
        learners,
        url,
        pause,
        lambda word, count: click.echo(f"{count} of {learners} {word}", err=True),
    )
    if form == "json":
        common.emit_json({"is_go": told.is_go, **asdict(told)})
    else:
        _print(told)
    if not told.is_go:
        common.exit_no("NO-GO")
    click.echo("GO", err=True)


def _print(told: Sheet) -> None:
    rows = [
        {
            "check": WORDS[check.code],
            "seen": check.seen,
            "needed": check.needed,
            "": "ok" if check.is_ok else "NOT OK",
        }
        for check in told.checks
    ]
    common.emit(rows, "table", counted=False)
    for error in sorted(set(told.errors))[:ERRORS_SHOWN]:
        click.echo(f"Error: {error} ({told.errors.count(error)} times)")
