"""A registrar at the desk for the first time, in a real browser: found while typing, proved current."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from quizapp.services.unit_of_work import Context
from tests.gates.conftest import Quiet
from tests.support.people import sign_in
from tests.support.records import registrar, room


@pytest.fixture
def page(sqlite_app: Flask, sqlite_context: Context, browser: Any) -> Iterator[Any]:
    small = room(sqlite_context)
    for name in ("Ada Example", "Bo Example", "Zoë Other"):
        small.certified(name)
    client = sqlite_app.test_client()
    rita = registrar(sqlite_context).person_id
    assert rita is not None
    sign_in(client, sqlite_context, rita)
    server = make_server("127.0.0.1", 0, sqlite_app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    window = browser.new_context(reduced_motion="reduce")
    cookie = client.get_cookie("quizapp")
    assert cookie is not None
    window.add_cookies([{"name": "quizapp", "value": cookie.value, "url": url}])
    told = window.new_page()
    told.goto(url)
    yield told
    window.close()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_record_is_found_while_typing_and_proved_current(page: Any) -> None:
    page.get_by_role("link", name="Records", exact=True).click()
    page.get_by_text("3 records").wait_for()
    page.get_by_label("Select every row of this page").check()
    assert page.locator("#selected-bar [data-count]").text_content() == "3"
    with page.expect_response(lambda answer: "text=zoe" in answer.url):
        page.get_by_label("Name, e-mail, serial or exam").press_sequentially("zoe")
    page.get_by_text("1 record", exact=True).wait_for()
    assert page.url.endswith("/records?text=zoe&sort=-issued_at")
    page.get_by_role("link", name="Zoë Other").click()
    assert page.locator(".verdict-words").text_content() == "Authentic and current"
