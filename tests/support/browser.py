"""A real headless Chromium: a given path, a system one, Playwright's own, else a plain sentence."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SENTENCE = (
    "The page tests need Chromium. Install the system package `chromium`, run "
    "`playwright install chromium`, or name one in QUIZAPP_TEST_CHROMIUM."
)


def executable() -> str | None:
    """The Chromium to use, or None when there is none on this machine."""
    given = os.environ.get("QUIZAPP_TEST_CHROMIUM")
    if given:
        return given
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> bool:
    """Try to install Chromium where this user may; gives whether there is one now."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts = [["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"], *attempts]
    for command in attempts:
        if executable():
            return True
        with contextlib.suppress(OSError):
            # What installers say is for people; standard output is the caller's answer.
            subprocess.run(command, check=False, stdout=sys.stderr)
    return executable() is not None


@contextlib.contextmanager
def chromium() -> Iterator[object]:
    """A running browser; fails with the sentence that says what to install."""
    from playwright.sync_api import sync_playwright

    path = executable()
    assert path is not None, SENTENCE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


if __name__ == "__main__":
    if not install():
        sys.exit(SENTENCE)
