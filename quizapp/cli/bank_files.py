"""Item banks in the formats of others: brought in, looked at first, and handed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from quizapp.cli import common
from quizapp.cli.banks import cli
from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.item import Level, Pool
from quizapp.domain.item_import import Outcome
from quizapp.services import bank_exports, bank_imports, items_read
from quizapp.services.bank_imports import Defaults, Report, Upload

#: Lines that say nothing beyond "it came as it is" are counted, not printed.
QUIET = frozenset({Outcome.NEW, Outcome.REVISED, Outcome.UNCHANGED})
FILE = click.Path(path_type=Path, dir_okay=False)
#: They hang on the group of banks.
COMMANDS: list[click.Command] = []


def _names(direction: str) -> click.Choice[str]:
    return click.Choice([told.name for told in bank_exports.formats(direction)])


def _given(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what items get where their file says nothing."""
    for option in (
        click.option("--author", default="", help="Author, where the file names none."),
        click.option("--source", default="", help="What the items rest on, where the file says nothing."),
        click.option("--difficulty", type=click.IntRange(0, 100), default=50, show_default=True),
        click.option("--level", type=click.Choice([str(level) for level in Level]), default="understand"),
        click.option("--pool", type=click.Choice([str(pool) for pool in Pool]), default="secure"),
        click.option("--task", "tasks", multiple=True, help="Task code; may be given again."),
    ):
        function = option(function)
    return function


@common.command(cli, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--bank", required=True, help="Id of the bank the items go into.")
@click.option("--format", "form", type=_names("in"), help="Format, if the file's name does not tell.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option("--accept-valid", is_flag=True, help="Take what is sound and leave the rest.")
@click.option("--rejected", type=FILE, help="File for the refused entries, with the reasons.")
@click.option("--keep-status", is_flag=True, help="Believe the file's statuses and reviewers.")
@_given
def import_items(
    file: Path,
    bank: str,
    form: str | None,
    dry_run: bool,
    accept_valid: bool,
    rejected: Path | None,
    keep_status: bool,
    source: str,
    **given: Any,
) -> None:
    """Bring the items of FILE into a bank, as drafts by whoever the file names.

    All or nothing, unless --accept-valid. Items that are there already change nothing; one whose
    words differ becomes a new version. Exits 1 when a dry run finds refused items, 2 for a refusal.
    """
    data = file.read_bytes()
    defaults = Defaults(authority=source or file.name, **given)
    name = form or bank_imports.guess(file.name, data)
    if not name:
        raise common.BadUsage(f"{file.name}: say which --format this is")
    upload = Upload(bank, name, data, defaults, accept_valid, keep_status)
    report = _run(upload, dry_run, rejected)
    _tell(report)
    if dry_run and report.refused:
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


def _run(upload: Upload, dry_run: bool, rejected: Path | None) -> Report:
    act = bank_imports.preview if dry_run else bank_imports.import_items
    with common.progress((), 0, "Items") as bar:

        def progress(_done: int, total: int) -> None:
            bar.length = total
            bar.update(1)

        try:
            report = act(common.context(), common.CLI, upload, progress)
        except Invalid as error:
            if error.code == "items_refused" and rejected:
                _write_rejected(bank_imports.preview(common.context(), common.CLI, upload), rejected)
            raise
    if rejected:
        _write_rejected(report, rejected)
    return report


def _write_rejected(report: Report, path: Path) -> None:
    try:
        path.write_bytes(bank_imports.rejected(report.refused))
    except OSError as error:
        raise common.BadUsage(f"{path}: {error.strerror}") from error
    click.echo(f"{len(report.refused)} refused entries in {path}", err=True)


def _tell(report: Report) -> None:
    counted = ", ".join(f"{count} {outcome}" for outcome, count in report.counts().items() if count)
    click.echo(
        f"{report.bank_id}: {counted or 'nothing'}{'' if report.is_stored else ' (nothing was stored)'}"
    )
    _print("", report.notes)
    for line in report.lines:
        if line.outcome not in QUIET or line.changes:
            click.echo(f"{line.place}: {line.name}: {line.outcome}")
            _print("  ", (*line.changes, *line.problems))


def _print(indent: str, problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(f"{indent}{problem}")


@common.command(cli, "export")
@click.argument("bank", required=False)
@click.option("--format", "form", type=_names("out"), default="jsonl", show_default=True)
@click.option("--output", type=FILE, help="File, instead of the screen.")
def export(bank: str | None, form: str, output: Path | None) -> None:
    """Every item of a bank in its current wording, keys included, in one of the formats.

    BANK may be left out where only one bank is loaded. What the format cannot hold is said on
    standard error. The export is audited.
    """
    bank_id = bank or _only_bank()
    _print_losses(bank_exports.plan(common.context(), common.CLI, bank_id, form).losses)
    told = bank_exports.export(common.context(), common.CLI, bank_id, form)
    if output is None:
        for piece in told.pieces:
            click.echo(piece, nl=False)
        return
    try:
        with output.open("wb") as file:
            file.writelines(told.pieces)
    except OSError as error:
        raise common.BadUsage(f"{output}: {error.strerror}") from error
    click.echo(f"{told.items} items in {output}", err=True)


def _print_losses(losses: Sequence[Problem]) -> None:
    for problem in losses:
        click.echo(f"Not in the file: {problem}", err=True)


def _only_bank() -> str:
    ids = [bank.bank_id for bank in items_read.banks(common.context(), common.CLI)]
    if len(ids) == 1:
        return ids[0]
    raise common.BadUsage(f"name one of the loaded banks: {', '.join(ids) or 'there is none'}")
