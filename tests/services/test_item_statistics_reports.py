"""Item statistics count what the rows say, and nothing that is no evidence."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from quizapp.domain.attempt import EventKind
from quizapp.domain.errors import Forbidden, NotFound
from quizapp.domain.item_statistics import Answer, Finding, Flag, choices_of
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, item_statistics, saving
from quizapp.services.saving import Sent
from quizapp.store.attempts import RowAttempt, RowExposure, RowFormSlot
from quizapp.store.exams import RowExam
from quizapp.store.item_statistics import Scope
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.response_events import RowResponseEvent
from quizapp.store.scores import RowMark
from tests.support import attempts as room
from tests.support import synthetic
from tests.support.people import TESTS

ITEM = "1.b-secure-00"


def spoil(context: Any) -> None:
    """A voided attempt, a preview, an item met before, a pilot item, and a key that is wrong."""
    with context.transaction(TESTS) as uow:
        first = uow.session.scalars(
            select(RowAttempt).where(~RowAttempt.is_top_up).order_by(RowAttempt.id).limit(4)
        ).all()
        first[0].state, first[1].purpose = "void", "preview"
        for row, is_first in ((first[2], False), (first[3], True)):
            slot = uow.session.get_one(RowFormSlot, (row.form_id, 1))
            mark = uow.session.get_one(RowMark, (row.current_score_id, 1))
            mark.is_evidence = False
            item = uow.session.get_one(RowItemVersion, slot.item_version_id).item_row_id
            uow.session.execute(
                update(RowExposure)
                .where(RowExposure.attempt_id == row.id, RowExposure.item_row_id == item)
                .values(is_first=is_first)
            )
        query = select(RowItemVersion).join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        version = uow.session.scalars(query.where(RowItem.item_id == ITEM)).one()
        version.key = {**version.key, "keys": ["b"]}
        uow.audit("spoil", "crowd", "")


def by_brute_force(context: Any) -> dict[UUID, Counter[Answer]]:
    """The same counts, one attempt after the other and one row at a time."""
    told: dict[UUID, Counter[Answer]] = {}
    with context.reading() as session:
        for row in session.scalars(select(RowAttempt).where(RowAttempt.state == "closed")):
            if row.is_top_up or row.purpose != "live":
                continue
            marks = session.scalars(select(RowMark).where(RowMark.score_id == row.current_score_id)).all()
            events = session.scalars(
                select(RowResponseEvent).where(RowResponseEvent.attempt_id == row.id)
            ).all()
            given = {event.slot: json.loads(event.payload) for event in events}
            for mark in marks:
                item = session.get_one(RowItemVersion, mark.item_version_id).item_row_id
                if not session.get_one(RowExposure, (row.person_id, item, row.id)).is_first:
                    continue
                others = [one for one in marks if one.is_evidence and one is not mark]
                right = sum(one.is_right for one in others)
                chosen = choices_of(given.get(mark.position))
                answer = Answer(chosen, mark.is_right, right, len(others))
                told.setdefault(mark.item_version_id, Counter())[answer] += 1
    return told


def test_the_database_counts_what_a_walk_through_the_rows_counts(context) -> None:
    synthetic.crowd(context, 90, "statistics")
    spoil(context)
    with context.reading() as session:
        exam_id = session.scalars(select(RowExam.id)).one()
        told = item_statistics.counted(session, Scope(exam_id=exam_id))
    assert {version: counts.answers for version, counts in told.items()} == by_brute_force(context)
    offered, report = item_statistics.of_exam(context, TESTS, exam_id)
    assert (report.attempts, report.top_ups, len(report.lines)) == (88, top_ups(context), 28)
    assert [(line.item_id, line.flags) for line in report.flagged] == [(ITEM, (Flag.MISKEY,))]
    [line] = item_statistics.of_item(context, TESTS, "small-bank", ITEM).lines
    assert line == report.flagged[0]
    assert [one.id for one in line.statistics.suspects] == ["a"]
    assert item_statistics.of_bank(context, TESTS, "small-bank") == report
    found = {one: item_statistics.found(context, TESTS, "small-bank", one) for one in Finding}
    assert found[Finding.FLAGGED] == {ITEM}
    told = {line.item_id: line.statistics for line in report.lines}
    assert found[Finding.FEW] == {name for name, one in told.items() if one.n < 30} != set(told)
    shares = {name: one.difficulty for name, one in told.items() if one.difficulty is not None}
    assert found[Finding.HARD] == {name for name, share in shares.items() if share < Fraction(3, 10)}
    assert found[Finding.EASY] == {name for name, share in shares.items() if share > Fraction(95, 100)}
    tied = {name: one.correlation for name, one in told.items() if one.correlation is not None}
    assert found[Finding.WEAK] == {name for name, tie in tied.items() if tie < 0.1} != set()
    [(sitting_id, title)] = offered.sittings
    told_of, same = item_statistics.of_sitting(context, TESTS, sitting_id)
    assert (told_of.sitting_title, same) == (title, report)


def top_ups(context: Any) -> int:
    with context.reading() as session:
        return session.query(RowAttempt).filter_by(is_top_up=True).count()


def test_time_belongs_to_the_item_that_was_on_the_screen(context) -> None:
    learner = room.learner(context)
    bank = {"secure": {"1.A": 8, "1.B": 8}}
    sitting_id = room.room(context, [learner.person_id], bank=bank)
    attempt_id = attempts.start(context, learner, sitting_id)
    slots = {slot.position: slot for slot in room.slots(context, attempt_id)}
    said = [
        (1, EventKind.SEEN, True, 1_000),
        (1, EventKind.RESPONSE, {"choice": "b"}, 11_000),
        # Ten seconds of thought before the next item was opened belong to the first.
        (2, EventKind.SEEN, True, 21_000),
        (2, EventKind.RESPONSE, {"choice": "a"}, 51_500),
        # Back to the first, and another answer.
        (1, EventKind.RESPONSE, {"choice": "a"}, 56_700),
    ]
    token = room.token(context, attempt_id)
    for seq, (slot, kind, payload, elapsed_ms) in enumerate(said, 1):
        sent = Sent(seq, slot, kind, json.dumps(payload, separators=(",", ":")), elapsed_ms)
        context.clock.instant += timedelta(seconds=60)
        saving.save(context, token, [sent])
    attempts.submit(context, learner, attempt_id)
    with context.reading() as session:
        told = item_statistics.counted(session, Scope(sitting_id=sitting_id))
    times = {place: dict(told[slots[place].item_version_id].seconds) for place in slots if place <= 3}
    assert times == {1: {25: 1}, 2: {30: 1}, 3: {}}
    answered = [told[slots[place].item_version_id].answers for place in (1, 2, 3)]
    assert answered == [
        Counter({Answer(("a",), True, 1, 15): 1}),
        Counter({Answer(("a",), True, 1, 15): 1}),
        Counter({Answer((), False, 2, 15): 1}),
    ]


@pytest.mark.parametrize("role", [Role.LEARNER, Role.PROCTOR, Role.REGISTRAR])
def test_who_may_not_read_keys_reads_no_statistics(sqlite_context, role) -> None:
    actor, nobody = Actor(None, frozenset({role})), UUID(int=1)
    for ask, arguments in (
        (item_statistics.of_exam, [nobody]),
        (item_statistics.of_sitting, [nobody]),
        (item_statistics.of_bank, ["none"]),
        (item_statistics.found, ["none", Finding.HARD]),
        (item_statistics.of_item, ["none", "none"]),
    ):
        with pytest.raises(Forbidden):
            ask(sqlite_context, actor, *arguments)
        with pytest.raises(NotFound):
            ask(sqlite_context, TESTS, *arguments)
