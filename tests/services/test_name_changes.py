"""A changed name: new records in the place of the old ones, with a reference to the proof."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quizapp.domain.errors import Forbidden, Invalid, NotFound
from quizapp.domain.person import Actor, Role
from quizapp.domain.record import RecordStatus
from quizapp.services import name_changes, people, records, verification
from quizapp.services.unit_of_work import Context
from quizapp.store.records import RowDisclosure
from tests.support.people import TESTS, person
from tests.support.records import registrar, room

PROOF = "File 2026/114"


def test_records_in_force_are_superseded_by_ones_with_the_new_name(context: Context) -> None:
    small = room(context)
    ada = small.learner()
    assert ada.person_id is not None
    old = small.serial(small.sit(ada, {"1.A": 8, "1.B": 8}))
    data = records.file_of(context, TESTS, old)
    told = name_changes.change_name(context, registrar(context), ada.person_id, " Ada  Newname ", PROOF)
    (serial,) = told.serials
    before, after = (records.show(context, TESTS, each) for each in (old, serial))
    assert (before.status, before.successor_serial, after.status) == (
        RecordStatus.SUPERSEDED,
        serial,
        RecordStatus.VALID,
    )
    assert dict(after.payload) == {
        **before.payload,
        "serial": serial,
        "supersedes": old,
        "learner": {"name": "Ada Newname"},
    }
    assert [(e.verb, e.reason_category, PROOF in e.reason) for e in after.history] == [
        ("issue", "correction", True)
    ]
    assert people.get(context, TESTS, ada.person_id).person.name == "Ada Newname"
    assert verification.check_file(context, TESTS, data).status is RecordStatus.SUPERSEDED
    assert verification.check_file(context, TESTS, records.file_of(context, TESTS, serial)).is_current


def test_a_look_at_what_a_name_would_supersede_is_noted_and_changes_nothing(sqlite_context: Context) -> None:
    small = room(sqlite_context)
    ada, rita = small.learner(), registrar(sqlite_context)
    assert ada.person_id is not None
    serial = small.serial(small.sit(ada, {"1.A": 8, "1.B": 8}))
    told = name_changes.preview(sqlite_context, rita, ada.person_id)
    assert (told.name, [(line.serial, line.learner_name, line.status) for line in told.records]) == (
        "Ada Example",
        [(serial, "Ada Example", RecordStatus.VALID)],
    )
    with sqlite_context.reading() as session:
        looks = [(row.door, row.actor_id) for row in session.scalars(select(RowDisclosure))]
    assert looks == [("name", rita.person_id)]
    with pytest.raises(Forbidden):
        name_changes.preview(sqlite_context, ada, ada.person_id)


def test_who_may_and_what_is_refused(sqlite_context: Context) -> None:
    rita = registrar(sqlite_context)
    learner = person(sqlite_context, Role.LEARNER)
    for actor in (Actor(learner, frozenset({Role.LEARNER})), Actor(None)):
        with pytest.raises(Forbidden):
            name_changes.change_name(sqlite_context, actor, learner, "Ada New", PROOF)
    with pytest.raises(Forbidden) as error:
        name_changes.change_name(sqlite_context, rita, rita.person_id, "Rita New", PROOF)  # type: ignore[arg-type]
    assert error.value.code == "own_record"
    for name, proof, reason in (
        ("", PROOF, "bad_length"),
        ("Ada Example", PROOF, "unchanged"),
        ("Ada New", " ", "missing"),
        ("Ada New", "x" * 1001, "too_long"),
    ):
        with pytest.raises(Invalid) as wrong:
            name_changes.change_name(sqlite_context, rita, learner, name, proof)
        assert [problem.reason for problem in wrong.value.problems] == [reason]
    with pytest.raises(NotFound):
        name_changes.change_name(
            sqlite_context, rita, sqlite_context.entropy.new_id(sqlite_context.clock.now()), "Ada New", PROOF
        )
