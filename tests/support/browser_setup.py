"""`python -m tests.support.browser_setup`: make sure there is a Chromium, and print its path."""

from __future__ import annotations

import sys

from tests.support import browser


def main() -> int:
    """0 with the path on standard output; 1 with the sentence that says what to install."""
    path = browser.executable()
    if path is None and browser.install():
        path = browser.executable()
    print(path or browser.SENTENCE, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
