"""The console in a real browser: it keeps itself up to date, and says at once when it cannot."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from quizapp.services import attempts, presence
from quizapp.services.unit_of_work import Context
from tests.gates.conftest import Quiet
from tests.support import attempts as room
from tests.web.test_web_consoles import Hall

POLL_MS = 5_000


class Desk:
    """A proctor's window on the console, whose clock the test moves."""

    def __init__(self, hall: Hall, server: BaseWSGIServer, browser: Any) -> None:
        self.hall, self.server = hall, server
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.window = browser.new_context(reduced_motion="reduce")
        cookie = hall.client.get_cookie("quizapp")
        assert cookie is not None
        self.window.add_cookies([{"name": "quizapp", "value": cookie.value, "url": self.url}])
        self.page = self.window.new_page()
        self.page.clock.install()
        self.open()

    def open(self, query: str = "") -> None:
        with self.page.expect_response(lambda r: "part=board" in r.url):
            self.page.goto(f"{self.url}{self.hall.url}{query}")
        self.page.locator("#spoken:not(:empty)").wait_for(state="attached")

    def poll(self) -> None:
        """Let five seconds pass in the window, and wait for the answer."""
        with self.page.expect_response(lambda r: "part=board" in r.url):
            self.page.clock.run_for(POLL_MS)

    def says(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=5_000)

    def beat(self, attempt_id: Any) -> None:
        presence.beat(self.hall.context, room.token(self.hall.context, attempt_id), {"unsaved": 0})


@pytest.fixture
def desk(sqlite_app: Flask, sqlite_context: Context, browser: Any) -> Iterator[Desk]:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    hall = Hall(sqlite_app, sqlite_context)
    server = make_server("127.0.0.1", 0, sqlite_app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    told = Desk(hall, server, browser)
    yield told
    told.window.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_silence_shows_within_thirty_seconds_without_a_reload(desk: Desk, clock) -> None:
    desk.says("All 2 people at work are heard of")
    clock.instant += timedelta(seconds=25)
    desk.beat(desk.hall.b)
    desk.poll()
    desk.says("1 person at work is not heard of")
    desk.says("Silent for 25 s")
    assert desk.page.title().startswith("(1) ")
    assert desk.page.locator("#spoken").text_content() == "1 person at work is not heard of"
    desk.beat(desk.hall.a)
    desk.poll()
    desk.says("All 2 people at work are heard of")
    assert not desk.page.title().startswith("(")


def test_a_console_without_an_answer_says_so_at_once_and_recovers(desk: Desk) -> None:
    lost = desk.page.get_by_role("alert").filter(has_text="cannot reach the server")
    desk.window.set_offline(True)
    lost.wait_for(timeout=5_000)
    assert desk.page.title().startswith("(!) ")
    desk.window.set_offline(False)
    lost.wait_for(state="hidden", timeout=5_000)
    desk.page.route("**part=board**", lambda route: route.fulfill(body="<p>Welcome to the hotel</p>"))
    desk.page.clock.run_for(POLL_MS)
    lost.wait_for(timeout=5_000)
    desk.page.unroute("**part=board**")
    desk.poll()
    lost.wait_for(state="hidden", timeout=5_000)


def test_a_server_that_takes_its_time_is_no_answer(desk: Desk) -> None:
    desk.page.route("**part=board**", lambda _route: None)
    desk.page.clock.run_for(POLL_MS)
    desk.page.clock.run_for(POLL_MS)
    desk.page.get_by_role("alert").filter(has_text="cannot reach the server").wait_for(timeout=5_000)


def test_somebody_who_was_signed_out_is_told(desk: Desk) -> None:
    desk.window.clear_cookies()
    desk.poll()
    desk.page.get_by_role("alert").filter(has_text="You were signed out.").wait_for(timeout=5_000)


def test_choices_survive_the_next_answer_and_lead_to_the_time(desk: Desk, clock) -> None:
    desk.page.get_by_role("checkbox", name="Ben Two").check()
    clock.instant += timedelta(seconds=30)
    desk.poll()
    desk.says("Silent for 30 s")
    assert desk.page.get_by_role("checkbox", name="Ben Two").is_checked()
    desk.page.get_by_role("button", name="Add time to the chosen").click()
    desk.says("Add the time for 1 person")
    assert desk.page.locator("#changes tbody th").all_text_contents() == ["Ben Two"]


def test_typing_finds_people_and_a_reload_keeps_them(desk: Desk) -> None:
    with desk.page.expect_response(lambda r: "q=cleo" in r.url):
        desk.page.get_by_role("searchbox").fill("cleo")
        desk.page.clock.run_for(300)
    names = desk.page.locator("#seats tbody th a")
    desk.page.locator("#seats tbody tr").nth(1).wait_for(state="detached")
    assert (names.all_text_contents(), "q=cleo" in desk.page.url) == (["Cleo Three"], True)


def test_time_added_reaches_the_learners_screen_with_the_next_heartbeat(desk: Desk, browser: Any) -> None:
    hall = desk.hall
    learner = hall.browser(hall.ada.person_id)
    learner.post(f"/attempts/{hall.a}/resume")
    window = browser.new_context(reduced_motion="reduce")
    cookie = learner.get_cookie("quizapp")
    assert cookie is not None
    window.add_cookies([{"name": "quizapp", "value": cookie.value, "url": desk.url}])
    page = window.new_page()
    page.clock.install()
    page.goto(f"{desk.url}/attempts/{hall.a}/items/1")
    before = page.locator("#clock-value").text_content()
    hall.post("time", **{f"seconds-{hall.a}": 600, "reason": "late start"})
    with page.expect_response(lambda r: r.url.endswith("/heartbeat")):
        page.clock.run_for(20_000)
    # A function handed to the page would need eval, which the policy forbids.
    page.locator("#clock-value", has_text=re.compile("^30:|^29:5")).wait_for()
    assert before == "20:00"
    assert attempts.sweep(hall.context).closed == 0
    window.close()
