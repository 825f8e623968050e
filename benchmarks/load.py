"""Keep-alive connections that send as fast as they are answered, and what was seen of it.

Plain sockets: on a machine that the server shares, a heavier client would measure itself.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

BUFFER = 65_536
TIMEOUT_SECONDS = 30

#: Gives the next body to send.
Body = Callable[[], bytes]


class NotSaved(RuntimeError):
    """The server answered something else than 200."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What one connection sends: always to the same path, with the same token."""

    path: str
    token: str
    body: Body


class Connection:
    """One keep-alive connection."""

    def __init__(self, url: str, stream: Stream) -> None:
        told = urlsplit(url)
        self._socket = socket.create_connection((told.hostname, told.port), timeout=TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            f"POST {stream.path} HTTP/1.1\r\nHost: {told.netloc}\r\nX-Attempt-Token: {stream.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self._body = stream.body

    def send(self) -> bytes:
        """Send once and give the answer's body; raises `NotSaved`."""
        body = self._body()
        self._socket.sendall(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head, told = self._read()
        if not head.startswith(b"HTTP/1.1 200"):
            raise NotSaved((head + told).decode(errors="replace")[:500])
        return told

    def _read(self) -> tuple[bytes, bytes]:
        data = self._more(b"")
        while b"\r\n\r\n" not in data:
            data = self._more(data)
        head, _, told = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(told) < length:
            told = self._more(told)
        return head, told

    def _more(self, data: bytes) -> bytes:
        piece = self._socket.recv(BUFFER)
        if not piece:
            raise NotSaved("the server closed the connection")
        return data + piece

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


def run(actions: Sequence[Callable[[], object]], seconds: float) -> list[float]:
    """Repeat each action in a thread of its own for so long; every duration in seconds.

    The first error ends its thread and is raised afterwards.
    """
    told: list[list[float]] = [[] for _ in actions]
    errors: list[Exception] = []
    end = time.perf_counter() + seconds

    def repeat(action: Callable[[], object], durations: list[float]) -> None:
        try:
            while (begun := time.perf_counter()) < end:
                action()
                durations.append(time.perf_counter() - begun)
        except (OSError, ValueError, RuntimeError) as error:
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=pair) for pair in zip(actions, told, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sorted(duration for durations in told for duration in durations)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which such a share of the ordered values lies; 0 for none."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
