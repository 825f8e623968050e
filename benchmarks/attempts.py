"""Whole attempts of many learners at once: what one costs the server, and how long saves take.

Two ways of taking the exam: ``content`` fetches every item at once, as the runner does; ``pages``
loads a page an item, as a browser without JavaScript does. Nobody thinks between two clicks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import UUID

from benchmarks import browsing, host, load
from benchmarks.browsing import Browser
from benchmarks.installation import PRODUCT, Installation, Writer, installed, serving, sitting, writer_of
from quizapp.domain.person import Actor

WAYS = ("content", "pages")
WARM_UP_LEARNERS = 5
BATCH = 4


def measure(dialect: str, runs: int, learners: int, folder: Path | None) -> None:
    """Print what whole attempts cost on one database, both ways in turn."""
    with installed(dialect, folder) as place, serving(place.world.settings, PRODUCT) as server:
        pids = [process.pid for process in server.processes]
        told = {way: Cost() for way in WAYS}
        for way in WAYS:
            _sit(place, server.url, way, min(learners, WARM_UP_LEARNERS))
        before = host.machine()
        for _ in range(runs):
            for way in WAYS:
                _measure(place, server.url, pids, way, learners, told[way])
        machine = host.machine().since(before)
        for way, cost in told.items():
            print(
                f"\nAttempts by {way} on {dialect}: {learners} learners at once, medians of {runs} runs, ",
                end="",
            )
            print(f"machine {machine}")
            print(f"processor time of an attempt: server {median(cost.server):.3f} s, ", end="")
            print(f"database {median(cost.database):.3f} s")
            _print(cost.seconds)
        print(f"(a password adds {_password_seconds(place):.2f} s of processor time to a sign-in)")


@dataclass(slots=True)
class Cost:
    """Processor seconds of one attempt, a value a run, and how long each kind of request took."""

    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)


def _measure(place: Installation, url: str, pids: Sequence[int], way: str, learners: int, cost: Cost) -> None:
    server, database = host.processor_seconds(pids), host.processor_seconds(place.database_pids())
    for browser in _sit(place, url, way, learners):
        for kind, durations in browser.seconds.items():
            cost.seconds.setdefault(kind, []).extend(durations)
    cost.server.append((host.processor_seconds(pids) - server) / learners)
    cost.database.append((host.processor_seconds(place.database_pids()) - database) / learners)


def _print(seconds: dict[str, list[float]]) -> None:
    print(f"{'':12}{'count':>8}{'p50 ms':>9}{'p95 ms':>9}")
    for kind, durations in seconds.items():
        ordered = sorted(durations)
        p50, p95 = load.percentile(ordered, 0.5), load.percentile(ordered, 0.95)
        print(f"{kind:12}{len(ordered):>8}{1000 * p50:>9.1f}{1000 * p95:>9.1f}")


def _sit(place: Installation, url: str, way: str, learners: int) -> list[Browser]:
    """So many new learners take the exam at the same time."""
    sitting_id, actors = sitting(place, learners)
    people = [_browser(place, url, actor) for actor in actors]
    errors: list[Exception] = []

    def take(browser: Browser) -> None:
        try:
            _attempt(place, browser, sitting_id, way)
        except (OSError, ValueError, RuntimeError) as error:
            errors.append(error)

    threads = [threading.Thread(target=take, args=(browser,)) for browser in people]
    _run(threads)
    for browser in people:
        browser.connection.close()
    if errors:
        raise errors[0]
    return people


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _browser(place: Installation, url: str, actor: Actor) -> Browser:
    if actor.person_id is None:
        raise ValueError("nobody")
    return browsing.signed_in(place, url, actor.person_id)


def _attempt(place: Installation, browser: Browser, sitting_id: UUID, way: str) -> None:
    """Start, get every item, save four at a time, submit, read the result."""
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
            _save(browser, attempt_id, token, writer)
    page = browser.get("review", f"/attempts/{attempt_id}/review")
    browser.post("submit", f"/attempts/{attempt_id}/submit", csrf_token=browsing.value(page, "csrf_token"))
    browser.get("receipt", f"/attempts/{attempt_id}/receipt")
    browser.get("result", f"/results/{attempt_id}")
    browser.get("home", "/")


def _save(browser: Browser, attempt_id: UUID, token: str, writer: Writer) -> None:
    browser.request(
        "save",
        "POST",
        f"/attempts/{attempt_id}/events",
        writer.batch(BATCH),
        X_Attempt_Token=token,
        Content_Type="application/json",
    )


def _password_seconds(place: Installation) -> float:
    begun = time.process_time()
    place.context.passwords.hash("a password to measure")
    return time.process_time() - begun
