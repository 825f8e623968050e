"""What the kernel tells about processor time, without a dependency."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
#: Places in /proc/PID/stat, counted behind the command's closing bracket.
PARENT, USER, SYSTEM = 1, 11, 12
STEAL = 7


def processor_seconds(roots: Collection[int]) -> float:
    """User and system time so far of these processes and of everything they started, in seconds."""
    ticks = sum(int(stat[USER]) + int(stat[SYSTEM]) for stat in family(roots).values())
    return ticks / TICKS


def family(roots: Collection[int]) -> dict[int, list[str]]:
    """These processes and everything they started that still runs, by id, with what /proc tells."""
    facts = {int(entry.name): _stat(entry) for entry in Path("/proc").iterdir() if entry.name.isdecimal()}
    wanted = set(roots)
    while grown := {pid for pid, stat in facts.items() if stat and int(stat[PARENT]) in wanted} - wanted:
        wanted |= grown
    return {pid: facts[pid] for pid in wanted if facts.get(pid)}


def memory(pid: int) -> int:
    """The bytes a process holds, what it shares counted by its share; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _stat(folder: Path) -> list[str]:
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        # It ended while we were looking.
        return []


@dataclass(frozen=True, slots=True)
class Machine:
    """The whole machine's processor ticks at one moment."""

    steal: int
    busy: int
    total: int

    def since(self, before: Machine) -> str:
        """Shares of the time between two moments, as text."""
        total = max(self.total - before.total, 1)
        busy, steal = self.busy - before.busy, self.steal - before.steal
        return f"{100 * busy / total:.0f} % busy, {100 * steal / total:.1f} % stolen"


def machine() -> Machine:
    """The machine now."""
    ticks = [int(text) for text in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return Machine(ticks[STEAL], sum(ticks) - idle, sum(ticks))


def description() -> str:
    """What the figures were measured on."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} processors, load average {load} before the first run"
