"""A small believable world, made once, through the same services real people use.

Every step looks first whether its result is there, so an interrupted demo is completed by the
next run, and a complete one is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from quizapp.domain.errors import Refused
from quizapp.domain.exam import ExamState, Mode, Window
from quizapp.domain.person import Accommodation, Role, operator
from quizapp.ports import FixedClock
from quizapp.services import (
    accommodations,
    cohorts,
    demo_records,
    demo_tour,
    exam_files,
    exams,
    frameworks,
    items,
    people,
    sittings,
)
from quizapp.services.demo_records import Shown
from quizapp.services.regrades import Letter
from quizapp.services.simulation import SimulatedLearner, take, uniform
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store import people as store

DEMO = operator("demo")
SEED = "quizapp demo 1"
PASSWORD = "quiet-harbour-map"
COHORT = "Orientation course 1"
COHORT_SIZE = 60
CERTIFICATION, PRACTICE = "1.0-certification", "1.0-practice"
#: The exam whose first attempt the experienced learner has behind them, and whose top-up is open.
TOPPED_UP_NEXT = "2.0-certification"
#: Days before the demo's first run: publishing, the cohort's exam, its top-ups.
PUBLISHED, COHORT_SAT, COHORT_TOPPED_UP = 200, 90, 45
#: Days before, after the experienced learner's last attempt: a regrade of it, a link to the record.
REGRADED, SHARED = 6, 4
#: Days before: the tour is taken, an essay of it is marked, drafts are written.
TOURED, MARKED, WRITTEN = 3, 2, 1
TOP_UPS = 20

Say = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Login:
    """One printed login."""

    role: Role
    name: str
    email: str


LOGINS: Mapping[str, Login] = {
    "fresh": Login(Role.LEARNER, "Robin Newman", "learner@demo.example"),
    "history": Login(Role.LEARNER, "Dana Whitfield", "experienced@demo.example"),
    "instructor": Login(Role.INSTRUCTOR, "Imre Castell", "instructor@demo.example"),
    "reviewer": Login(Role.REVIEWER, "Ruth Okoye", "reviewer@demo.example"),
    "proctor": Login(Role.PROCTOR, "Per Lindqvist", "proctor@demo.example"),
    "registrar": Login(Role.REGISTRAR, "Rosa Valdez", "registrar@demo.example"),
    "administrator": Login(Role.ADMINISTRATOR, "Ada Moreau", "administrator@demo.example"),
    "appeal": Login(Role.APPEAL_REVIEWER, "Avi Stern", "appeals@demo.example"),
}
GIVEN = tuple(
    "Alex Bo Chris Dee Eli Fran Gil Hana Ira Jo Kim Lee Mika Noor Ola Pat Quin Rae Sam Tai".split()  # noqa: SIM905
)
FAMILY = tuple(
    "Abbott Barros Clarke Duarte Eriksen Farrow Gupta Haddad Ito Jensen Kovac Larsen".split()  # noqa: SIM905
)


def is_complete(context: Context) -> bool:
    """Whether the world is there; raises `Refused` for a database that holds something else."""
    with context.reading() as session:
        row = store.installation(session)
        if row is not None and row.is_demo:
            return bool(row.facts.get("demo_complete"))
        if store.listed(session):
            raise Refused("not_a_demo_database")
        return False


def build(
    context: Context, banks: Path, tour: Path, say: Say, letter: Letter, crowd: int = COHORT_SIZE
) -> None:
    """Make the world (or what is missing of it).

    ``banks`` is the folder of the framework, ``tour`` that of the tour of every item type, ``letter``
    writes to whoever a regrade affects, ``crowd`` is how many simulated learners there are.
    """
    if is_complete(context):
        return
    today = context.clock.now()
    _mark_demo(context, {"demo_logins": [[e.role.value, e.email, PASSWORD] for e in LOGINS.values()]})
    past = at(context, today - timedelta(days=PUBLISHED))
    frameworks.load_file(past, DEMO, banks / "framework.yaml")
    items.load_bank(past, DEMO, banks, lambda done, total: say("Item bank", done, total))
    for path in sorted((banks / "exams").glob("*.yaml")):
        exam_files.load(past, DEMO, path, publish=True)
    demo_tour.load(past, tour)
    who = {key: _person(past, entry, PASSWORD) for key, entry in LOGINS.items()}
    cohort = _cohort(past, crowd)
    rooms = _sittings(past, today, who, cohort.cohort_id)
    others = _other_sittings(past, today, who)
    _accommodate(past, cohort.members[0])
    _cohort_sits(context, today, cohort.members, rooms, say)
    _history(context, today, who["history"], rooms)
    _half_way(context, today, who["history"], others)
    _tour(context, today, who, cohort.members, others[demo_tour.EXAM])
    exam_id = exams.get(context, DEMO, CERTIFICATION).id
    demo_records.regrade(at(context, today - timedelta(days=REGRADED)), who, exam_id, letter)
    demo_records.share(at(context, today - timedelta(days=SHARED)), who["history"])
    _mark_demo(context, {"demo_complete": True})


def shown(context: Context) -> Shown | None:
    """The record a visitor is led to, or None."""
    with context.reading() as session:
        row = store.by_email(session, LOGINS["history"].email)
        person_id = row.id if row else None
    return demo_records.shown(context, person_id) if person_id else None


def at(context: Context, instant: datetime) -> Context:
    """The same services, at another instant."""
    return replace(context, clock=FixedClock(instant))


def _mark_demo(context: Context, facts: Mapping[str, object]) -> None:
    with context.transaction(DEMO) as uow:
        row = store.need_installation(uow.session, uow.now, context.signer.key_id)
        row.is_demo = True
        row.facts = {**row.facts, **facts}
        uow.audit("mark", "installation", row.issuer_id, facts=sorted(facts))


def _person(context: Context, entry: Login, password: str | None, simulated: bool = False) -> UUID:
    with context.reading() as session:
        row = store.by_email(session, entry.email)
    if row is not None:
        return row.id
    return people.create(
        context,
        DEMO,
        name=entry.name,
        email=entry.email,
        roles=[entry.role],
        password=password,
        is_simulated=simulated,
    )


@dataclass(frozen=True, slots=True)
class Crowd:
    """The cohort and its members, in the order they were invented."""

    cohort_id: UUID
    members: tuple[UUID, ...]


def _cohort(context: Context, size: int) -> Crowd:
    members = tuple(_person(context, _simulated(number), None, simulated=True) for number in range(size))
    with context.reading() as session:
        row = store.cohort_by_name(session, COHORT)
    if row is not None:
        return Crowd(row.id, members)
    cohort_id = cohorts.create_cohort(context, DEMO, COHORT)
    cohorts.add_members(context, DEMO, cohort_id, members)
    return Crowd(cohort_id, members)


def _simulated(number: int) -> Login:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number // 5 % len(FAMILY)]
    return Login(Role.LEARNER, f"{given} {family}", f"simulated.{number + 1:02}@demo.example")


@dataclass(frozen=True, slots=True)
class Rooms:
    """The sittings of the demo."""

    certification: UUID
    practice: UUID


def _sittings(context: Context, today: datetime, who: Mapping[str, UUID], cohort_id: UUID) -> Rooms:
    window = Window(context.clock.now(), today + timedelta(days=365))
    return Rooms(
        certification=_sitting(
            context,
            CERTIFICATION,
            "Orientation certification",
            window,
            cohort_ids=[cohort_id],
            person_ids=[who["fresh"], who["history"]],
            proctor_ids=[who["proctor"]],
        ),
        practice=_sitting(context, PRACTICE, "Orientation practice", window, is_open_to_all=True),
    )


def _other_sittings(context: Context, today: datetime, who: Mapping[str, UUID]) -> dict[str, UUID]:
    """Every other shipped exam, offered to the two learners who sign in; by the exam's slug."""
    window = Window(context.clock.now(), today + timedelta(days=365))
    told = {}
    for exam in exams.listed(context, DEMO):
        if exam.slug in (CERTIFICATION, PRACTICE) or exam.state is not ExamState.PUBLISHED:
            continue
        roster: dict[str, object] = {"is_open_to_all": True}
        if exam.mode is Mode.CERTIFICATION:
            roster = {"person_ids": [who["fresh"], who["history"]], "proctor_ids": [who["proctor"]]}
        told[exam.slug] = _sitting(context, exam.slug, exam.title, window, **roster)
    return told


def _sitting(context: Context, slug: str, title: str, window: Window, **roster: object) -> UUID:
    exam = exams.get(context, DEMO, slug)
    for known in sittings.listed(context, DEMO, exam.id):
        if known.title == title:
            return known.id
    return sittings.schedule(context, DEMO, exam.id, title=title, window=window, **roster)  # type: ignore[arg-type]


def _accommodate(context: Context, person_id: UUID) -> None:
    with context.reading() as session:
        known = store.accommodation_of(session, person_id)
    if known.is_none:
        accommodations.set_accommodation(context, DEMO, person_id, Accommodation(time_percent=125))


def _attempts(context: Context, person_id: UUID, sitting_id: UUID) -> int:
    with context.reading() as session:
        return attempt_store.count_in_sitting(session, person_id, sitting_id)


def _cohort_sits(
    context: Context, today: datetime, members: tuple[UUID, ...], rooms: Rooms, say: Say
) -> None:
    for number, person_id in enumerate(members):
        learner = SimulatedLearner(SEED, f"simulated {number + 1}")
        sat = today - timedelta(days=COHORT_SAT, minutes=int(90 * uniform(SEED, number, "sat")))
        if not _attempts(context, person_id, rooms.certification):
            take(at(context, sat), person_id, rooms.certification, learner)
        again = sat + timedelta(days=COHORT_SAT - COHORT_TOPPED_UP)
        if number < TOP_UPS and _attempts(context, person_id, rooms.certification) == 1:
            _top_up(at(context, again), person_id, rooms, replace(learner, lift=0.8))
        say("Simulated learners", number + 1, len(members))


def _top_up(context: Context, person_id: UUID, rooms: Rooms, learner: SimulatedLearner) -> None:
    try:
        take(context, person_id, rooms.certification, learner)
    except Refused:
        # Everything demonstrated at the first attempt: there is nothing to top up.
        return


def _history(context: Context, today: datetime, person_id: UUID, rooms: Rooms) -> None:
    """A practice exam, a first attempt with weak spots, and a top-up after more study."""
    plan = (
        (rooms.practice, 80, SimulatedLearner(SEED, "history", -0.8)),
        (rooms.certification, 60, SimulatedLearner(SEED, "history", 0.4)),
        # The slip leaves the regrade something to put right, whichever form was drawn.
        (rooms.certification, 12, SimulatedLearner(SEED, "history", 2.5, slip=1)),
    )
    for number, (sitting_id, days, learner) in enumerate(plan):
        done = _attempts(context, person_id, rooms.practice) + _attempts(
            context, person_id, rooms.certification
        )
        if done == number:
            take(at(context, today - timedelta(days=days)), person_id, sitting_id, learner)


def _half_way(context: Context, today: datetime, person_id: UUID, others: Mapping[str, UUID]) -> None:
    """A first attempt with weak spots, long enough ago that its top-up can be taken today."""
    sitting_id = others.get(TOPPED_UP_NEXT)
    if sitting_id is not None and not _attempts(context, person_id, sitting_id):
        learner = SimulatedLearner(SEED, "half way", 0.6)
        take(at(context, today - timedelta(days=40)), person_id, sitting_id, learner)


def _tour(
    context: Context, today: datetime, who: Mapping[str, UUID], members: tuple[UUID, ...], sitting_id: UUID
) -> None:
    """A few of the cohort try every type of item, and authors and markers are at work."""

    def then(days: int, minutes: int = 0) -> Context:
        return at(context, today - timedelta(days=days) + timedelta(minutes=minutes))

    demo_tour.sit(lambda minutes: then(TOURED, minutes), SEED, members, sitting_id)
    demo_tour.mark(then(MARKED), who)
    demo_tour.write(then(WRITTEN), who)
