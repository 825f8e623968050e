"""The tests themselves stay on this machine."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "10.0.0.1"])
def test_another_machine_is_out_of_reach(host: str) -> None:
    with socket.socket() as one, pytest.raises(RuntimeError, match="tests may not reach"):
        one.connect((host, 80))


def test_this_machine_is_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
