"""A sitting in the middle of its day, so that the console and the late pile have something to show."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from quizapp.domain.attempt import EventKind
from quizapp.domain.exam import Window
from quizapp.domain.person import Actor, Role
from quizapp.services import (
    attempts,
    check_ins,
    demo,
    exams,
    incidents,
    packs,
    paper_entries,
    people,
    presence,
    saving,
)
from quizapp.services.saving import Sent
from quizapp.services.unit_of_work import Context
from quizapp.store import exams as exam_store
from quizapp.store.exams import RowSitting
from quizapp.store.packs import RowPrintedForm
from tests.support import attempts as room
from tests.support.people import TESTS

TITLE = "Room in the middle of its day"
LEARNER = frozenset({Role.LEARNER})
#: Seconds before now at which each was last heard of.
HEARD = {"Wendy Working": 3, "Sid Silent": 40, "Olaf Offline": 300}


def running(context: Context, proctor_id: UUID) -> UUID:
    """The sitting; made at the first call."""
    with context.reading() as session:
        known = session.query(RowSitting).filter_by(title=TITLE).first()
        if known is not None:
            return known.id
    names = (*HEARD, "Lara Late", "Nora Not-here")
    ids = {name: _person(context, name) for name in names}
    sitting_id = _sitting(context, list(ids.values()), proctor_id)
    for name, seconds in HEARD.items():
        _work(context, sitting_id, ids[name], seconds)
    _come_late(context, sitting_id, ids["Lara Late"])
    _on_paper(context, sitting_id, ids["Nora Not-here"])
    incidents.write(_before(context, 60), TESTS, sitting_id, "The lights flicker.")
    return sitting_id


def _before(context: Context, seconds: int) -> Context:
    return demo.at(context, context.clock.now() - timedelta(seconds=seconds))


def _person(context: Context, name: str) -> UUID:
    email = f"{name.replace(' ', '.').lower()}@day.example"
    return people.create(context, TESTS, name=name, email=email, roles=[Role.LEARNER])


def _sitting(context: Context, person_ids: list[UUID], proctor_id: UUID) -> UUID:
    now, day = context.clock.now(), timedelta(days=1)
    with context.reading() as session:
        exam = exam_store.by_slug(session, demo.PRACTICE)
        assert exam is not None
        exam_id = exam.id
    return exams.schedule(
        context,
        TESTS,
        exam_id,
        title=TITLE,
        window=Window(now - day, now + day),
        person_ids=person_ids,
        proctor_ids=[proctor_id],
        late_rule="Answers held up by the network count.",
    )


def _work(context: Context, sitting_id: UUID, person_id: UUID, seconds: int) -> None:
    check_ins.arrive(_before(context, 700), TESTS, sitting_id, person_id, "photo_id")
    attempt_id = attempts.start(_before(context, 600), Actor(person_id, LEARNER), sitting_id)
    token = room.token(context, attempt_id)
    body = {"unsaved": 4 if seconds > 60 else 0, "slot": 3}
    presence.beat(_before(context, 590), token, body)
    presence.beat(_before(context, seconds), token, body)


def _come_late(context: Context, sitting_id: UUID, person_id: UUID) -> None:
    attempt_id = attempts.start(_before(context, 6 * 3600), Actor(person_id, LEARNER), sitting_id)
    with context.reading() as session:
        ends_at = session.get_one(attempts.RowAttempt, attempt_id).deadline_at
    after = demo.at(context, ends_at + timedelta(seconds=60))
    saving.save(after, room.token(context, attempt_id), [Sent(1, 1, EventKind.RESPONSE, '{"choice":"a"}')])
    attempts.sweep(_before(context, 600))


def _on_paper(context: Context, sitting_id: UUID, person_id: UUID) -> None:
    """A printed form whose answer sheet was read once."""
    packs.print_pack(context, TESTS, demo.PRACTICE, 1)
    with context.reading() as session:
        code = session.query(RowPrintedForm).one().code
    reader_id = people.create(
        context, TESTS, name="Rita Reader", email="rita@day.example", roles=[Role.INSTRUCTOR]
    )
    reader = Actor(reader_id, frozenset({Role.INSTRUCTOR}))
    paper_entries.enter(context, reader, sitting_id, person_id, code, {1: "a"})
