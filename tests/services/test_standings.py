"""How people stood on any day: a learner and a cohort, on both databases."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest

from quizapp.domain.errors import Forbidden, NotFound
from quizapp.ports import FixedClock
from quizapp.services import cohorts, record_status, standings
from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS
from tests.support.records import MIXED, MONTH, registrar, room
from tests.support.statements import counted


def test_a_learner_as_of_any_day(context: Context, clock: FixedClock) -> None:
    small, rita = room(context), registrar(context)
    ada = small.learner()
    assert ada.person_id is not None
    first = small.serial(small.sit(ada, MIXED))
    clock.instant = datetime(2026, 3, 20, 12, tzinfo=UTC)
    record_status.suspend(context, rita, first, "irregularity", "Seen")
    clock.instant = datetime(2026, 3, 25, 12, tzinfo=UTC)
    record_status.reinstate(context, rita, first, "appeal", "Heard")
    clock.instant += MONTH
    second = small.serial(small.sit(ada, {"1.B": 4}))

    def told(month: int, day: int, year: int = 2026) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        then = standings.learner(context, rita, ada.person_id, date(year, month, day))
        return [(r.serial, r.status) for r in then.records], [(t.code, t.shown) for t in then.tasks[:2]]

    neither = [("1.A", "not_assessed"), ("1.B", "not_assessed")]
    assert told(3, 1) == ([], neither)
    assert told(3, 2) == ([(first, "valid")], [("1.A", "demonstrated"), ("1.B", "not_yet")])
    assert told(3, 20) == ([(first, "suspended")], [("1.A", "not_assessed"), ("1.B", "not_yet")])
    assert told(3, 25) == ([(first, "valid")], [("1.A", "demonstrated"), ("1.B", "not_yet")])
    both = [("1.A", "demonstrated"), ("1.B", "demonstrated")]
    assert told(4, 25) == ([(second, "valid"), (first, "superseded")], both)
    clock.instant = datetime(2029, 4, 1, tzinfo=UTC)
    assert told(3, 31, 2029)[1] == [("1.A", "lapsed"), ("1.B", "lapsed")]
    assert told(4, 25)[1] == both, "the past stays what it was"
    assert standings.learner(context, ada, ada.person_id).is_today
    with pytest.raises(Forbidden):
        standings.learner(context, small.learner("Bo Example"), ada.person_id)


def test_a_cohort_by_task(context: Context) -> None:
    small, rita = room(context), registrar(context)
    people = [small.learner(name) for name in ("Ada Example", "Bo Example", "Cy Example")]
    for learner in people[:2]:
        small.sit(learner, MIXED)
    course = cohorts.create_cohort(context, TESTS, "Course")
    with pytest.raises(NotFound):
        standings.cohort(context, rita, people[0].person_id)  # type: ignore[arg-type]
    cohorts.add_members(context, TESTS, course, [one.person_id for one in people if one.person_id])
    with counted(context) as statements:
        told = standings.cohort(context, rita, course)
    many = len(statements)
    assert [(row.name, row.demonstrated) for row in told.rows] == [
        ("Ada Example", 1),
        ("Bo Example", 1),
        ("Cy Example", 0),
    ]
    assert [told.share(code) for code in ("1.A", "1.B")] == [(2, 3), (0, 3)]
    rows = list(csv.DictReader(io.StringIO(b"".join(standings.matrix_file(told, "csv")).decode("utf-8-sig"))))
    assert [(row["learner"], row["1.A"], row["1.B"]) for row in rows] == [
        ("Ada Example", "demonstrated", "not_yet"),
        ("Bo Example", "demonstrated", "not_yet"),
        ("Cy Example", "not_assessed", "not_assessed"),
    ]
    cohorts.add_members(context, TESTS, course, [small.learner("Di Example").person_id])  # type: ignore[list-item]
    with counted(context) as statements:
        standings.cohort(context, rita, course)
    assert len(statements) == many, "as many statements for any number of people"
