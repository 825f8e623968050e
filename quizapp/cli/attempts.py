"""quizapp attempt: score, explain, release and sweep."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import click

from quizapp.cli import common
from quizapp.services import attempts, releases, score_explanations, score_exports, scores


@click.group("attempt")
def attempt() -> None:
    """Attempts: scoring, releasing and the sweep."""


@common.command(attempt, "score")
@click.argument("attempt_id", type=click.UUID)
@click.option("--explain", is_flag=True, help="Print the whole derivation; changes nothing.")
@click.option("--again", is_flag=True, help="Add a new score to a result nobody was shown.")
def score(attempt_id: UUID, explain: bool, again: bool) -> None:
    """Score a closed attempt, or explain its score."""
    if explain:
        told = score_explanations.explain(common.context(), common.CLI, attempt_id)
        common.emit_json(score_explanations.derivation(told))
        if not told.is_same:
            common.exit_no("The stored score differs from a fresh one.")
        return
    scores.score(common.context(), common.CLI, attempt_id, again=again)
    attempts.finish(common.context(), attempt_id)
    click.echo(f"Scored {attempt_id}.")


@common.command(attempt, "ask-release")
@click.argument("attempt_id", type=click.UUID)
def ask_release(attempt_id: UUID) -> None:
    """Where an exam wants two people, ask that a result be released; somebody who signs in does it."""
    is_new = releases.ask_release(common.context(), common.CLI, attempt_id)
    click.echo(f"{attempt_id}: {'asked for' if is_new else 'was released or asked for already'}.")


@common.command(attempt, "release")
@click.argument("attempt_id", type=click.UUID)
def release(attempt_id: UUID) -> None:
    """Show a scored result to its learner now, and issue the record it deserves."""
    serial = releases.release_now(common.context(), common.CLI, attempt_id)
    click.echo(f"Released {attempt_id}." + (f" Record {serial}." if serial else " No record is deserved."))


@common.command(attempt, "sweep")
@common.format_option
def sweep(form: str) -> None:
    """Close overdue attempts; score, release and issue what is waiting."""
    told = attempts.sweep(common.context())
    common.emit([{"closed": told.closed, "finished": told.finished}], form)


@common.command(attempt, "export")
@click.argument("attempt_id", type=click.UUID, required=False)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where to; made readable by its owner only, for it holds keys and responses.",
)
def export(attempt_id: UUID | None, output: Path) -> None:
    """Write released results with all it takes to score them again, one JSON document a line."""
    output.touch(mode=0o600)
    output.chmod(0o600)
    written = 0
    with output.open("w", encoding="utf-8") as file:
        for document in score_exports.export(common.context(), common.CLI, attempt_id):
            file.write(json.dumps(document, sort_keys=True, ensure_ascii=False) + "\n")
            written += 1
    click.echo(f"Wrote {written} results to {output}.")


@common.command(attempt, "list")
@click.option("--state", type=click.Choice(["open", "closed", "void"]), help="Only these.")
@common.format_option
def listed(state: str | None, form: str) -> None:
    """List attempts, newest first."""
    common.emit(attempts.listed(common.context(), common.CLI, state), form)


COMMANDS: list[click.Command] = [attempt]
