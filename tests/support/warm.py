"""A warm process that has the product imported, and becomes `quizapp serve` in a fork at each start.

A start costs seconds, nearly all of them spent on importing; tests that kill the server start it
dozens of times. The child runs what the console script runs, in a group of its own, and is killed
like any other. A server started by its console script is in `tests/journeys/test_power_cut.py`.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quizapp.settings import Settings
from tests.support.disk import Disk, watch
from tests.support.server import PATIENCE_SECONDS, Server, answers, environment, free_port, wait_until

BECOME_PARENT_OF_ORPHANS, SIGNAL_AT_PARENTS_END = 36, 1


@dataclass(slots=True)
class Forked:
    """A server that another process has forked; its group has its number."""

    pid: int

    def is_alive(self) -> bool:
        """Whether anything of it is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, 0)
            return True
        return False

    def wait(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Until nothing of it is left."""
        wait_until(lambda: not self.is_alive(), f"process {self.pid} to end")

    def terminate(self) -> None:
        """Ask it to stop."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)


class Warm:
    """The warm process, as a test sees it."""

    def __init__(self, settings: Settings) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="quizapp-warm-")
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.support.warm", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, env=environment(settings), pass_fds=[theirs.fileno()], cwd=Path(__file__).parents[2]
        )
        theirs.close()
        self._said = self._control.makefile("r")

    def start(self, settings: Settings, port: int | None = None, disk: Disk | None = None) -> Server:
        """Serve with these settings, without a worker, and wait until connections are accepted."""
        port = port or free_port()
        log = Path(self._folder.name) / "log"
        told = {
            "arguments": ["serve", "--port", str(port)],
            "environment": environment(settings),
            "log": str(log),
            "is_watched": disk is not None,
        }
        channel = [] if disk is None else [disk.theirs.fileno()]
        socket.send_fds(self._control, [json.dumps(told).encode() + b"\n"], channel)
        server = Forked(int(self._said.readline()))
        if disk is not None:
            disk.take()
        wait_until(lambda: answers(port) or not server.is_alive(), "the server to accept connections")
        assert server.is_alive(), log.read_text()
        return Server(f"http://127.0.0.1:{port}", [server])

    def end(self) -> None:
        """Let the process go; what it has forked is stopped by whoever started it."""
        self._said.close()
        self._control.close()
        self._process.wait(PATIENCE_SECONDS)
        self._folder.cleanup()


# --- in the warm process ----------------------------------------------------------------


def main() -> None:
    """Import, then fork once for each line of the control socket."""
    import flask_migrate  # noqa: F401
    import granian.server  # noqa: F401
    from sqlalchemy.orm import configure_mappers

    from quizapp import app

    configure_mappers()
    with tempfile.TemporaryDirectory() as home:
        # What is built once for a process is built before the fork.
        os.environ["QUIZAPP_HOME"] = home
        app.create_app()
    control = socket.socket(fileno=int(sys.argv[1]))
    # Whatever ends is waited for at once: the group of a killed server has to disappear.
    signal.signal(signal.SIGCHLD, _reap)
    ctypes.CDLL(None).prctl(BECOME_PARENT_OF_ORPHANS, 1, 0, 0, 0)
    while True:
        line, descriptors, _flags, _from = socket.recv_fds(control, 65_536, 1)
        if not line:
            return
        told = json.loads(line)
        pid = os.fork()
        if pid == 0:
            control.close()
            _become(told, descriptors)
        # Both do it, for either may be first: from here on the group can be killed.
        with suppress(ProcessLookupError):
            os.setpgid(pid, pid)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(f"{pid}\n".encode())


def _reap(*_ignored: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _become(told: dict[str, Any], descriptors: list[int]) -> None:
    """Be the console script with these arguments; never returns."""
    from quizapp import app

    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        # A test run that is cut off leaves no server behind.
        ctypes.CDLL(None).prctl(SIGNAL_AT_PARENTS_END, signal.SIGTERM, 0, 0, 0)
        log = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(told["environment"])
        if told["is_watched"]:
            with socket.socket(fileno=descriptors[0]) as channel:
                watch(channel)
        sys.argv = ["quizapp", *told["arguments"]]
        app.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001  nothing may go back into the loop of the warm process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
