"""Jobs: asked for once, done by one process, tried again, given up loudly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from quizapp.domain.person import operator
from quizapp.ports import FixedClock
from quizapp.services import audit, jobs, rounds
from quizapp.services.jobs import Job
from quizapp.services.unit_of_work import Context
from quizapp.store import jobs as store

ADA = operator("ada")


class Worker:
    """Does jobs of kind "copy": remembers each, fails as often as told."""

    def __init__(self) -> None:
        self.seen: list[Job] = []
        self.failures = 0

    def __call__(self, _context: Context, job: Job) -> None:
        self.seen.append(job)
        if len(self.seen) <= self.failures:
            raise OSError("no paper")

    @property
    def objects(self) -> list[str]:
        return [job.object_id for job in self.seen]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    worker = Worker()
    monkeypatch.setitem(jobs.HANDLERS, "copy", worker)
    return worker


def ask(context: Context, object_id: str, **facts: Any) -> None:
    with context.transaction(ADA) as uow:
        jobs.ask(uow, "copy", object_id, **facts)


def row(context: Context, object_id: str) -> store.RowJob:
    with context.reading() as session:
        found = store.by_object(session, "copy", object_id)
        assert found is not None
        session.expunge(found)
        return found


def test_a_job_is_done_once_with_its_facts(context: Context, worker: Worker) -> None:
    ask(context, "a", pages=2)
    assert (jobs.run_due(context), jobs.run_due(context)) == (1, 0)
    assert [(job.kind, job.object_id, job.facts, job.tries) for job in worker.seen] == [
        ("copy", "a", {"pages": 2}, 1)
    ]
    told = row(context, "a")
    assert (told.state, told.done_at, told.leased_until) == ("done", context.clock.now(), None)


def test_asking_again_changes_nothing(context: Context, worker: Worker) -> None:
    ask(context, "a", pages=2)
    ask(context, "a", pages=9)
    jobs.run_due(context)
    ask(context, "a", pages=9)
    jobs.run_due(context)
    assert [job.facts for job in worker.seen] == [{"pages": 2}]


def test_a_use_case_that_fails_asks_for_nothing(context: Context, worker: Worker) -> None:
    def fail() -> None:
        with context.transaction(ADA) as uow:
            jobs.ask(uow, "copy", "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert jobs.run_due(context) == 0


def test_a_failed_try_waits_longer_each_time(context: Context, clock: FixedClock, worker: Worker) -> None:
    worker.failures = 2
    ask(context, "a")
    jobs.run_due(context)
    told = row(context, "a")
    assert (told.state, told.error, told.tries) == ("waiting", "OSError: no paper", 1)
    assert told.run_at == clock.instant + timedelta(seconds=10)
    clock.instant += timedelta(seconds=9)
    assert jobs.run_due(context) == 0
    clock.instant += timedelta(seconds=1)
    assert jobs.run_due(context) == 1
    clock.instant += timedelta(seconds=20)
    assert jobs.run_due(context) == 1
    assert (row(context, "a").state, worker.objects) == ("done", ["a", "a", "a"])


def test_a_job_is_given_up_after_the_last_try_and_revived_by_asking(
    context: Context, clock: FixedClock, worker: Worker
) -> None:
    worker.failures = jobs.MAX_TRIES
    ask(context, "a")
    for _ in range(jobs.MAX_TRIES + 1):
        jobs.run_due(context)
        clock.instant += jobs.LONGEST_PAUSE
    assert (row(context, "a").state, len(worker.seen)) == ("failed", jobs.MAX_TRIES)
    ask(context, "a")
    assert jobs.run_due(context) == 1
    assert (row(context, "a").state, row(context, "a").tries) == ("done", 1)


@pytest.mark.parametrize(("tries", "seconds"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (60, 3600)])
def test_pauses_double_up_to_an_hour(tries: int, seconds: int) -> None:
    assert jobs.pause(tries) == timedelta(seconds=seconds)


def test_one_failing_job_keeps_no_other_waiting(context: Context, worker: Worker) -> None:
    worker.failures = 1
    ask(context, "a")
    ask(context, "b")
    assert (jobs.run_due(context), len(worker.seen)) == (2, 2)


def test_an_unknown_kind_is_a_failure_like_any_other(context: Context) -> None:
    with context.transaction(ADA) as uow:
        jobs.ask(uow, "unheard of", "a")
    assert jobs.run_due(context) == 1
    with context.reading() as session:
        told = store.by_object(session, "unheard of", "a")
        assert told is not None
        assert told.error == "KeyError: 'unheard of'"


def test_the_job_of_a_dead_process_is_taken_over_after_its_lease(
    context: Context, clock: FixedClock, worker: Worker
) -> None:
    ask(context, "a")
    dead = jobs._claim(context)
    assert dead is not None
    assert jobs.run_due(context) == 0
    clock.instant += jobs.LEASE
    assert jobs.run_due(context) == 1
    # The process was only slow: what it says about its own, older try is not written down.
    jobs._put_off(context, dead, "too late")
    assert (row(context, "a").state, row(context, "a").error) == ("done", "")


def test_long_work_holds_its_lease_until_somebody_else_has_begun(context: Context, clock: FixedClock) -> None:
    def hold(job: Job) -> None:
        with context.transaction(ADA) as uow:
            jobs.hold(uow, job)

    ask(context, "a")
    first = jobs._claim(context)
    assert first is not None
    clock.instant += jobs.LEASE - timedelta(seconds=1)
    hold(first)
    clock.instant += jobs.LEASE - timedelta(seconds=1)
    assert jobs._claim(context) is None
    clock.instant += timedelta(seconds=1)
    second = jobs._claim(context)
    assert second is not None
    with pytest.raises(jobs.Overtaken):
        hold(first)
    hold(second)


def test_a_round_does_not_work_for_ever(
    context: Context, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        ask(context, name)
    instants = iter([0.0, 1.0, 1.0 + jobs.ROUND_SECONDS])
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=instants.__next__))
    assert (jobs.run_due(context), len(worker.seen)) == (1, 1)


def test_several_processes_share_the_work(context: Context, worker: Worker) -> None:
    for number in range(20):
        ask(context, f"{number:02}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: jobs.run_due(context), range(4)))
    assert sorted(worker.objects) == [f"{number:02}" for number in range(20)]


def test_a_round_does_everything(context: Context, worker: Worker) -> None:
    with context.transaction(ADA) as uow:
        jobs.ask(uow, "copy", "a")
        uow.audit("draft", "exam", "e")
    told = rounds.run_round(context)
    assert told == rounds.Round(jobs=1, closed=0, finished=0, sealed=1)
    assert audit.verify(context).unsealed == 0
    assert rounds.run_round(context).is_idle


def test_a_broken_part_of_a_round_stops_no_other(
    context: Context, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_context: Context) -> int:
        raise OSError("gone")

    monkeypatch.setattr(jobs, "run_due", broken)
    with context.transaction(ADA) as uow:
        uow.audit("draft", "exam", "e")
    assert rounds.run_round(context) == rounds.Round(jobs=None, closed=0, finished=0, sealed=1)


def test_rounds_run_in_a_thread_until_they_are_stopped(sqlite_context: Context, worker: Worker) -> None:
    ask(sqlite_context, "a")
    stop = rounds.start_thread(sqlite_context)
    thread = next(thread for thread in rounds.threading.enumerate() if thread.name == "rounds")
    while not worker.seen:
        thread.join(0.01)
    stop.set()
    thread.join(10)
    assert (worker.objects, thread.is_alive()) == (["a"], False)
