"""`python -m benchmarks.qti_packages`: how fast a bank becomes a package of QTI and comes back.

In this process, without HTTP or database: the items of the shipped bank, again and again under other ids.
The memory is the most this process ever held, so each format is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from multiprocessing import get_context

from benchmarks import host
from quizapp import resources
from quizapp.domain.exchange import Given, Outgoing
from quizapp.domain.item import ItemVersion, read_item
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.integrations.item_formats import item_format
from quizapp.integrations.item_formats.bank_files import read_bank

FORMATS = ("qti3", "qti2")
SHIPPED = resources.folder("question_banks") / "security-cooperation"
BANK = ItemBank("shipped", "security-cooperation", "1.0", "Shipped", "public", "pending", "CC-BY-4.0")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.qti_packages", description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--format", choices=FORMATS, action="append")
    told = parser.parse_args()
    print(host.description())
    for name in told.format or FORMATS:
        process = get_context("spawn").Process(target=measure, args=(name, told.items))
        process.start()
        process.join()


def measure(name: str, count: int) -> None:
    """Print the rates of one format, and the memory before and after."""
    leaving, chosen = _outgoing(count), item_format(name)
    if chosen.write is None or chosen.read is None:
        return
    print(f"\n{count:,} items as {name}; memory so far {_memory()} MiB")
    begun = time.perf_counter(), time.process_time()
    data = b"".join(chosen.write(leaving))
    _say("written", count, *begun)
    begun = time.perf_counter(), time.process_time()
    package = chosen.read(data, Given())
    _say("read", count, *begun)
    assert len(package.entries) == count
    print(f"{len(data):,} bytes packed")


def _say(word: str, count: int, wall: float, cpu: float) -> None:
    rate = count / (time.perf_counter() - wall)
    each = f"{1000 * (time.process_time() - cpu) / count:.1f} ms of processor time each"
    print(f"{word:>8}: {rate:,.0f} a second, {each}; most memory so far {_memory()} MiB", flush=True)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _outgoing(count: int) -> Outgoing:
    files = read_bank(SHIPPED)
    stimuli = tuple(Stimulus(one.value["id"], one.value["title"], one.value["text"]) for one in files.stimuli)
    items = [item for item in (read_item(entry.value)[0] for entry in files.items) if item is not None]
    return Outgoing(BANK, tuple(islice(_renamed(items), count)), stimuli)


def _renamed(items: list[ItemVersion]) -> Iterator[ItemVersion]:
    for number, item in enumerate(cycle(items)):
        yield replace(item, id=f"{item.id}-{number}")


if __name__ == "__main__":
    main()
