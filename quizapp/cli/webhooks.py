"""`quizapp webhook`: targets that are sent every change of a record."""

from __future__ import annotations

from uuid import UUID

import click

from quizapp.cli import common
from quizapp.services import webhooks

_COLUMNS = ("id", "state", "url", "cursor", "waiting", "delivered_at", "failed_at", "error")


@click.group("webhook")
def group() -> None:
    """Targets that are sent every change of a record."""


@common.command(group, "create")
@click.argument("url")
def create(url: str) -> None:
    """Send every change from now on to URL, and print the secret its messages are signed with, this once."""
    told = webhooks.create(common.context(), common.CLI, url)
    click.echo(told.secret)
    click.echo(f"{told.id}: made; the secret is not shown again", err=True)


@common.command(group, "list")
@common.format_option
def list_webhooks(form: str) -> None:
    """Every webhook, newest first, and how many changes wait for it."""
    rows = [
        {
            "id": str(told.id),
            "state": told.state,
            "url": told.url,
            "cursor": told.cursor,
            "waiting": told.waiting,
            "delivered_at": told.delivered_at.isoformat() if told.delivered_at else "",
            "failed_at": told.failed_at.isoformat() if told.failed_at else "",
            "error": told.error,
        }
        for told in webhooks.listed(common.context(), common.CLI)
    ]
    common.emit(rows, form, _COLUMNS)


@common.command(group, "disable")
@click.argument("webhook_id", type=click.UUID)
def disable(webhook_id: UUID) -> None:
    """Send nothing more to a target; where it stands is kept."""
    webhooks.disable(common.context(), common.CLI, webhook_id)
    click.echo(f"{webhook_id}: disabled")


@common.command(group, "enable")
@click.argument("webhook_id", type=click.UUID)
def enable(webhook_id: UUID) -> None:
    """Send to a target again, beginning with what it missed."""
    webhooks.enable(common.context(), common.CLI, webhook_id)
    click.echo(f"{webhook_id}: enabled")


@common.command(group, "replay")
@click.argument("webhook_id", type=click.UUID)
@click.option("--after", type=click.IntRange(0), required=True, help="Last change to leave out.")
def replay(webhook_id: UUID, after: int) -> None:
    """Send a target every change after a number once more."""
    count = webhooks.replay(common.context(), common.CLI, webhook_id, after)
    click.echo(f"{webhook_id}: {count} changes will be sent")


COMMANDS: list[click.Command] = [group]
