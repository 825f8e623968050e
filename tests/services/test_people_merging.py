"""Two accounts of one person: everything moves to the kept one, nothing pools, and all of it goes back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from quizapp.domain.errors import DomainError, NotFound
from quizapp.domain.person import Accommodation, Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import (
    accommodations,
    attempts,
    cohorts,
    people,
    people_merging,
    records,
    saved_views,
    sittings,
)
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt, RowExposure
from quizapp.store.audit import RowAuditLine
from quizapp.store.exam_day import RowCheckIn
from quizapp.store.exams import RowSittingPerson
from quizapp.store.people import RowAccommodation, RowCohortMember, RowPerson
from quizapp.store.person_words import RowPersonWord
from quizapp.store.record_exports import RowSavedView
from quizapp.store.record_search import Wish
from quizapp.store.records import RowRecord
from tests.support import banks, exams
from tests.support.people import TESTS, person
from tests.support.records import GOOD, MIXED, MONTH, Room, registrar

WHY = "Same staff number, file 2026/7"
TABLES: tuple[tuple[Any, ...], ...] = (
    (RowAttempt.id, RowAttempt.person_id, RowAttempt.cycle),
    (RowExposure.person_id, RowExposure.item_row_id, RowExposure.attempt_id, RowExposure.is_first),
    (RowRecord.serial, RowRecord.person_id, RowRecord.cycle, RowRecord.status, RowRecord.payload_sha256),
    (RowCohortMember.cohort_id, RowCohortMember.person_id, RowCohortMember.added_at),
    (RowAccommodation.id, RowAccommodation.person_id),
    (RowSittingPerson.sitting_id, RowSittingPerson.person_id),
    (RowCheckIn.sitting_id, RowCheckIn.person_id),
    (RowPersonWord.word, RowPersonWord.person_id),
    (RowSavedView.id, RowSavedView.person_id, RowSavedView.name),
    (RowPerson.id, RowPerson.name, RowPerson.active, RowPerson.disabled_at),
)


@pytest.fixture
def hall(context: Context) -> Room:
    """Enough items for two accounts and one more attempt."""
    return exam_hall(context)


def exam_hall(context: Context) -> Room:
    banks.framework(context)
    banks.bank(context, secure={"1.A": 40, "1.B": 40}, practice={})
    return Room(context, exams.published(context, exams.CERTIFICATION))


def stored(context: Context) -> list[set[tuple[Any, ...]]]:
    with context.reading() as session:
        return [{tuple(row) for row in session.execute(select(*columns))} for columns in TABLES]


def cycles(context: Context) -> dict[UUID, tuple[UUID, int]]:
    with context.reading() as session:
        return {row.id: (row.person_id, row.cycle) for row in session.scalars(select(RowAttempt))}


def items(context: Context, attempt_id: UUID) -> set[UUID]:
    with context.reading() as session:
        query = select(RowExposure.item_row_id).where(RowExposure.attempt_id == attempt_id)
        return set(session.scalars(query))


def id_of(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id


def merge(context: Context, kept: Actor, other: Actor, by: Actor = TESTS) -> UUID:
    return people_merging.merge(context, by, id_of(kept), id_of(other), WHY)


def refusal(work: Any, *arguments: Any) -> str:
    with pytest.raises(DomainError) as told:
        work(*arguments)
    return told.value.code


def test_everything_moves_to_the_kept_account_and_goes_back(hall: Room, clock: FixedClock) -> None:
    context, ada, twin = hall.context, hall.learner(), hall.learner("Ada Exampel")
    first = hall.sit(ada, MIXED)
    clock.instant += MONTH
    second = hall.sit(twin, GOOD)
    for name, members in (("Spring", (ada, twin)), ("Autumn", (twin,))):
        cohort_id = cohorts.create_cohort(context, TESTS, name)
        cohorts.add_members(context, TESTS, cohort_id, [id_of(one) for one in members])
    accommodations.set_accommodation(context, TESTS, id_of(twin), Accommodation(150, 0))
    # Searches they kept when they were registrars: two of the same name, one of the other account alone.
    clerks = [Actor(id_of(one), frozenset({Role.REGISTRAR})) for one in (ada, twin)]
    for clerk, name, query in (
        (0, "Mine", "a=1"),
        (0, "Mine (2)", "a=2"),
        (1, "Mine", "b=1"),
        (1, "Due", "b=2"),
    ):
        saved_views.save(context, clerks[clerk], name, query)
    before = stored(context)
    merge_id = merge(context, ada, twin)
    kept_views, other_views = ({v.name: v.query for v in saved_views.listed(context, c)} for c in clerks)
    assert (kept_views, other_views) == (
        {"Mine": "a=1", "Mine (2)": "a=2", "Mine (3)": "b=1", "Due": "b=2"},
        {},
    )

    told = {line.serial: line for line in records.mine(context, ada)}
    assert {serial: (line.learner_name, line.status) for serial, line in told.items()} == {
        hall.serial(first): ("Ada Example", "valid"),
        hall.serial(second): ("Ada Exampel", "valid"),
    }
    assert (records.mine(context, twin), cycles(context)) == (
        [],
        {first: (id_of(ada), 1), second: (id_of(ada), 2)},
    )
    kept, other = (people.get(context, TESTS, id_of(one)) for one in (ada, twin))
    assert (kept.accommodation, [one.name for one in kept.cohorts]) == (
        Accommodation(150, 0),
        ["Autumn", "Spring"],
    )
    assert (other.accommodation, other.cohorts, other.person.is_active) == (Accommodation(), (), False)
    found = records.find(context, registrar(context), Wish(text="exampel")).lines
    assert {line.serial for line in found} == set(told), "found by the name of the other account"

    people_merging.undo(context, TESTS, merge_id)
    rows = stored(context)
    rows[-1] = {row for row in rows[-1] if row[1] != "Rita Registrar"}
    rows[-3] = {row for row in rows[-3] if row[1] in (id_of(ada), id_of(twin))}
    assert rows == before


def test_what_either_account_has_met_is_not_new_and_nothing_pools(hall: Room, clock: FixedClock) -> None:
    context, ada, twin = hall.context, hall.learner(), hall.learner("Ada Exampel")
    earlier = hall.sit(twin, MIXED)
    clock.instant += MONTH
    mine = hall.sit(ada, MIXED)
    merge_id = merge(context, ada, twin)
    assert cycles(context) == {earlier: (id_of(ada), 1), mine: (id_of(ada), 2)}
    clock.instant += MONTH
    top_up = hall.sit(ada, {"1.B": 4})
    assert cycles(context)[top_up] == (id_of(ada), 2)
    assert items(context, top_up) & (items(context, earlier) | items(context, mine)) == set()
    standing = {line.serial: line.status for line in records.mine(context, ada)}
    assert [standing[hall.serial(one)] for one in (earlier, mine, top_up)] == ["valid", "superseded", "valid"]
    assert refusal(people_merging.undo, context, TESTS, merge_id) == "merge_built_on"


def test_a_merged_account_stays_shut_and_says_where_it_went(sqlite_context: Context) -> None:
    ada, twin = (Actor(person(sqlite_context, Role.LEARNER, name=name)) for name in ("Ada", "Twin"))
    root = Actor(person(sqlite_context, Role.ADMINISTRATOR, name="Root"), frozenset({Role.ADMINISTRATOR}))
    merge_id = merge(sqlite_context, ada, twin, root)
    assert refusal(people.enable, sqlite_context, root, id_of(twin)) == "merged_already"
    told = [people_merging.of_person(sqlite_context, root, id_of(one)) for one in (ada, twin)]
    assert told[0] == told[1]
    [line] = told[0]
    assert (line.kept_name, line.other_name, line.reason, line.merged_by) == ("Ada", "Twin", WHY, "Root")
    with sqlite_context.reading() as session:
        query = select(RowAuditLine).where(RowAuditLine.verb == "merge")
        assert [(row.actor_id, row.object_id) for row in session.scalars(query)] == [
            (root.person_id, str(ada.person_id))
        ]
    people_merging.undo(sqlite_context, root, merge_id)
    assert people.get(sqlite_context, root, id_of(twin)).person.is_active
    assert refusal(people_merging.undo, sqlite_context, root, merge_id) == "merge_undone"


def test_an_account_that_was_shut_before_stays_shut_when_a_merge_is_undone(sqlite_context: Context) -> None:
    ada, twin = (Actor(person(sqlite_context, Role.LEARNER, name=name)) for name in ("Ada", "Twin"))
    people.disable(sqlite_context, TESTS, id_of(twin))
    people_merging.undo(sqlite_context, TESTS, merge(sqlite_context, ada, twin))
    assert not people.get(sqlite_context, TESTS, id_of(twin)).person.is_active


def test_what_stands_in_the_way_of_a_merge(sqlite_context: Context, clock: FixedClock) -> None:
    context, hall = sqlite_context, exam_hall(sqlite_context)
    ada, twin, third = (hall.learner(name) for name in ("Ada", "Twin", "Third"))
    rita, root = registrar(context), Actor(person(context, Role.ADMINISTRATOR, name="Root"))
    root = Actor(root.person_id, frozenset({Role.ADMINISTRATOR}))
    nobody = Actor(context.entropy.new_id(context.clock.now()))
    assert [
        refusal(merge, context, *told)
        for told in ((ada, ada), (ada, rita), (root, ada, root), (ada, nobody), (ada, twin, rita))
    ] == ["merge_same", "merge_staff", "merge_own", "not_found", "not_allowed"]
    assert refusal(people_merging.merge, context, TESTS, id_of(ada), id_of(twin), " ") == "bad_merge"
    first = merge(context, ada, twin)
    assert [refusal(merge, context, *told) for told in ((third, twin), (twin, third))] == [
        "merged_already"
    ] * 2
    clock.instant += MONTH
    second = merge(context, ada, third)
    assert refusal(people_merging.undo, context, TESTS, first) == "merge_not_last"
    people_merging.undo(context, TESTS, second)
    sitting_id = sittings.schedule(
        context, TESTS, hall.exam_id, title="Now", window=exams.window(context), person_ids=[id_of(third)]
    )
    attempts.start(context, third, sitting_id)
    assert refusal(merge, context, ada, third) == "merge_running"


def test_a_preview_changes_nothing_and_says_what_would_move(sqlite_context: Context) -> None:
    context, hall = sqlite_context, exam_hall(sqlite_context)
    ada, twin = hall.learner(), hall.learner("Ada Exampel")
    hall.sit(twin, GOOD)
    before = stored(context)
    address = people.get(context, TESTS, id_of(twin)).person.email
    told = people_merging.preview(context, TESTS, id_of(ada), address.upper())
    assert (told.other.has.attempts, told.other.has.records, told.other.has.items) == (1, 1, 16)
    assert (told.kept.has.attempts, told.served_to_both, told.refusal) == (0, 0, "")
    assert stored(context) == before
    with pytest.raises(NotFound):
        people_merging.preview(context, TESTS, id_of(ada), "nobody@example.org")
