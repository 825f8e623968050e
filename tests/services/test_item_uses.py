"""Where each version of an item is used: exams, forms, attempts, records, drafts; by indexes alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Select, text

from quizapp.domain.errors import Forbidden, NotFound
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import attempts, item_drafts, item_upkeep, item_uses, preparations, sittings
from quizapp.services.unit_of_work import Context
from quizapp.store import item_uses as store
from quizapp.store.exams import RowSitting
from quizapp.store.item_uses import Attempts, Forms, Records
from quizapp.store.items import RowItemVersion
from tests.support import attempts as room
from tests.support import exams
from tests.support.people import TESTS, person

ITEM = "1.a-secure-00"
BANK = "small-bank"


def plan(context: Context, query: Select) -> str:
    """How the database would look for a query, on tables too small to be worth an index by themselves."""
    with context.reading() as session:
        connection = session.connection()
        told = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
        if connection.dialect.name == "sqlite":
            rows = connection.execute(text(f"EXPLAIN QUERY PLAN {told}"))
            return "\n".join(row[3] for row in rows)
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        return "\n".join(row[0] for row in connection.execute(text(f"EXPLAIN {told}")))


def test_every_version_tells_where_it_is_used(context: Context, clock: FixedClock) -> None:
    ada, ben, cyd = (room.learner(context, name) for name in ("Ada One", "Ben Two", "Cyd Three"))
    people = [actor.person_id for actor in (ada, ben, cyd)]
    sitting_id = room.room(context, people[:2], bank={"secure": {"1.A": 8, "1.B": 8}})
    room.taken(context, ada, sitting_id, {"1.A": 8, "1.B": 8})
    clock.instant += timedelta(hours=1)
    attempts.start(context, ben, sitting_id)
    started_at = clock.instant
    with context.reading() as session:
        exam_id = session.get_one(RowSitting, sitting_id).exam_id
        title = exams.CERTIFICATION.title
    later = exams.window(context, hours=4, starts_in=1)
    sittings.schedule(context, TESTS, exam_id, title="Soon", window=later, person_ids=people[2:])
    clock.instant += timedelta(minutes=45)
    assert preparations.run(context) == 1
    prepared_at = clock.instant
    author = Actor(person(context, Role.INSTRUCTOR, name="Ann Author"), frozenset({Role.INSTRUCTOR}))
    draft_id = item_drafts.edit(context, author, BANK, ITEM)
    uses = (
        ((exam_id, title),),
        Forms(3, 1, prepared_at),
        Attempts(2, 1, started_at),
        Records(1, 1, started_at - timedelta(hours=1)),
    )
    (told,) = item_uses.of_item(context, author, BANK, ITEM)
    assert (told.exams, told.forms, told.attempts, told.records) == uses
    assert (told.number, told.planned, told.trials, told.drafts) == (1, (), Attempts(), (draft_id,))
    # What nobody can draw any more is still told with all that rests on it.
    item_upkeep.retire(context, author, BANK, [ITEM], "Old")
    (told,) = item_uses.of_item(context, author, BANK, ITEM)
    assert ((told.exams, told.drafts), (told.forms, told.attempts, told.records)) == (((), ()), uses[1:])
    with pytest.raises(NotFound):
        item_uses.of_item(context, author, BANK, "no-such-item")
    with pytest.raises(Forbidden):
        item_uses.of_item(context, ada, BANK, ITEM)
    with context.reading() as session:
        ids = [row.id for row in session.query(RowItemVersion.id).limit(2)]
    for query in (store.forms_query, store.attempts_query, store.records_query):
        lines = plan(context, query(ids))
        assert [line for line in lines.splitlines() if "SCAN" in line or "Seq Scan" in line] == []
