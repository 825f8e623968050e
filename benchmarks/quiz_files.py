"""`python -m benchmarks.quiz_files`: how fast quiz files of other programs are written and read.

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
from typing import Any

import yaml

from benchmarks import host
from quizapp import resources
from quizapp.domain.exchange import Given, Outgoing
from quizapp.domain.item import ItemVersion, read_item, to_source
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.integrations.item_formats import item_format
from tests.support.word_documents import document, paragraph

FORMATS = ("moodle-xml", "gift", "aiken", "text", "docx")
SHIPPED = resources.folder("question_banks") / "security-cooperation"
BANK = ItemBank("shipped", "security-cooperation", "1.0", "Shipped", "public", "pending", "CC-BY-4.0")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quiz_files", description=__doc__)
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
    print(f"\n{count:,} items as {name}; memory so far {_memory()} MiB")
    begun = time.process_time()
    data = b"".join(chosen.write(leaving)) if chosen.write else _typed(leaving.items, name)
    if chosen.write:
        _say("written", count, begun)
    assert chosen.read is not None
    begun = time.process_time()
    package = chosen.read(data, Given())
    _say("read", len(package.entries), begun)
    print(f"{len(package.entries):,} items in {len(data):,} bytes")


def _say(word: str, count: int, begun: float) -> None:
    rate = count / (time.process_time() - begun)
    print(
        f"{word:>8}: {rate:,.0f} a second of processor time; most memory so far {_memory()} MiB", flush=True
    )


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _typed(items: tuple[ItemVersion, ...], name: str) -> bytes:
    """What only comes in, as somebody would type it: the single choices, in the plain layout."""
    lines = [line for number, item in enumerate(items) for line in _lines(number, to_source(item))]
    if name == "docx":
        return document(*(paragraph(line) for line in lines))
    return "\n".join(lines).encode()


def _lines(number: int, source: dict[str, Any]) -> Iterator[str]:
    if source["type"] != "single_choice":
        return
    yield f"{number % 10_000}. {' '.join(source['stem'].split())}"
    for place, row in enumerate(source["options"]):
        yield f"{'*' if row.get('key') else ''}{'ABCDEFGH'[place]}) {row['text']}"
    for place, row in enumerate(source["options"]):
        yield f"Rationale {'ABCDEFGH'[place]}: {row['rationale']}"
    yield f"Task: {', '.join(source['tasks'])}"
    yield ""


def _outgoing(count: int) -> Outgoing:
    items: list[ItemVersion] = []
    stimuli: list[Stimulus] = []
    for path in sorted(SHIPPED.glob("[0-9]*/*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        items += [item for entry in told["items"] if (item := read_item(entry)[0])]
        stimuli += [Stimulus(one["id"], one["title"], one["text"]) for one in told.get("stimuli") or ()]
    return Outgoing(BANK, tuple(islice(_renamed(items), count)), tuple(stimuli))


def _renamed(items: list[ItemVersion]) -> Iterator[ItemVersion]:
    for number, item in enumerate(cycle(items)):
        yield replace(item, id=f"{item.id}-{number}")


if __name__ == "__main__":
    main()
