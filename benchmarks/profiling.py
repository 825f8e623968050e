"""`python -m benchmarks.profiling`: where the processor time of one attempt goes, request by request.

In this process, without a server around it, on the synthetic exam. ``--step NAME`` prints the
functions that one kind of request spends its time in.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import event

from benchmarks import browsing
from benchmarks.installation import DIALECTS, Installation, installed, learner, writer_of
from benchmarks.rooms import EXAMS
from tests.support.people import sign_in

LINES = 45
WARM_UP = 2


class Profiler:
    """Counts processor time and statements by kind of request; one kind may be looked into."""

    def __init__(self, place: Installation, step: str | None) -> None:
        self.seconds: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        self.statements: dict[str, int] = {}
        self.step, self.functions, self._asked = step, cProfile.Profile(), 0
        event.listen(place.context.engine, "before_cursor_execute", self._count)

    def _count(self, *_facts: Any) -> None:
        self._asked += 1

    def run(self, kind: str, action: Callable[[], Any]) -> Any:
        """What the action gives; raises `browsing.Unexpected` for an error page."""
        asked, begun = self._asked, time.process_time()
        answer = self.functions.runcall(action) if kind == self.step else action()
        self.seconds[kind] = self.seconds.get(kind, 0) + time.process_time() - begun
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.statements[kind] = self._asked - asked
        if answer.status_code >= 400:
            raise browsing.Unexpected(f"{kind}: {answer.status_code} {answer.text[:300]}")
        return answer

    def print(self, attempts: int) -> None:
        """The table, and the functions of the step that was asked for."""
        print(f"{'':12}{'requests':>9}{'ms each':>9}{'ms an attempt':>15}{'statements':>12}")
        for kind, seconds in self.seconds.items():
            count = self.counts[kind]
            print(
                f"{kind:12}{count // attempts:>9}{1000 * seconds / count:>9.2f}"
                f"{1000 * seconds / attempts:>15.2f}{self.statements[kind]:>12}"
            )
        print(f"{'':12}{'':18}{1000 * sum(self.seconds.values()) / attempts:>15.2f}")
        if self.step:
            pstats.Stats(self.functions).sort_stats("tottime").print_stats(LINES)
            pstats.Stats(self.functions).sort_stats("cumulative").print_stats(LINES)


def attempt(place: Installation, client: FlaskClient, sitting_id: UUID, told: Profiler) -> None:
    """One attempt by content, as in `benchmarks.attempts`, without its sign-in."""
    told.run("home", lambda: client.get("/"))
    page = told.run("start page", lambda: client.get(f"/sittings/{sitting_id}/start")).text
    csrf = {"csrf_token": browsing.value(page, "csrf_token")}
    first = told.run("start", lambda: client.post(f"/sittings/{sitting_id}/start", data=csrf))
    attempt_id = UUID(first.location.split("/")[2])
    writer = writer_of(place.context, attempt_id)
    url = f"/attempts/{attempt_id}"
    page = told.run("item page", lambda: client.get(f"{url}/items/1")).text
    headers = {"X-Attempt-Token": browsing.value(page, "token"), "Content-Type": "application/json"}
    told.run("content", lambda: client.get(f"{url}/content", headers=headers))
    for _ in range(len(writer.payloads) // 4):
        body = writer.batch(4)
        told.run("save", lambda: client.post(f"{url}/events", data=body, headers=headers))  # noqa: B023
    told.run("submit", lambda: client.post(f"{url}/submit", data=csrf))
    told.run("receipt", lambda: client.get(f"{url}/receipt"))
    told.run("result", lambda: client.get(f"/results/{attempt_id}"))


def main() -> None:
    """Take some attempts and print what they cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling", description=__doc__)
    parser.add_argument("--database", choices=DIALECTS, default="sqlite")
    parser.add_argument("--attempts", type=int, default=20)
    parser.add_argument("--step", help="the kind of request whose functions are printed")
    parser.add_argument("--folder", type=Path, help="where the database lives")
    wanted = parser.parse_args()
    with installed(wanted.database, wanted.folder) as place:
        people = [learner(place.context) for _ in range(wanted.attempts + WARM_UP)]
        ids = [one.person_id for one in people if one.person_id]
        sitting_id = EXAMS["synthetic"](place.context)(people)
        # In a thread of its own, because the application context around this one would be shared by
        # all requests, and with it whoever signed in first.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_run, place, ids, sitting_id, wanted).result()


def _run(place: Installation, ids: list[UUID], sitting_id: UUID, wanted: argparse.Namespace) -> None:
    warming, told = Profiler(place, None), Profiler(place, wanted.step)
    for number, person_id in enumerate(ids):
        client = place.app.test_client()
        sign_in(client, place.context, person_id)
        attempt(place, client, sitting_id, warming if number < WARM_UP else told)
    told.print(wanted.attempts)


if __name__ == "__main__":
    main()
