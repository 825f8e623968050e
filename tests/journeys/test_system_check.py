"""The system check in Chromium: four lines, each said by what the browser really did."""

from __future__ import annotations

from typing import Any

from tests.journeys.test_main_job import sign_in
from tests.support.server import Server

LINES = ("scripts", "storage", "time", "connection")


def test_a_browser_that_can_do_everything_is_told_so(server: Server, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, server, "learner")
    page.goto(f"{server.url}/system-check")
    for name in LINES:
        page.locator(f'[data-check="{name}"] .chip-ok').wait_for()
    context.close()


def test_without_storage_the_line_says_what_that_means(server: Server, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    sign_in(page, server, "learner")
    page.goto(f"{server.url}/system-check")
    line = page.locator('[data-check="storage"]')
    line.locator(".chip-attention").wait_for()
    assert "Answers are saved only while you are connected." in line.inner_text()
    context.close()


def test_without_scripts_the_page_says_that_every_exam_can_still_be_taken(
    server: Server, browser: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, server, "learner")
    page.goto(f"{server.url}/system-check")
    assert "You can still take every exam" in page.locator('[data-check="scripts"]').inner_text()
    page.locator('#try-1 input[type="radio"]').first.check()
    page.get_by_role("button", name="Send example 1").click()
    assert page.locator("#try-1 .chip-ok").count() == 1
    context.close()
