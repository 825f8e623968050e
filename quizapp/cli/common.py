"""What all commands share: the context, output as a table or JSON, and exit codes."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from quizapp.domain.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from quizapp.domain.person import Actor, operator
from quizapp.services.unit_of_work import Context
from quizapp.settings import BadSetting

#: 0 success, 1 the answer is no, 2 bad usage or bad input, 3 internal error.
ANSWER_IS_NO, BAD_INPUT, INTERNAL = 1, 2, 3
EXIT_CODES: dict[type[DomainError], int] = {
    Invalid: BAD_INPUT,
    NotFound: BAD_INPUT,
    Refused: ANSWER_IS_NO,
    Forbidden: ANSWER_IS_NO,
}
CLI: Actor = operator("cli")

format_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print."
)


def context() -> Context:
    """The services' context of the application this command runs in."""
    told: Context = current_app.extensions["quizapp"]
    return told


def command(group: click.Group, name: str, **attrs: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Register a command that runs inside the application."""

    def register(function: Callable[..., Any]) -> click.Command:
        return group.command(name, **attrs)(with_appcontext(function))

    return register


def emit(
    rows: Sequence[Mapping[str, Any]], form: str, columns: Sequence[str] = (), counted: bool = True
) -> None:
    """Print rows as JSON or as an aligned table, with a count unless the caller tells it."""
    if form == "json":
        emit_json(list(rows))
        return
    names = list(columns or (rows[0].keys() if rows else ()))
    lines = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if counted:
        click.echo(f"({len(rows)} rows)", err=True)


def emit_json(value: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def emit_line(value: Any) -> None:
    """Print one JSON document on one line."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def exit_no(reason: str) -> None:
    """Say why the answer is no, and exit 1."""
    click.echo(reason, err=True)
    raise click.exceptions.Exit(ANSWER_IS_NO)


def progress(things: Iterable[Any], length: int, label: str) -> Any:
    """A progress bar on a terminal, silence elsewhere; use as a context manager."""
    return click.progressbar(
        things, length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def run(group: click.Group, arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; errors go to standard error."""
    try:
        told = group.main(args=arguments, standalone_mode=False)
        return told if isinstance(told, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except click.Abort:
        click.echo("Stopped.", err=True)
        return ANSWER_IS_NO
    except BadSetting as error:
        click.echo(f"Error: {error}", err=True)
        return BAD_INPUT
    except DomainError as error:
        click.echo(f"Error: {error}", err=True)
        return next((c for kind, c in EXIT_CODES.items() if isinstance(error, kind)), BAD_INPUT)
    except Exception as error:
        return _unexpected(error)


class BadUsage(click.ClickException):
    """A wish that cannot be met as it stands; exits 2."""

    exit_code = BAD_INPUT


def _unexpected(error: Exception) -> int:
    traceback.print_exception(error, file=sys.stderr)
    click.echo("Error: this is a defect; the lines above say where.", err=True)
    return INTERNAL
