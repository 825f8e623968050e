"""The console script, and ``python -m quizapp``."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line; exits with its code."""
    # Importing makes many objects and no garbage: looking for some takes a fifth of the start.
    gc.disable()
    from quizapp.app import main as run

    # What is imported stays for ever, so no collection looks at it again, in servers neither.
    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
