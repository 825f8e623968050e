"""Sends one HTTP POST to a stranger: only to a checked address, without redirects, for a bounded time."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from quizapp.domain.webhook import is_public

SECONDS = 10.0
Resolved = Sequence[tuple[Any, ...]]
Resolver = Callable[[str, int], Resolved]


class PrivateAddress(OSError):
    """The name of a target leads to an address of this machine or of a private network."""


def resolve(host: str, port: int) -> Resolved:
    """Every address of a name."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class HttpPoster:
    """Implements `ports.Poster`."""

    def __init__(
        self, *, allows_private: bool, seconds: float = SECONDS, resolver: Resolver = resolve
    ) -> None:
        self._allows_private, self._seconds, self._resolve = allows_private, seconds, resolver

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """The status of the answer, of which nothing else is read; raises OSError."""
        call = _Call(urlsplit(url), headers, body, self._connected)
        # Looking a name up cannot be given a time, so the whole call is bounded from outside.
        thread = threading.Thread(target=call.run, name="webhook", daemon=True)
        thread.start()
        thread.join(self._seconds)
        if thread.is_alive():
            call.give_up()
            raise TimeoutError(f"no answer within {self._seconds:g} seconds")
        if call.error is not None:
            raise call.error
        return call.status

    def _connected(self, host: str, port: int) -> socket.socket:
        """A connection to an address that was looked up once and checked; the name is not asked again."""
        found = self._resolve(host, port)
        if not found:
            raise OSError(f"{host} has no address")
        if not self._allows_private and not all(is_public(str(entry[4][0])) for entry in found):
            raise PrivateAddress(f"{host} leads to a private address")
        family, kind, protocol, _name, address = found[0]
        made = socket.socket(family, kind, protocol)
        made.settimeout(self._seconds)
        try:
            made.connect(address)
        except BaseException:
            made.close()
            raise
        return made


class _Call:
    """One request, made in a thread of its own."""

    def __init__(
        self,
        url: SplitResult,
        headers: dict[str, str],
        body: bytes,
        connect: Callable[[str, int], socket.socket],
    ) -> None:
        self._url, self._headers, self._body, self._connect = url, headers, body, connect
        self._socket: socket.socket | None = None
        self.status = 0
        self.error: OSError | None = None

    def run(self) -> None:
        """Make the request; what came of it is in ``status`` or ``error``."""
        try:
            self.status = self._ask()
        except OSError as error:
            self.error = error
        except (http.client.HTTPException, ValueError) as error:
            self.error = OSError(f"not an answer of a web server: {type(error).__name__}")

    def give_up(self) -> None:
        """Cut the connection, so that the thread ends."""
        if self._socket is not None:
            self._socket.close()

    def _ask(self) -> int:
        host, is_secure = self._url.hostname or "", self._url.scheme == "https"
        port = self._url.port or (443 if is_secure else 80)
        self._socket = self._connect(host, port)
        if is_secure:
            self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=host)
        connection = http.client.HTTPConnection(host, port)
        connection.sock = self._socket
        path = f"{self._url.path or '/'}{'?' if self._url.query else ''}{self._url.query}"
        try:
            connection.request("POST", path, self._body, {"Host": self._url.netloc, **self._headers})
            return connection.getresponse().status
        finally:
            connection.close()
