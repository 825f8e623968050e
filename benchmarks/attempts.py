"""Whole attempts of ten learners at once: what one costs the server, and how long saves take."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from uuid import UUID

from benchmarks import browsing, host, load
from benchmarks.browsing import Browser
from benchmarks.installation import PRODUCT, Installation, installed, serving, sitting, writer_of
from quizapp.domain.person import Actor

LEARNERS = 10
BATCH = 4


def measure(dialect: str, runs: int, folder: Path | None) -> None:
    """Print what whole attempts cost on one database."""
    with installed(dialect, folder) as place, serving(place.world.settings, PRODUCT) as server:
        pids = [process.pid for process in server.processes]
        _sit(place, server.url)  # warms up
        before = host.machine()
        costs: list[float] = []
        database: list[float] = []
        seconds: dict[str, list[float]] = {}
        for _ in range(runs):
            cpu, cpu_database = host.processor_seconds(pids), host.processor_seconds(place.database_pids())
            for browser in _sit(place, server.url):
                for kind, durations in browser.seconds.items():
                    seconds.setdefault(kind, []).extend(durations)
            costs.append((host.processor_seconds(pids) - cpu) / LEARNERS)
            database.append((host.processor_seconds(place.database_pids()) - cpu_database) / LEARNERS)
        print(f"\nAttempts on {dialect}: {LEARNERS} learners at once, medians of {runs} runs, ", end="")
        print(f"machine {host.machine().since(before)}")
        print(
            f"processor time of an attempt: server {median(costs):.2f} s, database {median(database):.2f} s"
        )
        _print(seconds)
        print(f"(a password adds {_password_seconds(place):.2f} s of processor time to a sign-in)")


def _print(seconds: dict[str, list[float]]) -> None:
    print(f"{'':12}{'count':>8}{'p50 ms':>9}{'p95 ms':>9}")
    for kind, durations in seconds.items():
        ordered = sorted(durations)
        p50, p95 = load.percentile(ordered, 0.5), load.percentile(ordered, 0.95)
        print(f"{kind:12}{len(ordered):>8}{1000 * p50:>9.1f}{1000 * p95:>9.1f}")


def _sit(place: Installation, url: str) -> list[Browser]:
    """Ten new learners take the exam at the same time."""
    sitting_id, actors = sitting(place, LEARNERS)
    people = [_browser(place, url, actor) for actor in actors]
    errors: list[Exception] = []

    def take(browser: Browser) -> None:
        try:
            _attempt(place, browser, sitting_id)
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


def _attempt(place: Installation, browser: Browser, sitting_id: UUID) -> None:
    """Start, look at every item, save four at a time, submit, read the result."""
    page = browser.get("start page", f"/sittings/{sitting_id}/start")
    csrf = browsing.value(page, "csrf_token")
    first = browser.post("start", f"/sittings/{sitting_id}/start", csrf_token=csrf)
    attempt_id = UUID(first.split("/")[2])
    writer = writer_of(place.context, attempt_id)
    for position in range(1, len(writer.payloads) + 1):
        page = browser.get("item page", f"/attempts/{attempt_id}/items/{position}")
        if position % BATCH == 0:
            token = browsing.value(page, "token")
            browser.request(
                "save",
                "POST",
                f"/attempts/{attempt_id}/events",
                writer.batch(BATCH),
                X_Attempt_Token=token,
                Content_Type="application/json",
            )
    page = browser.get("review", f"/attempts/{attempt_id}/review")
    browser.post("submit", f"/attempts/{attempt_id}/submit", csrf_token=browsing.value(page, "csrf_token"))
    browser.get("receipt", f"/attempts/{attempt_id}/receipt")
    browser.get("result", f"/results/{attempt_id}")
    browser.get("home", "/")


def _password_seconds(place: Installation) -> float:
    begun = time.process_time()
    place.context.passwords.hash("a password to measure")
    return time.process_time() - begun
