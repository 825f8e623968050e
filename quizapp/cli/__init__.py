"""Commands for operators: the same nouns and verbs as the services."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup

from quizapp import __version__

#: Each module holds one click group (or command) named `cli`.
MODULES = (
    "api_tokens", "attempts", "audit", "banks", "bank_files", "case_files", "checks", "cohorts", "demo",
    "docs", "exams", "frameworks", "items", "packs", "people", "pictures", "receipts", "records", "regrades",
    "rehearsals", "scores", "serving", "signing_keys", "webhooks",
)  # fmt: skip


def commands() -> list[click.Command]:
    """Every command of the product, without Flask's own."""
    found: list[click.Command] = []
    for name in MODULES:
        module = import_module(f"quizapp.cli.{name}")
        found += module.COMMANDS
    return found


class Migrations(click.Group):
    """Flask-Migrate's commands, imported when one of them is asked for: that takes long."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the library's commands."""
        return self._library.list_commands(ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The library's command of this name."""
        return self._library.get_command(ctx, name)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The library's own group takes over, because it also does something before its commands."""
        return self._library.make_context(info_name, args, parent, **extra)

    @property
    def _library(self) -> click.Group:
        group: click.Group = import_module("flask_migrate.cli").db
        return group


class Top(FlaskGroup):
    """The top command. It knows its commands without making the application, so help always works."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of every command."""
        return click.Group.list_commands(self, ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name."""
        return click.Group.get_command(self, ctx, name)


def group(create_app: Callable[[], Flask]) -> Top:
    """The top command: the product's commands beside the libraries' (db, run, routes, shell)."""
    top = Top(
        name="quizapp",
        help="Timed exams from tagged item banks, and completion records anyone can verify.",
        create_app=create_app,
        load_dotenv=False,
        add_version_option=False,
    )
    # Which application to run is not a question here; its settings are environment variables.
    top.params = []
    click.version_option(__version__)(top)
    for entry in (*commands(), Migrations("db", help="Perform database migrations.")):
        top.add_command(entry)
    return top


def register(app: Flask) -> Any:
    """Make the commands available to `flask --app quizapp.app` as well."""
    for entry in commands():
        app.cli.add_command(entry)
