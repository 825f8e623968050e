"""`python -m tests.support.browser_setup`: make sure of pdfsig and a Chromium, and print the path of that."""

from __future__ import annotations

import sys

from tests.support import browser, pdfsig


def main() -> int:
    """0 with the path on standard output; 1 with the sentence that says what to install."""
    if not pdfsig.install():
        sys.stderr.write(f"{pdfsig.SENTENCE}\n")
        return 1
    path = browser.executable()
    if path is None and browser.install():
        path = browser.executable()
    print(path or browser.SENTENCE, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
