"""The exam runner in real Chromium against a real server, fault by fault (docs of delivery: F1 to F33)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import update

from quizapp.app import create_app
from quizapp.domain.attempt import AttemptState, Disposition, EventKind
from quizapp.services import attempts, deadlines
from quizapp.services.simulation import right_response
from quizapp.store.exam_day import RowAnnouncement
from quizapp.store.items import RowItem
from tests.conftest import close
from tests.gates.looking import CLIPPED, DESK, OPTIONS, PHONE, RUN_AXE
from tests.journeys import hall as halls
from tests.journeys.hall import READY, SAVED, WAITING, Hall, Seat, go, opened, state
from tests.journeys.test_main_job import SELECTS, fill
from tests.support import server as servers
from tests.support.people import TESTS
from tests.support.server import wait_until

COUNTED, LATE = Disposition.COUNTED, Disposition.LATE
MINUTE = timedelta(minutes=1)
BEAT_MS = 20_000
#: A clock is only ever paused ahead of itself, also where every step takes a while.
SOON = timedelta(seconds=5)


@pytest.fixture(scope="module")
def hall(base_settings: Any, sqlite_template: Any, tmp_path_factory: Any, browser: Any) -> Iterator[Hall]:
    """One served installation for every test here; each test has a learner of its own."""
    import shutil

    home = tmp_path_factory.mktemp("runner") / "home"
    shutil.copytree(sqlite_template, home)
    settings = replace(base_settings, home=home, threads=4)
    app = create_app(settings)
    with app.app_context():
        sittings = halls.furnish(app.extensions["quizapp"])
        with servers.serving(settings) as server:
            yield Hall(app, server.url, sittings, browser)
    close(app)


@pytest.fixture(autouse=True)
def _no_script_fails(hall: Hall) -> Iterator[None]:
    hall.errors.clear()
    yield
    assert hall.errors == []


def choose(page: Any, index: int = 0) -> str:
    """Choose an option of the item that is shown; gives its id."""
    control = page.locator(".item-option-input").nth(index)
    control.check()
    return str(control.get_attribute("value"))


# --- F1: offline ------------------------------------------------------------------------


TEN_MINUTES = timedelta(minutes=10)


def test_f1_ten_minutes_offline_with_twenty_answers_and_all_of_them_are_stored(hall: Hall) -> None:
    """Answers, flags, a note and a report: everything works, lies unreadable, and arrives in order."""
    seat = hall.seat("long")
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat)
        browser.set_offline(True)
        for _ in range(20):
            page.keyboard.press("b")
            page.keyboard.press("j")
        expect(page).to_have_url(f"{seat.url}/review")
        assert page.locator(".review-counts dd").all_inner_texts() == ["20", "0", "0"]
        go(page, 20)
        page.keyboard.press("f")
        page.get_by_text("Note", exact=True).click()
        page.locator("#note").fill("a secret note")
        page.get_by_text("Tools").click()
        page.get_by_role("button", name="Report a problem").click()
        page.get_by_label("What is wrong?").fill("a secret typo")
        page.get_by_role("button", name="Send the report").click()
        expect(page.locator("#overlay-report")).to_contain_text("The report is on this device")
        page.locator("#overlay-report").get_by_role("button", name="Close").click()
        pass_time(seat, page, TEN_MINUTES)
        state(page).to_have_text(WAITING)
        kept = page.evaluate(JOURNAL)
        assert len(kept) > 20
        assert [text for text in kept if "secret" in text or "choice" in text] == []
        assert (seat.responses(), seat.reports()) == ({}, [])
        browser.set_offline(False)
        state(page).to_have_text(SAVED)
        expect(page.locator(".runner-banner")).to_contain_text("Your report about question 20 was sent")
        assert page.evaluate(JOURNAL) == []
    stored = seat.entries()
    assert sorted(seat.responses()) == list(range(1, 21))
    assert [e.client_seq for e in stored] == list(range(1, len(stored) + 1))
    assert {entry.disposition for entry in stored} == {COUNTED}
    assert [n for n, said in seat.states().items() if said.is_flagged] == [20]
    assert (seat.reports(), seat.row().state) == (["a secret typo"], AttemptState.OPEN)


def timed(browser: Any, seat: Seat, path: str = "items/1", **clock: Any) -> Any:
    """A window whose clock the test may move, once the runner has taken over."""
    page = browser.new_page()
    page.clock.install(**clock)
    page.goto(f"{seat.url}/{path}")
    state(page).to_have_text(READY)
    return page


def pass_time(seat: Seat, page: Any, span: timedelta) -> None:
    """So much time passes on the server and in the window."""
    seat.let_pass(span)
    page.clock.fast_forward(int(span.total_seconds() * 1000))


@pytest.mark.parametrize(("behind", "worth"), [(1, COUNTED), (10, LATE)])
def test_f1_f33_offline_through_the_deadline(hall: Hall, behind: int, worth: Disposition) -> None:
    """Typed before the end: within the grace it counts, later it lies in the late pile."""
    seat = hall.seat()
    slot = seat.slot("short_text")
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat, f"items/{slot}")
        page.clock.pause_at(datetime.now() + SOON)
        browser.set_offline(True)
        page.locator("#item-form input[name=text]").press_sequentially("pricing request")
        pass_time(seat, page, seat.row().deadline_at - datetime.now(UTC) + behind * MINUTE)
        page.clock.resume()
        expect(page.locator("#overlay-time-up")).to_contain_text("It is on this device")
        browser.set_offline(False)
        page.wait_for_url(re.compile(r"/(time-up|receipt)$"))
    assert seat.worths() == [worth]
    assert seat.responses() == ({slot: {"text": "pricing request"}} if worth is COUNTED else {})


# --- F2: closed, killed, swapped --------------------------------------------------------


def test_f2_a_closed_tab_is_resumed_in_two_clicks_at_the_same_item(hall: Hall) -> None:
    seat = hall.seat()
    slot = seat.slot("single_choice")
    with hall.browser_of(seat) as browser:
        page = opened(browser, seat)
        go(page, slot)
        with page.expect_request(lambda r: r.url.endswith("/heartbeat") and f'"slot":{slot}' in r.post_data):
            pass
        browser.set_offline(True)
        chosen = choose(page, 1)
        state(page).to_have_text(WAITING)
        page.close()
        browser.set_offline(False)
        page = browser.new_page()
        page.goto(f"{hall.url}/")
        page.get_by_role("button", name="Go on with the exam").click()
        page.locator("html[data-runner=on]").wait_for()
        expect(page).to_have_url(f"{seat.url}/items/{slot}")
        assert page.locator(".item-option-input:checked").get_attribute("value") == chosen
        state(page).to_have_text(SAVED)
    assert seat.responses() == {slot: {"choice": chosen}}


def test_f2_a_tab_killed_at_any_point_goes_on_with_the_same_answers(hall: Hall) -> None:
    """What was shown as saved, or as kept on the device, is there; at seeded points, some offline."""
    seat = hall.seat("long")
    rng, chosen = random.Random("tabs are killed"), {}
    places = iter(rng.sample(range(1, 21), 9))
    with hall.browser_of(seat) as browser:
        for _ in range(3):
            page = opened(browser, seat, f"items/{max(chosen, default=1)}")
            assert page.locator(".slots .is-answered").evaluate_all(PLACES) == [
                str(n) for n in sorted(chosen)
            ]
            is_offline = rng.random() < 0.5
            browser.set_offline(is_offline)
            for _ in range(rng.randint(1, 3)):
                slot = next(places)
                go(page, slot)
                chosen[slot] = choose(page, rng.randint(0, 2))
                state(page).to_have_text(WAITING if is_offline else SAVED)
            kill(page)
            browser.set_offline(False)
        page = opened(browser, seat)
        state(page).to_have_text(re.compile("^Saved \\d|you may go on$"))
        wait_until(lambda: len(seat.responses()) == len(chosen), "everything to arrive")
    assert {slot: said["choice"] for slot, said in seat.responses().items()} == chosen


PLACES = "all => all.map(n => n.dataset.slot)"


def kill(page: Any) -> None:
    """The process of a tab is killed: none of its scripts gets a last word."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()


def test_f2_f3_marks_survive_a_reload_and_another_device_and_the_older_one_is_read_only(hall: Hall) -> None:
    seat = hall.seat()
    slot = seat.slot("single_choice")
    with hall.browser_of(seat) as browser, hall.browser_of(seat) as other:
        page = opened(browser, seat, f"items/{slot}")
        page.get_by_role("button", name="Strike out option B").click()
        page.get_by_role("button", name="Highlight").click()
        page.get_by_text("Note", exact=True).click()
        page.locator("#note").fill("compare with the scenario")
        state(page).to_have_text(SAVED)
        page.reload()
        page.locator("html[data-runner=on]").wait_for()
        seen = [marks(page)]
        attempts.resume(hall.context, seat.actor, seat.attempt_id)
        other.clear_cookies()
        other.add_cookies([seat.cookie(writer=2)])
        seen.append(marks(opened(other, seat, f"items/{slot}")))
        choose(page)
        expect(page.locator("#overlay-taken-over")).to_be_visible()
    # What is highlighted is the words, not the picture below them.
    words = seat.slots()[slot - 1].content["stem"].partition("\n")[0]
    assert seen == [("true", words, "compare with the scenario")] * 2
    assert (seat.worths(), seat.responses()) == ([Disposition.STALE_WRITER], {})


def marks(page: Any) -> tuple[str | None, str, str]:
    struck = page.get_by_role("button", name="Strike out option B").get_attribute("aria-pressed")
    return struck, "".join(page.locator("mark").all_inner_texts()), page.locator("#note").input_value()


# --- F3: two windows --------------------------------------------------------------------


def test_f3_the_older_of_two_tabs_turns_read_only_and_overwrites_nothing(hall: Hall) -> None:
    seat = hall.seat()
    slot = seat.slot("single_choice")
    with hall.browser_of(seat) as browser:
        older = opened(browser, seat, f"items/{slot}")
        chosen = choose(older)
        state(older).to_have_text(SAVED)
        newer = opened(browser, seat, f"items/{slot}")
        expect(older.locator("#overlay-taken-over")).to_be_visible(timeout=5_000)
        assert newer.locator(".item-option-input:checked").get_attribute("value") == chosen
        older.keyboard.press("Escape")
        older.keyboard.press("Escape")
        older.keyboard.press("c")
        expect(older.locator("#overlay-taken-over")).to_be_visible()
        older.get_by_role("button", name="Go on here").click()
        older.locator("html[data-runner=on]").wait_for()
        expect(newer.locator("#overlay-taken-over")).to_be_visible(timeout=5_000)
    assert seat.responses() == {slot: {"choice": chosen}}


# --- F5, F19, F21, F29 ------------------------------------------------------------------


def test_f5_a_clock_a_day_off_changes_nothing(hall: Hall) -> None:
    """Here a day fast; the test of F19 runs on a clock a day slow."""
    seat = hall.seat()
    slot = seat.slot("single_choice")
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat, f"items/{slot}", time=datetime.now(UTC) + timedelta(days=1))
        choose(page)
        state(page).to_have_text(SAVED)
        shown = page.locator("#clock-value").inner_text()
        said = page.locator("#save-state").inner_text()
    left = seat.row().deadline_at - datetime.now(UTC)
    minutes, seconds = (int(part) for part in shown.split(":"))
    assert abs(minutes * 60 + seconds - left.total_seconds()) < 10
    hours = int(said.split()[1].split(":")[0])
    assert hours in {datetime.now(UTC).hour, (datetime.now(UTC) - MINUTE).hour}
    assert seat.worths() == [COUNTED]


def test_f19_an_expired_login_changes_nothing_up_to_the_submission(hall: Hall) -> None:
    seat = hall.seat()
    slot = seat.slot("single_choice")
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat, time=datetime.now(UTC) - timedelta(days=1))
        browser.clear_cookies()
        go(page, slot)
        chosen = choose(page)
        state(page).to_have_text(SAVED)
        page.get_by_role("button", name="Review", exact=True).click()
        page.get_by_text("Submit 1 answer").click()
        page.get_by_role("button", name="Yes, submit and end the exam").click()
        page.wait_for_url(re.compile("/login"))
    row = seat.row()
    assert (row.state, row.answered, row.close_reason) == (AttemptState.CLOSED, 1, "submitted")
    assert seat.responses() == {slot: {"choice": chosen}}


PORTAL = "<!doctype html><title>Hotel</title><h1>Please pay</h1>"
SWAPPED = [
    ("text/html", PORTAL),
    ("application/json", "{}"),
    ("application/json", '{"protocol": 1}'),
    ("application/json", '{"protocol": 1, "acknowledged": [{"client_seq": 1, "disp'),
    ("application/json", '{"protocol": 2, "acknowledged": []}'),
]


def test_f21_no_swapped_reply_is_taken_for_an_acknowledgement_and_a_lost_one_stores_once(hall: Hall) -> None:
    seat = hall.seat()
    slot = seat.slot("multiple_response")
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat, f"items/{slot}")
        option = page.locator(".item-option-input").first
        reply: dict[str, Any] = {}
        # One route for all of them: in a gap between two the window would try again, and be answered.
        page.route("**/events", lambda route: route.fulfill(**reply))
        for kind, body in SWAPPED:
            reply.update(content_type=kind, body=body)
            with page.expect_response("**/events"):
                option.click()
                page.clock.fast_forward(16_000)
            state(page).to_have_text(WAITING)
        assert seat.responses() == {}
        page.unroute("**/events")
        page.clock.fast_forward(16_000)
        state(page).to_have_text(SAVED)
        assert (len(seat.worths()), len(seat.responses())) == (len(SWAPPED), 1)

        def lose(route: Any) -> None:
            route.fetch()
            route.abort()

        page.route("**/events", lose)
        option.click()
        state(page).to_have_text(WAITING)
        page.unroute("**/events")
        page.clock.fast_forward(16_000)
        state(page).to_have_text(SAVED)
    assert (seat.worths(), seat.responses()) == ([COUNTED] * (len(SWAPPED) + 1), {})


def test_f29_without_storage_a_warning_stands_and_plain_forms_finish_the_exam(hall: Hall) -> None:
    seat = hall.seat()
    slot = len(seat.slots())
    with hall.browser_of(seat, needs_axe=True) as browser:
        browser.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('denied'); }")
        page = browser.new_page()
        page.goto(f"{seat.url}/items/{slot}")
        page.locator("html[data-runner=off]").wait_for()
        expect(page.locator(".runner-banner")).to_contain_text("cannot keep answers on this device")
        assert faults(page, "without storage", PHONE) == []
        fill(page, right_response(seat.slots()[slot - 1]))
        page.get_by_role("button", name="To the review").click()
        page.get_by_text("Submit 1 answer").click()
        page.get_by_role("button", name="Yes, submit and end the exam").click()
        page.wait_for_url("**/receipt")
        assert faults(page, "receipt", DESK) == []
    assert (seat.row().answered, set(seat.responses())) == (1, {slot})


def test_f29_without_scripts_sections_keep_their_barrier_and_the_exam_can_be_finished(hall: Hall) -> None:
    seat = hall.seat("sections")
    with hall.browser_of(seat, has_scripts=False) as browser:
        page = browser.new_page()
        page.goto(f"{seat.url}/items/3")
        expect(page.locator("h1")).to_have_text("Question 3 is closed")
        page.get_by_text("Go on where you are").click()
        for button in ("Next", "To the review"):
            choose(page)
            page.get_by_role("button", name=button).click()
        expect(page.get_by_text("You cannot come back to section 1")).to_be_visible()
        page.get_by_role("button", name="Finish section 1 and go on").click()
        expect(page).to_have_url(f"{seat.url}/items/3")
        page.goto(f"{seat.url}/items/1")
        expect(page.get_by_text("It belongs to section 1, which is finished.")).to_be_visible()
        page.get_by_text("Go on where you are").click()
        choose(page)
        page.get_by_role("button", name="Review", exact=True).click()
        page.get_by_text("Submit 3 answers").click()
        page.get_by_role("button", name="Yes, submit and end the exam").click()
        page.wait_for_url("**/receipt")
    assert set(seat.responses()) == {1, 2, 3}


# --- F33 and time -----------------------------------------------------------------------


def test_f33_text_typed_before_zero_counts(hall: Hall) -> None:
    """Here with the network there; offline, see F1."""
    seat = hall.seat()
    slot = seat.slot("short_text")
    with hall.browser_of(seat, needs_axe=True) as browser:
        page = timed(browser, seat, f"items/{slot}")
        page.clock.pause_at(datetime.now() + SOON)
        page.locator("#item-form input[name=text]").press_sequentially("pricing request")
        span = seat.row().deadline_at - datetime.now(UTC) + timedelta(seconds=2)
        pass_time(seat, page, span)
        page.clock.resume()
        page.wait_for_url("**/time-up")
        assert "1 answer was saved in time" in page.locator("main").inner_text()
        assert faults(page, "after the end", DESK) == []
    assert seat.responses() == {slot: {"text": "pricing request"}}


def test_the_time_is_told_aloud_at_five_minutes_and_not_every_second(hall: Hall) -> None:
    seat = hall.seat()
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat)
        # The server's clock does not run ahead here: an answer of its would set the time left back.
        page.route("**/heartbeat", lambda route: None)
        page.evaluate("""() => { window.told = []; new MutationObserver(() => {
            const text = document.getElementById('runner-voice').textContent; if (text) told.push(text);
        }).observe(document.getElementById('runner-voice'), { childList: true, characterData: true }); }""")
        page.clock.pause_at(datetime.now() + SOON)
        page.clock.run_for(6 * 60_000 - 15_000)
        page.clock.resume()
        expect(page.locator("#runner-voice")).to_have_text("Minutes left: 5")
        assert page.evaluate("told") == ["Minutes left: 5"]
        page.get_by_text("Tools").click()
        page.get_by_label("Hide the time left").check()
        expect(page.locator("#clock-value")).to_have_text("hidden")
        page.keyboard.press("Escape")
        expect(page.locator(".tools-panel")).to_be_hidden()
        page.locator("h1").first.focus()
        page.keyboard.press("t")
        expect(page.locator("#runner-voice")).to_have_text(re.compile(r"^Time left: \d+:\d\d$"))


# --- the day ----------------------------------------------------------------------------


def test_what_staff_do_reaches_the_window_with_the_next_heartbeat(hall: Hall) -> None:
    """A pause hides the questions and its end shows them; ten minutes more, words and a withdrawn
    question appear, and that another device has taken over: all without a reload."""
    seat = hall.seat()
    sitting_id, slot = hall.sittings["types"], seat.slot("true_false")
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat, f"items/{slot}")
        page.evaluate("window.isSame = true")
        deadlines.pause(hall.context, TESTS, sitting_id, "fire alarm")
        page.clock.fast_forward(BEAT_MS)
        expect(page.get_by_role("heading", name="Everybody waits")).to_be_visible()
        expect(page.locator(".item-stem")).to_be_hidden()
        deadlines.go_on(hall.context, TESTS, sitting_id)
        page.clock.fast_forward(BEAT_MS)
        expect(page.locator("#overlay-paused")).to_be_hidden()
        expect(page.locator(".item-stem")).to_be_visible()
        before = minutes_of(page)
        deadlines.add(hall.context, TESTS, sitting_id, {seat.attempt_id: 600}, "fire alarm")
        page.clock.fast_forward(BEAT_MS)
        expect(page.locator("#clock-value")).to_have_text(re.compile(r"^1\d:\d\d$"))
        assert 8 <= minutes_of(page) - before <= 10
        announce(hall, "The lift is out of order.")
        with withdrawn(hall, "true_false"):
            page.clock.fast_forward(BEAT_MS)
            expect(page.locator(".runner-banner")).to_contain_text(
                "From the proctor: The lift is out of order."
            )
            expect(page.get_by_text("This question was withdrawn; it counts for nobody.")).to_be_visible()
            expect(page.locator(".item-option")).to_have_count(2)
            expect(page.locator(".item-option").first).to_be_hidden()
        attempts.resume(hall.context, seat.actor, seat.attempt_id)
        page.clock.fast_forward(BEAT_MS)
        expect(page.locator("#overlay-taken-over")).to_be_visible()
        assert page.evaluate("window.isSame") is True


def minutes_of(page: Any) -> int:
    return int(page.locator("#clock-value").inner_text().split(":")[0])


def announce(hall: Hall, text: str) -> None:
    with hall.context.transaction(TESTS) as uow:
        uow.session.add(
            RowAnnouncement(id=uow.new_id(), sitting_id=hall.sittings["types"], at=uow.now, text=text)
        )
        uow.audit("announce", "sitting", hall.sittings["types"])


class withdrawn:  # noqa: N801 - reads as the state it makes
    """The item of this type, suspended for as long as this lasts."""

    def __init__(self, hall: Hall, type_: str) -> None:
        self.hall, self.type = hall, type_

    def __enter__(self) -> None:
        self._set(datetime.now(UTC))

    def __exit__(self, *_error: object) -> None:
        self._set(None)

    def _set(self, at: datetime | None) -> None:
        with self.hall.context.engine.begin() as connection:
            connection.execute(update(RowItem).where(RowItem.item_id == self.type).values(suspended_at=at))


# --- sections ---------------------------------------------------------------------------


def test_a_section_whose_time_is_over_is_left_by_itself_also_offline(hall: Hall) -> None:
    seat = hall.seat("sections")
    with hall.browser_of(seat) as browser:
        page = timed(browser, seat)
        expect(page.locator("#clock-whole")).to_have_text(re.compile("^Whole exam: "))
        browser.set_offline(True)
        choose(page)
        state(page).to_have_text(WAITING)
        pass_time(seat, page, timedelta(minutes=6))
        expect(page.locator(".runner-banner")).to_contain_text("The time of section 1 is over")
        expect(page).to_have_url(f"{seat.url}/items/3")
        choose(page)
        browser.set_offline(False)
        state(page).to_have_text(SAVED)
    assert (seat.worths(), set(seat.responses())) == ([COUNTED, COUNTED], {1, 3})


# --- by keyboard, for everybody ---------------------------------------------------------


def test_a_whole_exam_by_keyboard_alone(hall: Hall) -> None:
    """Also with a key of one's own, which outlives a reload; and all keys can be switched off."""
    seat = hall.seat()
    slots = seat.slots()
    with hall.browser_of(seat) as browser:
        page = opened(browser, seat)
        page.keyboard.press("?")
        tab_to(page, "J")
        page.keyboard.press("Enter")
        page.keyboard.press("x")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page).to_have_url(f"{seat.url}/items/2")
        page.reload()
        page.locator("html[data-runner=on]").wait_for()
        page.keyboard.press("k")
        for slot in slots:
            by_keyboard(page, right_response(slot))
            page.keyboard.press("Escape")
            page.locator("h1").first.evaluate("node => node.focus()") if slot.type in TYPED else None
            page.keyboard.press("f")
            page.keyboard.press("x")
        expect(page).to_have_url(f"{seat.url}/review")
        page.keyboard.press("?")
        page.keyboard.press("Space")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        expect(page).to_have_url(f"{seat.url}/review")
        tab_to(page, f"Submit {len(slots)} answers")
        page.keyboard.press("Enter")
        tab_to(page, "Yes, submit and end the exam")
        page.keyboard.press("Enter")
        page.wait_for_url("**/receipt")
    assert seat.row().answered == len(slots)
    assert all(seat.states()[slot.position].is_flagged for slot in slots)


TYPED = {
    "numeric",
    "parametrised_numeric",
    "short_text",
    "ordering",
    "matching",
    "dropdown_cloze",
    "gap_text",
    "matrix",
}


def by_keyboard(page: Any, response: dict[str, Any]) -> None:
    """Enter a response with keys alone: letters where there are options, else Tab and typing."""
    values = page.locator(".item-option-input").evaluate_all("all => all.map(n => n.value)")
    match response:
        case {"choice": choice}:
            page.keyboard.press("abcdefghi"[values.index(choice)])
        case {"choices": choices}:
            for choice in choices:
                page.keyboard.press(str(values.index(choice) + 1))
        case {"ranks": wanted} | {"pairs": wanted} | {"gaps": wanted} | {"words": wanted}:
            for name, value in wanted.items():
                select(page, name, str(value))
        case {"cells": cells}:
            for name, column in cells.items():
                tick(page, f"cell-{name}", column)
        case {"number": text} | {"text": text}:
            while page.evaluate("document.activeElement.name ?? ''") not in {"number", "text"}:
                page.keyboard.press("Tab")
            page.keyboard.type(text)


def select(page: Any, name: str, value: str) -> None:
    wanted = {f"{prefix}-{name}" for prefix in SELECTS.values()}
    for _ in range(60):
        if page.evaluate("document.activeElement.name ?? ''") in wanted:
            break
        page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} has no {value}")


def tick(page: Any, name: str, value: str) -> None:
    """Tab comes to a group of radios once; Space chooses the first, arrows go on from there."""
    for _ in range(60):
        if page.evaluate("document.activeElement.name ?? ''") == name:
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    while page.evaluate("document.activeElement.value") != value:
        page.keyboard.press("ArrowDown")


def letter_of(page: Any, option: str) -> str:
    return str(page.locator(f'label[for$="-option-{option}"] .item-option-letter').inner_text())


def tab_to(page: Any, text: str) -> None:
    for _ in range(80):
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {text} by Tab")


#: 640 is a desk at 200 %.
WIDTHS = (1280, 640, 360)


#: A part of a page; the rest of it is looked at in other states.
RUN_AXE_IN = RUN_AXE.replace("options =>", "([scope, options]) =>").replace("document", "scope ?? document")
DIALOG = "dialog[open]"


def faults(page: Any, name: str, *looks: tuple[int, str], scope: str | None = None) -> list[str]:
    """What axe finds in these looks, and the ruler at a desk, at 200 % and on a phone."""
    told = []
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        told += [f"{name} {width} {scheme}: {fault}" for fault in page.evaluate(RUN_AXE_IN, [scope, OPTIONS])]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        told += [f"{name} {width}: {fault}" for fault in page.evaluate(CLIPPED)]
    page.set_viewport_size({"width": 1280, "height": 900})
    return told


class Looks:
    """Every state is looked at once, by turns at a desk in light and on a phone in the dark."""

    def __init__(self) -> None:
        self.turns = cycle((DESK, PHONE))
        self.told: list[str] = []

    def at(self, page: Any, name: str, scope: str | None = None) -> None:
        self.told += faults(page, name, next(self.turns), scope=scope)


def test_no_state_of_an_item_has_a_barrier(hall: Hall) -> None:
    seat, looks = hall.seat(), Looks()
    with hall.browser_of(seat, needs_axe=True) as browser:
        page = opened(browser, seat)
        for slot in seat.slots():
            go(page, slot.position)
            fill(page, right_response(slot))
            looks.at(page, slot.type, "#item-view")
        go(page, seat.slot("hotspot"))
        page.locator('[data-control$="-option-west"]').click()
        expect(page.locator(".item-option-input:checked")).to_have_value("west")
        expect(page.locator(".item-region.is-chosen text")).to_have_text(letter_of(page, "west"))
        go(page, seat.slot("numeric"))
        page.get_by_role("button", name="Calculator").click()
        page.keyboard.type("1/3=")
        looks.at(page, "calculator", DIALOG)
        looks.at(page, "calculator")
        page.keyboard.press("Escape")
        go(page, seat.slot("single_choice"))
        page.get_by_role("button", name="Strike out option B").click()
        page.get_by_role("button", name="Highlight").click()
        page.get_by_text("Note", exact=True).click()
        page.get_by_label("Flag for review").check()
        page.get_by_text("Tools").click()
        looks.at(page, "marks and tools")
        page.get_by_label("High contrast").check()
        page.get_by_label("More space between lines").check()
        for _ in range(4):
            page.get_by_role("button", name="Larger text").click()
        looks.at(page, "large and in contrast")
        page.get_by_text("Tools").click()
        page.get_by_label("High contrast").uncheck()
        page.get_by_role("button", name="Keys").click()
        looks.at(page, "keys", DIALOG)
        page.locator("#overlay-keys").get_by_role("button", name="Close").click()
        browser.set_offline(True)
        page.locator(".item-option-input:not(:checked)").first.check()
        state(page).to_have_text(WAITING)
        looks.at(page, "offline")
        page.keyboard.press("p")
        looks.at(page, "report", DIALOG)
        page.keyboard.type("Two are right")
        page.get_by_role("button", name="Send the report").click()
        expect(page.locator("#overlay-report")).to_contain_text("The report is on this device")
        looks.at(page, "report waits", DIALOG)
        page.keyboard.press("Escape")
        browser.set_offline(False)
        expect(page.locator(".runner-banner").filter(has_text="Your report about question")).to_be_visible()
        looks.at(page, "banner")
        page.keyboard.press("r")
        page.get_by_text(f"Submit {len(seat.slots())} answers").click()
        looks.at(page, "review")
        newer = opened(browser, seat)
        expect(page.locator("#overlay-taken-over")).to_be_visible()
        looks.at(page, "taken over", DIALOG)
        newer.close()
    assert looks.told == []


def test_a_section_is_left_over_a_barrier_and_no_state_of_it_shuts_anybody_out(hall: Hall) -> None:
    seat, looks = hall.seat("sections"), Looks()
    with hall.browser_of(seat, needs_axe=True) as browser:
        page = timed(browser, seat)
        expect(page.get_by_role("button", name="Calculator")).to_have_count(0)
        deadlines.pause(hall.context, TESTS, hall.sittings["sections"], "look")
        page.clock.fast_forward(BEAT_MS)
        expect(page.locator("#overlay-paused")).to_be_visible()
        looks.at(page, "paused", DIALOG)
        deadlines.go_on(hall.context, TESTS, hall.sittings["sections"])
        page.clock.fast_forward(BEAT_MS)
        expect(page.locator("#overlay-paused")).to_be_hidden()
        expect(page.locator(".runner-section")).to_contain_text("First part")
        locked = page.locator('.slots button[aria-disabled="true"]')
        assert locked.evaluate_all(PLACES) == ["3", "4"]
        choose(page)
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="To the review").click()
        expect(page.get_by_text("You cannot come back to section 1")).to_be_visible()
        expect(page.get_by_text("Submit 1 answer")).to_be_hidden()
        looks.at(page, "barrier")
        page.get_by_role("button", name="Finish section 1 and go on").click()
        expect(page).to_have_url(f"{seat.url}/items/3")
        assert locked.evaluate_all(PLACES) == ["1", "2"]
        choose(page)
        state(page).to_have_text(SAVED)
        looks.at(page, "locked")
        browser.set_offline(True)
        page.clock.fast_forward(3 * 3600_000)
        expect(page.locator("#overlay-time-up")).to_be_visible()
        looks.at(page, "time up", DIALOG)
    assert looks.told == []
    assert (seat.worths(), seat.worths(EventKind.LEAVE)) == ([COUNTED, COUNTED], [COUNTED])


# --- the calculator ---------------------------------------------------------------------

WORKED_OUT = {
    "0.1+0.2": "0.3",
    "1/3*3": "1",
    "2/3": "0.666666666667",
    "10:7*1000000": "1428571.42857",
    "1/3000000": "0.000000333333333333",
    "200+10%": "220",
    "200 − 10 %": "180",
    "200 × 10 %": "20",
    "2(3+4)": "14",
    "(1,5+2": "3.5",
    "2--3": "5",
    "99999999999999*99999999999999": "9999999999999800000000000001",
    "1,500*2": "comma",
    "7 ÷ (3-3)": "zero",
    "3+": "unfinished",
    "0.5.5": "unfinished",
    "1e5": "unfinished",
    ")": "unfinished",
}
WORK_OUT = """async expressions => {
  const place = document.querySelector('link[href*="/arithmetic.js"]').href;
  const { evaluate, shown } = await import(place);
  const told = text => { try { return shown(evaluate(text)).text; } catch (error) { return error.message; } };
  return Object.fromEntries(expressions.map(text => [text, told(text)]));
}"""


def test_the_calculator_is_exact_keeps_its_place_and_puts_a_number_into_the_answer(hall: Hall) -> None:
    seat = hall.seat()
    slot = seat.slot("numeric")
    with hall.browser_of(seat) as browser:
        page = opened(browser, seat, f"items/{slot}")
        assert page.evaluate(WORK_OUT, list(WORKED_OUT)) == WORKED_OUT
        field = page.locator("#calculator-field")
        page.keyboard.press("=")
        expect(field).to_be_focused()
        page.keyboard.type("1/3=*90=")
        assert field.input_value() == "30"
        expect(page.locator("#runner-voice")).to_have_text("Result: 30")
        page.keyboard.press("Escape")
        expect(page.locator("#calculator")).to_be_hidden()
        # What comes next in this form may be a number as well.
        go(page, seat.slot("true_false"))
        page.get_by_role("button", name="Calculator").click()
        assert field.input_value() == "30"
        expect(page.get_by_role("button", name="Put into the answer")).to_be_hidden()
        go(page, slot)
        for name in ("plus", "2", "equals"):
            page.locator("#calculator").get_by_role("button", name=name, exact=True).click()
        page.get_by_role("button", name="Put into the answer").click()
        state(page).to_have_text(SAVED)
        boxes = [page.locator(place).bounding_box() for place in ("#calculator", "#item-view")]
        assert boxes[1]["x"] + boxes[1]["width"] <= boxes[0]["x"]
    assert seat.responses() == {slot: {"number": "32"}}


# --- what lies on the device, and what travels -------------------------------------------

JOURNAL = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("quizapp-journal");
  request.onerror = reject;
  request.onsuccess = () => {
    const all = request.result.transaction("entries").objectStore("entries").getAll();
    all.onsuccess = () => {
      request.result.close();
      resolve(all.result.map(entry => new TextDecoder().decode(entry.data)));
    };
  };
})"""


@pytest.mark.parametrize("held", ["main.js", "content"])
def test_what_is_entered_before_the_runner_is_here_is_kept_and_so_is_the_place(hall: Hall, held: str) -> None:
    """On a slow line the plain page is read, and answered, before any script runs or knows the items."""
    seat = hall.seat()
    slots = {type_: seat.slot(type_) for type_ in ("single_choice", "matching", "numeric")}
    with hall.browser_of(seat) as browser:
        for slot in slots.values():
            enter_early(browser.new_page(), seat, slot, held)
    assert seat.responses() == {slot: right_response(seat.slots()[slot - 1]) for slot in slots.values()}


def enter_early(page: Any, seat: Seat, slot: int, held: str) -> None:
    """Answer the plain page while what its address ends with is held back; the focus stays where it was."""
    asked, waiting = re.compile(rf"/{held}(\?|$)"), []
    page.route(asked, lambda route: waiting.append(route))
    with page.expect_request(asked):
        page.goto(f"{seat.url}/items/{slot}", wait_until="commit")
    fill(page, right_response(seat.slots()[slot - 1]))
    at = "document.activeElement.name"
    entered_at = page.evaluate(at)
    waiting[0].continue_()
    state(page).to_have_text(SAVED)
    assert page.evaluate(at) == entered_at != ""
    page.close()


def test_the_first_load_is_small_and_moving_asks_the_network_for_nothing_but_saves(hall: Hall) -> None:
    """Under 150 KB transferred, measured with every part the runner has; a taken number is renumbered."""
    seat = hall.seat()
    slot = seat.slot("single_choice")
    with hall.browser_of(seat) as browser:
        page = browser.new_page()
        done: list[Any] = []
        page.on("requestfinished", lambda request: done.append(request))
        page.goto(f"{seat.url}/items/1")
        state(page).to_have_text(READY)
        page.wait_for_load_state("networkidle")
        sizes = {request.url: request.sizes() for request in done}
        asked: list[str] = []
        # The browser itself looks for the page's sign whenever the address changes.
        page.on("request", lambda r: asked.append(r.url) if "/static/mark.svg" not in r.url else None)
        for _ in range(6):
            page.get_by_role("button", name="Next").click(no_wait_after=True)
        page.get_by_role("button", name="Previous").click()
        state(page).to_have_text(READY)
        expect(page).to_have_url(f"{seat.url}/items/6")
        assert set(asked) == {f"{seat.url}/events"}
        take_numbers(seat, page, 8, 9)
        go(page, slot)
        assert page.get_by_role("img", name="A map").evaluate("shown => shown.naturalWidth") == 30
        chosen = choose(page)
        state(page).to_have_text(SAVED)
    assert seat.responses() == {slot: {"choice": chosen}}
    # Seven that were looked at, perhaps an eighth, two taken numbers, and the answer.
    assert [entry.client_seq for entry in seat.entries()] == list(range(1, 11 + (slot > 7)))
    total = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values())
    assert {"main.js", "calculator.js"} <= {url.rsplit("/", 1)[1].split("?")[0] for url in sizes}
    assert total < 150_000


def take_numbers(seat: Seat, page: Any, *numbers: int) -> None:
    """Another tab of this writer uses these numbers for something else; the runner counts on from there."""
    others = {"slot": 1, "kind": "flag", "payload": False, "elapsed_ms": 1}
    body = {"protocol": 1, "entries": [{"client_seq": n, **others} for n in numbers]}
    token = str(page.locator("#runner-config").get_attribute("data-token"))
    page.request.post(f"{seat.url}/events", data=json.dumps(body), headers={"X-Attempt-Token": token})
