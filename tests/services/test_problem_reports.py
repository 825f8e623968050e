"""A learner says what is wrong with an item; authors read it, without learning who said so."""

from __future__ import annotations

import pytest

from quizapp.domain.errors import DomainError, Forbidden
from quizapp.services import attempts, incidents, problem_reports
from tests.support import attempts as room
from tests.support.people import TESTS


@pytest.fixture
def hall(context):
    ada = room.learner(context, "Ada One")
    sitting_id = room.room(context, [ada.person_id])
    return ada, sitting_id, attempts.start(context, ada, sitting_id)


def test_a_report_reaches_the_authors_of_the_item(hall, context, clock) -> None:
    _ada, sitting_id, attempt_id = hall
    slot = room.slots(context, attempt_id)[1]
    body = {"slot": 2, "text": " Two answers are right. "}
    problem_reports.report(context, room.token(context, attempt_id), body)
    told = problem_reports.Report(
        clock.instant, "Two answers are right.", "small-bank", slot.item_id, 1, False, "Small sitting"
    )
    assert problem_reports.listed(context, TESTS) == [told]
    assert problem_reports.listed(context, TESTS, "small-bank", slot.item_id) == [told]
    assert problem_reports.listed(context, TESTS, "small-bank", "another") == []
    log = incidents.listed(context, TESTS, sitting_id)
    assert [(i.kind, i.note, i.who) for i in log] == [("problem_reported", "2", "Ada One")]


@pytest.mark.parametrize(
    "body",
    [None, [], {"slot": 0, "text": "x"}, {"slot": 17, "text": "x"}, {"slot": 1, "text": " "},
     {"slot": 1, "text": 5}, {"slot": 1, "text": "x" * 2001}, {"slot": 1, "text": "\ud800"},
     {"slot": 1, "text": "a\0b"}],
)  # fmt: skip
def test_what_is_no_report_is_refused(hall, context, body) -> None:
    with pytest.raises(DomainError, match="bad_report"):
        problem_reports.report(context, room.token(context, hall[2]), body)
    assert problem_reports.listed(context, TESTS) == []


def test_a_report_that_is_sent_again_is_one(hall, context) -> None:
    token = room.token(context, hall[2])
    for text in ("A typo", " A typo ", "Another"):
        problem_reports.report(context, token, {"slot": 1, "text": text})
    assert sorted(told.text for told in problem_reports.listed(context, TESTS)) == ["A typo", "Another"]


def test_reports_end_with_the_attempt_and_with_patience(hall, context, monkeypatch) -> None:
    ada, _, attempt_id = hall
    token, body = room.token(context, attempt_id), {"slot": 1, "text": "y"}
    monkeypatch.setattr(problem_reports, "MOST", 1)
    problem_reports.report(context, token, {"slot": 1, "text": "x"})
    with pytest.raises(DomainError, match="too_many_reports"):
        problem_reports.report(context, token, body)
    attempts.submit(context, ada, attempt_id)
    with pytest.raises(DomainError, match="attempt_closed"):
        problem_reports.report(context, token, body)
    with pytest.raises(Forbidden, match="bad_token"):
        problem_reports.report(context, "forged", body)
    with pytest.raises(Forbidden, match="not_allowed"):
        problem_reports.listed(context, ada)
