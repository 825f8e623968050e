"""Work of several threads done by whichever of them has the turn."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


class _Seat(Generic[Job, Result]):
    """The job of one thread, which sleeps on ``woken`` until it is done or has the turn."""

    __slots__ = ("error", "is_done", "job", "result", "woken")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.woken = threading.Lock()
        self.woken.acquire()
        self.is_done = False
        self.result: Result | None = None
        self.error: Exception | None = None

    def tell(self, result: Result | None, error: Exception | None = None) -> None:
        self.result, self.error, self.is_done = result, error, True


class Turns(Generic[Job, Result]):
    """Whoever has the turn does the jobs of all who wait; ``together`` gives their results in order.

    When it raises, every job is tried again by itself, so that one that fails harms no other. Whose
    job is done goes on at once; the turn goes to the first of those who came meanwhile.
    """

    def __init__(self, together: Callable[[Sequence[Job]], Sequence[Result]]) -> None:
        self._together = together
        self._waiting: deque[_Seat[Job, Result]] = deque()
        self._guard = threading.Lock()
        self._is_taken = False

    def ask(self, job: Job) -> Result:
        """The result of this job, by this thread or another; raises what it raised."""
        seat: _Seat[Job, Result] = _Seat(job)
        with self._guard:
            must_wait = self._is_taken
            self._is_taken = True
            if must_wait:
                self._waiting.append(seat)
        if must_wait:
            seat.woken.acquire()
        if not seat.is_done:
            self._take(seat)
        if seat.error is not None:
            raise seat.error
        return seat.result  # type: ignore[return-value]  # told together with is_done

    def _take(self, own: _Seat[Job, Result]) -> None:
        with self._guard:
            others = list(self._waiting)
            self._waiting.clear()
        try:
            self._do([own, *others])
        finally:
            # A thread that was interrupted leaves the others' jobs to the next.
            self._hand_on([seat for seat in others if not seat.is_done])
            for seat in others:
                if seat.is_done:
                    seat.woken.release()

    def _hand_on(self, undone: Sequence[_Seat[Job, Result]]) -> None:
        with self._guard:
            self._waiting.extendleft(reversed(undone))
            next_ = self._waiting.popleft() if self._waiting else None
            self._is_taken = next_ is not None
        if next_ is not None:
            next_.woken.release()

    def _do(self, seats: Sequence[_Seat[Job, Result]]) -> None:
        try:
            results = self._together([seat.job for seat in seats])
        except Exception as error:  # noqa: BLE001 (it is handed to whoever waits for it)
            if len(seats) == 1:
                seats[0].tell(None, error)
                return
            for seat in seats:
                self._do([seat])
            return
        for seat, result in zip(seats, results, strict=True):
            seat.tell(result)
