"""Competency frameworks: check and load a file, list and export what is loaded."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from quizapp.cli import common
from quizapp.cli.banks import print_problems
from quizapp.domain import framework as domain
from quizapp.services import frameworks, items_check


@click.group("framework")
def cli() -> None:
    """Competency frameworks: versioned lists of competencies and their task statements."""


COMMANDS: list[click.Command] = [cli]


@cli.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@common.format_option
def check(path: Path, form: str) -> None:
    """Check a framework file, a folder with framework.yaml, or a shipped framework by name.

    Exits 0 when it is sound, 1 when it has problems, 2 when it cannot be read.
    """
    told = items_check.read_framework(path)
    framework = told.framework
    if form == "json":
        counts = {"competencies": 0, "tasks": 0}
        if framework:
            counts = {"competencies": len(framework.competencies), "tasks": len(framework.task_codes)}
        common.emit_json({"problems": [asdict(problem) for problem in told.problems], **counts})
    else:
        print_problems(told.problems)
        if framework:
            name = f"{framework.id} {framework.version}"
            counted = (
                f"{len(framework.competencies)} competencies, {len(framework.task_codes)} task statements"
            )
            click.echo(f"{name}: {counted}. No problems.")
    if told.problems:
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


@common.command(cli, "load")
@click.argument("path", type=click.Path(path_type=Path))
def load(path: Path) -> None:
    """Load a framework version; it becomes the current one. The same content changes nothing."""
    told = frameworks.load_file(common.context(), common.CLI, path)
    state = "loaded" if told.is_new else "already loaded, nothing changed"
    click.echo(f"{told.framework_id} {told.version}: {state}")


@common.command(cli, "list")
@common.format_option
def list_frameworks(form: str) -> None:
    """Every loaded version of every framework."""
    rows = [
        {
            "framework": entry.framework_id,
            "version": entry.version,
            "current": "yes" if entry.is_current else "no",
            "function": entry.function,
            "competencies": entry.competencies,
            "tasks": entry.tasks,
            "loaded_at": entry.loaded_at.isoformat(timespec="seconds"),
        }
        for entry in frameworks.listed(common.context())
    ]
    common.emit(rows, form)


@common.command(cli, "export")
@click.argument("framework_id", metavar="[ID]", required=False)
@click.option("--version", help="A version, instead of the current one.")
@click.option("--format", "form", type=click.Choice(["json"]), default="json", help="How to print.")
def export(framework_id: str | None, version: str | None, form: str) -> None:
    """Print a framework word for word, as one JSON document.

    ID may be left out where only one framework is loaded.
    """
    context = common.context()
    name = framework_id or frameworks.only(context).id
    common.emit_json(domain.export(frameworks.get(context, name, version)))
