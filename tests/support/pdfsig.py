"""pdfsig of poppler: somebody else's word on whether a PDF's signature is valid."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys

SENTENCE = "The tests need `pdfsig`: install the system package `poppler-utils`."


def executable() -> str | None:
    """The program, or None when it is not on this machine."""
    return shutil.which("pdfsig")


def install() -> bool:
    """Try to install it where this user may; gives whether it is there now."""
    if executable() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-q"], ["install", "-y", "-q", "poppler-utils"]):
            with contextlib.suppress(OSError):
                # What installers say is for people; standard output is the caller's answer.
                subprocess.run(["apt-get", *command], check=False, stdout=sys.stderr)
    return executable() is not None


def told(folder: str, path: str) -> set[str]:
    """The lines it prints about a file, trusting no certificate; ``folder`` is its home."""
    program = executable()
    assert program is not None, SENTENCE
    environment = {"PATH": os.environ["PATH"], "TZ": "UTC", "HOME": folder}
    answer = subprocess.run(
        [program, "-nocert", path], capture_output=True, text=True, check=False, env=environment
    )
    return {line.strip() for line in answer.stdout.splitlines()}
