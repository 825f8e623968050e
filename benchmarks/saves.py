"""Durable saves a second through the served product, against an empty view and the bare database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import bare, empty, host, load
from benchmarks.installation import EMPTY, PRODUCT, Installation, Writer, installed, serving, writers
from benchmarks.load import Connection, Stream
from tests.support.server import Server

CONNECTIONS = 8
WARM_UP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing it: the parallel actions, and whose processor time counts."""

    actions: Sequence[Callable[[], object]]
    pids: Collection[int]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one way."""

    rate: float
    cpu_ms: float
    database_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def measure(dialect: str, runs: int, seconds: float, folder: Path | None) -> None:
    """Print the medians of interleaved runs on one database."""
    with installed(dialect, folder) as place, _ways(place) as ways:
        told: dict[str, list[Run]] = {name: [] for name in ways}
        for way in ways.values():
            load.run(way.actions, WARM_UP_SECONDS)
        before = host.machine()
        for _ in range(runs):
            for name, way in ways.items():
                told[name].append(_run(way, place.database_pids(), seconds))
        print(f"\nSaves on {dialect}: medians of {runs} runs of {seconds:g} s, machine ", end="")
        print(host.machine().since(before))
        _print(told)


@contextlib.contextmanager
def _ways(place: Installation) -> Iterator[Mapping[str, Way]]:
    people = writers(place, CONNECTIONS)
    settings = place.world.settings
    with contextlib.ExitStack() as stack:
        product = stack.enter_context(serving(settings, PRODUCT))
        nothing = stack.enter_context(serving(settings, EMPTY))
        bare_actions = stack.enter_context(bare.appenders(place, people))
        yield {
            "save": _clients(stack, product, people, "/attempts/{attempt_id}/events"),
            "empty view": _clients(stack, nothing, people, empty.PATH),
            "bare append": Way(bare_actions, ()),
        }


def _clients(stack: contextlib.ExitStack, server: Server, people: Sequence[Writer], path: str) -> Way:
    connections = []
    for one in people:
        stream = Stream(path.format(attempt_id=one.attempt_id), one.token, one.batch)
        connections.append(Connection(server.url, stream))
        stack.callback(connections[-1].close)
    return Way([one.send for one in connections], [process.pid for process in server.processes])


def _run(way: Way, database: Collection[int], seconds: float) -> Run:
    cpu, cpu_database = host.processor_seconds(way.pids), host.processor_seconds(database)
    durations = load.run(way.actions, seconds)
    count = max(len(durations), 1)
    return Run(
        rate=len(durations) / seconds,
        cpu_ms=1000 * (host.processor_seconds(way.pids) - cpu) / count,
        database_ms=1000 * (host.processor_seconds(database) - cpu_database) / count,
        p50_ms=1000 * load.percentile(durations, 0.5),
        p95_ms=1000 * load.percentile(durations, 0.95),
        p99_ms=1000 * load.percentile(durations, 0.99),
    )


def _print(told: Mapping[str, Sequence[Run]]) -> None:
    print(
        f"{'':14}{'per second':>16}{'server ms':>11}{'database ms':>13}"
        f"{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
    )
    for name, runs in told.items():
        rates = [run.rate for run in runs]
        spread = f"{median(rates):.0f} ({min(rates):.0f}-{max(rates):.0f})"
        print(
            f"{name:14}{spread:>16}{median(r.cpu_ms for r in runs):>11.2f}"
            f"{median(r.database_ms for r in runs):>13.2f}{median(r.p50_ms for r in runs):>9.1f}"
            f"{median(r.p95_ms for r in runs):>9.1f}{median(r.p99_ms for r in runs):>9.1f}"
        )
    saves = [run.rate for run in told["save"]]
    for name in ("empty view", "bare append"):
        ratio = median(one / other.rate for one, other in zip(saves, told[name], strict=True))
        print(f"save : {name} = {ratio:.2f}")
