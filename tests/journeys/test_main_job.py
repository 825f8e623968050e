"""The main job, played in a browser: exam, result, record, registrar, verification."""

from __future__ import annotations

import csv
import re
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from quizapp.services.simulation import right_response, wrong_response
from tests.journeys.conftest import PASSWORD, World
from tests.support import attempts as room
from tests.support.server import Server

SHOWN = {"1.A", "1.C", "1.D", "1.E"}
TASKS = ("1.A", "1.B", "1.C", "1.D", "1.E")


def sign_in(page: Any, server: Server, role: str) -> None:
    page.goto(f"{server.url}/")
    page.locator("input[name=email]").fill(f"{role}@journey.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{server.url}/")


def attempt_in(url: str) -> UUID:
    found = re.search(r"/attempts/([0-9a-f-]{36})/", url)
    assert found is not None, url
    return UUID(found.group(1))


#: What the drop-downs of a response are called, before the id of the row.
SELECTS = {"ranks": "rank", "pairs": "match", "gaps": "gap", "words": "word"}


def fill(page: Any, response: dict[str, Any]) -> None:
    """Enter a response as a person would, by the controls of the page."""
    form = page.locator("#item-form")
    match response:
        case {"choice": choice}:
            form.locator(f'input[name="choice"][value="{choice}"]').check()
        case {"choices": choices}:
            for choice in choices:
                form.locator(f'input[name="choice"][value="{choice}"]').check()
        case {"ranks": rows} | {"pairs": rows} | {"gaps": rows} | {"words": rows}:
            prefix = SELECTS[next(iter(response))]
            for name, value in rows.items():
                form.locator(f'select[name="{prefix}-{name}"]').select_option(str(value))
        case {"cells": cells}:
            for name, column in cells.items():
                form.locator(f'input[name="cell-{name}"][value="{column}"]').check()
        case {"number": number}:
            form.locator('input[name="number"]').fill(number)
        case {"text": text}:
            form.locator('input[name="text"]').fill(text)


def answer_everything(page: Any, world: World) -> UUID:
    attempt_id = attempt_in(page.url)
    slots = room.slots(world.context, attempt_id)
    for slot in slots:
        fill(page, right_response(slot) if slot.task_code in SHOWN else wrong_response(slot))
        page.get_by_role("button", name="Next" if slot.position < len(slots) else "To the review").click()
    page.wait_for_url("**/review")
    return attempt_id


def test_the_main_job(world: World, server: Server, browser: Any, tmp_path) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(server.url) else outside.append(r.url))
    sign_in(page, server, "learner")
    page.get_by_role("link", name="Look and start").first.click()
    page.get_by_text("Pilot: not for personnel decisions").first.wait_for()
    page.get_by_role("button", name="Start now").click()
    # What is entered before is kept as well (test_runner), but a click could meet either page.
    page.locator("html[data-runner=on]").wait_for()
    answer_everything(page, world)
    page.get_by_text("Every question has an answer.").wait_for()
    page.get_by_text("Submit 40 answers").click()
    page.get_by_role("button", name="Yes, submit and end the exam").click()
    page.wait_for_url("**/receipt")
    assert "40 of 40" in page.locator("main").inner_text()
    page.get_by_role("link", name="See the result").click()
    assert "4 of 5 tasks" in page.get_by_role("heading", level=1).inner_text()
    context.close()
    serial = registrar_exports(browser, server, tmp_path)
    verifies(browser, server, serial)
    assert outside == []


def registrar_exports(browser: Any, server: Server, tmp_path) -> str:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, server, "registrar")
    page.get_by_label("Name, e-mail, serial or exam").fill("Learner Journey")
    page.get_by_role("button", name="Search").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    path = tmp_path / "records.csv"
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    context.close()
    assert [(row["learner"], row["status"]) for row in rows] == [("Learner Journey", "valid")]
    return rows[0]["serial"]


def verifies(browser: Any, server: Server, serial: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server.url}/verify/{serial}")
    words = page.locator("main").inner_text()
    demonstrated = page.locator(".task-list-code").all_inner_texts()
    context.close()
    assert demonstrated == [code for code in TASKS if code in SHOWN]
    assert "Authentic and current" in words
    assert "Pilot: not for personnel decisions" in words


@pytest.mark.parametrize("journey_settings", ["sqlite"], indirect=True)
def test_the_exam_without_scripts_by_keyboard_and_after_a_closed_tab(
    world: World, server: Server, browser: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, server, "learner")
    page.get_by_role("link", name="Look and start").first.press("Enter")
    page.get_by_role("button", name="Start now").press("Enter")
    page.wait_for_url("**/items/1")
    attempt_id = attempt_in(page.url)
    slot = room.slots(world.context, attempt_id)[0]
    fill(page, right_response(slot))
    page.get_by_label("Flag for review").press("Space")
    page.get_by_role("button", name="Next").press("Enter")
    page.wait_for_url("**/items/2")
    context.close()

    again = browser.new_context(java_script_enabled=False, reduced_motion="reduce")
    page = again.new_page()
    sign_in(page, server, "learner")
    page.get_by_role("button", name="Go on with the exam").click()
    page.wait_for_url("**/items/*")
    page.goto(f"{server.url}/attempts/{attempt_id}/items/1")
    assert page.get_by_label("Flag for review").is_checked()
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".review-counts dd")).to_have_text(["1", "39", "1"])
    again.close()
