"""Accounts, roles, cohorts and accommodations."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from quizapp.domain.errors import Problem, raise_if_any
from quizapp.domain.person import Actor, Permission, Role, check_person, normalise_email
from quizapp.services.unit_of_work import Context
from quizapp.store import people as store


def is_demo(context: Context) -> bool:
    """Whether this installation is a demonstration."""
    with context.reading() as session:
        row = store.installation(session)
        return row is not None and row.is_demo


def create(
    context: Context,
    actor: Actor,
    *,
    name: str,
    email: str,
    roles: Collection[Role],
    password: str | None = None,
    is_simulated: bool = False,
) -> UUID:
    """Create an account; without a password it cannot sign in until one is set by mail.

    Raises `Invalid` ("bad_person") with every problem, among them an address in use.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    email = normalise_email(email)
    with context.transaction(actor) as uow:
        problems = check_person(name, email)
        if store.by_email(uow.session, email) is not None:
            problems.append(Problem("email", email, "in_use", "another account has this address"))
        raise_if_any("bad_person", problems)
        row = store.RowPerson(
            id=uow.new_id(),
            name=name.strip(),
            email=email,
            created_at=uow.now,
            is_simulated=is_simulated,
            fs_uniquifier=context.entropy.token(16).hex(),
            password=context.passwords.hash(password) if password else None,
            roles=store.roles(uow.session, roles),
        )
        uow.session.add(row)
        uow.audit("create", "person", row.id, roles=sorted(roles))
        return row.id
