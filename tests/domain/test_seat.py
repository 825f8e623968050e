"""What a board says of somebody, to the second at which it turns loud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quizapp.domain.attempt import AttemptState
from quizapp.domain.seat import SeatFacts, SeatState, seat_state

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def open_seat(silent_for: int | None, is_paused: bool = False) -> SeatFacts:
    heard_at = None if silent_for is None else NOW - timedelta(seconds=silent_for)
    return SeatFacts(True, AttemptState.OPEN, is_paused, heard_at)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (SeatFacts(False), SeatState.NOT_ARRIVED),
        (SeatFacts(True), SeatState.READY),
        (open_seat(0), SeatState.WORKING),
        (open_seat(24), SeatState.WORKING),
        (open_seat(25), SeatState.SILENT),
        (open_seat(59), SeatState.SILENT),
        (open_seat(60), SeatState.OFFLINE),
        (open_seat(None), SeatState.OFFLINE),
        (open_seat(600, is_paused=True), SeatState.WAITING),
        (SeatFacts(True, AttemptState.CLOSED), SeatState.SUBMITTED),
        (SeatFacts(True, AttemptState.VOID, is_paused=True), SeatState.VOIDED),
    ],
)
def test_where_somebody_stands(facts, state) -> None:
    assert seat_state(facts, NOW) == state
