"""The exams that rooms full of learners take: the synthetic one, and the shipped one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from benchmarks import synthetic
from quizapp.domain.exam import Window
from quizapp.domain.person import Actor
from quizapp.services import exams, sittings
from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS

SHIPPED = "1.0-certification"

#: Schedules a sitting for these learners, open for a day from now; gives its id.
Room = Callable[[Sequence[Actor]], UUID]


def room(context: Context, exam_id: UUID) -> Room:
    """Sittings of one exam."""

    def schedule(people: Sequence[Actor]) -> UUID:
        now = context.clock.now()
        return sittings.schedule(
            context,
            TESTS,
            exam_id,
            title="Measured sitting",
            window=Window(now, now + timedelta(days=1)),
            person_ids=[one.person_id for one in people if one.person_id],
        )

    return schedule


def _shipped(context: Context) -> Room:
    return room(context, exams.get(context, TESTS, SHIPPED).id)


def _synthetic(context: Context) -> Room:
    return room(context, synthetic.publish(context))


#: By name; making the synthetic one publishes it first.
EXAMS: Mapping[str, Callable[[Context], Room]] = {"synthetic": _synthetic, "shipped": _shipped}
