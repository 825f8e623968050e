"""What the worker does every few seconds. Nothing depends on it to be correct, only to be prompt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from quizapp.services import (
    attempts,
    audit,
    case_letters,
    jobs,
    letters,
    preparations,
    record_exports,
    record_feed,
)
from quizapp.services.unit_of_work import Context

log = structlog.get_logger()
#: Whose work jobs are; naming them here is what makes the worker know them.
WORKERS = (record_exports, case_letters, letters)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did; None for a part that failed (the log says why)."""

    jobs: int | None
    closed: int | None
    finished: int | None
    sealed: int | None
    prepared: int | None = 0
    published: int | None = 0

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        return set(self.counts.values()) == {0}

    @property
    def counts(self) -> dict[str, int | None]:
        """The parts by name."""
        return {
            "jobs": self.jobs,
            "closed": self.closed,
            "finished": self.finished,
            "prepared": self.prepared,
            "published": self.published,
            "sealed": self.sealed,
        }


def run_round(context: Context) -> Round:
    """Run due jobs, close and score what time has ended, draw forms, number changes of records, seal
    the log; each on its own."""
    swept = _part("sweep", lambda: attempts.sweep(context))
    prepared = _part("prepare", lambda: preparations.run(context))
    return Round(
        prepared=prepared,
        published=_part("publish", lambda: record_feed.publish(context)),
        jobs=_part("jobs", lambda: jobs.run_due(context)),
        closed=swept.closed if swept else None,
        finished=swept.finished if swept else None,
        sealed=_part("seal", lambda: audit.seal(context)),
    )


def _part(name: str, work: Callable[[], Result]) -> Result | None:
    try:
        return work()
    except Exception:
        # The database may be away for a while: the next round tries again.
        log.exception("round failed", part=name)
        return None


def run_until(context: Context, stop: threading.Event) -> None:
    """Run rounds with the configured pause until ``stop`` is set."""
    _part("publish", lambda: record_feed.publish(context, is_thorough=True))
    while not stop.is_set():
        told = run_round(context)
        if not told.is_idle:
            log.info("round", **told.counts)
        stop.wait(context.settings.sweep_seconds)


def start_thread(context: Context) -> threading.Event:
    """Run rounds in a thread of this process, for SQLite's one process; setting the event ends it."""
    stop = threading.Event()
    # A daemon: what it was doing when the process ends is rolled back and done by the next process.
    threading.Thread(target=run_until, args=(context, stop), name="rounds", daemon=True).start()
    return stop
