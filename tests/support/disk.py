"""A disk that fails as told, without being root and without a library in the way.

A watched process asks before it syncs or writes (seccomp notifications, Linux 5.5 or newer), and a
thread of the test answers: go on, or the error that the kernel would give. So `fsync` fails for a
real server, in the call that a dying disk would fail.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import platform
import select
import socket
import struct
import threading
from collections import Counter

import pytest

SECCOMP, SYNCS, WRITES = (
    {"x86_64": (317, (74, 75), (18, 285, 296)), "aarch64": (277, (82, 83), (68, 47, 70))}
).get(platform.machine(), (0, (), ()))  # fmt: skip
NO_NEW_PRIVILEGES, FILTER_MODE, NEW_LISTENER = 38, 1, 8
RECEIVE, ANSWER = 0xC0502100, 0xC0182101
GO_ON = 1
LOAD_NUMBER, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, NOTIFY = 0x7FFF0000, 0x7FC00000
NEEDS = "a disk is made to fail through seccomp notifications (Linux 5.5 on x86_64 or aarch64)"


def watch(channel: socket.socket) -> None:
    """From now on this process and its children ask the other end of ``channel``; there is no way back."""
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = (*SYNCS, *WRITES)
    steps = [
        (LOAD_NUMBER, 0, 0, 0),
        *((JUMP_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, NOTIFY),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)))
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    listener = libc.syscall(SECCOMP, FILTER_MODE, NEW_LISTENER, program)
    if listener < 0:
        socket.send_fds(channel, [b"-"], [])
        return
    socket.send_fds(channel, [b"+"], [listener])
    os.close(listener)


class Disk:
    """What the processes that are watched through it can sync and write.

    ``refused`` counts the calls that failed, by `"sync"` and `"write"`.
    """

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        #: How many more syncs fail; `None` for all of them.
        self.bad_syncs: int | None = 0
        #: Whether a file can become no longer.
        self.is_full = False
        self.ours, self.theirs = socket.socketpair()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Answer for a process that has just called `watch`, until it and its children are gone."""
        told, listeners, _flags, _from = socket.recv_fds(self.ours, 1, 1)
        if told != b"+":
            pytest.skip(NEEDS)
        threading.Thread(target=self._answer_all, args=(listeners[0],), daemon=True).start()

    def heal(self) -> None:
        """Everything can be synced and written again."""
        self.bad_syncs, self.is_full = 0, False

    def end(self) -> None:
        """Give the channel back."""
        self.ours.close()
        self.theirs.close()

    def _answer_all(self, listener: int) -> None:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        while not poll.poll()[0][1] & select.POLLHUP:
            # Whoever asks may be killed before it is heard, or before it is answered.
            with contextlib.suppress(OSError):
                asked = fcntl.ioctl(listener, RECEIVE, bytes(80))
                known, pid, _flags, number, _arch, _at, *arguments = struct.unpack("QIIiIQ6Q", asked)
                error = self._judge(pid, number, arguments)
                fcntl.ioctl(listener, ANSWER, struct.pack("QqiI", known, 0, -error, 0 if error else GO_ON))
        os.close(listener)

    def _judge(self, pid: int, number: int, arguments: list[int]) -> int:
        """The error of a call, or 0."""
        if number in SYNCS:
            return self._sync()
        if self.is_full and _lengthens(pid, number, arguments):
            self.refused["write"] += 1
            return errno.ENOSPC
        return 0

    def _sync(self) -> int:
        with self._lock:
            if self.bad_syncs == 0:
                return 0
            if self.bad_syncs is not None:
                self.bad_syncs -= 1
            self.refused["sync"] += 1
        return errno.EIO


def _lengthens(pid: int, number: int, arguments: list[int]) -> bool:
    """Whether a write goes beyond the end of its file, or room for that is asked for."""
    if number == WRITES[1]:
        return True
    try:
        size = os.stat(f"/proc/{pid}/fd/{arguments[0]}").st_size
    except OSError:
        return True  # the kernel does not let us look: then the disk takes no write at all
    # A vector's length is in the process's memory; it is never empty.
    length = arguments[2] if number == WRITES[0] else 1
    return arguments[3] + length > size
