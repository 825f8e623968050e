"""Background work: asked for in a transaction, leased, tried again, given up loudly.

The job row is the truth. Starting, saving, closing, scoring and issuing never wait for a job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from quizapp.domain.person import SYSTEM
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import jobs as store

log = structlog.get_logger()
#: After so long a try counts as dead with its process, and another process may begin one.
LEASE = timedelta(minutes=5)
MAX_TRIES = 8
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
#: After so long no further job is begun in this round, so that attempts are closed meanwhile.
ROUND_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Job:
    """One try of a piece of work; ``tries`` counts this one."""

    id: UUID
    kind: str
    object_id: str
    facts: Mapping[str, Any]
    tries: int


class Overtaken(Exception):
    """Another try of the same work has begun meanwhile, so this one stops."""


Handler = Callable[[Context, Job], None]
#: Who does which kind of work. A handler may run twice for one job, so it must be idempotent.
HANDLERS: dict[str, Handler] = {}
#: How often a kind is tried before it is given up, where that is not `MAX_TRIES`.
TRIES: dict[str, int] = {}


def handles(kind: str, max_tries: int = MAX_TRIES) -> Callable[[Handler], Handler]:
    """Decorator: this function does the work of that kind."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind], TRIES[kind] = handler, max_tries
        return handler

    return register


def ask(uow: UnitOfWork, kind: str, object_id: object, **facts: Any) -> None:
    """Ask for work once this use case commits; asking again for the same object changes nothing.

    Only a job that was given up begins anew. The use case's own audit line covers the asking.
    """
    store.ask(uow.session, _values(uow, kind, object_id, facts))


def wake(uow: UnitOfWork, kind: str, object_id: object, delay: timedelta = timedelta(0)) -> None:
    """Ask for work that comes again and again for the same object, after a delay.

    A job that waits for its next try keeps waiting; one that is done or was given up begins
    anew, and so does one somebody works on at this moment, because what is new may have come
    too late for them.
    """
    values = _values(uow, kind, object_id, {})
    store.wake(uow.session, {**values, "run_at": uow.now + delay}, uow.now)


def _values(uow: UnitOfWork, kind: str, object_id: object, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": uow.new_id(),
        "kind": kind,
        "object_id": str(object_id),
        "facts": facts,
        "state": store.WAITING,
        "tries": 0,
        "run_at": uow.now,
        "error": "",
        "created_at": uow.now,
    }


def hold(uow: UnitOfWork, job: Job) -> None:
    """Say that long work goes on, so that nobody else begins it; raises `Overtaken` when somebody has."""
    if not store.hold(uow.session, job.id, job.tries, uow.now + LEASE):
        raise Overtaken(job.kind)


def run_due(context: Context) -> int:
    """Do what is due, one job at a time, for a while; returns how many tries that took."""
    tried, ends = 0, time.monotonic() + ROUND_SECONDS
    while time.monotonic() < ends and (job := _claim(context)):
        _try(context, job)
        tried += 1
    return tried


def _claim(context: Context) -> Job | None:
    with context.reading() as session:
        # A look without a lock: with nothing due, nobody is kept from writing.
        if store.oldest_due(session, context.clock.now()) is None:
            return None
    with context.transaction(SYSTEM) as uow:
        row = store.claim(uow.session, uow.now, uow.now + LEASE)
        return Job(row.id, row.kind, row.object_id, row.facts, row.tries) if row else None


def _try(context: Context, job: Job) -> None:
    try:
        HANDLERS[job.kind](context, job)
    except Exception as error:
        log.exception("job failed", kind=job.kind, object_id=job.object_id, tries=job.tries)
        _put_off(context, job, f"{type(error).__name__}: {error}")
        return
    with context.transaction(SYSTEM) as uow:
        # What it was done with is kept no longer than it is needed: it may be a letter.
        store.finish(uow.session, job.id, job.tries, state=store.DONE, done_at=uow.now, error="", facts={})


def _put_off(context: Context, job: Job, error: str) -> None:
    with context.transaction(SYSTEM) as uow:
        if job.tries >= TRIES.get(job.kind, MAX_TRIES):
            store.finish(uow.session, job.id, job.tries, state=store.FAILED, error=error)
        else:
            store.finish(uow.session, job.id, job.tries, run_at=uow.now + pause(job.tries), error=error)


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: doubling, up to an hour."""
    # Ten doublings are past the cap already; hundreds would not fit into a timedelta.
    return min(FIRST_PAUSE * (1 << min(tries - 1, 10)), LONGEST_PAUSE)
