"""The feed of changes: every change of every record once, in one order, with a cursor that skips none.

Ids of events are given before commit, so a later look could find a lower id. Therefore one
publisher at a time numbers the events it can see, and readers see numbered ones only.
"""

from __future__ import annotations

from quizapp.domain.person import SYSTEM
from quizapp.services import webhooks
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import record_changes as store


def publish(context: Context, *, is_thorough: bool = False) -> int:
    """Number every visible change that has no number; safe in several processes at once.

    ``is_thorough`` also finds changes whose transaction stayed open while ten thousand others
    committed; the worker looks so when it starts.
    """
    published = 0
    while True:
        with context.reading() as session:
            # A look without a lock: with nothing new, nobody is kept from writing.
            if not store.unpublished(session, 1, is_thorough=is_thorough):
                return published
        with context.transaction(SYSTEM) as uow:
            published += _publish_batch(uow, is_thorough)


def _publish_batch(uow: UnitOfWork, is_thorough: bool) -> int:
    store.lock_publishing(uow.session)
    event_ids = store.unpublished(uow.session, store.BATCH, is_thorough=is_thorough)
    if event_ids:
        store.add(uow.session, store.last_number(uow.session) + 1, event_ids)
        webhooks.wake_all(uow)
    return len(event_ids)
