"""The clock, dispositions, the projection of entries, and the receipt."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain import attempt
from quizapp.domain.attempt import AttemptState, Disposition, Entry, EventKind, SlotState
from quizapp.domain.errors import Refused
from quizapp.domain.exam import Window
from quizapp.domain.person import Accommodation

NOON = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half an hour before clocks change in Europe
HOUR = timedelta(hours=1)
NONE = Accommodation()


@pytest.mark.parametrize(
    ("window_hours", "accommodation", "expected"),
    [
        (4, NONE, HOUR),
        (0.5, NONE, HOUR / 2),
        (4, Accommodation(150), HOUR * 1.5),
        (4, Accommodation(100, 10), HOUR + timedelta(minutes=10)),
        # The window moves as far as the limit: half an hour more of each.
        (0.5, Accommodation(150), HOUR),
    ],
)
def test_the_deadline(window_hours, accommodation, expected):
    window = Window(NOON, NOON + HOUR * window_hours)
    clock = attempt.start_clock(NOON, HOUR, window, accommodation, 180)
    assert clock.deadline_at - clock.opened_at == expected
    assert clock.closes_itself_at - clock.deadline_at == timedelta(seconds=180)
    assert not clock.is_over(clock.closes_itself_at - timedelta(microseconds=1))
    assert clock.is_over(clock.closes_itself_at)


def test_an_accommodation_rounds_up_to_the_second():
    assert Accommodation(125).extend(timedelta(seconds=61)) == timedelta(seconds=77)


def entry(writer: int, seq: int, slot: int, payload: str, kind=EventKind.RESPONSE, worth="counted") -> Entry:
    return Entry(writer, seq, slot, kind, payload, Disposition(worth))


def test_the_highest_writer_and_number_win_in_any_order():
    entries = [
        entry(1, 1, 1, '{"choice":"a"}'),
        entry(1, 9, 1, '{"choice":"b"}'),
        entry(2, 1, 1, '{"choice":"c"}'),
        entry(3, 1, 1, '{"choice":"d"}', worth="late"),
        entry(1, 5, 1, "true", EventKind.FLAG),
        entry(2, 2, 2, "null"),
    ]
    expected = {1: SlotState({"choice": "c"}, True, True), 2: SlotState(None, False, True)}
    for order in itertools.permutations(entries):
        assert attempt.project(order) == expected


@given(st.permutations(range(6)), st.integers(0, 5))
def test_repeats_and_order_do_not_matter(order, repeated):
    entries = [entry(1, n, n % 2, f'{{"choice":"{n}"}}') for n in range(6)]
    shuffled = [entries[n] for n in order] + [entries[repeated]]
    assert attempt.project(shuffled) == attempt.project(entries)


def test_a_response_can_be_taken_back():
    told = attempt.project([entry(1, 1, 1, '{"choice":"a"}'), entry(1, 2, 1, "null")])
    assert told == {1: SlotState(None, False, True)}


def test_the_receipt_counts_answers_and_ignores_flags():
    slots = {1: SlotState({"choice": "a"}, True, True), 2: SlotState(None, True, True)}
    plain = {1: SlotState({"choice": "a"}, False, True)}
    told = attempt.receipt("x", slots, NOON)
    assert told == attempt.receipt("x", plain, NOON)
    assert (told.answered, len(told.code), told.code[4]) == (1, 14, "-")
    assert told.digest != attempt.receipt("y", slots, NOON).digest


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [("open", "close", "closed"), ("open", "void", "void"), ("closed", "void", "void")],
)
def test_legal_moves(state, verb, after):
    assert attempt.move(AttemptState(state), verb) == after


@pytest.mark.parametrize(("state", "verb"), [("closed", "close"), ("void", "close"), ("void", "void")])
def test_illegal_moves(state, verb):
    with pytest.raises(Refused) as told:
        attempt.move(AttemptState(state), verb)
    assert (told.value.code, told.value.facts["verb"]) == ("illegal_transition", verb)


@pytest.mark.parametrize(
    ("state", "writer", "seconds", "worth"),
    [
        ("open", 2, 0, "counted"),
        ("open", 1, 0, "stale_writer"),
        ("open", 2, 10, "counted"),
        ("open", 2, 11, "late"),
        ("closed", 2, 0, "late"),
        ("closed", 1, 0, "stale_writer"),
        ("void", 2, 0, "late"),
    ],
)
def test_what_an_entry_is_worth(state, writer, seconds, worth):
    told = attempt.disposition(
        state=AttemptState(state),
        writer=writer,
        writer_epoch=2,
        received_at=NOON + timedelta(seconds=seconds),
        deadline_at=NOON,
    )
    assert told == worth
