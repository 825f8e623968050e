"""`quizapp cohort`: lists of people by name."""

from __future__ import annotations

from pathlib import Path

import click

from quizapp.cli import common
from quizapp.services import cohorts


@click.group("cohort")
def cohort() -> None:
    """Cohorts: lists of people by name."""


@common.command(cohort, "create")
@click.argument("name")
def create(name: str) -> None:
    """Make an empty cohort."""
    click.echo(cohorts.create_cohort(common.context(), common.CLI, name))


@common.command(cohort, "list")
@common.format_option
def list_cohorts(form: str) -> None:
    """List cohorts with their sizes."""
    rows = cohorts.listed(common.context(), common.CLI)
    told = [{"id": str(row.id), "name": row.name, "members": row.members} for row in rows]
    common.emit(told, form, ["id", "name", "members"])


@common.command(cohort, "import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_members(name: str, file: Path) -> None:
    """Put the people of a CSV file (column email) into a cohort: all of them or none."""
    context = common.context()
    found = cohorts.by_name(context, common.CLI, name)
    joined = cohorts.import_members(context, common.CLI, found.id, file.read_bytes())
    click.echo(f"{joined} joined {found.name}")


COMMANDS: list[click.Command] = [cohort]
