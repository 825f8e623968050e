"""The generated pages of the documentation; a test compares them with what is committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from quizapp import settings

WIDTH = 88
GENERATED = "<!-- Written by `quizapp docs`; change the code, not this page. -->"


@click.command("docs")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs"),
    show_default=True,
    help="Folder to write into.",
)
def docs(into: Path) -> None:
    """Write settings.md and cli.md from the code."""
    into.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (into / name).write_text(text)
        click.echo(str(into / name))


COMMANDS: list[click.Command] = [docs]


def pages() -> dict[str, str]:
    """The text of every generated page by file name."""
    return {"settings.md": settings_page(), "cli.md": cli_page()}


def settings_page() -> str:
    """Every setting as a table."""
    rows = [
        f"| `{name}` | {kind} | {f'`{default}`' if default else 'empty'} | {sentence} |"
        for name, kind, default, sentence in settings.describe()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            GENERATED,
            "",
            "Every setting is an environment variable. A variable that starts with `QUIZAPP_` and is",
            "not in this table stops the program, so that a slip of the pen is not a silent default.",
            "",
            "| variable | type | default | what it is |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def cli_page() -> str:
    """The help of every command."""
    from quizapp.cli import commands

    lines = [
        "# Commands",
        "",
        GENERATED,
        "",
        "Exit codes: 0 done, 1 the answer is no, 2 bad usage or bad input, 3 a defect.",
        "Flask's own commands (`quizapp db upgrade`, `quizapp routes`, `quizapp shell`) stand beside these.",
        "",
    ]
    for entry in sorted(commands(), key=lambda command: command.name or ""):
        for path, help_text in _helps(entry, f"quizapp {entry.name}"):
            lines += [f"## {path}", "", "```text", help_text.rstrip(), "```", ""]
    return "\n".join(lines)


def _helps(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=path, terminal_width=WIDTH, max_content_width=WIDTH)
    yield path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _helps(command.commands[name], f"{path} {name}")
