"""Invitations: a letter with a link with which a person sets their first password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.person import Actor, Permission
from quizapp.ports import Message
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as store

VALIDITY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a letter of invitation says; ``token`` goes into its link."""

    name: str
    email: str
    token: str
    expires_at: datetime


#: Puts an invitation into words; the doors know the words and the address of the page.
Letter = Callable[[Invitation], Message]


def send_invitation(uow: UnitOfWork, row: store.RowPerson, letter: Letter) -> None:
    """Have the invitation of a person leave once the running use case is durable."""
    context, expires_at = uow.context, uow.now + VALIDITY
    token = context.passwords.invitation(row.fs_uniquifier, expires_at)
    message = letter(Invitation(row.name, row.email, token, expires_at))
    uow.audit("invite", "person", row.id)
    uow.after_commit(lambda: context.mailer.send(message))


def invite(context: Context, actor: Actor, person_id: UUID, letter: Letter) -> None:
    """Send the person a link; raises `Refused` ("has_password", "account_disabled")."""
    actor.require(Permission.MANAGE_PEOPLE)
    with context.transaction(actor) as uow:
        row = store.by_id(uow.session, person_id)
        if row is None:
            raise NotFound("not_found")
        if row.password is not None:
            raise Refused("has_password")
        if not row.active:
            raise Refused("account_disabled")
        send_invitation(uow, row, letter)


def accept(context: Context, token: str) -> str:
    """The token with which the reset page lets the invited person set their password.

    Raises `Refused` ("invitation_over") when the link is forged, expired or already used.
    """
    uniquifier = context.passwords.invited(token, context.clock.now())
    with context.reading() as session:
        row = store.by_uniquifier(session, uniquifier) if uniquifier else None
        if row is None or row.password is not None or not row.active:
            raise Refused("invitation_over")
        return context.passwords.reset_token(row.fs_uniquifier)
