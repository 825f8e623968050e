"""`python -m benchmarks`: the measurements B1 to B5 of docs/performance.md, one (`--only`) or all."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import attempts, credentials, desk, growth, host, memory, pdfs, room, saves
from benchmarks.attempts import WAYS
from benchmarks.installation import DIALECTS
from benchmarks.rooms import EXAMS

PARTS = ("saves", "attempts", "room", "growth", "memory", "desk", "pdfs")
#: Parts that no database has a share in are measured once.
WITHOUT_DATABASE = ("credentials",)


def main() -> None:
    """Measure and print."""
    told = _arguments()
    print(host.description())
    wanted = told.only or (*PARTS, *WITHOUT_DATABASE)
    for dialect in told.database or DIALECTS:
        for part in wanted:
            if part in PARTS:
                _measure(part, dialect, told)
    if "credentials" in wanted:
        credentials.measure(told.credentials, told.folder)


def _measure(part: str, dialect: str, told: argparse.Namespace) -> None:
    match part:
        case "saves":
            saves.measure(dialect, told.runs, told.seconds, told.folder)
        case "attempts":
            learners, ways = told.learners or (10, 40), told.way or ("content",)
            wanted = attempts.Wanted(told.runs, told.accounts, learners, ways, told.exam)
            attempts.measure(dialect, wanted, told.folder)
        case "room":
            room.measure(dialect, room.Wanted(told.room), told.folder)
        case "growth":
            growth.measure(dialect, told.runs, told.events or (1_000_000,), told.folder)
        case "desk":
            desk.measure(dialect, told.records, told.folder)
        case "pdfs":
            pdfs.measure(dialect, told.files, told.folder)
        case "memory":
            memory.measure(dialect, told.attempts, told.folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--only", choices=(*PARTS, *WITHOUT_DATABASE), action="append", help="may be given several times")
    add("--database", choices=DIALECTS, action="append", help="the default is both")
    add("--runs", type=int, default=5)
    add("--seconds", type=float, default=3, help="of a run of saves")
    add("--learners", type=int, action="append", help="who take the exam at once (default: 10, then 40)")
    add("--accounts", type=int, default=200, help="that take the exam in a run")
    add("--way", choices=WAYS, action="append", help="how they take it (default: content)")
    add("--exam", choices=tuple(EXAMS), default="synthetic")
    add("--room", type=int, default=1000, help="people who start, and end, together")
    add("--events", type=int, action="append", help="stored events to compare with 10,000 (may be repeated)")
    add("--records", type=int, default=100_000, help="records on the registrar's desk")
    add("--credentials", type=int, default=1_000, help="credentials to sign")
    add("--files", type=int, default=1_000, help="records as PDF to make")
    add("--attempts", type=int, default=1000, help="attempts that one process has served (B5)")
    add("--folder", type=Path, help="where the databases live (default: the temporary folder)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
