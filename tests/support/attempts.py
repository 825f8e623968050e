"""A sitting to take, and learners whose answers are told slot by slot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from quizapp.domain.attempt import EventKind, canonical
from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, saving, sittings
from quizapp.services.saving import Acknowledged, Sent
from quizapp.services.simulation import right_response, wrong_response
from quizapp.services.unit_of_work import Context
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.scores import MarkingSlot
from tests.support import banks, exams
from tests.support.people import TESTS, person

LEARNER = frozenset({Role.LEARNER})


def room(
    context: Context,
    people: Collection[UUID],
    definition: ExamDefinition = exams.CERTIFICATION,
    *,
    bank: Mapping[str, Any] | None = None,
    hours: int = 24 * 365,
    **changes: Any,
) -> UUID:
    """A published exam on the small bank, offered to these people for a long time; the sitting."""
    banks.framework(context)
    banks.bank(context, **(bank or {}))
    exam_id = exams.published(context, definition, **changes)
    return sittings.schedule(
        context,
        TESTS,
        exam_id,
        title="Small sitting",
        window=exams.window(context, hours=hours),
        person_ids=people,
    )


def learner(context: Context, name: str = "Lea Learner") -> Actor:
    """A new learner, acting."""
    return Actor(person(context, Role.LEARNER, name=name), LEARNER)


def slots(context: Context, attempt_id: UUID) -> list[MarkingSlot]:
    """Every slot of an attempt with its key, which only tests and scoring may see."""
    with context.reading() as session:
        return score_store.marking_slots(session, session.get_one(RowAttempt, attempt_id))


def token(context: Context, attempt_id: UUID, writer: int = 1) -> str:
    """The right to save."""
    return context.tokens.make(attempt_id, writer, context.clock.now() + timedelta(days=2))


def response(slot: int, payload: object, seq: int, kind: EventKind = EventKind.RESPONSE) -> Sent:
    """One entry."""
    return Sent(seq, slot, kind, canonical(payload))


def answer(
    context: Context, attempt_id: UUID, is_right: Callable[[MarkingSlot], bool], writer: int = 1
) -> list[Acknowledged]:
    """Answer every slot of an attempt, right where told so."""
    batch = [
        response(
            slot.position, right_response(slot) if is_right(slot) else wrong_response(slot), slot.position
        )
        for slot in slots(context, attempt_id)
    ]
    return saving.save(context, token(context, attempt_id, writer), batch).acknowledged


def first_right(counts: Mapping[str, int]) -> Callable[[MarkingSlot], bool]:
    """Right for the first so many slots of each task, wrong for the others."""
    seen: dict[str, int] = {}

    def is_right(slot: MarkingSlot) -> bool:
        seen[slot.task_code] = seen.get(slot.task_code, 0) + 1
        return seen[slot.task_code] <= counts.get(slot.task_code, 0)

    return is_right


def taken(context: Context, actor: Actor, sitting_id: UUID, counts: Mapping[str, int]) -> UUID:
    """A whole attempt: started, answered, submitted."""
    attempt_id = attempts.start(context, actor, sitting_id)
    answer(context, attempt_id, first_right(counts))
    attempts.submit(context, actor, attempt_id)
    return attempt_id


def offered(context: Context, definition: ExamDefinition, **changes: Any) -> UUID:
    """Another published exam on the bank that is there, open to everybody; the sitting."""
    return sittings.schedule(
        context,
        TESTS,
        exams.published(context, definition, **changes),
        title="Open sitting",
        window=exams.window(context),
        is_open_to_all=True,
    )


def offered_at_once(context: Context) -> UUID:
    """The small bank and an exam on it of sixteen items, open to everybody for a day; the sitting."""
    banks.framework(context)
    banks.bank(context)
    rows = Blueprint((BlueprintRow("1.A", 8), BlueprintRow("1.B", 8)))
    return offered(context, replace(exams.PRACTICE, blueprint=rows, time_limit_seconds=1200))
