"""The product as it runs for people: `quizapp serve` in a process of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from quizapp.settings import Settings, variable

QUIZAPP = Path(sys.executable).with_name("quizapp")
PATIENCE_SECONDS = 60
STEP_SECONDS = 0.02


def environment(settings: Settings) -> dict[str, str]:
    """The environment that gives a process these settings."""
    told = {
        variable(entry.name): str(getattr(settings, entry.name))
        for entry in fields(Settings)
        if getattr(settings, entry.name) != entry.default
    }
    return {**os.environ, **told}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running(Protocol):
    """A process, and through its number every process of its group."""

    pid: int

    def wait(self, timeout: float) -> Any: ...
    def terminate(self) -> None: ...


@dataclass(slots=True)
class Server:
    """A running server; with PostgreSQL its worker runs beside it."""

    url: str
    processes: Sequence[Running]

    def kill(self) -> None:
        """End every process at once, as a power cut would (SIGKILL, children too)."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        """End gracefully."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(PATIENCE_SECONDS)


def start(settings: Settings, port: int | None = None, *, works: bool = True) -> Server:
    """Start serving, and working with PostgreSQL (unless told not to); wait until each says that it does."""
    port = port or free_port()
    env = environment(settings)
    server = _run(["serve", "--port", str(port)], env)
    processes = [server]
    if works and not settings.is_sqlite:
        processes.append(_run(["work"], env))
    for process, word in zip(processes, ("Listening on", "Working"), strict=False):
        _await_line(process, word)
    # Somebody has to read on, or a full pipe would stop the server.
    for process in processes:
        threading.Thread(target=_drain, args=(process,), daemon=True).start()
    wait_until(lambda: answers(port), "the server to accept connections")
    return Server(f"http://127.0.0.1:{port}", processes)


def _run(arguments: list[str], env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(QUIZAPP), *arguments], env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def _await_line(process: subprocess.Popen[str], word: str) -> None:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if word in line:
            return
    raise AssertionError(f"{process.args} did not start:\n" + "".join(said))


def _drain(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    with process.stderr as stream:
        for _line in stream:
            pass


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """A server for the length of a test."""
    server = start(settings)
    try:
        yield server
    finally:
        server.stop()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as the condition holds; fail when it never does."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_SECONDS / STEP_SECONDS)):
        if condition():
            return
        pause.wait(STEP_SECONDS)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}")
