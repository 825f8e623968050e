"""quizapp picture: what items show."""

from __future__ import annotations

from datetime import timedelta

import click

from quizapp.cli import common
from quizapp.services import pictures

#: So long a picture may wait for the text that shows it.
DAYS = 30


@click.group("picture")
def group() -> None:
    """Pictures of items."""


COMMANDS: list[click.Command] = [group]


@common.command(group, "clean")
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=1),
    default=DAYS,
    show_default=True,
    help="Days since it was stored.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@common.format_option
def clean(days: int, dry_run: bool, form: str) -> None:
    """Remove the pictures that nobody refers to any more.

    Looked through are all versions of items and scenarios, drafts with every text that undo can bring back,
    comments, regrades, exams and sittings. Run it while nobody loads or imports items. Each picture that
    is removed stands in the audit log.
    """
    work = pictures.unused if dry_run else pictures.remove_unused
    told = work(common.context(), common.CLI, timedelta(days=days))
    common.emit(
        [{"name": kept.name, "bytes": kept.bytes, "stored_at": kept.created_at} for kept in told],
        form,
        ("name", "bytes", "stored_at"),
    )
