"""The system check in Chromium: four lines, each said by what the browser really did."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_main_job import sign_in
from tests.support.server import Server

LINES = ("scripts", "storage", "time", "connection")

#: Nothing of the page depends on the database.
pytestmark = pytest.mark.parametrize("journey_settings", ["sqlite"], indirect=True)


def test_each_browser_is_told_what_it_can_do(server: Server, browser: Any) -> None:
    everything(server, browser)
    without_storage(server, browser)
    without_scripts(server, browser)


def everything(server: Server, browser: Any) -> None:
    """All four lines are good."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, server, "learner")
    page.goto(f"{server.url}/system-check")
    for name in LINES:
        page.locator(f'[data-check="{name}"] .chip-ok').wait_for()
    context.close()


def without_storage(server: Server, browser: Any) -> None:
    """The line says what that means."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    sign_in(page, server, "learner")
    page.goto(f"{server.url}/system-check")
    line = page.locator('[data-check="storage"]')
    line.locator(".chip-attention").wait_for()
    assert "Answers are saved only while you are connected." in line.inner_text()
    context.close()


def without_scripts(server: Server, browser: Any) -> None:
    """The page says that every exam can still be taken."""
    context = browser.new_context(java_script_enabled=False, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, server, "learner")
    page.goto(f"{server.url}/system-check")
    assert "You can still take every exam" in page.locator('[data-check="scripts"]').inner_text()
    page.locator('#try-1 input[type="radio"]').first.check()
    page.get_by_role("button", name="Send example 1", exact=True).click()
    expect(page.locator("#try-1 .chip-ok")).to_have_count(1)
    context.close()
