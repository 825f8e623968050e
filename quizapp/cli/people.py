"""`quizapp user`: accounts, roles, and files of people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import current_app, render_template, url_for

from quizapp.cli import common
from quizapp.domain.person import Role
from quizapp.ports import Message
from quizapp.services import invitations, name_changes, people, people_import, people_merging

ROLE = click.Choice([role.value for role in Role])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("user")
def user() -> None:
    """Accounts and their roles."""


def _letter(told: invitations.Invitation) -> Message:
    """The letter of invitation, as the pages word it."""
    settings = common.context().settings
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    with current_app.test_request_context(base_url=base):
        link = url_for("people.welcome", token=told.token, _external=True)
        text = render_template(
            "people/invitation.txt", invitation=told, issuer=settings.issuer_name, link=link
        )
    return Message(told.email, f"Your account with {settings.issuer_name}", text.strip() + "\n")


@common.command(user, "create")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", type=ROLE, multiple=True, help="A role; may be given again.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--invite", is_flag=True, help="Mail a link to choose a password.")
def create(email: str, name: str, roles: tuple[str, ...], password_stdin: bool, invite: bool) -> None:
    """Make an account."""
    if password_stdin and invite:
        raise common.BadUsage("either --password-stdin or --invite")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    person_id = people.create(
        common.context(),
        common.CLI,
        name=name,
        email=email,
        roles=[Role(role) for role in roles] or [Role.LEARNER],
        password=password,
        letter=_letter if invite else None,
    )
    click.echo(person_id)


@common.command(user, "list")
@click.option("--role", type=ROLE, help="Only people with this role.")
@click.argument("text", default="")
@common.format_option
def list_people(text: str, role: str | None, form: str) -> None:
    """List accounts whose name or address contains TEXT."""
    found = people.listed(common.context(), common.CLI, text, Role(role) if role else None)
    common.emit([_row(person) for person in found.people], form, list(_COLUMNS))
    if found.total > len(found.people):
        click.echo(f"({found.total} in all; narrow the search)", err=True)


_COLUMNS = ("id", "email", "name", "roles", "state", "two_step")


def _row(person: people.Person) -> dict[str, Any]:
    state = "open" if person.has_password else "no password"
    return {
        "id": str(person.id),
        "email": person.email,
        "name": person.name,
        "roles": " ".join(person.roles),
        "state": state if person.is_active else "shut",
        "two_step": "on" if person.has_totp else "off",
    }


@common.command(user, "grant")
@click.argument("email")
@click.argument("role", type=ROLE)
def grant(email: str, role: str) -> None:
    """Give a role."""
    context = common.context()
    person = people.by_email(context, common.CLI, email)
    is_new = people.grant(context, common.CLI, person.id, Role(role))
    click.echo(f"{person.email}: {role} {'given' if is_new else 'was held already'}")


@common.command(user, "revoke-role")
@click.argument("email")
@click.argument("role", type=ROLE)
def revoke_role(email: str, role: str) -> None:
    """Take a role away."""
    context = common.context()
    person = people.by_email(context, common.CLI, email)
    was_held = people.revoke_role(context, common.CLI, person.id, Role(role))
    click.echo(f"{person.email}: {role} {'taken away' if was_held else 'was not held'}")


@common.command(user, "rename")
@click.argument("email")
@click.option("--name", required=True, help="The new name.")
@click.option("--proof", required=True, help="Where the proof is kept, for example a file number.")
def rename(email: str, name: str, proof: str) -> None:
    """Change a name; records in force are superseded by new ones that say it, and the old name stays in
    the superseded ones."""
    context = common.context()
    person = people.by_email(context, common.CLI, email)
    told = name_changes.change_name(context, common.CLI, person.id, name, proof)
    for serial in told.serials:
        click.echo(serial)
    click.echo(f"{person.email}: {len(told.serials)} records issued anew", err=True)


@common.command(user, "merge")
@click.argument("kept")
@click.argument("other")
@click.option("--reason", required=True, help="How it is known that they are one person.")
def merge(kept: str, other: str, reason: str) -> None:
    """Move everything done under the address OTHER to the account KEPT, and shut OTHER; prints an id.

    The page of the account shows beforehand what would move.
    """
    context = common.context()
    one, another = (people.by_email(context, common.CLI, email) for email in (kept, other))
    click.echo(people_merging.merge(context, common.CLI, one.id, another.id, reason))


@common.command(user, "unmerge")
@click.argument("merge_id", type=click.UUID)
def unmerge(merge_id: UUID) -> None:
    """Give everything back that the merge with this id has moved."""
    people_merging.undo(common.context(), common.CLI, merge_id)
    click.echo(f"Undone: {merge_id}")


@common.command(user, "disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut an account; whoever uses it is signed out."""
    context = common.context()
    person = people.by_email(context, common.CLI, email)
    was_open = people.disable(context, common.CLI, person.id)
    click.echo(f"{person.email}: {'shut' if was_open else 'was shut already'}")


@common.command(user, "enable")
@click.argument("email")
def enable(email: str) -> None:
    """Open a shut account again."""
    context = common.context()
    person = people.by_email(context, common.CLI, email)
    was_shut = people.enable(context, common.CLI, person.id)
    click.echo(f"{person.email}: {'open' if was_shut else 'was open already'}")


@common.command(user, "import")
@click.argument("file", type=FILE)
@click.option("--invite", is_flag=True, help="Mail every new person a link to choose a password.")
def import_people(file: Path, invite: bool) -> None:
    """Load people from a CSV file with the columns name, email, roles and cohort.

    All rows or none: with any problem, every problem is printed and nothing is loaded.
    """
    letter = _letter if invite else None
    done = people_import.import_people(common.context(), common.CLI, file.read_bytes(), letter)
    click.echo(
        f"{done.created} created, {done.unchanged} unchanged, "
        f"{done.new_cohorts} new cohorts, {done.new_members} new members"
    )


COMMANDS: list[click.Command] = [user]
