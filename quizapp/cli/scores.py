"""quizapp score: have every released result scored a second time."""

from __future__ import annotations

from pathlib import Path

import click

from quizapp.cli import common
from quizapp.services import score_exports


@click.group("score")
def group() -> None:
    """Scores: the audit by a second scorer."""


COMMANDS: list[click.Command] = [group]
COLUMNS = ("attempt", "place", "stored", "reckoned")


@common.command(group, "audit")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An export to look at, instead of this installation's results.",
)
@common.format_option
def audit(path: Path | None, form: str) -> None:
    """Compare every released result with what a second scorer reckons; exits 1 where they differ.

    The second scorer shares no code with the first.
    """
    if path is None:
        told = list(score_exports.audit(common.context(), common.CLI))
    else:
        with path.open(encoding="utf-8") as lines:
            told = list(score_exports.audit_file(lines))
    rows = [
        {"attempt": entry.attempt, "place": entry.place, "stored": entry.stored, "reckoned": entry.reckoned}
        for _, found in told
        for entry in found
    ]
    if rows or form == "json":
        common.emit(rows, form, COLUMNS)
    if rows:
        common.exit_no(f"{len({row['attempt'] for row in rows})} of {len(told)} results differ.")
    click.echo(f"Both scorers agree on {len(told)} results.", err=form == "json")
