"""B2: whole attempts of many learners at once: what one costs the server, and how long saves take.

By ``content`` every item comes at once, as the runner fetches them; by ``pages`` each is a page, as
without JavaScript. Nobody thinks between two clicks. Everybody signs in first, because a password is
slow on purpose: its cost is told apart.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import UUID

from benchmarks import browsing, host, load
from benchmarks.browsing import Browser
from benchmarks.installation import PRODUCT, Account, Installation, accounts, installed, serving, writer_of
from benchmarks.rooms import EXAMS, Room

WAYS = ("content", "pages")
WARM_UP_LEARNERS = 5
BATCH = 4
HASHES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of it: runs, accounts a run, how many of them at once, by which ways, of which exam."""

    runs: int = 5
    accounts: int = 200
    learners: Sequence[int] = (10, 40)
    ways: Sequence[str] = ("content",)
    exam: str = "synthetic"


def measure(dialect: str, wanted: Wanted, folder: Path | None) -> None:
    """Print what whole attempts cost on one database; what is compared takes turns."""
    with installed(dialect, folder) as place, serving(place.world.settings, PRODUCT) as server:
        room = EXAMS[wanted.exam](place.context)
        pids = [process.pid for process in server.processes]
        told = {(way, count): Cost() for way in wanted.ways for count in wanted.learners}
        for way in wanted.ways:
            _Run(place, server.url, pids, room, way).take(WARM_UP_LEARNERS, WARM_UP_LEARNERS, Cost())
        hashing, before = _password_seconds(place), host.machine()
        for _ in range(wanted.runs):
            for (way, count), cost in told.items():
                _Run(place, server.url, pids, room, way).take(wanted.accounts, count, cost)
        machine = host.machine().since(before)
        print(f"\nAttempts at the {wanted.exam} exam on {dialect}: {wanted.accounts} accounts a run,")
        print(f"medians of {wanted.runs} runs, machine {machine}")
        print(f"one password takes {hashing:.3f} s of processor time")
        for (way, count), cost in told.items():
            _print(way, count, cost, hashing)


@dataclass(slots=True)
class Cost:
    """Processor seconds of one attempt and attempts a second, a value a run; durations by request."""

    sign_in: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)


def _print(way: str, count: int, cost: Cost, hashing: float) -> None:
    sign_in, server = median(cost.sign_in), median(cost.server)
    plain = sign_in - hashing
    print(f"\nby {way}, {count} at once: {median(cost.rate):.1f} attempts a second; processor time of one:")
    print(f"server {plain + server:.3f} s ({plain:.3f} to sign in without the password, ", end="")
    print(f"{server:.3f} for the rest), database {median(cost.database):.3f} s")
    print(f"{'':12}{'count':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for kind, durations in cost.seconds.items():
        shares = (load.percentile(sorted(durations), share) for share in (0.5, 0.95, 0.99))
        print(f"{kind:12}{len(durations):>8}" + "".join(f"{1000 * value:>9.1f}" for value in shares))


@dataclass(frozen=True, slots=True)
class _Run:
    place: Installation
    url: str
    pids: Sequence[int]
    room: Room
    way: str

    def take(self, count: int, at_once: int, cost: Cost) -> None:
        """So many new accounts sign in, then take the exam, so many at the same time."""
        people = accounts(self.place, count)
        sitting_id = self.room([one.actor for one in people])
        told = [Browser.to(self.url) for _ in people]
        sitters = list(zip(told, people, strict=True))
        begun = host.processor_seconds(self.pids)
        _each(sitters, at_once, lambda browser, person: _sign_in(browser, person))
        signed_in, clock = host.processor_seconds(self.pids), time.perf_counter()
        database = host.processor_seconds(self.place.database_pids())
        _each(sitters, at_once, lambda browser, _: _attempt(self.place, browser, sitting_id, self.way))
        cost.rate.append(count / (time.perf_counter() - clock))
        cost.sign_in.append((signed_in - begun) / count)
        cost.server.append((host.processor_seconds(self.pids) - signed_in) / count)
        cost.database.append((host.processor_seconds(self.place.database_pids()) - database) / count)
        for browser in told:
            browser.connection.close()
            for kind, durations in browser.seconds.items():
                cost.seconds.setdefault(kind, []).extend(durations)


def sit(place: Installation, url: str, room: Room, count: int, at_once: int) -> None:
    """So many new accounts sign in and take the exam by content, measured by somebody else."""
    _Run(place, url, (), room, "content").take(count, at_once, Cost())


def _each(
    sitters: Sequence[tuple[Browser, Account]], at_once: int, action: Callable[[Browser, Account], None]
) -> None:
    """Do it for each, so many at the same time; the first error is raised."""
    waiting: queue.SimpleQueue[tuple[Browser, Account]] = queue.SimpleQueue()
    for sitter in sitters:
        waiting.put(sitter)
    errors: list[Exception] = []

    def work() -> None:
        while not errors:
            try:
                action(*waiting.get_nowait())
            except queue.Empty:
                return
            except (OSError, ValueError, RuntimeError) as error:
                errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _sign_in(browser: Browser, account: Account) -> None:
    csrf = browsing.value(browser.get("sign-in page", "/login"), "csrf_token")
    where = browser.post("sign in", "/login", csrf_token=csrf, email=account.email, password=account.password)
    if where.startswith("<"):
        raise browsing.Unexpected("the sign-in was refused")
    browser.rest()


def _attempt(place: Installation, browser: Browser, sitting_id: UUID, way: str) -> None:
    """Start, get every item, save four at a time, submit, read the result."""
    browser.get("home", "/")
    page = browser.get("start page", f"/sittings/{sitting_id}/start")
    csrf = browsing.value(page, "csrf_token")
    first = browser.post("start", f"/sittings/{sitting_id}/start", csrf_token=csrf)
    attempt_id = UUID(first.split("/")[2])
    writer = writer_of(place.context, attempt_id)
    page = browser.get("item page", f"/attempts/{attempt_id}/items/1")
    token = browsing.value(page, "token")
    if way == "content":
        browser.request("content", "GET", f"/attempts/{attempt_id}/content", X_Attempt_Token=token)
    for position in range(1, len(writer.payloads) + 1):
        if way == "pages" and position > 1:
            browser.get("item page", f"/attempts/{attempt_id}/items/{position}")
        if position % BATCH == 0:
            browser.save(f"/attempts/{attempt_id}/events", token, writer.batch(BATCH))
    if way == "pages":
        csrf = browsing.value(browser.get("review", f"/attempts/{attempt_id}/review"), "csrf_token")
        browser.post("submit", f"/attempts/{attempt_id}/submit", csrf_token=csrf)
    else:
        # The runner has the review in itself and submits with its token.
        browser.request("submit", "POST", f"/attempts/{attempt_id}/submit-by-token", X_Attempt_Token=token)
    browser.get("receipt", f"/attempts/{attempt_id}/receipt")
    browser.get("result", f"/results/{attempt_id}")


def _password_seconds(place: Installation) -> float:
    taken = []
    for _ in range(HASHES):
        begun = time.process_time()
        place.context.passwords.hash("a password to measure")
        taken.append(time.process_time() - begun)
    return median(taken)
