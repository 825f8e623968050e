"""Saves of several threads in one commit: all durable, or for each its own error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS
from tests.support.server import wait_until

INSERT = "INSERT INTO cohort (id, name, created_at) VALUES (:id, :name, 0)"


def insert(context: Context, name: str) -> Callable[[Connection], str]:
    """Work that writes one row."""
    key = context.entropy.new_id(context.clock.now()).hex

    def work(connection: Connection) -> str:
        connection.execute(text(INSERT), {"id": key, "name": name})
        return name

    return work


def fail(connection: Connection) -> None:
    """Work that writes a row and then fails."""
    connection.execute(text(INSERT), {"id": "f" * 32, "name": "half done"})
    raise ValueError("mine")


def names(context: Context) -> list[str]:
    """What is durable."""
    with context.reading() as session:
        return list(session.execute(text("SELECT name FROM cohort ORDER BY name")).scalars())


def together(context: Context, works: list[Callable[[Connection], Any]]) -> list[Future[Any]]:
    """Run works that all wait while a first one holds the turn."""
    go_on = threading.Event()

    def first(_connection: Connection) -> None:
        assert go_on.wait(10)

    with ThreadPoolExecutor(len(works) + 1) as pool:
        pool.submit(context.saves.run, first)
        wait_until(lambda: context.saves.turns._is_taken, "the first to have the turn")
        told = [pool.submit(context.saves.run, work) for work in works]
        wait_until(lambda: len(context.saves.turns._waiting) >= len(works), "the others to wait")
        go_on.set()
    return told


def test_who_waits_shares_one_commit(sqlite_context) -> None:
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(sqlite_context.engine, "commit", count)
    try:
        told = together(sqlite_context, [insert(sqlite_context, name) for name in "abcd"])
    finally:
        event.remove(sqlite_context.engine, "commit", count)
    assert [one.result() for one in told] == list("abcd")
    # The one that held the turn, and one for all four.
    assert (names(sqlite_context), len(commits)) == (list("abcd"), 2)


def test_one_that_fails_harms_no_other(sqlite_context) -> None:
    good, bad, other = together(
        sqlite_context, [insert(sqlite_context, "a"), fail, insert(sqlite_context, "b")]
    )
    with pytest.raises(ValueError, match="mine"):
        bad.result()
    assert (good.result(), other.result(), names(sqlite_context)) == ("a", "b", ["a", "b"])


def test_a_failure_leaves_nothing_and_the_next_save_works(context) -> None:
    with pytest.raises(ValueError, match="mine"):
        context.saves.run(fail)
    assert (context.saves.run(insert(context, "a")), names(context)) == ("a", ["a"])


def test_writers_queue_and_give_their_turn_back_after_an_error(context) -> None:
    class Stop(Exception):
        pass

    def write(number: int) -> None:
        with pytest.raises(Stop), context.transaction(TESTS):
            raise Stop
        context.saves.run(insert(context, f"{number:02}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    assert names(context) == [f"{number:02}" for number in range(16)]
