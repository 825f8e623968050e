"""`python -m benchmarks.item_imports`: a long file of each format, taken into a bank by the service.

Reading, judging, storing and committing on SQLite, without HTTP: what `quizapp bank import` does. Each
format is measured in a process of its own, because its memory is the most a process ever held. The
items are those of the shipped bank, again and again, with their number in the question, so that none is
a repeat of another.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace
from multiprocessing import get_context

from benchmarks import host, quiz_files
from benchmarks.installation import installed
from quizapp.domain.exchange import Outgoing
from quizapp.domain.item import ItemVersion
from quizapp.integrations.item_formats import FORMATS, item_format
from quizapp.services import bank_imports
from quizapp.services.bank_imports import Defaults, Upload
from tests.support.people import TESTS

BANK = "security-cooperation"
#: What a format cannot say.
LEFT_OPEN = Defaults(tasks=("1.A",), pool="practice", authority="Port law")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.item_imports", description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    names = [name for name, one in FORMATS.items() if one.read]
    parser.add_argument("--format", choices=names, action="append")
    told = parser.parse_args()
    print(host.description())
    print(
        f"{'':12}{'file MB':>9}{'entries':>9}{'taken':>8}{'a second':>10}{'cpu s':>8}{'most MiB':>10}",
        flush=True,
    )
    for name in told.format or names:
        data = file_of(name, told.items)
        process = get_context("spawn").Process(target=measure, args=(name, data))
        process.start()
        process.join()


def file_of(name: str, count: int) -> bytes:
    """A file with so many items; formats that only come in get the single choices, as typed."""
    leaving = numbered(quiz_files.outgoing(count))
    chosen = item_format(name)
    return b"".join(chosen.write(leaving)) if chosen.write else quiz_files.typed(leaving.items, name)


def numbered(leaving: Outgoing) -> Outgoing:
    """The same items, each with a question of its own."""
    items = [_numbered(item, number) for number, item in enumerate(leaving.items)]
    return replace(leaving, items=tuple(items))


def _numbered(item: ItemVersion, number: int) -> ItemVersion:
    stem = f"Case {number}. {item.content['stem']}"
    return replace(item, content={**item.content, "stem": stem}, enemies=frozenset())


def measure(name: str, data: bytes) -> None:
    """Take the file into a bank, and print what that took."""
    with installed("sqlite") as place:
        upload = Upload(BANK, name, data, LEFT_OPEN, accepts_valid=True)
        begun, cpu = time.perf_counter(), time.process_time()
        report = bank_imports.import_items(place.context, TESTS, upload)
        seconds, spent = time.perf_counter() - begun, time.process_time() - cpu
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:12}{len(data) / 1e6:>9.1f}{len(report.lines):>9,}{report.taken:>8,}"
        f"{len(report.lines) / seconds:>10,.0f}{spent:>8.1f}{most:>10}",
        flush=True,
    )


if __name__ == "__main__":
    main()
