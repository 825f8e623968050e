"""Who waits in a full room: pages wait in line, and saving an answer waits for no page."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

#: Saves and signs of life, short and sent by every window of a room; and whether the process lives.
URGENT = re.compile(r"/attempts/[0-9a-f-]{36}/(events|heartbeat)|/healthz")
#: Python works on one request at a time; a second one uses the moments in which the first waits for a
#: disk. Each further one only makes a save wait longer for its turn with the interpreter.
PLACES = 2
#: Whoever has been inside for so long is no page but a long piece of work, and takes no place any more.
LONG_SECONDS = 0.25
#: How often somebody in the line looks for such work; nearly always a page that leaves calls the next.
PATIENCE_SECONDS = 1.0

Application = Callable[[Any, Any], Iterable[bytes]]


class _Ticket:
    """A request in the line; ``called`` is held until it is let in."""

    __slots__ = ("called", "since")

    def __init__(self) -> None:
        self.called = Lock()
        self.called.acquire()
        self.since = 0.0


class Turnstile:
    """Lets pages through to an application a few at once, in the order they came, and at most ``most``
    whatever they do; urgent requests pass by.

    Parts of an answer that are streamed once it has begun take no place.
    """

    def __init__(
        self, application: Application, most: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._application, self._most, self._now = application, most, now
        self._guard = Lock()
        self._line: deque[_Ticket] = deque()
        self._inside: set[_Ticket] = set()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """One request, in the order of the line."""
        if URGENT.fullmatch(environ.get("PATH_INFO", "")):
            return self._application(environ, start_response)
        ticket = self._enter()
        try:
            return self._application(environ, start_response)
        finally:
            self._leave(ticket)

    def _enter(self) -> _Ticket:
        ticket = _Ticket()
        with self._guard:
            self._line.append(ticket)
            self._call()
        # Nobody says when a long piece of work begins to be one.
        while not ticket.called.acquire(timeout=PATIENCE_SECONDS):
            with self._guard:
                self._call()
        return ticket

    def _leave(self, ticket: _Ticket) -> None:
        with self._guard:
            self._inside.discard(ticket)
            self._call()

    def _call(self) -> None:
        now = self._now()
        while self._line and self._has_room(now):
            ticket = self._line.popleft()
            ticket.since = now
            self._inside.add(ticket)
            ticket.called.release()

    def _has_room(self, now: float) -> bool:
        if len(self._inside) >= self._most:
            return False
        return sum(now - ticket.since < LONG_SECONDS for ticket in self._inside) < PLACES
