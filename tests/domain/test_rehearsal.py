"""The go / no-go sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quizapp.domain.rehearsal import SAVE_P95_MS, SKEW_MS, Check, Played, judge, percentile

GOOD = Played(is_started=True, sent=16, counted=16, is_receipt_right=True, save_ms=(5,) * 16, skew_ms=3)


def test_a_rehearsal_where_everything_went_well_is_a_go() -> None:
    told = judge([GOOD] * 3)
    assert told.is_go
    assert told.checks == (
        Check("started", 3, 3, True),
        Check("saved", 48, 48, True),
        Check("receipts", 3, 3, True),
        Check("errors", 0, 0, True),
        Check("save_p95_ms", 5, SAVE_P95_MS, True),
        Check("skew_ms", 3, SKEW_MS, True),
    )


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"is_started": False}, ["started"]),
        ({"counted": 15}, ["saved"]),
        ({"is_receipt_right": False}, ["receipts"]),
        ({"errors": ("cut off",)}, ["errors"]),
        ({"save_ms": (SAVE_P95_MS + 1,) * 16}, ["save_p95_ms"]),
        ({"skew_ms": SKEW_MS + 1}, ["skew_ms"]),
    ],
)
def test_one_thing_wrong_for_one_learner_is_a_no_go(changes: dict[str, object], wrong: list[str]) -> None:
    told = judge([GOOD, replace(GOOD, **changes)])
    assert (told.is_go, [check.code for check in told.checks if not check.is_ok]) == (False, wrong)


def test_nobody_is_no_rehearsal() -> None:
    assert not judge([]).is_go


def test_the_percentile_is_a_value_that_was_seen() -> None:
    assert [percentile(range(1, n + 1)) for n in (0, 1, 19, 20, 100)] == [0, 1, 19, 19, 95]
