"""A network that misbehaves as told: a small HTTP proxy between a client and the server."""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

#: What may happen to a request. Each is used for one request, in the order of the plan.
FAULTS = (
    "pass", "latency", "black_hole", "reset", "cut", "dropped_reply", "duplicated", "portal", "old_reply",
    "no_such_json",
)  # fmt: skip
LATENCY_SECONDS = 0.2
PORTAL = b"<!doctype html><title>Welcome to the Wi-Fi</title>"


@dataclass(slots=True)
class Reply:
    """What the server said."""

    status: int
    content_type: str
    body: bytes


@dataclass(slots=True)
class FaultProxy:
    """Forwards to ``upstream``; the plan says what happens to each request, then everything passes."""

    upstream: str
    plan: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    last: Reply | None = None

    def next_fault(self) -> str:
        """What happens to the request that has just come."""
        told = self.plan.pop(0) if self.plan else "pass"
        self.seen.append(told)
        return told

    def forward(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Hand a request on and read the whole reply."""
        place = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheader("Content-Type", ""), answer.read())
        finally:
            connection.close()


class Handler(BaseHTTPRequestHandler):
    """Does to each request what the plan says."""

    proxy: FaultProxy

    def do_POST(self) -> None:
        """One request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.proxy.next_fault()
        if fault in ("black_hole", "reset"):
            self._nothing(fault)
            return
        if fault == "latency":
            threading.Event().wait(LATENCY_SECONDS)
        headers = {name: self.headers[name] for name in ("Content-Type", "X-Attempt-Token")}
        for _ in range(2 if fault == "duplicated" else 1):
            reply = self.proxy.forward(self.path, headers, body)
        earlier, self.proxy.last = self.proxy.last or reply, reply
        self._answer(fault, reply, earlier)

    def _nothing(self, fault: str) -> None:
        if fault == "black_hole":
            self.proxy.released.wait(60)
        else:
            # Closing without lingering sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _answer(self, fault: str, reply: Reply, earlier: Reply) -> None:
        self.close_connection = True
        if fault == "dropped_reply":
            return
        if fault == "portal":
            reply = Reply(200, "text/html", PORTAL)
        if fault == "no_such_json":
            reply = Reply(200, "application/json", b'{"ok": true}')
        if fault == "old_reply":
            reply = earlier
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if fault == "cut" else reply.body)

    def log_message(self, *_ignored: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def between(upstream: str, plan: Sequence[str] = ()) -> Iterator[FaultProxy]:
    """A proxy in front of a server for the length of a test."""
    proxy = FaultProxy(upstream, list(plan))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Told", (Handler,), {"proxy": proxy}))
    server.daemon_threads = True
    server.handle_error = lambda *_ignored: None  # type: ignore[method-assign]
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
