"""Cohorts and the people in them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from quizapp.domain.errors import Forbidden, Invalid, NotFound
from quizapp.domain.person import Actor, Role
from quizapp.services import cohorts
from quizapp.services.cohorts import Cohort
from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS, person


def test_cohorts_are_listed_with_their_sizes(context: Context) -> None:
    spring = cohorts.create_cohort(context, TESTS, "  Spring   2026 ")
    autumn = cohorts.create_cohort(context, TESTS, "Autumn")
    people = [person(context, name="Ada"), person(context, name="Ben")]
    assert cohorts.add_members(context, TESTS, spring, people) == 2
    assert cohorts.add_members(context, TESTS, spring, people) == 0
    assert cohorts.listed(context, TESTS) == [Cohort(autumn, "Autumn", 0), Cohort(spring, "Spring 2026", 2)]
    assert cohorts.by_name(context, TESTS, "Spring 2026") == Cohort(spring, "Spring 2026", None)


def test_people_leave_a_cohort(context: Context) -> None:
    spring, ada = cohorts.create_cohort(context, TESTS, "Spring"), person(context, name="Ada")
    cohorts.add_members(context, TESTS, spring, [ada])
    assert cohorts.remove_member(context, TESTS, spring, ada)
    assert not cohorts.remove_member(context, TESTS, spring, ada)
    assert cohorts.get(context, TESTS, spring).members == ()


@pytest.mark.parametrize(
    ("name", "reason"), [(" ", "missing"), ("x" * 201, "too_long"), ("Spring", "in_use")]
)
def test_a_name_is_given_once_and_fits(context: Context, name: str, reason: str) -> None:
    cohorts.create_cohort(context, TESTS, "Spring")
    with pytest.raises(Invalid) as error:
        cohorts.create_cohort(context, TESTS, name)
    assert [problem.reason for problem in error.value.problems] == [reason]


def test_a_file_fills_a_cohort_or_names_every_stranger(context: Context) -> None:
    spring = cohorts.create_cohort(context, TESTS, "Spring")
    person(context, name="Ada", email="ada@example.org")
    person(context, name="Ben", email="ben@example.org")
    with pytest.raises(Invalid) as error:
        cohorts.import_members(
            context, TESTS, spring, b"email\nada@example.org\nwho@example.org\n\nno@example.org\n"
        )
    assert [(p.place, p.value, p.reason) for p in error.value.problems] == [
        ("row 3", "who@example.org", "unknown_person"),
        ("row 5", "no@example.org", "unknown_person"),
    ]
    assert cohorts.get(context, TESTS, spring).members == ()
    data = b"Name;Email\r\nAda;ADA@example.org\r\nBen;ben@example.org\r\n"
    assert cohorts.import_members(context, TESTS, spring, data) == 2
    assert cohorts.import_members(context, TESTS, spring, data) == 0
    assert [member.name for member in cohorts.get(context, TESTS, spring).members] == ["Ada", "Ben"]


def test_what_does_not_exist_is_not_found(context: Context) -> None:
    with pytest.raises(NotFound):
        cohorts.get(context, TESTS, uuid4())
    with pytest.raises(NotFound):
        cohorts.by_name(context, TESTS, "nothing")
    spring = cohorts.create_cohort(context, TESTS, "Spring")
    with pytest.raises(Invalid):
        cohorts.add_members(context, TESTS, spring, [uuid4()])


def test_learners_see_no_cohorts(context: Context) -> None:
    learner = Actor(uuid4(), frozenset({Role.LEARNER}))
    with pytest.raises(Forbidden):
        cohorts.listed(context, learner)
