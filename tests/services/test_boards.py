"""The board of a sitting: every state, who is silent and since when, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quizapp.domain.errors import Forbidden, NotFound
from quizapp.domain.person import Actor, Role
from quizapp.domain.seat import SeatState
from quizapp.services import (
    attempts,
    boards,
    check_ins,
    cohorts,
    deadlines,
    incidents,
    presence,
    proctoring,
    saving,
)
from tests.support import attempts as room
from tests.support.people import TESTS, person

NAMES = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus")


class Hall:
    """Seven learners; five start at noon."""

    def __init__(self, context) -> None:
        self.context = context
        self.people = {name: room.learner(context, f"{name} Example") for name in NAMES}
        self.sitting_id = room.room(context, [who.person_id for who in self.people.values()])
        self.open = {name: attempts.start(context, self.people[name], self.sitting_id) for name in NAMES[:5]}

    def beat(self, name: str, writer: int = 1, **body) -> None:
        token = room.token(self.context, self.open[name], writer)
        presence.beat(self.context, token, {"unsaved": 0, **body})

    def save(self, name: str, writer: int = 1) -> None:
        token = room.token(self.context, self.open[name], writer)
        saving.save(self.context, token, [room.response(1, {"choice": "a"}, 1)])

    def seats(self, **wanted) -> list[tuple[str, str]]:
        told = boards.board(self.context, TESTS, self.sitting_id, **wanted)
        return [(seat.name.partition(" ")[0], seat.state.value) for seat in told.seats]

    def seat(self, name: str) -> boards.Seat:
        person_id = self.people[name].person_id
        return boards.seat(self.context, TESTS, self.sitting_id, person_id)


@pytest.fixture
def hall(context) -> Hall:
    return Hall(context)


def test_every_state_stands_on_the_board_the_loudest_first(hall, context, clock) -> None:
    clock.instant += timedelta(seconds=70)
    hall.beat("Ben")
    clock.instant += timedelta(seconds=30)
    hall.beat("Cleo")
    attempts.submit(context, hall.people["Dora"], hall.open["Dora"])
    proctoring.void(context, TESTS, hall.sitting_id, hall.open["Emil"], "phone")
    check_ins.arrive(context, TESTS, hall.sitting_id, hall.people["Fay"].person_id, "photo_id")
    assert hall.seats() == [
        ("Ada", "offline"),
        ("Ben", "silent"),
        ("Cleo", "working"),
        ("Fay", "ready"),
        ("Gus", "not_arrived"),
        ("Dora", "submitted"),
        ("Emil", "voided"),
    ]
    told = boards.board(context, TESTS, hall.sitting_id)
    assert (told.people, told.loud, told.running, told.counts[SeatState.VOIDED]) == (7, 2, 3, 1)
    deadlines.pause(context, TESTS, hall.sitting_id, "fire")
    assert hall.seats(state="waiting") == [("Ada", "waiting"), ("Ben", "waiting"), ("Cleo", "waiting")]


def test_a_seat_tells_what_its_window_reported(hall, context, clock) -> None:
    start = clock.instant
    clock.instant += timedelta(seconds=20)
    hall.save("Ada")
    clock.instant += timedelta(seconds=10)
    hall.beat("Ada", slot=12, unsaved=3)
    seat = hall.seat("Ada")
    assert (seat.place, seat.total, seat.unsaved, seat.writer) == (12, 16, 3, 1)
    assert (seat.saved_at, seat.heard_at) == (start + timedelta(seconds=20), clock.instant)
    assert (seat.seconds_left, seat.deadline_at) == (1170, start + timedelta(minutes=20))


def test_the_time_left_stands_still_while_everybody_waits(hall, context, clock) -> None:
    clock.instant += timedelta(minutes=5)
    deadlines.pause(context, TESTS, hall.sitting_id, "fire")
    clock.instant += timedelta(minutes=30)
    assert hall.seat("Ada").seconds_left == 15 * 60


def test_a_window_that_was_taken_over_is_no_sign_of_life(hall, context, clock) -> None:
    proctoring.move(context, TESTS, hall.sitting_id, hall.open["Ada"])
    clock.instant += timedelta(seconds=90)
    hall.save("Ada")
    hall.beat("Ada")
    silent = hall.seat("Ada")
    writer = attempts.resume(context, hall.people["Ada"], hall.open["Ada"])
    hall.save("Ada", writer)
    assert (silent.state, silent.saved_at) == (SeatState.OFFLINE, clock.instant)
    assert (hall.seat("Ada").state, hall.seat("Ada").writer) == (SeatState.WORKING, 3)


def test_the_answers_received_are_told_at_the_end(hall, context) -> None:
    room.answer(context, hall.open["Ada"], lambda slot: slot.position < 5)
    attempts.submit(context, hall.people["Ada"], hall.open["Ada"])
    assert (hall.seat("Ada").answered, hall.seat("Ada").total) == (16, 16)


def test_people_are_found_by_name_and_cohort(hall, context) -> None:
    gus = hall.people["Gus"].person_id
    cohort_id = cohorts.create_cohort(context, TESTS, "Evening class")
    cohorts.add_members(context, TESTS, cohort_id, [gus])
    assert hall.seats(text=" aDa ") == [("Ada", "working")]
    assert hall.seats(text="example", state="not_arrived") == [("Fay", "not_arrived"), ("Gus", "not_arrived")]
    assert hall.seats(text="evening") == []


def test_the_exports_hold_the_same_as_the_board(hall, context, clock) -> None:
    incidents.write(context, TESTS, hall.sitting_id, "=1+1")
    told = boards.board(context, TESTS, hall.sitting_id, text="ada")
    head, line, end = boards.board_csv(told).split("\r\n")
    assert head == ",".join(boards.BOARD_COLUMNS)
    assert line.startswith(
        "Ada Example,,working,,16,,2026-03-02T12:00:00+00:00,,0,2026-03-02T12:20:00+00:00,1,"
    )
    log = boards.log_csv(incidents.listed(context, TESTS, hall.sitting_id))
    assert (end, log) == ("", "at,kind,who,note,by,attempt\r\n2026-03-02T12:00:00+00:00,note,,'=1+1,,\r\n")


def test_who_may_watch(hall, context) -> None:
    stranger = Actor(person(context, Role.PROCTOR, name="Per"), frozenset({Role.PROCTOR}))
    with pytest.raises(NotFound):
        boards.board(context, stranger, hall.sitting_id)
    with pytest.raises(Forbidden):
        boards.board(context, hall.people["Ada"], hall.sitting_id)
    with pytest.raises(NotFound):
        boards.seat(context, TESTS, hall.sitting_id, stranger.person_id)
