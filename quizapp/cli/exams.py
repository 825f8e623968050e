"""Exams: check and load files, list, show, publish, close, and say what a pool can certify."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from quizapp.cli import common
from quizapp.domain import analysis
from quizapp.domain.analysis import Feasibility, TaskFeasibility
from quizapp.domain.errors import Problem
from quizapp.services import exam_files, exams
from quizapp.services.exams import ExamDetail


@click.group("exam")
def cli() -> None:
    """Exams: what is asked, how long, and by which rules it is decided."""


COMMANDS: list[click.Command] = [cli]


@cli.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@common.format_option
def check(path: Path, form: str) -> None:
    """Check an exam file, or every exam file of a folder. No database is needed.

    Exits 0 when all are sound, 1 when there are problems, 2 when it cannot be read.
    """
    told = exam_files.check(path)
    if form == "json":
        names = ("file", "line", "field", "value", "reason", "detail")
        problems = [{name: getattr(problem, name) for name in names} for problem in told.problems]
        common.emit_json({"problems": problems, "exams": [exam.slug for exam in told.exams]})
    else:
        _print_check(told)
    if told.problems:
        raise click.exceptions.Exit(common.ANSWER_IS_NO)


def _print_check(told: exam_files.ExamCheck) -> None:
    for problem in told.problems:
        click.echo(str(problem))
    for exam in told.exams:
        blueprint = exam.definition.blueprint
        click.echo(f"{exam.slug}: {blueprint.length} items on {len(blueprint.rows)} tasks")
    if not told.is_checked_against_framework:
        click.echo("No framework.yaml beside or above: task codes were not checked.", err=True)
    if not told.problems:
        click.echo("No problems.")


@common.command(cli, "load")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--publish", is_flag=True, help="Publish what is loaded; all or nothing.")
def load(path: Path, publish: bool) -> None:
    """Load an exam file, or every exam file of a folder. Loading the same again changes nothing."""
    for told in exam_files.load(common.context(), common.CLI, path, publish):
        published = ", published now" if told.is_published_now else ""
        click.echo(f"{told.slug}: {told.outcome.value}, {told.state.value}{published}")


@common.command(cli, "list")
@common.format_option
def list_exams(form: str) -> None:
    """Every exam, by title."""
    rows = [
        {
            "id": exam.slug,
            "mode": exam.mode.value,
            "standing": exam.standing.value,
            "title": exam.title,
            "state": exam.state.value,
        }
        for exam in exams.listed(common.context(), common.CLI)
    ]
    common.emit(rows, form, ("id", "mode", "standing", "title", "state"))


@common.command(cli, "show")
@click.argument("slug")
@common.format_option
def show(slug: str, form: str) -> None:
    """One exam. As JSON it is the exam's file: JSON is YAML, so it can be loaded elsewhere."""
    told = exams.get(common.context(), common.CLI, slug)
    if form == "json":
        common.emit_json(exam_files.as_file(told))
        return
    for name, value in _facts(told):
        click.echo(f"{name:<14} {value}")
    rows = [
        {"task": row.task_code, "items": row.items, "top_up": row.top_up}
        for row in told.definition.blueprint.rows
    ]
    common.emit(rows, form)


def _facts(told: ExamDetail) -> list[tuple[str, object]]:
    definition = told.definition
    return [
        ("exam", told.slug),
        ("title", definition.title),
        ("mode", definition.mode.value),
        ("standing", told.standing.value),
        ("state", told.state.value),
        ("framework", f"{told.framework.id} {told.framework.version}"),
        ("banks", ", ".join(told.bank_ids)),
        ("minutes", definition.time_limit_seconds // 60),
        ("release", definition.release.value),
        ("sittings", told.sittings),
    ]


@common.command(cli, "publish")
@click.argument("slug")
def publish(slug: str) -> None:
    """Publish a draft. Its definition is frozen with the banks' state; there is no way back."""
    context = common.context()
    exams.publish(context, common.CLI, exams.get(context, common.CLI, slug).id)
    told = exams.get(context, common.CLI, slug)
    click.echo(f"{slug}: published, standing {told.standing.value}")


@common.command(cli, "close")
@click.argument("slug")
def close(slug: str) -> None:
    """Close a published exam and its sittings. What is running runs on to its own deadline."""
    context = common.context()
    exams.close(context, common.CLI, exams.get(context, common.CLI, slug).id)
    click.echo(f"{slug}: closed")


@common.command(cli, "feasibility")
@click.argument("slug")
@common.format_option
def feasibility(slug: str, form: str) -> None:
    """What the pool can do for an exam now. Exits 1 when something forbids publishing."""
    context = common.context()
    told = exams.feasibility(context, common.CLI, exams.get(context, common.CLI, slug).id)
    if form == "json":
        common.emit_json(analysis.to_json(told))
    else:
        common.emit([_row(task) for task in told.tasks], form)
        _print_problems(told)
    if told.blocks:
        common.exit_no(f"{slug} cannot be published as it stands.")


def _row(task: TaskFeasibility) -> dict[str, Any]:
    told = {
        "task": task.task_code,
        "items": f"{task.items} + {task.top_up}" if task.top_up else str(task.items),
        "eligible": task.eligible,
        "forms": task.forms,
        "top_ups": task.top_ups,
    }
    return told | {f"p={float(c.ability):g}": f"{round(c.demonstrated * 100)} %" for c in task.chances}


def _print_problems(told: Feasibility) -> None:
    for word, problems in (("Forbids publishing", told.blocks), ("Warning", told.warnings)):
        for problem in problems:
            click.echo(f"{word}: {_line(problem)}")


def _line(problem: Problem) -> str:
    return f"{problem.field}: {problem.detail or problem.reason}"
