"""What others see of a record is its learner's choice, and its learner sees who looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from quizapp.domain.errors import Invalid, NotFound
from quizapp.domain.person import NOBODY
from quizapp.domain.record import Reach
from quizapp.ports import FixedClock
from quizapp.services import name_changes, records, sharing, verification
from quizapp.services.unit_of_work import Context
from tests.support.records import MIXED, registrar, room


def test_the_public_page_reveals_what_the_learner_chose_or_the_owner_set(context: Context) -> None:
    small, rita = room(context), registrar(context)
    ada = small.learner()
    serial = small.serial(small.sit(ada, MIXED))

    def reach(where: Context = context) -> str:
        told = verification.look_up(where, NOBODY, serial)
        assert told is not None
        return told.reach

    careful = replace(context, settings=replace(context.settings, record_reach="status"))
    odd = replace(context, settings=replace(context.settings, record_reach="evrything"))
    assert [reach(), reach(careful), reach(odd)] == ["full", "status", "status"]
    sharing.set_reach(context, ada, serial, Reach.COMPETENCIES)
    assert [reach(), reach(careful)] == ["competencies", "competencies"]
    assert verification.public_file(context, NOBODY, serial) is None
    sharing.set_reach(context, ada, serial, Reach.FULL)
    assert verification.public_file(context, NOBODY, serial) is not None
    with pytest.raises(NotFound):
        sharing.set_reach(context, rita, serial, Reach.FULL)


def test_what_a_learner_chose_holds_for_the_record_that_takes_its_place(context: Context) -> None:
    small, rita = room(context), registrar(context)
    ada = small.learner()
    serial = small.serial(small.sit(ada, MIXED))
    sharing.set_reach(context, ada, serial, Reach.STATUS)
    assert ada.person_id is not None
    (newer,) = name_changes.change_name(context, rita, ada.person_id, "Ada Newname", "File 7").serials
    assert sharing.sharing(context, ada, newer).reach is Reach.STATUS
    assert verification.public_file(context, NOBODY, newer) is None
    sharing.set_reach(context, ada, newer, Reach.FULL)
    assert [sharing.sharing(context, ada, one).reach for one in (serial, newer)] == ["status", "full"]


def test_a_link_reveals_so_much_for_so_long(context: Context, clock: FixedClock) -> None:
    small = room(context)
    ada, bo = small.learner(), small.learner("Bo Example")
    serial = small.serial(small.sit(ada, MIXED))
    token = sharing.give(context, ada, serial, Reach.STATUS, 7, " Unit  S1 ")
    other = sharing.give(context, ada, serial, Reach.FULL, 1)
    told = sharing.by_link(context, NOBODY, token)
    assert told is not None
    assert (told.serial, told.reach) == (serial, "status")
    assert sharing.by_link(context, NOBODY, "0" * 48) is None
    links = {link.token: link for link in sharing.sharing(context, ada, serial).links}
    assert (links[token].label, links[token].is_over) == ("Unit S1", False)
    with pytest.raises(NotFound):
        sharing.take_back(context, bo, serial, links[other].id)
    sharing.take_back(context, ada, serial, links[other].id)
    assert sharing.by_link(context, NOBODY, other) is None
    clock.instant += timedelta(days=7)
    assert sharing.by_link(context, NOBODY, token) is None
    for days, label in ((2, ""), (7, "x" * 121)):
        with pytest.raises(Invalid):
            sharing.give(context, ada, serial, Reach.FULL, days, label)


def test_its_learner_sees_who_looked(context: Context, clock: FixedClock) -> None:
    small, rita = room(context), registrar(context)
    ada = small.learner()
    serial = small.serial(small.sit(ada, MIXED))
    for _ in range(2):
        records.show(context, rita, serial)
    verification.look_up(context, NOBODY, serial)
    clock.instant += timedelta(days=1)
    records.show(context, rita, serial)
    records.show(context, ada, serial)
    told = [(look.door, look.name, look.times) for look in sharing.looks(context, ada, serial)]
    assert told[0] == ("page", "Rita Registrar", 1)
    assert sorted(told[1:]) == [("page", "Rita Registrar", 2), ("verify", "", 1)]
    assert sharing.looks(context, rita, serial) == sharing.looks(context, ada, serial)
    with pytest.raises(NotFound):
        sharing.looks(context, small.learner("Bo Example"), serial)
