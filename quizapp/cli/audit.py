"""Placeholder: written by its slice."""

import click

COMMANDS: list[click.Command] = []
