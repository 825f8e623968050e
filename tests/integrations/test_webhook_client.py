"""One POST to a stranger: to a checked address only, no redirect followed, bounded in time."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from quizapp.integrations.webhook_client import HttpPoster, PrivateAddress, resolve

BODY = b'{"type":"record.issue"}'
TLS_HELLO = b"\x16\x03"
HERE = "127.0.0.1"


@contextmanager
def target(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A port where every caller is answered so; and what callers sent."""
    heard: list[bytes] = []
    listener = socket.create_server((HERE, 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with caller:
                heard.append(_request(caller))
                answer(caller)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], heard
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def _request(caller: socket.socket) -> bytes:
    data = b""
    while not data.endswith(BODY):
        got = caller.recv(65536)
        data += got
        if not got or data.startswith(TLS_HELLO):
            break
    return data


def says(text: str) -> Callable[[socket.socket], None]:
    return lambda caller: caller.sendall(text.encode())


def to_here(*addresses: str) -> Callable[[str, int], list]:
    """A resolver that says every name is at these addresses."""
    return lambda _host, port: [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (a, port)) for a in addresses]


def test_the_looked_up_address_is_called_by_its_name() -> None:
    looks: list[str] = []

    def once(host: str, port: int) -> list:
        looks.append(host)
        return to_here(HERE)(host, port)

    with target(says("HTTP/1.1 204 No Content\r\n\r\n")) as (port, heard):
        poster = HttpPoster(allows_private=True, resolver=once)
        status = poster.post(f"http://hooks.example.org:{port}/a?b=c", {"webhook-id": "msg_1"}, BODY)
    assert (status, looks) == (204, ["hooks.example.org"])
    lines = heard[0].decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    assert [line for line in lines if line.startswith(("Host", "webhook"))] == [
        f"Host: hooks.example.org:{port}",
        "webhook-id: msg_1",
    ]


def test_a_name_that_leads_inside_is_not_called() -> None:
    with target(says("HTTP/1.1 204 No Content\r\n\r\n")) as (port, heard):
        for addresses in ((HERE,), ("93.184.215.14", HERE), ("169.254.169.254",)):
            poster = HttpPoster(allows_private=False, resolver=to_here(*addresses))
            with pytest.raises(PrivateAddress):
                poster.post(f"http://hooks.example.org:{port}/", {}, BODY)
        with pytest.raises(PrivateAddress):
            HttpPoster(allows_private=False, resolver=resolve).post(f"http://localhost:{port}/", {}, BODY)
    assert heard == []


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with target(says("HTTP/1.1 307 T\r\nLocation: http://127.0.0.1/x\r\n\r\n")) as (port, heard):
        assert HttpPoster(allows_private=True).post(f"http://{HERE}:{port}/", {}, BODY) == 307
    assert len(heard) == 1


def drips(ends: threading.Event) -> Callable[[socket.socket], None]:
    """Answers a byte at a time, so that no single read is ever late."""

    def answer(caller: socket.socket) -> None:
        try:
            caller.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not ends.wait(0.05):
                caller.sendall(b"x")
        except OSError:
            return

    return answer


def test_targets_that_hang_or_drip_are_left_in_time() -> None:
    ends = threading.Event()
    for answer in (lambda _: ends.wait(5), drips(ends)):
        with target(answer) as (port, _):  # type: ignore[arg-type]
            with pytest.raises(OSError, match=r"no answer|timed out"):
                HttpPoster(allows_private=True, seconds=0.3).post(f"http://{HERE}:{port}/", {}, BODY)
            ends.set()
        ends.clear()


def test_what_is_no_web_server_is_an_oserror() -> None:
    with target(says("220 mail.example.org ESMTP\r\n")) as (port, _), pytest.raises(OSError, match="not an"):
        HttpPoster(allows_private=True).post(f"http://{HERE}:{port}/", {}, BODY)
    with pytest.raises(ConnectionRefusedError):
        HttpPoster(allows_private=True).post(f"http://{HERE}:{port}/", {}, BODY)
    with target(says("HTTP/1.1 204 No Content\r\n\r\n")) as (port, _), pytest.raises(ssl.SSLError):
        HttpPoster(allows_private=True).post(f"https://{HERE}:{port}/", {}, BODY)
