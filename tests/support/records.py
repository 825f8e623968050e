"""Completion records for tests: a small exam room where everybody's answers are told beforehand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from quizapp.domain.attempt import Entry, EventKind
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, revocations, sittings
from quizapp.services.unit_of_work import Context
from quizapp.store import records as store
from quizapp.store import response_events
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt
from tests.support import banks, exams
from tests.support.people import TESTS, person

#: Right answers per task; everything else is answered wrongly.
GOOD, MIXED, POOR = {"1.A": 8, "1.B": 8}, {"1.A": 8, "1.B": 7}, {"1.A": 3, "1.B": 2}
MONTH = timedelta(days=31)


@dataclass(slots=True)
class Room:
    """A published certification exam on the small framework."""

    context: Context
    exam_id: UUID

    def learner(self, name: str = "Ada Example") -> Actor:
        """A new learner, acting."""
        return Actor(person(self.context, Role.LEARNER, name=name), frozenset({Role.LEARNER}))

    def sit(self, learner: Actor, right: Mapping[str, int]) -> UUID:
        """One attempt, answered, submitted, and finished as the exam's policy says."""
        window = exams.window(self.context)
        assert learner.person_id is not None
        sitting_id = sittings.schedule(
            self.context,
            TESTS,
            self.exam_id,
            title="Sitting",
            window=window,
            person_ids=[learner.person_id],
        )
        attempt_id = attempts.start(self.context, learner, sitting_id)
        self._answer(attempt_id, dict(right))
        attempts.submit(self.context, learner, attempt_id)
        return attempt_id

    def _answer(self, attempt_id: UUID, right: dict[str, int]) -> None:
        with self.context.transaction(TESTS) as uow:
            row = uow.session.get_one(RowAttempt, attempt_id)
            for slot in score_store.marking_slots(uow.session, row):
                is_right = right.get(slot.task_code, 0) > 0
                right[slot.task_code] = right.get(slot.task_code, 0) - 1
                payload = json.dumps({"choice": "a" if is_right else "b"})
                entry = Entry(row.writer_epoch, slot.position + 1, slot.position, EventKind.RESPONSE, payload)
                response_events.append(uow.session.connection(), attempt_id, entry, uow.now, None)

    def serial(self, attempt_id: UUID) -> str:
        """The serial of the record this attempt brought."""
        with self.context.reading() as session:
            query = select(store.RowRecord.serial).where(store.RowRecord.attempt_id == attempt_id)
            return session.scalars(query).one()

    def certified(self, name: str = "Ada Example", right: Mapping[str, int] = MIXED) -> str:
        """The serial of a new learner's record."""
        return self.serial(self.sit(self.learner(name), right))


def room(context: Context, **changes: Any) -> Room:
    """The small framework, its bank and a published exam."""
    banks.framework(context)
    banks.bank(context, secure={"1.A": 12, "1.B": 12}, practice={})
    definition: ExamDefinition = exams.CERTIFICATION
    return Room(context, exams.published(context, definition, **changes))


def registrar(context: Context, name: str = "Rita Registrar") -> Actor:
    """A registrar, acting."""
    return Actor(person(context, Role.REGISTRAR, name=name), frozenset({Role.REGISTRAR}))


def revoke(context: Context, by: Actor, serial: str, category: str, reason: str) -> None:
    """End a record for good: what the tests propose, ``by`` approves."""
    revocations.propose(context, TESTS, serial, category, reason)
    revocations.approve(context, by, serial)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every leaf of a JSON document, in order."""
    if isinstance(value, dict):
        return [found for name, entry in value.items() for found in leaves(entry, (*path, name))]
    if isinstance(value, list) and value:
        return [found for at, entry in enumerate(value) for found in leaves(entry, (*path, at))]
    return [path]


def changed(document: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """A copy of a JSON document with the leaf at ``path`` changed into another of its type."""
    copy = json.loads(json.dumps(document))
    at = copy
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = _other(at[path[-1]])
    return copy


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value[:-1] + ("1" if value[-1:] != "1" else "2")
        case _:
            return "something"
