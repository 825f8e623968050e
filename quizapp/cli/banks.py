"""Item banks: check files without a database, load them, list what is loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from quizapp.cli import common, item_quality
from quizapp.ports import SystemClock
from quizapp.services import items, items_check, items_read, items_schema

PROBLEM_COLUMNS = ("file", "line", "item", "field", "value", "reason", "detail")


@click.group("bank")
def cli() -> None:
    """Item banks: folders of text files with questions tagged to a framework."""


COMMANDS: list[click.Command] = [cli]


@cli.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--framework", type=click.Path(path_type=Path), help="Framework file, if not beside or above the bank."
)
@click.option("--complete", is_flag=True, help="Every task needs enough secure and practice items.")
@click.option("--findings", "every_finding", is_flag=True, help="List every finding of item writing.")
@common.format_option
def check(path: Path, framework: Path | None, complete: bool, every_finding: bool, form: str) -> None:
    """Check a bank folder, or a shipped bank by name; tells every problem. No database is needed.

    Then measures its items: rules of item writing, near-duplicates, places of keys, coverage, and
    whether keys can be guessed from surface cues (docs/item-quality.md). Exits 0 when the bank is
    clean and within every limit, 1 when not, 2 when it cannot be read.
    """
    today = SystemClock().now().date()
    told = items.check_bank_files(path, today, framework, complete)
    if form == "json":
        common.emit_json(item_quality.as_json(told))
    else:
        print_problems(told.problems)
        _summarise(told)
        item_quality.show(told, every_finding)
    if not told.is_good:
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


def print_problems(problems: Sequence[items_check.FileProblem]) -> None:
    """A line a problem: where, what, why."""
    for problem in problems:
        click.echo(str(problem))


def _summarise(told: items_check.BankCheck) -> None:
    counts = {**dict(sorted(told.pools.items())), **dict(sorted(told.statuses.items()))}
    shown = ", ".join(f"{count} {name}" for name, count in counts.items())
    click.echo(
        f"{told.bank_id or told.path}: {told.items} items in {told.files} files ({shown or 'none sound'})"
    )
    click.echo("No problems." if told.is_clean else f"{len(told.problems)} problems.")


@common.command(cli, "load")
@click.argument("path", type=click.Path(path_type=Path))
def load(path: Path) -> None:
    """Load a bank folder, or a shipped bank by name. Loading the same files changes nothing."""
    with common.progress((), 0, "Items") as bar:

        def progress(_done: int, total: int) -> None:
            bar.length = total
            bar.update(1)

        told = items.load_bank(common.context(), common.CLI, path, progress)
    click.echo(
        f"{told.bank_id}: {told.items} items, {told.new} new, {told.revised} revised, "
        f"{told.reviewed} reviewed, {told.unchanged} unchanged"
    )
    click.echo(f"digest {told.digest}")
    if told.missing:
        click.echo(f"No longer in the files, kept as they are: {', '.join(told.missing)}", err=True)


@common.command(cli, "list")
@common.format_option
def list_banks(form: str) -> None:
    """Loaded banks, with their approved items by pool."""
    rows = [_row(bank) for bank in items_read.banks(common.context(), common.CLI)]
    columns = ("bank", "framework", "items", "secure", "practice", "distribution", "sme_review", "loaded_at")
    common.emit(rows, form, columns)


def _row(bank: items_read.BankSummary) -> dict[str, Any]:
    return asdict(bank) | {
        "bank": bank.bank_id,
        "framework": f"{bank.framework_id} {bank.framework_version}",
        "loaded_at": bank.loaded_at.isoformat(timespec="seconds"),
    }


@cli.command("schema")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def schema(folder: Path) -> None:
    """Write the JSON Schemas of bank, item and framework files into a folder, for editors."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, told in items_schema.schemas().items():
            (folder / name).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise common.BadUsage(f"{folder}: {error.strerror}") from error
