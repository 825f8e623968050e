"""Webhooks: every change of every record, sent in order to targets that asked for it.

The numbered feed is the outbox: a webhook is a cursor in it that moves only when the target has
acknowledged. So each change is sent at least once, in order, and a replay is the cursor set back.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from quizapp.domain import webhook as domain
from quizapp.domain.errors import Invalid, NotFound, Problem, raise_if_any
from quizapp.domain.person import SYSTEM, Actor, Permission
from quizapp.services import jobs
from quizapp.services.jobs import Job
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import record_changes
from quizapp.store import records as record_store
from quizapp.store import webhooks as store
from quizapp.store.record_changes import Change
from quizapp.store.webhooks import RowWebhook

KIND = "webhook"
DOOR = "webhook"
#: With pauses that grow to an hour, a target may be away for three days before the worker rests.
MAX_TRIES = 80
#: One target may keep a round of the worker busy for so long, then the others have their turn.
TURN_SECONDS = 15
NEXT_TURN = timedelta(seconds=1)


class NotDelivered(Exception):
    """The target did not take a message; it is sent again later."""


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook in the only moment its secret is told."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook in a list; ``state`` is active, failing or disabled, ``waiting`` counts changes."""

    id: UUID
    url: str
    state: str
    cursor: int
    waiting: int
    created_at: datetime
    delivered_at: datetime | None
    failed_at: datetime | None
    error: str


def create(context: Context, actor: Actor, url: str) -> NewWebhook:
    """Send every change from now on to this address; the secret is told here and never again.

    Raises `Invalid` ("bad_webhook").
    """
    actor.require(Permission.MANAGE_CONNECTIONS)
    allows_private = context.settings.webhook_private_addresses
    raise_if_any("bad_webhook", domain.check_url(url.strip(), allows_private=allows_private))
    secret = context.entropy.token(domain.SECRET_BYTES)
    with context.transaction(actor) as uow:
        row = RowWebhook(
            id=uow.new_id(),
            url=url.strip(),
            secret=secret,
            cursor=record_changes.last_number(uow.session),
            created_at=uow.now,
            created_by=actor.person_id,
        )
        uow.session.add(row)
        uow.audit("create", "webhook", row.id)
        return NewWebhook(row.id, domain.show_secret(secret))


def listed(context: Context, actor: Actor) -> list[Webhook]:
    """Every webhook, newest first."""
    actor.require(Permission.MANAGE_CONNECTIONS)
    with context.reading() as session:
        last = record_changes.last_number(session)
        return [_webhook(row, last) for row in store.listed(session)]


def _webhook(row: RowWebhook, last: int) -> Webhook:
    state = "disabled" if row.disabled_at else "failing" if row.failed_at else "active"
    return Webhook(
        row.id, row.url, state, row.cursor, last - row.cursor, row.created_at, row.delivered_at,
        row.failed_at, row.error,
    )  # fmt: skip


def disable(context: Context, actor: Actor, webhook_id: UUID) -> None:
    """Send nothing more; where the target stands is kept."""
    with context.transaction(actor) as uow:
        row = _held(uow, webhook_id)
        row.disabled_at = row.disabled_at or uow.now
        uow.audit("disable", "webhook", row.id)


def enable(context: Context, actor: Actor, webhook_id: UUID) -> None:
    """Send again, beginning with what was missed meanwhile."""
    with context.transaction(actor) as uow:
        row = _held(uow, webhook_id)
        row.disabled_at = row.failed_at = None
        jobs.wake(uow, KIND, row.id)
        uow.audit("enable", "webhook", row.id)


def replay(context: Context, actor: Actor, webhook_id: UUID, after: int) -> int:
    """Send every change after this number (again), in order; gives how many that are.

    Raises `Invalid` ("unknown_cursor").
    """
    with context.transaction(actor) as uow:
        row = _held(uow, webhook_id)
        last = record_changes.last_number(uow.session)
        if not 0 <= after <= last:
            raise Invalid("unknown_cursor", [Problem("after", str(after), "out_of_range", f"0 to {last}")])
        row.cursor = after
        jobs.wake(uow, KIND, row.id)
        uow.audit("replay", "webhook", row.id, after=after)
        return last - after


def _held(uow: UnitOfWork, webhook_id: UUID) -> RowWebhook:
    uow.actor.require(Permission.MANAGE_CONNECTIONS)
    row = store.locked(uow.session, webhook_id)
    if row is None:
        raise NotFound("not_found")
    return row


# --- delivering -------------------------------------------------------------------------


def wake_all(uow: UnitOfWork) -> None:
    """New changes were published: every target gets its turn."""
    for webhook_id in store.enabled_ids(uow.session):
        jobs.wake(uow, KIND, webhook_id)


@jobs.handles(KIND, max_tries=MAX_TRIES)
def deliver(context: Context, job: Job) -> None:
    """Send a target what it has not acknowledged, until it is up to date, fails, or its turn is over."""
    webhook_id = UUID(job.object_id)
    ends = time.monotonic() + TURN_SECONDS
    while _deliver_next(context, webhook_id):
        if time.monotonic() > ends:
            with context.transaction(SYSTEM) as uow:
                jobs.wake(uow, KIND, webhook_id, delay=NEXT_TURN)
            return


def _deliver_next(context: Context, webhook_id: UUID) -> bool:
    """Send one change; False when there is none to send."""
    with context.reading() as session:
        row = store.by_id(session, webhook_id)
        if row is None or row.disabled_at is not None:
            return False
        found = record_changes.after(session, row.cursor, 1)
        url, secret, cursor = row.url, row.secret, row.cursor
        if not found:
            return False
        change, record_id = found[0], found[0].record.id
        body = message(change)
    name = domain.message_id(str(webhook_id), change.number)
    problem, status = _post(context, url, domain.headers(secret, name, context.clock.now(), body), body)
    with context.transaction(SYSTEM) as uow:
        if not problem:
            store.advance(uow.session, webhook_id, cursor, change.number, uow.now)
            record_store.disclose(uow.session, [record_id], None, DOOR, uow.now)
            uow.audit("deliver", "webhook", webhook_id, number=change.number)
            return True
        also = {"disabled_at": uow.now} if status == domain.GONE else {}
        store.note_failure(uow.session, webhook_id, uow.now, problem, **also)
        if also:
            uow.audit("disable", "webhook", webhook_id, status=status)
            return False
    raise NotDelivered(problem)


def _post(context: Context, url: str, headers: dict[str, str], body: bytes) -> tuple[str, int]:
    """What went wrong ("" when the target took the message), and its status (0: no answer)."""
    try:
        status = context.poster.post(url, headers, body)
    except OSError as error:
        return f"{type(error).__name__}: {error}", 0
    return ("" if 200 <= status < 300 else f"the target answered {status}"), status


def message(change: Change) -> bytes:
    """What is sent of a change: identifiers and statuses. Who wants to know more asks the API."""
    told = {
        "type": f"record.{change.verb}",
        "timestamp": change.at.isoformat(),
        "data": {
            "number": change.number,
            "serial": change.record.serial,
            "status": change.status,
            "reason_category": change.reason_category,
            "successor": change.successor_serial,
        },
    }
    return json.dumps(told, separators=(",", ":")).encode()
