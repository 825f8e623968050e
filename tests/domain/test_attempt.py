"""The clock, dispositions, the projection of entries, and the receipt."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain import attempt
from quizapp.domain.attempt import (
    Arrival,
    AttemptClock,
    AttemptState,
    Disposition,
    Entry,
    EventKind,
    SectionClock,
    SectionPlan,
    SlotState,
    disposition,
    expire_sections,
    leave_section,
    reach_section,
    start_sections,
)
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


OPENED = NOON - timedelta(minutes=20)
CLOCK = AttemptClock(AttemptState.OPEN, 2, OPENED, NOON, grace_seconds=180)


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
def test_what_an_entry_is_worth_by_arrival(state, writer, seconds, worth):
    clock = replace(CLOCK, state=AttemptState(state))
    assert disposition(clock, Arrival(writer, NOON + timedelta(seconds=seconds))) == worth


@pytest.mark.parametrize(
    ("made", "last", "seconds", "worth"),
    [
        (-1, -60, 180, "counted"),
        (0, -60, 180, "counted"),
        (1, -60, 60, "late"),  # made after the end
        (-1, -60, 181, "late"),  # the grace is over
        (-60, -1, 60, "late"),  # its writer has already sent a later one
        (None, -60, 60, "late"),  # a plain form counts by arrival
    ],
)
def test_past_the_end_an_entry_counts_when_it_was_made_before(made, last, seconds, worth):
    arrival = Arrival(
        2,
        NOON + timedelta(seconds=seconds),
        None if made is None else (20 * 60 + made) * 1000,
        (20 * 60 + last) * 1000,
    )
    assert disposition(CLOCK, arrival) == worth


def test_an_entry_from_the_future_is_not_believed():
    early = AttemptClock(AttemptState.OPEN, 1, OPENED, NOON, grace_seconds=180)
    sooner = SectionClock(OPENED, NOON - timedelta(minutes=10))
    arrival = Arrival(1, NOON - timedelta(minutes=9), elapsed_ms=19 * 60_000)
    assert disposition(early, arrival, sooner) == Disposition.LATE


def test_while_everybody_waits_nothing_is_late():
    arrival = Arrival(2, NOON + timedelta(hours=1))
    assert disposition(replace(CLOCK, paused_at=NOON), arrival) == Disposition.COUNTED


def test_what_had_run_out_before_the_pause_stays_over():
    arrival = Arrival(2, NOON + timedelta(hours=1))
    clock = replace(CLOCK, paused_at=NOON + timedelta(seconds=60))
    assert disposition(clock, arrival) == Disposition.LATE
    assert disposition(clock, replace(arrival, elapsed_ms=19 * 60_000)) == Disposition.COUNTED


# --- sections -----------------------------------------------------------------------------

MINUTES = [timedelta(minutes=n) for n in range(30)]
TIMED = SectionPlan(limit=MINUTES[8])
ONE_WAY = SectionPlan(is_one_way=True)
FREE = SectionPlan()


def test_sections_that_restrict_nothing_have_no_clocks():
    assert start_sections([FREE, FREE], OPENED) == []


def test_a_section_left_takes_nothing_and_the_next_begins():
    plans = [TIMED, ONE_WAY, FREE]
    clocks = start_sections(plans, OPENED)
    assert clocks == [SectionClock(OPENED, OPENED + MINUTES[8]), SectionClock(), SectionClock()]
    clocks = leave_section(plans, clocks, 0, OPENED + MINUTES[3])
    assert [clock.is_running for clock in clocks] == [False, True, False]
    assert (clocks[1].entered_at, clocks[1].deadline_at) == (OPENED + MINUTES[3], None)
    assert leave_section(plans, clocks, 0, OPENED + MINUTES[5]) == clocks
    assert leave_section(plans, clocks, 2, OPENED + MINUTES[5]) == clocks
    arrival = Arrival(2, OPENED + MINUTES[4])
    assert [disposition(CLOCK, arrival, clock) for clock in clocks] == [
        "closed_section",
        "counted",
        "closed_section",
    ]


def test_a_section_that_restricts_nothing_stays_open_behind_the_learner():
    clocks = leave_section([FREE, TIMED], start_sections([FREE, TIMED], OPENED), 0, OPENED + MINUTES[3])
    assert [clock.is_running for clock in clocks] == [True, True]


def test_the_instant_of_leaving_lies_inside_the_section():
    plans = [TIMED, TIMED]
    clocks = start_sections(plans, OPENED)
    early = leave_section(plans, clocks, 0, OPENED - MINUTES[1])
    late = leave_section(plans, clocks, 0, OPENED + MINUTES[20])
    assert (early[0].left_at, late[0].left_at) == (OPENED, OPENED + MINUTES[8])


def test_time_leaves_sections_one_after_the_other():
    plans = [TIMED, TIMED, ONE_WAY]
    clocks = expire_sections(plans, start_sections(plans, OPENED), OPENED + MINUTES[17])
    assert [clock.left_at for clock in clocks] == [OPENED + MINUTES[8], OPENED + MINUTES[16], None]
    assert (clocks[2].entered_at, clocks[2].deadline_at) == (OPENED + MINUTES[16], None)


def test_whoever_is_in_a_later_section_has_left_those_before_at_the_latest_at_their_end():
    plans = [TIMED, ONE_WAY, TIMED]
    started = start_sections(plans, OPENED)
    early = reach_section(plans, started, 2, OPENED + MINUTES[3])
    assert [clock.left_at for clock in early] == [OPENED + MINUTES[3], OPENED + MINUTES[3], None]
    assert early[2].deadline_at == OPENED + MINUTES[11]
    late = reach_section(plans, started, 2, OPENED + MINUTES[9])
    assert [clock.left_at for clock in late] == [OPENED + MINUTES[8], OPENED + MINUTES[9], None]
    assert reach_section(plans, early, 1, OPENED + MINUTES[4]) == early


def test_a_section_that_ends_before_the_exam_ends_its_entries():
    section = SectionClock(OPENED, OPENED + MINUTES[8])
    late = Arrival(2, OPENED + MINUTES[9])
    in_time = replace(late, elapsed_ms=7 * 60_000)
    assert [disposition(CLOCK, arrival, section) for arrival in (late, in_time)] == ["late", "counted"]


def test_nobody_loses_an_entry_because_the_end_of_its_section_was_noticed_first():
    ended = SectionClock(OPENED, OPENED + MINUTES[8])
    noticed = expire_sections([TIMED, ONE_WAY], [ended, SectionClock()], OPENED + MINUTES[9])[0]
    late = Arrival(2, OPENED + MINUTES[9])
    in_time = replace(late, elapsed_ms=7 * 60_000)
    assert not noticed.is_running
    assert [disposition(CLOCK, a, noticed) for a in (late, in_time)] == ["late", "counted"]
