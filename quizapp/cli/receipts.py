"""`quizapp receipt`: compute a receipt afresh from what is stored."""

from __future__ import annotations

from uuid import UUID

import click

from quizapp.cli import common
from quizapp.services import receipts


@click.group("receipt")
def group() -> None:
    """Receipts: what a learner was given at the end of an attempt."""


@common.command(group, "verify")
@click.argument("code")
@click.option("--attempt", "attempt_id", type=click.UUID, required=True, help="The attempt it was given for.")
def verify(code: str, attempt_id: UUID) -> None:
    """Say whether CODE was given for an attempt and stands for exactly the answers stored now.

    Exits 0 when it does, 1 when it does not.
    """
    told = receipts.verify(common.context(), common.CLI, code, attempt_id)
    if not told.is_recomputed:
        common.exit_no("Not authentic: the stored answers are no longer those the receipt was given for.")
    if not told.is_code:
        common.exit_no("Not authentic: another code was given for this attempt.")
    click.echo(f"Authentic: {told.code} stands for exactly the answers stored.")


COMMANDS: list[click.Command] = [group]
