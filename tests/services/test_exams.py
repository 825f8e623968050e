"""Exams through their services, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import CutRule, ExamState, Standing, TaskRule
from quizapp.domain.item import Pool
from quizapp.domain.person import Actor, Role
from quizapp.services import exams, sittings
from quizapp.services.unit_of_work import Context
from quizapp.store import items as store
from quizapp.store.audit import RowAuditLine
from tests.support import banks
from tests.support.exams import CERTIFICATION, PRACTICE, define, published, window
from tests.support.people import TESTS

LEARNER = Actor(None, frozenset({Role.LEARNER}))


@pytest.fixture
def ground(context: Context) -> Context:
    banks.framework(context)
    banks.bank(context)
    return context


def reasons(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.field, problem.reason) for problem in error.value.problems]


def audited(context: Context, noun: str) -> list[str]:
    with context.reading() as session:
        query = select(RowAuditLine.verb).where(RowAuditLine.noun == noun).order_by(RowAuditLine.id)
        return list(session.scalars(query))


def test_a_draft_is_stored_as_it_was_defined(ground: Context) -> None:
    exam_id = define(ground)
    told = exams.get(ground, TESTS, exam_id)
    assert told.definition == CERTIFICATION
    assert (told.slug, told.state, told.standing) == ("small-exam", ExamState.DRAFT, Standing.PILOT)
    assert (told.framework.id, told.bank_ids) == ("small", ("small-bank",))
    assert exams.get(ground, TESTS, "small-exam") == told
    assert audited(ground, "exam") == ["define"]


def test_two_exams_never_share_a_slug(ground: Context) -> None:
    define(ground)
    with pytest.raises(Invalid) as error:
        define(ground)
    assert reasons(error) == [("slug", "in_use")]
    assert len(exams.listed(ground, TESTS)) == 1


def test_every_problem_of_a_definition_is_told_at_once(ground: Context) -> None:
    blueprint = Blueprint((BlueprintRow("9.Z", 8), BlueprintRow("1.A", 0)))
    with pytest.raises(Invalid) as error:
        define(ground, slug="Not A Slug", bank_ids=("nowhere",), blueprint=blueprint, title=" ")
    assert reasons(error) == [
        ("slug", "bad_id"),
        ("banks", "unknown_bank"),
        ("blueprint[9.Z]", "unknown_code"),
        ("blueprint[1.A]", "out_of_range"),
        ("title", "missing"),
    ]
    assert exams.listed(ground, TESTS) == []


def test_a_bank_of_another_framework_version_is_not_drawn_from(ground: Context) -> None:
    banks.bank(ground, "newer", framework_version="2")
    with pytest.raises(Invalid) as error:
        define(ground, bank_ids=("small-bank", "newer"))
    assert reasons(error) == [("banks", "other_framework")]


def test_an_unknown_framework_is_a_problem(context: Context) -> None:
    with pytest.raises(Invalid) as error:
        define(context)
    assert reasons(error) == [("framework", "unknown_framework")]


def test_only_a_draft_is_revised(ground: Context) -> None:
    exam_id = define(ground)
    changed = replace(CERTIFICATION, title="Other title", time_limit_seconds=1500)
    exams.revise(ground, TESTS, exam_id, definition=changed)
    assert exams.get(ground, TESTS, exam_id).definition == changed
    exams.publish(ground, TESTS, exam_id)
    with pytest.raises(Refused, match="illegal_transition"):
        exams.revise(ground, TESTS, exam_id, definition=CERTIFICATION)
    assert exams.get(ground, TESTS, exam_id).definition == changed


def test_publishing_freezes_what_the_exam_rests_on(ground: Context) -> None:
    exam_id = published(ground)
    told = exams.get(ground, TESTS, exam_id)
    assert (told.state, told.published_at) == (ExamState.PUBLISHED, ground.clock.now())
    assert (len(told.blueprint_digest), len(told.bank_digest), told.sme_review) == (64, 64, "pending")
    assert told.frozen == exams.feasibility(ground, TESTS, exam_id)
    assert [(task.task_code, task.forms, task.top_ups) for task in told.frozen.tasks] == [
        ("1.A", 1, 1),
        ("1.B", 1, 1),
    ]
    assert audited(ground, "exam") == ["define", "publish"]


def test_equal_blueprints_have_equal_digests(ground: Context) -> None:
    one, same = published(ground), published(ground, slug="second", title="Another title")
    other = published(ground, PRACTICE, slug="third")
    digests = [exams.get(ground, TESTS, exam_id).blueprint_digest for exam_id in (one, same, other)]
    assert (digests[0] == digests[1], digests[0] == digests[2]) == (True, False)


def test_what_is_not_feasible_is_not_published(context: Context) -> None:
    banks.framework(context)
    banks.bank(context, secure={"1.A": 7, "1.B": 5})
    exam_id = define(context)
    with pytest.raises(Invalid) as error:
        exams.publish(context, TESTS, exam_id)
    assert error.value.code == "not_feasible"
    assert reasons(error) == [("blueprint[1.A]", "pool_too_small"), ("blueprint[1.B]", "pool_too_small")]
    assert exams.get(context, TESTS, exam_id).state is ExamState.DRAFT


def test_a_task_with_one_item_cannot_certify(context: Context) -> None:
    banks.framework(context)
    banks.bank(context, secure={"2.A": 1})
    exam_id = define(context, blueprint=Blueprint((BlueprintRow("2.A", 1),)), cut_rule=CutRule(max_below=0))
    with pytest.raises(Invalid) as error:
        exams.publish(context, TESTS, exam_id)
    assert reasons(error) == [("blueprint[2.A]", "cannot_certify")]


@pytest.mark.parametrize(
    ("distribution", "sme_review", "basis", "standing"),
    [
        ("restricted", "done", "Angoff study 2026", Standing.OPERATIONAL),
        ("public", "done", "Angoff study 2026", Standing.PILOT),
        ("restricted", "pending", "Angoff study 2026", Standing.PILOT),
        ("restricted", "done", "provisional: no study", Standing.PILOT),
    ],
)
def test_an_exam_is_pilot_unless_all_three_hold(
    sqlite_context: Context, distribution: str, sme_review: str, basis: str, standing: Standing
) -> None:
    banks.framework(sqlite_context)
    banks.bank(sqlite_context, distribution=distribution, sme_review=sme_review)
    exam_id = published(
        sqlite_context, cut_rule=CutRule(basis=basis), task_rule=TaskRule(basis="Angoff study 2026")
    )
    assert exams.get(sqlite_context, TESTS, exam_id).standing is standing


def test_closing_an_exam_closes_its_sittings(ground: Context) -> None:
    exam_id = published(ground)
    sitting_id = exams.schedule(ground, TESTS, exam_id, title="Monday", window=window(ground))
    exams.close(ground, TESTS, exam_id)
    assert exams.get(ground, TESTS, exam_id).state is ExamState.CLOSED
    assert sittings.get(ground, TESTS, sitting_id).summary.phase is sittings.Phase.CLOSED
    with pytest.raises(Refused, match="exam_not_published"):
        exams.schedule(ground, TESTS, exam_id, title="Tuesday", window=window(ground))


def test_a_draft_cannot_be_closed(ground: Context) -> None:
    exam_id = define(ground)
    with pytest.raises(Refused, match="illegal_transition"):
        exams.close(ground, TESTS, exam_id)


def test_the_list_tells_state_standing_and_counts(ground: Context) -> None:
    exam_id = published(ground)
    exams.schedule(ground, TESTS, exam_id, title="Monday", window=window(ground))
    define(ground, PRACTICE, slug="practice")
    told = [(e.slug, e.state, e.tasks, e.items, e.sittings) for e in exams.listed(ground, TESTS)]
    assert told == [
        ("small-exam", ExamState.PUBLISHED, 2, 16, 1),
        ("practice", ExamState.DRAFT, 2, 8, 0),
    ]


def test_the_pool_is_counted_per_task(ground: Context) -> None:
    counts = exams.pool_counts(ground, TESTS, ["small-bank", "nowhere"])
    assert counts == {Pool.SECURE: banks.PLENTY, Pool.PRACTICE: banks.PLENTY}


def test_chances_are_kept_exactly(ground: Context) -> None:
    told = exams.get(ground, TESTS, published(ground))
    chance = told.frozen.tasks[0].chances[0]
    assert (chance.ability, chance.demonstrated_first) == (Fraction(3, 5), Fraction(3, 5) ** 8)


def test_a_learner_may_neither_define_nor_look(ground: Context) -> None:
    exam_id = define(ground)
    calls = [
        lambda: exams.define(
            ground, LEARNER, slug="mine", definition=CERTIFICATION, framework_id="small", bank_ids=["x"]
        ),
        lambda: exams.revise(ground, LEARNER, exam_id, definition=CERTIFICATION),
        lambda: exams.publish(ground, LEARNER, exam_id),
        lambda: exams.close(ground, LEARNER, exam_id),
        lambda: exams.get(ground, LEARNER, exam_id),
        lambda: exams.listed(ground, LEARNER),
        lambda: exams.feasibility(ground, LEARNER, exam_id),
        lambda: exams.pool_counts(ground, LEARNER, []),
        lambda: exams.schedule(ground, LEARNER, exam_id, title="x", window=window(ground)),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()


def test_what_does_not_exist_is_not_found(context: Context) -> None:
    nothing = context.entropy.new_id(context.clock.now() + timedelta(days=1))
    for call in (exams.publish, exams.close, exams.feasibility, exams.get):
        with pytest.raises(NotFound):
            call(context, TESTS, nothing)


def test_items_are_drawn_under_names_in_authored_order(ground: Context) -> None:
    with ground.reading() as session:
        row = store.bank(session, "small-bank")
        names = [entry.candidate.id for entry in store.eligible(session, [row.id], Pool.PRACTICE)]
        bank_row_id = row.id
    assert names == [f"{bank_row_id}/{task}-practice-{n:02}" for task in ("1.a", "1.b") for n in range(16)]
