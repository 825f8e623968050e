"""When whoever ends an attempt also has it scored: at once, but not while a whole room ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock

from quizapp.ports import Clock

#: After a scoring during which somebody else submitted, this process scores nothing more at a submit for
#: so many times as long: scoring takes several times as long as a receipt, and in a full room everybody's
#: receipt comes before anybody's score.
PAUSES = 9
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Finishing:
    """Whose turn it is to score at a submit: one at a time, and a tenth of the time while many end."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._is_crowded = False
        #: From when to when nothing is scored; a clock that was set back is before both.
        self._pause = (EPOCH, EPOCH)

    @contextmanager
    def turn(self, clock: Clock) -> Iterator[bool]:
        """Whether there is time to score now; the turn ends with the context. Never waits."""
        if not self._turn.acquire(blocking=False):
            self._is_crowded = True
            yield False
            return
        try:
            self._is_crowded, begun = False, clock.now()
            if self._pause[0] <= begun < self._pause[1]:
                yield False
                return
            try:
                yield True
            finally:
                if self._is_crowded:
                    ended = clock.now()
                    self._pause = (ended, ended + PAUSES * (ended - begun))
        finally:
            self._turn.release()
