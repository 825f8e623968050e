"""What happens around signing in, for the library that does it.

Flask-Security's views commit by themselves. Where it is about to, the audit line goes into its
session, so that both become durable together; where it is not, these are ordinary use cases.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from quizapp.domain.person import NOBODY, Actor, login_delay_seconds
from quizapp.ports import Mailer, Message
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as store

log = structlog.get_logger()


def account(context: Context, uniquifier: str) -> store.RowPerson | None:
    """The open account whose sessions carry this value, complete and free of any session.

    Reading it this way ends the transaction: no connection waits while the request is served.
    """
    with context.reading() as session:
        row = store.by_uniquifier(session, uniquifier)
        session.expunge_all()
    return row if row is not None and row.active else None


def is_resting(context: Context, row: store.RowPerson) -> bool:
    """Whether the account must wait after too many failed sign-ins."""
    return row.slowed_until is not None and context.clock.now() < row.slowed_until


def witness(context: Context, session: Session, person_id: UUID, verb: str, **facts: object) -> None:
    """Write the audit line of something a person did to their own account, in the given session."""
    UnitOfWork(context, session, Actor(person_id), context.clock.now()).audit(
        verb, "person", person_id, **facts
    )


def succeeded(context: Context, session: Session, row: store.RowPerson) -> None:
    """A person is in: the count of failures starts again."""
    row.failed_logins, row.slowed_until = 0, None
    witness(context, session, row.id, "sign_in")


def failed(context: Context, person_id: UUID | None, reason: str) -> None:
    """A sign-in failed; the account it was for (None: there is none) may have to rest.

    Unknown accounts leave a line as well, so that both take the same work.
    """
    with context.transaction(NOBODY) as uow:
        facts: dict[str, object] = {"reason": reason}
        if person_id is not None:
            failures = store.add_failed_login(uow.session, person_id)
            seconds = login_delay_seconds(failures, context.settings.login_failures)
            if seconds:
                store.slow_until(uow.session, person_id, uow.now + timedelta(seconds=seconds))
                facts["rests_seconds"] = seconds
        uow.audit("fail_sign_in", "person", person_id or "unknown", **facts)


def refused(context: Context, person_id: UUID) -> None:
    """A sign-in was not even looked at, because the account rests."""
    with context.transaction(NOBODY) as uow:
        uow.audit("refuse_sign_in", "person", person_id, reason="resting")


def signed_out(context: Context, person_id: UUID) -> None:
    """A person leaves: whoever copied one of their session cookies leaves with them."""
    with context.transaction(Actor(person_id)) as uow:
        row = store.by_id(uow.session, person_id)
        if row is not None:
            row.fs_uniquifier = context.entropy.token(16).hex()
            uow.audit("sign_out", "person", person_id)


def reset_requested(context: Context, person_id: UUID) -> None:
    """A link with which to set a new password was asked for."""
    with context.transaction(NOBODY) as uow:
        uow.audit("request_reset", "person", person_id)


def send(mailer: Mailer, message: Message) -> None:
    """Hand over a mail whose reason is durable already; a failure is logged, not raised."""
    try:
        mailer.send(message)
    except OSError as error:
        log.error("mail failed", error=str(error))
