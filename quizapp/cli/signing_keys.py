"""`quizapp key`: the keys records are signed with."""

from __future__ import annotations

import click

from quizapp.cli import common
from quizapp.services import signing_keys
from quizapp.settings import variable


@click.group("key")
def group() -> None:
    """The keys records are signed with: list, rotate, and what to do when one leaked."""


@common.command(group, "list")
@common.format_option
def list_keys(form: str) -> None:
    """Every key this installation has signed with, oldest first."""
    rows = [
        {
            "key_id": key.key_id,
            "state": _state(key),
            "created_at": key.created_at.isoformat() if key.created_at else "",
            "retired_at": key.retired_at.isoformat() if key.retired_at else "",
            "leaked_at": key.leaked_at.isoformat() if key.leaked_at else "",
            "records_in_force": key.in_force,
        }
        for key in signing_keys.listed(common.context(), common.CLI)
    ]
    common.emit(rows, form)


def _state(key: signing_keys.SigningKey) -> str:
    if key.leaked_at:
        return "leaked"
    return "current" if key.is_current else "retired"


@common.command(group, "rotate")
def rotate() -> None:
    """Make a new signing key. Old records keep verifying; new ones are signed with the new key.

    The key's file is replaced, or where a setting holds the key the new one is printed for it.
    """
    told = signing_keys.rotate(common.context(), common.CLI)
    if told.text:
        click.echo(told.text)
        click.echo(f"Set {variable('signing_key')} to this key everywhere, then restart.", err=True)
    else:
        click.echo("Restart servers and workers: until then they sign with the old key.", err=True)
    click.echo(f"retired: {told.retired}\nnew: {told.new}", err=True)


@common.command(group, "leaked")
@click.argument("key_id")
def leaked(key_id: str) -> None:
    """Say that KEY_ID became known to others: what it signed is issued anew, and each record says why.

    Rotate first and restart, so that the new records are signed with a new key.
    """
    count = signing_keys.declare_leaked(common.context(), common.CLI, key_id)
    click.echo(f"{count} records issued anew")


COMMANDS: list[click.Command] = [group]
