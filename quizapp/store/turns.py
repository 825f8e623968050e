"""Work of several threads done by whichever of them has the turn."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


class Turns(Generic[Job, Result]):
    """Whoever has the turn does the jobs of all who wait; ``together`` gives their results in order.

    When it raises, every job is tried again by itself, so that one that fails harms no other.
    """

    def __init__(self, together: Callable[[Sequence[Job]], Sequence[Result]]) -> None:
        self._together = together
        self._waiting: deque[tuple[Job, Future[Result]]] = deque()
        self._turn = threading.Lock()

    def ask(self, job: Job) -> Result:
        """The result of this job, by this thread or another; raises what it raised."""
        told: Future[Result] = Future()
        self._waiting.append((job, told))
        with self._turn:
            if not told.done():
                self._do([self._waiting.popleft() for _ in range(len(self._waiting))])
        return told.result()

    def _do(self, jobs: Sequence[tuple[Job, Future[Result]]]) -> None:
        try:
            results = self._together([job for job, _ in jobs])
        except Exception as error:  # noqa: BLE001 (it is handed to whoever waits for it)
            self._one_by_one(jobs, error)
            return
        for (_, told), result in zip(jobs, results, strict=True):
            told.set_result(result)

    def _one_by_one(self, jobs: Sequence[tuple[Job, Future[Result]]], error: Exception) -> None:
        if len(jobs) == 1:
            jobs[0][1].set_exception(error)
            return
        for job in jobs:
            self._do([job])
