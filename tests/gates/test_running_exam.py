"""The pages of a running exam, which no link leads to before a start."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, demo
from quizapp.store.exams import RowExam, RowSitting
from tests.gates.conftest import Place
from tests.gates.looking import window
from tests.support import attempts as room


def test_every_page_of_a_running_exam(place: Place, browser: Any) -> None:
    with window(place, browser, "fresh") as seen:
        faults = {"start": seen.open(f"{place.url}/sittings/{_certification(place)}/start")}
        seen.page.locator("form.sheet-next button[type=submit]").click()
        seen.page.wait_for_url("**/items/1")
        attempt = seen.page.url.partition("/items/")[0]
        attempt_id = UUID(attempt.rpartition("/")[2])
        one_of_each = {slot.type: slot.position for slot in room.slots(place.context, attempt_id)}
        faults |= {name: seen.open(f"{attempt}/items/{n}") for name, n in one_of_each.items()}
        faults |= {name: seen.open(f"{attempt}/{name}") for name in ("review", "time-up")}
        seen.page.context.clear_cookies()
        seen.page.context.add_cookies(place.cookies("fresh"))
        faults["resume"] = seen.open(f"{attempt}/resume")
        actor = Actor(place.person_id("fresh"), frozenset({Role.LEARNER}))
        attempts.submit(place.context, actor, attempt_id)
        faults["receipt"] = seen.open(f"{attempt}/receipt")
        faults["result"] = seen.open(f"{place.url}/results/{attempt_id}")
    assert {name: found for name, found in faults.items() if found} == {}
    assert (seen.outside, seen.errors) == ([], [])


def _certification(place: Place) -> UUID:
    with place.context.reading() as session:
        exam = session.query(RowExam).filter_by(slug=demo.CERTIFICATION).one()
        return session.query(RowSitting).filter_by(exam_id=exam.id).one().id
