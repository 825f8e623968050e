"""Who is current, by one rule: what is in force counts together, what is not says what is missing."""

from __future__ import annotations

from datetime import date

from quizapp.domain.currency import Answer, Currency, Holding, Shown, judge, standing
from quizapp.domain.record import RecordStatus

DAY = date(2026, 3, 2)


def held(serial: str, expires_on: date, shown: str = "A", status: str = "valid") -> Holding:
    return Holding(serial, "Exam", RecordStatus(status), expires_on, ("A", "B", "C"), frozenset(shown))


def test_what_is_in_force_counts_together_and_the_longest_lived_is_named() -> None:
    old, new = held("OLD", date(2026, 6, 1), "A"), held("NEW", date(2027, 6, 1), "B")
    assert judge([old, new], DAY) == Answer(Currency.CURRENT, new, ("A", "B"), ("C",))


def test_the_last_day_of_the_horizon_is_expiring() -> None:
    told = [judge([held("X", date(2026, 4, day))], DAY, horizon=30).currency for day in (1, 2)]
    assert told == [Currency.EXPIRING, Currency.CURRENT]


def test_expired_is_lapsed_and_everything_is_missing() -> None:
    lapsed = held("X", date(2026, 3, 1), status="expired")
    assert judge([lapsed], DAY) == Answer(Currency.LAPSED, lapsed, (), ("A", "B", "C"))


def test_revoked_suspended_and_superseded_are_no_current_record() -> None:
    gone = [held("X", date(2027, 1, 1), status=status) for status in ("revoked", "suspended", "superseded")]
    assert judge(gone, DAY, wanted=("A",)) == Answer(Currency.NONE, missing=("A",))


def test_only_the_tasks_asked_about_are_told() -> None:
    one = held("X", date(2027, 1, 1), "AB")
    assert judge([one], DAY, wanted=("B", "D")) == Answer(Currency.CURRENT, one, ("B",), ("D",))


def test_only_a_record_in_force_demonstrates_a_task() -> None:
    valid, expired = held("V", date(2027, 1, 1), "A"), held("E", date(2025, 1, 1), "AB", "expired")
    gone = held("S", date(2027, 1, 1), "ABC", "suspended")
    told = [standing(code, [gone, valid, expired], "not_yet") for code in "ABC"]
    assert told == [(Shown.DEMONSTRATED, valid), (Shown.LAPSED, expired), (Shown.NOT_YET, None)]
    # Examined and shown, but no record says so: that is not shown.
    assert standing("A", [], "demonstrated") == (Shown.NOT_ASSESSED, None)
