"""Tokens through their services, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.domain.api_token import Scope
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import api_tokens
from quizapp.services.unit_of_work import Context
from quizapp.store.api_tokens import RowApiToken
from quizapp.store.audit import RowAuditLine
from tests.support.people import TESTS, person


def test_a_token_is_told_once_and_stored_as_a_digest(context: Context, clock: FixedClock) -> None:
    told = api_tokens.create(context, TESTS, " Personnel system ", ["changes", "records"], 30)
    with context.reading() as session:
        row = session.scalars(select(RowApiToken)).one()
        stored = " ".join(str(value) for value in vars(row).values())
        lines = session.scalars(select(RowAuditLine).where(RowAuditLine.noun == "api_token")).all()
        assert [told.text in stored, *(told.text in str(line.facts) for line in lines)] == [False, False]
        assert (row.name, row.hint, row.digest) == (
            "Personnel system",
            told.text[:10],
            api_tokens.digest(told.text),
        )
    bearer = api_tokens.authenticate(context, told.text, Scope.CHANGES)
    assert (bearer.token_id, bearer.hint, bearer.actor.person_id) == (told.id, told.text[:10], None)


def test_the_last_use_is_known_to_the_hour(context: Context, clock: FixedClock) -> None:
    text = api_tokens.create(context, TESTS, "One", ["changes"], 30).text
    uses = []
    for minutes in (0, 59, 1):
        clock.instant += timedelta(minutes=minutes)
        api_tokens.authenticate(context, text, Scope.CHANGES)
        uses.append(api_tokens.listed(context, TESTS)[0].last_used_at)
    assert uses == [clock.instant - timedelta(hours=1)] * 2 + [clock.instant]


def test_who_may_and_what_is_refused(sqlite_context: Context) -> None:
    for role in Role:
        actor = Actor(person(sqlite_context, role, name=f"The {role}"), frozenset({role}))
        if role in {Role.REGISTRAR, Role.ADMINISTRATOR}:
            told = api_tokens.create(sqlite_context, actor, "One", ["changes"], 30)
            api_tokens.revoke(sqlite_context, actor, told.id)
            with pytest.raises(Refused):
                api_tokens.revoke(sqlite_context, actor, told.id)
        else:
            with pytest.raises(Forbidden):
                api_tokens.create(sqlite_context, actor, "One", ["changes"], 30)
            with pytest.raises(Forbidden):
                api_tokens.listed(sqlite_context, actor)
    with pytest.raises(Invalid) as error:
        api_tokens.create(sqlite_context, TESTS, " ", ["everything"], 0)
    assert [problem.field for problem in error.value.problems] == ["name", "scopes", "days"]
    with pytest.raises(NotFound):
        api_tokens.revoke(sqlite_context, TESTS, person(sqlite_context, name="No Token"))
