"""Several saves in one commit, where the database does not do that by itself.

A commit waits for the disk, and SQLite takes one writer at a time: committed one by one, the saves
of a whole room queue for the disk. So whoever has the turn also does the work of all who wait, in
one transaction, and nobody is answered before it is durable. PostgreSQL groups commits itself.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from quizapp.store.engine import writing

Result = TypeVar("Result")
Job = tuple[Callable[[Connection], Any], "Future[Any]"]


class GroupCommit:
    """Runs short writes of the threads of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = writing(engine)
        self._is_grouping = engine.dialect.name == "sqlite"
        self._waiting: deque[Job] = deque()
        self._turn = threading.Lock()
        #: Whether the database refused the last write: it is away, full, or cannot reach its disk.
        self.is_failing = False

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """What ``work`` gives, once everything it wrote is durable.

        Raises what ``work`` raises; then nothing of it is stored. It may run twice, or in another
        thread, so it only writes through the connection it is given.
        """
        if not self._is_grouping:
            return self._alone(work)
        told: Future[Result] = Future()
        self._waiting.append((work, told))
        with self._turn:
            if not told.done():
                self._together([self._waiting.popleft() for _ in range(len(self._waiting))])
        return told.result()

    def _alone(self, work: Callable[[Connection], Result]) -> Result:
        try:
            with self._engine.begin() as connection:
                told = work(connection)
        except OperationalError:
            self.is_failing = True
            raise
        self.is_failing = False
        return told

    def _together(self, jobs: Sequence[Job]) -> None:
        try:
            results = self._alone(lambda connection: [work(connection) for work, _ in jobs])
        except Exception as error:  # noqa: BLE001 (it is handed to whoever waits for it)
            self._one_by_one(jobs, error)
            return
        for (_, told), result in zip(jobs, results, strict=True):
            told.set_result(result)

    def _one_by_one(self, jobs: Sequence[Job], error: Exception) -> None:
        """One of them failed and took the others back with it: each gets its own transaction."""
        if len(jobs) == 1:
            jobs[0][1].set_exception(error)
            return
        for job in jobs:
            self._together([job])
