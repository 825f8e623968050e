"""`quizapp exam pack`: paper for the day when nothing works."""

from __future__ import annotations

from pathlib import Path

import click

from quizapp.cli import common
from quizapp.cli.exams import cli
from quizapp.services import packs

COMMANDS: list[click.Command] = []
MOST_FORMS = 500


@common.command(cli, "pack")
@click.argument("slug", metavar="EXAM")
@click.option("--forms", type=click.IntRange(1, MOST_FORMS), default=1, show_default=True, help="How many.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="The PDF; EXAM-pack.pdf without it."
)
@click.option(
    "--font",
    type=click.Path(exists=True, dir_okay=False),
    help="TrueType font for texts beyond Western European letters.",
)
def pack(slug: str, forms: int, output: Path | None, font: str | None) -> None:
    """Print new forms of a published exam, each with an answer sheet, and a list for the proctor.

    There is no key in it. Each form is stored under the code on its pages, so that answers can be
    keyed in later. The file is readable by its owner only and never overwritten.
    """
    path = output or Path(f"{slug}-pack.pdf")
    if path.exists():
        raise common.BadUsage(f"{path} exists already")
    told = packs.print_pack(common.context(), common.CLI, slug, forms, font or "")
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(told)
    click.echo(f"{path}: {forms} forms")
