"""B5: the memory of one application process at rest, and after so many attempts by content over HTTP."""

from __future__ import annotations

from pathlib import Path

from benchmarks import host
from benchmarks.attempts import sit
from benchmarks.installation import PRODUCT, installed, serving
from benchmarks.rooms import EXAMS

AT_ONCE = 4
WARM_UP = 20
#: Attempts between two looks.
STEP = 200


def measure(dialect: str, attempts: int, folder: Path | None) -> None:
    """Print the memory of the serving process every so many attempts."""
    with installed(dialect, folder) as place, serving(place.world.settings, PRODUCT) as server:
        room = EXAMS["synthetic"](place.context)
        (pid,) = [process.pid for process in server.processes]
        print(f"\nMemory of one application process on {dialect}, in MiB (PSS)")
        _print("at rest", pid)
        done = 0
        while done < attempts:
            count = min(STEP if done else WARM_UP, attempts - done)
            sit(place, server.url, room, count, AT_ONCE)
            done += count
            _print(f"{done:,} attempts", pid)


def _print(when: str, pid: int) -> None:
    # The application is what the server starts; the process above it only watches, and is smaller.
    most = max(host.memory(one) for one in host.family({pid}))
    print(f"{when:>20}: {most / 2**20:.0f}", flush=True)
