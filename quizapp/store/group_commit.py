"""Several writes in one commit, where the database does not do that by itself.

A commit waits for the disk, and SQLite takes one writer at a time: committed one by one, the writes
of a whole room queue for the disk. So whoever has the turn also does the work of all who wait, in
one transaction, and nobody is answered before it is durable. PostgreSQL groups commits itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from quizapp.store.engine import writing
from quizapp.store.turns import Turns

Result = TypeVar("Result")
Work = Callable[[Connection], Any]


class GroupCommit:
    """Runs short writes of the threads of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = writing(engine)
        self._is_grouping = engine.dialect.name == "sqlite"
        self.turns: Turns[Work, Any] = Turns(self._together)
        #: Whether the database refused the last write: it is away, full, or cannot reach its disk.
        self.is_failing = False

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """What ``work`` gives, once everything it wrote is durable.

        Raises what ``work`` raises; then nothing of it is stored. It may run twice, or in another
        thread, so it only writes through the connection it is given.
        """
        if not self._is_grouping:
            return self._alone(work)
        told: Result = self.turns.ask(work)
        return told

    def _alone(self, work: Callable[[Connection], Result]) -> Result:
        try:
            with self._engine.begin() as connection:
                told = work(connection)
        except OperationalError:
            self.is_failing = True
            raise
        self.is_failing = False
        return told

    def _together(self, works: Sequence[Work]) -> list[Any]:
        return self._alone(lambda connection: [work(connection) for work in works])
