"""B3: a whole room presses start within seconds, and ends within seconds.

Everybody stands on the page before the start, as in a waiting room, with a form drawn beforehand.
Each presses at a moment of their own, whatever happens to the others, then fetches the first page
and the content. The end is the runner's submit, whose answer is the receipt. No figure is judged
here; errors, missing receipts and anybody with less than the full time are counted.
"""

from __future__ import annotations

import http.client
import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchmarks import browsing, host, load
from benchmarks.browsing import Browser
from benchmarks.installation import PRODUCT, Installation, installed, learner, serving, writer_of
from benchmarks.synthetic import DEFINITION, publish
from quizapp.domain.exam import Window
from quizapp.services import preparations, sittings
from quizapp.store.attempts import RowAttempt
from quizapp.store.engine import writing
from quizapp.store.exams import RowSitting
from tests.support.people import TESTS

SEED = 1
HELPERS = 8
SAVES, BATCH = 2, 4
OPENS_IN = timedelta(minutes=20)


@dataclass(slots=True)
class Sitter:
    """One learner: their browser, and what became of them."""

    browser: Browser
    csrf: str = ""
    attempt_id: UUID | None = None
    token: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many people, and the spans in seconds in which they start and end."""

    learners: int = 1000
    start_seconds: float = 10
    end_seconds: float = 5


def measure(dialect: str, wanted: Wanted, folder: Path | None) -> None:
    """Print how a room starts and ends on one database."""
    with installed(dialect, folder) as place, serving(place.world.settings, PRODUCT) as server:
        pids = [process.pid for process in server.processes]
        sitting_id, sitters = _waiting_room(place, server.url, wanted.learners)
        _open(place, sitting_id)
        print(f"\nA room of {wanted.learners} on {dialect}: all start within {wanted.start_seconds:g} s")
        before, cpu = host.machine(), host.processor_seconds(pids)
        _press(sitters, wanted.start_seconds, lambda sitter: _start(sitter, sitting_id))
        _print(sitters, ("start", "item page", "content", "begun"))
        print(f"less than the full time: {_cheated(place, sitting_id)}; server ", end="")
        print(f"{host.processor_seconds(pids) - cpu:.1f} s, machine {host.machine().since(before)}")
        _each(sitters, lambda sitter: _answer(place, sitter))
        print(f"errors while answering: {sum(bool(sitter.error) for sitter in sitters)}")
        print(f"all end within {wanted.end_seconds:g} s")
        before, cpu = host.machine(), host.processor_seconds(pids)
        _press(sitters, wanted.end_seconds, _submit)
        _print(sitters, ("receipt",))
        print(f"server {host.processor_seconds(pids) - cpu:.1f} s, machine {host.machine().since(before)}")


def _waiting_room(place: Installation, url: str, count: int) -> tuple[UUID, list[Sitter]]:
    """A sitting that opens later, its forms drawn, and everybody on the page before the start."""
    context = place.context
    people = [learner(context) for _ in range(count)]
    ids = [one.person_id for one in people if one.person_id]
    opens_at = context.clock.now() + OPENS_IN
    window = Window(opens_at, opens_at + timedelta(days=1))
    exam_id = publish(context)
    sitting_id = sittings.schedule(context, TESTS, exam_id, title="Room", window=window, person_ids=ids)
    while preparations.run(context):
        pass
    sitters = [Sitter(browsing.signed_in(place, url, person_id)) for person_id in ids]
    _each(sitters, lambda sitter: _wait(sitter, sitting_id))
    return sitting_id, sitters


def _wait(sitter: Sitter, sitting_id: UUID) -> None:
    page = sitter.browser.get("waiting", f"/sittings/{sitting_id}/start")
    sitter.csrf = browsing.value(page, "csrf_token")
    sitter.browser.rest()


def _open(place: Installation, sitting_id: UUID) -> None:
    with Session(writing(place.context.engine)) as session:
        opened = update(RowSitting).where(RowSitting.id == sitting_id)
        session.execute(opened.values(opens_at=place.context.clock.now()))
        session.commit()


def _start(sitter: Sitter, sitting_id: UUID) -> None:
    begun = time.perf_counter()
    first = sitter.browser.post("start", f"/sittings/{sitting_id}/start", csrf_token=sitter.csrf)
    sitter.attempt_id = UUID(first.split("/")[2])
    sitter.token = browsing.value(sitter.browser.get("item page", first), "token")
    content = f"/attempts/{sitter.attempt_id}/content"
    sitter.browser.request("content", "GET", content, X_Attempt_Token=sitter.token)
    sitter.browser.seconds["begun"] = [time.perf_counter() - begun]
    # The server closes what is idle for long; the answers come on a connection of their own.
    sitter.browser.rest()


def _answer(place: Installation, sitter: Sitter) -> None:
    if sitter.attempt_id is None:
        return
    writer = writer_of(place.context, sitter.attempt_id)
    for _ in range(SAVES):
        sitter.browser.save(f"/attempts/{sitter.attempt_id}/events", sitter.token, writer.batch(BATCH))
    sitter.browser.rest()


def _submit(sitter: Sitter) -> None:
    url = f"/attempts/{sitter.attempt_id}/submit-by-token"
    told = sitter.browser.request("receipt", "POST", url, X_Attempt_Token=sitter.token)
    if f'"answered":{SAVES * BATCH},' not in told.replace(" ", ""):
        raise browsing.Unexpected(told[:200])


def _press(sitters: Sequence[Sitter], seconds: float, action: Callable[[Sitter], None]) -> None:
    """Everybody at their own moment within so many seconds, in a thread of their own."""
    chance, begun = random.Random(SEED), time.perf_counter()

    def press(sitter: Sitter, moment: float) -> None:
        time.sleep(max(0.0, begun + moment - time.perf_counter()))
        _try(sitter, action)

    moments = [chance.uniform(0, seconds) for _ in sitters]
    _run([threading.Thread(target=press, args=pair) for pair in zip(sitters, moments, strict=True)])


def _each(sitters: Sequence[Sitter], action: Callable[[Sitter], None]) -> None:
    """A few at a time, in no hurry."""
    waiting: queue.SimpleQueue[Sitter] = queue.SimpleQueue()
    for sitter in sitters:
        waiting.put(sitter)

    def work() -> None:
        while not waiting.empty():
            _try(waiting.get(timeout=browsing.TIMEOUT_SECONDS), action)

    _run([threading.Thread(target=work) for _ in range(HELPERS)])


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _try(sitter: Sitter, action: Callable[[Sitter], None]) -> None:
    try:
        action(sitter)
    except (OSError, ValueError, RuntimeError, http.client.HTTPException) as error:
        # The next request begins on a connection of its own.
        sitter.browser.rest()
        sitter.error = f"{type(error).__name__}: {error}"[:200]


def _print(sitters: Sequence[Sitter], kinds: Sequence[str]) -> None:
    errors = [sitter.error for sitter in sitters if sitter.error]
    print(f"errors: {len(errors)}{', the first: ' + errors[0] if errors else ''}")
    print(f"{'':12}{'count':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'most ms':>9}")
    for kind in kinds:
        taken = sorted(second for sitter in sitters for second in sitter.browser.seconds.get(kind, ()))
        shares = [load.percentile(taken, share) for share in (0.5, 0.95, 0.99, 1)]
        print(f"{kind:12}{len(taken):>8}" + "".join(f"{1000 * value:>9.0f}" for value in shares))


def _cheated(place: Installation, sitting_id: UUID) -> int:
    """How many have less than the exam's limit from the first delivery on."""
    limit = timedelta(seconds=DEFINITION.time_limit_seconds)
    with place.context.reading() as session:
        rows = session.scalars(select(RowAttempt).where(RowAttempt.sitting_id == sitting_id)).all()
        return sum(row.delivered_at is None or row.deadline_at - row.delivered_at < limit for row in rows)
