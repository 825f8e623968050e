"""`python -m benchmarks`: every measurement, a few minutes in all."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import attempts, growth, host, pdfs, saves
from benchmarks.installation import DIALECTS

#: A run of whole attempts takes longer than one of saves.
ATTEMPT_RUNS = 5
MOST_LEARNERS = 200


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=("saves", "attempts", "growth", "pdfs"))
    parser.add_argument("--events", type=int, default=1_000_000, help="stored events to compare with 10,000")
    parser.add_argument("--files", type=int, default=1000, help="records as PDF to make")
    parser.add_argument("--database", choices=DIALECTS, action="append")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--learners", type=int, default=10, help="who take the exam at once (1 to 200)")
    parser.add_argument(
        "--folder", type=Path, help="where the databases live (default: the temporary folder)"
    )
    told = parser.parse_args()
    print(host.description())
    for dialect in told.database or DIALECTS:
        if told.only in (None, "saves"):
            saves.measure(dialect, told.runs, told.seconds, told.folder)
        if told.only in (None, "attempts"):
            learners = min(max(told.learners, 1), MOST_LEARNERS)
            attempts.measure(dialect, min(told.runs, ATTEMPT_RUNS), learners, told.folder)
        if told.only in (None, "growth"):
            growth.measure(dialect, told.runs, told.events, told.folder)
        if told.only in (None, "pdfs"):
            pdfs.measure(dialect, told.files, told.folder)


if __name__ == "__main__":
    main()
