"""`quizapp token`: programs that may read records."""

from __future__ import annotations

from uuid import UUID

import click

from quizapp.cli import common
from quizapp.domain.api_token import DEFAULT_DAYS, Scope
from quizapp.services import api_tokens

SCOPE = click.Choice([scope.value for scope in Scope])
_COLUMNS = ("id", "name", "state", "hint", "scopes", "expires_at", "last_used_at", "made_by")


@click.group("token")
def group() -> None:
    """Tokens with which programs read records."""


@common.command(group, "create")
@click.argument("name")
@click.option("--scope", "scopes", type=SCOPE, multiple=True, required=True, help="May be given again.")
@click.option("--days", type=int, default=DEFAULT_DAYS, help="Days until it ends.")
def create(name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for the program NAME and print it, this once."""
    told = api_tokens.create(common.context(), common.CLI, name, scopes, days)
    click.echo(told.text)
    click.echo(f"{told.id}: ends {told.expires_at.isoformat()}; it is not shown again", err=True)


@common.command(group, "list")
@common.format_option
def list_tokens(form: str) -> None:
    """Every token, newest first; only its first signs are known."""
    rows = [
        {
            "id": str(token.id),
            "name": token.name,
            "state": token.state,
            "hint": token.hint,
            "scopes": " ".join(token.scopes),
            "expires_at": token.expires_at.isoformat(),
            "last_used_at": token.last_used_at.isoformat() if token.last_used_at else "",
            "made_by": token.maker or "operator",
        }
        for token in api_tokens.listed(common.context(), common.CLI)
    ]
    common.emit(rows, form, _COLUMNS)


@common.command(group, "revoke")
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """End the token with this id; its program is refused from its next request on."""
    api_tokens.revoke(common.context(), common.CLI, token_id)
    click.echo(f"{token_id}: revoked")


COMMANDS: list[click.Command] = [group]
