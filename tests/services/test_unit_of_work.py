"""A use case is one instant and one transaction, and cannot change anything in silence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import func, select

from quizapp.services import unit_of_work
from quizapp.services.unit_of_work import MissingAudit
from quizapp.store.audit import RowAuditLine
from quizapp.store.people import RowCohort
from tests.support.people import TESTS

SERVICES = Path(unit_of_work.__file__).parent


def cohorts(context) -> int:
    with context.reading() as session:
        return session.scalar(select(func.count()).select_from(RowCohort)) or 0


def add_cohort(uow) -> None:
    uow.session.add(RowCohort(id=uow.new_id(), name="Quiet", created_at=uow.now))


@pytest.mark.parametrize("flushes", [True, False])
def test_a_change_without_an_audit_line_is_undone(context, flushes) -> None:
    def change_in_silence() -> None:
        with context.transaction(TESTS) as uow:
            add_cohort(uow)
            if flushes:
                uow.flush()

    with pytest.raises(MissingAudit):
        change_in_silence()
    assert cohorts(context) == 0


def test_a_change_and_its_line_are_committed_together(context) -> None:
    with context.transaction(TESTS) as uow:
        add_cohort(uow)
        uow.audit("create", "cohort", "quiet")
    with context.reading() as session:
        lines = list(session.execute(select(RowAuditLine.verb, RowAuditLine.actor_name)))
    assert (cohorts(context), [tuple(line) for line in lines]) == (1, [("create", "tests")])


def test_an_error_leaves_nothing_behind_and_runs_no_effect(context) -> None:
    ran = []

    def fail() -> None:
        with context.transaction(TESTS) as uow:
            add_cohort(uow)
            uow.audit("create", "cohort", "quiet")
            uow.after_commit(lambda: ran.append("effect"))
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail()
    assert (cohorts(context), ran) == (0, [])


def test_effects_leave_after_the_commit_and_cannot_harm_it(context) -> None:
    seen = []

    def broken() -> None:
        seen.append(cohorts(context))
        raise OSError("the mail server is down")

    with context.transaction(TESTS) as uow:
        add_cohort(uow)
        uow.audit("create", "cohort", "quiet")
        uow.after_commit(broken)
        uow.after_commit(lambda: seen.append(cohorts(context)))
    assert seen == [1, 1]


def test_the_instant_is_read_once(context, clock) -> None:
    with context.transaction(TESTS) as uow:
        before = uow.now
        clock.instant = clock.instant.replace(hour=23)
        assert uow.now == before


def test_what_a_reading_changes_is_thrown_away(context) -> None:
    with context.reading() as session:
        now = context.clock.now()
        session.add(RowCohort(id=context.entropy.new_id(now), name="Quiet", created_at=now))
        session.flush()
    assert cohorts(context) == 0


def test_services_never_commit_by_themselves() -> None:
    """Only the unit of work ends transactions: no other service commits."""
    found = []
    for path in sorted(SERVICES.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "begin_nested"}:
                found.append((path.name, node.attr))
    assert found == [("unit_of_work.py", "commit")] * 2
