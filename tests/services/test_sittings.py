"""Sittings through their services, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import Window
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, cohorts, exams, sitting_plans, sittings
from quizapp.services.sitting_plans import Plan
from quizapp.services.sittings import Phase
from quizapp.services.unit_of_work import Context
from quizapp.store.exams import RowSitting
from tests.support import attempts as room
from tests.support import banks
from tests.support.exams import PRACTICE, define, published, window
from tests.support.people import TESTS, person
from tests.support.server import wait_until


@pytest.fixture
def ground(context: Context) -> Context:
    banks.framework(context)
    banks.bank(context)
    return context


def learner(context: Context, name: str) -> UUID:
    return person(context, Role.LEARNER, name=name)


def actor(person_id: UUID, *roles: Role) -> Actor:
    return Actor(person_id, frozenset(roles))


def cohort(context: Context, name: str, *people: UUID) -> UUID:
    cohort_id = cohorts.create_cohort(context, TESTS, name)
    cohorts.add_members(context, TESTS, cohort_id, people)
    return cohort_id


def reasons(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.field, problem.reason) for problem in error.value.problems]


def test_a_person_on_two_lists_is_one_person_on_the_roster(ground: Context) -> None:
    ada, ben, eve = (learner(ground, name) for name in ("Ada A", "Ben B", "Eve E"))
    proctor = person(ground, Role.PROCTOR, name="Pat P")
    one, two = cohort(ground, "Class 1", ada, ben), cohort(ground, "Class 2", ben)
    sitting_id = sittings.schedule(
        ground,
        TESTS,
        published(ground),
        title=" Monday ",
        window=window(ground),
        cohort_ids=[one, two],
        person_ids=[eve, ada],
        proctor_ids=[proctor],
        access_code=" swordfish ",
    )
    told = sittings.get(ground, TESTS, sitting_id)
    assert [(e.name, e.cohort, e.is_by_name, e.attempt_state) for e in told.roster] == [
        ("Ada A", "Class 1", True, ""),
        ("Ben B", "Class 1", False, ""),
        ("Eve E", "", True, ""),
    ]
    assert [entry.name for entry in told.proctors] == ["Pat P"]
    assert (told.summary.title, told.summary.roster, told.access_code) == ("Monday", 3, "swordfish")
    assert sittings.listed(ground, TESTS) == [told.summary]


def test_every_problem_of_a_sitting_is_told_at_once(ground: Context) -> None:
    ada, nobody = learner(ground, "Ada A"), ground.entropy.new_id(ground.clock.now())
    now = ground.clock.now()
    with pytest.raises(Invalid) as error:
        sittings.schedule(
            ground,
            TESTS,
            published(ground),
            title=" ",
            window=Window(now, now - timedelta(hours=1)),
            cohort_ids=[nobody],
            person_ids=[nobody],
            proctor_ids=[ada],
            access_code="x" * 41,
            is_open_to_all=True,
        )
    assert reasons(error) == [
        ("closes_at", "out_of_order"),
        ("title", "missing"),
        ("access_code", "too_long"),
        ("closes_at", "in_the_past"),
        ("is_open_to_all", "roster_needed"),
        ("people", "unknown_person"),
        ("proctors", "not_a_proctor"),
        ("cohorts", "unknown_cohort"),
    ]
    assert sittings.listed(ground, TESTS) == []


def test_who_cannot_sit_is_not_put_on_a_roster(ground: Context) -> None:
    clerk = person(ground, Role.REGISTRAR, name="Rita R")
    with pytest.raises(Invalid) as error:
        sittings.schedule(
            ground, TESTS, published(ground), title="x", window=window(ground), person_ids=[clerk]
        )
    assert reasons(error) == [("people", "not_a_learner")]


def test_a_draft_is_not_offered(ground: Context) -> None:
    with pytest.raises(Refused, match="exam_not_published"):
        sittings.schedule(ground, TESTS, define(ground), title="x", window=window(ground))


def test_practice_may_be_open_to_everybody(ground: Context) -> None:
    sitting_id = sittings.schedule(
        ground, TESTS, published(ground, PRACTICE), title="x", window=window(ground), is_open_to_all=True
    )
    ada = learner(ground, "Ada A")
    attempts.start(ground, actor(ada, Role.LEARNER), sitting_id)
    told = sittings.get(ground, TESTS, sitting_id)
    assert [(e.name, e.attempt_state, e.opened_at) for e in told.roster] == [
        ("Ada A", "open", ground.clock.now())
    ]
    assert (told.summary.open_attempts, told.summary.closed_attempts) == (1, 0)


def test_time_moves_a_sitting_through_its_phases(ground: Context, clock) -> None:
    sitting_id = sittings.schedule(
        ground, TESTS, published(ground), title="x", window=window(ground, hours=2, starts_in=1)
    )
    phases = []
    for _hour in range(4):
        phases.append(sittings.get(ground, TESTS, sitting_id).summary.phase)
        clock.instant += timedelta(hours=1)
    assert phases == [Phase.UPCOMING, Phase.OPEN, Phase.OPEN, Phase.OVER]


def test_revising_keeps_who_stays_and_says_what_is_wrong(ground: Context) -> None:
    ada, ben = learner(ground, "Ada A"), learner(ground, "Ben B")
    sitting_id = sittings.schedule(
        ground, TESTS, published(ground), title="x", window=window(ground), person_ids=[ada]
    )
    plan = Plan("Tuesday", window(ground, hours=6), person_ids=frozenset({ada, ben}))
    sittings.revise(ground, TESTS, sitting_id, plan)
    told = sittings.get(ground, TESTS, sitting_id)
    assert (told.summary.title, told.summary.window) == ("Tuesday", plan.window)
    assert [entry.name for entry in told.people] == ["Ada A", "Ben B"]
    with pytest.raises(Invalid):
        sittings.revise(ground, TESTS, sitting_id, replace(plan, title=""))
    sittings.revise(ground, TESTS, sitting_id, replace(plan, person_ids=frozenset()))
    assert sittings.get(ground, TESTS, sitting_id).people == ()


def test_closing_lets_who_is_at_work_finish(ground: Context) -> None:
    ada, ben = learner(ground, "Ada A"), learner(ground, "Ben B")
    sitting_id = sittings.schedule(
        ground, TESTS, published(ground), title="x", window=window(ground), person_ids=[ada, ben]
    )
    attempt_id = attempts.start(ground, actor(ada, Role.LEARNER), sitting_id)
    with pytest.raises(Refused) as refusal:
        sittings.cancel(ground, TESTS, sitting_id)
    assert (refusal.value.code, refusal.value.facts) == ("sitting_started", {"attempts": 1})
    sittings.close(ground, TESTS, sitting_id)
    with pytest.raises(Refused, match="sitting_closed"):
        attempts.start(ground, actor(ben, Role.LEARNER), sitting_id)
    attempts.submit(ground, actor(ada, Role.LEARNER), attempt_id)
    told = sittings.get(ground, TESTS, sitting_id)
    assert [(e.name, e.attempt_state, e.answered) for e in told.roster] == [
        ("Ada A", "closed", 0),
        ("Ben B", "", None),
    ]
    assert (told.summary.phase, told.summary.closed_attempts) == (Phase.CLOSED, 1)


@pytest.mark.parametrize("end", [sittings.close, sittings.cancel])
def test_a_sitting_ends_once_and_is_not_changed_afterwards(ground: Context, end) -> None:
    sitting_id = sittings.schedule(ground, TESTS, published(ground), title="x", window=window(ground))
    end(ground, TESTS, sitting_id)
    for call in (sittings.close, sittings.cancel):
        with pytest.raises(Refused, match="illegal_transition"):
            call(ground, TESTS, sitting_id)
    with pytest.raises(Refused, match="illegal_transition"):
        sittings.revise(ground, TESTS, sitting_id, Plan("y", window(ground)))


def test_a_start_that_came_while_the_sitting_was_ended_is_refused(context: Context) -> None:
    lea = room.learner(context)
    sitting_id = room.room(context, [lea.person_id])
    with ThreadPoolExecutor(1) as pool:
        with context.transaction(TESTS) as uow:
            uow.session.get_one(RowSitting, sitting_id, with_for_update=True).state = "closed"
            uow.audit("close", "sitting", sitting_id)
            uow.flush()
            start = pool.submit(attempts.start, context, lea, sitting_id)
            if context.engine.dialect.name == "postgresql":
                wait_until(lambda: waits(context), "the start to wait")
        with pytest.raises(Refused, match="sitting_closed"):
            start.result()


def waits(context: Context) -> bool:
    """Whether somebody waits for a lock of PostgreSQL."""
    with context.reading() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_proctor_is_told_only_of_what_they_watch(ground: Context) -> None:
    pat, quinn = (person(ground, Role.PROCTOR, name=name) for name in ("Pat P", "Quinn Q"))
    exam_id = published(ground)
    mine, other = (
        sittings.schedule(ground, TESTS, exam_id, title=name, window=window(ground), proctor_ids=[who])
        for name, who in (("Mine", pat), ("Other", quinn))
    )
    me = actor(pat, Role.PROCTOR)
    assert [line.id for line in sittings.listed(ground, me)] == [mine]
    assert sittings.get(ground, me, mine).summary.title == "Mine"
    with pytest.raises(NotFound):
        sittings.get(ground, me, other)


def test_what_there_is_to_choose_from(ground: Context) -> None:
    ada, pat = learner(ground, "Ada A"), person(ground, Role.PROCTOR, name="Pat P")
    cohort(ground, "Class", ada)
    exam_id = published(ground)
    define(ground, slug="draft")
    told = sitting_plans.choices(ground, TESTS)
    assert [(entry.id, entry.name) for entry in told.exams] == [(exam_id, "Small certification")]
    assert [(entry.name, entry.members) for entry in told.cohorts] == [("Class", 1)]
    assert [entry.id for entry in told.proctors] == [pat]
    ids, problems = sitting_plans.people_at(ground, TESTS, ["ADA.A.1@example.org ", "no@example.org"])
    assert (ids, [p.value for p in problems]) == (frozenset({ada}), ["no@example.org"])


def test_only_organisers_schedule_and_end(ground: Context) -> None:
    sitting_id = exams.schedule(ground, TESTS, published(ground), title="x", window=window(ground))
    plan = Plan("y", window(ground))
    for roles in ((Role.LEARNER,), (Role.PROCTOR,), (Role.REGISTRAR,)):
        who = actor(person(ground, *roles, name=f"X {roles[0]}"), *roles)
        for call in (
            lambda who=who: sittings.revise(ground, who, sitting_id, plan),
            lambda who=who: sittings.close(ground, who, sitting_id),
            lambda who=who: sittings.cancel(ground, who, sitting_id),
            lambda who=who: sitting_plans.choices(ground, who),
            lambda who=who: sitting_plans.people_at(ground, who, []),
        ):
            with pytest.raises(Forbidden):
                call()
