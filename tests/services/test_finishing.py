"""Receipts before scores while a whole room ends."""

from __future__ import annotations

from datetime import timedelta

from quizapp.services.finishing import Finishing


def test_scoring_takes_a_tenth_of_the_time_while_a_room_ends(clock) -> None:
    finishing, told = Finishing(), []
    for seconds, others in ((0, 1), (17.9, 0), (0.1, 0), (0, 1), (0, 0), (-60, 0)):
        clock.instant += timedelta(seconds=seconds)
        with finishing.turn(clock) as is_time:
            told.append(is_time)
            for _ in range(others):
                with finishing.turn(clock) as is_their_time:
                    told.append(is_their_time)
            clock.instant += timedelta(seconds=2 if is_time else 0)
    # Who came to an end during the first and the fourth made the next one wait; alone, each is scored,
    # and so is whoever comes after the clock was set back.
    assert told == [True, False, False, True, True, False, False, True]
