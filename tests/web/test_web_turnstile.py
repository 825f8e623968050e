"""The line of a full room: who passes, who waits, and who no longer counts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore

import pytest

from quizapp.web.turnstile import LONG_SECONDS, PLACES, Turnstile
from tests.support.server import wait_until

SAVE = "/attempts/0190c1a0-0000-7000-8000-000000000001/events"
MOST = 4
PAGES = [f"/page/{number}" for number in range(PLACES)]


class Hall:
    """An application whose pages go on when they are told to, and everybody who came to it."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.seconds = 0.0
        self._goes_on = Semaphore(0)
        self.turnstile = Turnstile(self._page, MOST, lambda: self.seconds)
        self.people = ThreadPoolExecutor(MOST + 4)

    def _page(self, environ: dict[str, str], _start: object) -> list[bytes]:
        self.inside.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("a page that fails")
        if environ["PATH_INFO"].startswith("/page"):
            assert self._goes_on.acquire(timeout=20)
        return [environ["PATH_INFO"].encode()]

    def comes(self, path: str) -> Future[list[bytes]]:
        """Somebody asks for a page."""
        return self.people.submit(self.turnstile, {"PATH_INFO": path}, None)

    def fill(self) -> list[Future[list[bytes]]]:
        """Pages in every place."""
        told = []
        for path in PAGES:
            told.append(self.comes(path))
            self.are_in(*PAGES[: len(told)])
        return told

    def waits(self, path: str) -> Future[list[bytes]]:
        """Somebody asks for a page and stands in the line."""
        before = self.line()
        told = self.comes(path)
        wait_until(lambda: self.line() == before + 1, f"{path} to stand in the line")
        return told

    def line(self) -> int:
        """How many wait. Whoever finds room is in the line only while the guard is held."""
        with self.turnstile._guard:
            return len(self.turnstile._line)

    def go_on(self, pages: int = 1) -> None:
        self._goes_on.release(pages)

    def are_in(self, *paths: str) -> None:
        wait_until(lambda: self.inside == list(paths), f"{paths} to be in")


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.go_on(100)
    hall.people.shutdown()


def test_pages_wait_in_the_order_they_came(hall: Hall) -> None:
    told = [*hall.fill(), hall.waits("/page/next"), hall.waits("/page/last")]
    assert hall.inside == PAGES
    hall.go_on()
    hall.are_in(*PAGES, "/page/next")
    assert hall.line() == 1
    hall.go_on(PLACES + 1)
    assert [one.result(20) for one in told] == [[n.encode()] for n in (*PAGES, "/page/next", "/page/last")]


@pytest.mark.parametrize("path", [SAVE, SAVE.replace("events", "heartbeat"), "/healthz"])
def test_a_save_waits_for_no_page(hall: Hall, path: str) -> None:
    hall.fill()
    hall.waits("/page/next")
    assert hall.comes(path).result(20) == [path.encode()]
    assert hall.inside == [*PAGES, path]


@pytest.mark.parametrize("path", [f"{SAVE}/more", "/attempts/1/events", "/attempts"])
def test_what_only_looks_like_a_save_waits(hall: Hall, path: str) -> None:
    hall.fill()
    hall.waits(path)
    assert hall.inside == PAGES


def test_long_work_takes_no_place_but_is_counted(hall: Hall) -> None:
    hall.fill()
    hall.waits("/page/2")
    hall.seconds = LONG_SECONDS
    hall.are_in(*PAGES, "/page/2")
    hall.seconds = 2 * LONG_SECONDS
    hall.comes("/page/3")
    hall.are_in(*PAGES, "/page/2", "/page/3")
    hall.waits("/page/beyond")
    hall.seconds = 3 * LONG_SECONDS
    with hall.turnstile._guard:
        hall.turnstile._call()
    assert (hall.line(), len(hall.inside)) == (1, MOST)


def test_a_page_that_fails_leaves_its_place(hall: Hall) -> None:
    told = [hall.comes("/broken").exception(20) for _ in range(PLACES + 1)]
    assert [type(error) for error in told] == [ValueError] * (PLACES + 1)
    hall.comes("/page/after")
    hall.are_in(*["/broken"] * (PLACES + 1), "/page/after")
