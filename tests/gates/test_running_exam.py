"""The pages of a running exam, which no link leads to before a start."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from quizapp.domain.person import Actor, Role
from quizapp.services import attempts
from quizapp.store.exams import RowExam, RowSitting
from tests.gates.conftest import Place
from tests.gates.test_pages import look
from tests.support import attempts as room


def test_every_page_of_a_running_exam(place: Place, browser: Any) -> None:
    context = browser.new_context()
    context.add_cookies(place.cookies("fresh"))
    page = context.new_page()
    services = place.app.extensions["quizapp"]
    sitting_id = _certification(services)
    page.goto(f"{place.url}/sittings/{sitting_id}/start")
    faults = {"start": look(page, page.url, 1280, "light") + look(page, page.url, 360, "dark")}
    page.locator("form.sheet-next button[type=submit]").click()
    attempt = page.url.partition("/items/")[0]
    attempt_id = UUID(attempt.rpartition("/")[2])
    seen: set[str] = set()
    for slot in room.slots(services, attempt_id):
        if slot.type not in seen:
            seen.add(slot.type)
            url = f"{attempt}/items/{slot.position}"
            faults[slot.type] = look(page, url, 1280, "light") + look(page, url, 360, "dark")
    faults["review"] = look(page, f"{attempt}/review", 1280, "light") + look(page, page.url, 360, "dark")
    context.clear_cookies()
    context.add_cookies(place.cookies("fresh"))
    faults["resume"] = look(page, f"{attempt}/resume", 1280, "light")
    actor = Actor(place.person_id("fresh"), frozenset({Role.LEARNER}))
    attempts.submit(services, actor, attempt_id)
    faults["receipt"] = look(page, f"{attempt}/receipt", 1280, "light") + look(page, page.url, 360, "dark")
    result = f"{place.url}/results/{attempt_id}"
    faults["result"] = look(page, result, 1280, "light") + look(page, result, 360, "dark")
    context.close()
    assert {name: found for name, found in faults.items() if found} == {}


def _certification(services: Any) -> Any:
    with services.reading() as session:
        exam = session.query(RowExam).filter_by(slug="1.0-certification").one()
        sitting = session.query(RowSitting).filter_by(exam_id=exam.id).one()
        return sitting.id
