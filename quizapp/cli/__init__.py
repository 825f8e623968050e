"""Commands for operators: the same nouns and verbs as the services."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup

#: Each module holds one click group (or command) named `cli`.
MODULES = (
    "attempts", "audit", "banks", "checks", "cohorts", "demo", "docs", "exams", "frameworks",
    "people", "records", "serving",
)  # fmt: skip


def commands() -> list[click.Command]:
    """Every command of the product, without Flask's own."""
    found: list[click.Command] = []
    for name in MODULES:
        module = import_module(f"quizapp.cli.{name}")
        found += module.COMMANDS
    return found


def group(create_app: Callable[[], Flask]) -> FlaskGroup:
    """The top command: the product's commands beside Flask's (run, shell, routes, db)."""
    top = FlaskGroup(
        name="quizapp",
        help="Timed exams from tagged item banks, and completion records anyone can verify.",
        create_app=create_app,
        load_dotenv=False,
    )
    for entry in commands():
        top.add_command(entry)
    return top


def register(app: Flask) -> Any:
    """Make the commands available to `flask --app quizapp.app` as well."""
    for entry in commands():
        app.cli.add_command(entry)
