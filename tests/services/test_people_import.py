"""Files of people: all or none, every problem told, twice is once."""

from __future__ import annotations

import pytest

from quizapp.domain.errors import Forbidden, Invalid
from quizapp.domain.person import Actor, Role
from quizapp.integrations import csv_rows
from quizapp.ports import Message, NullMailer
from quizapp.services import cohorts, people
from quizapp.services.people_import import Imported, check_import, import_people
from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS, person

GOOD = """\ufeffname,email,roles,cohort,remarks
Ada Example,ada@example.org,,Spring 2026,ignored
"Ben, Junior",Ben@Example.org,instructor reviewer,,
Ada Example,ada@example.org,,Evening,
""".encode()


def found(context: Context) -> list[tuple[str, str, tuple[Role, ...]]]:
    return [(one.name, one.email, one.roles) for one in people.listed(context, TESTS).people]


def test_the_same_file_twice_is_the_same_as_once(context: Context) -> None:
    plan = check_import(context, TESTS, GOOD)
    assert (plan.problems, plan.new_people, plan.new_cohorts) == ((), 2, ("Evening", "Spring 2026"))
    assert found(context) == []
    assert import_people(context, TESTS, GOOD) == Imported(2, 0, 2, 2)
    assert import_people(context, TESTS, GOOD) == Imported(0, 2, 0, 0)
    assert found(context) == [
        ("Ada Example", "ada@example.org", (Role.LEARNER,)),
        ("Ben, Junior", "ben@example.org", (Role.INSTRUCTOR, Role.REVIEWER)),
    ]
    assert [(c.name, c.members) for c in cohorts.listed(context, TESTS)] == [
        ("Evening", 1),
        ("Spring 2026", 1),
    ]


def test_new_people_are_invited_once(context: Context, mail: NullMailer) -> None:
    def letter(told: object) -> Message:
        return Message(told.email, "welcome", "")  # type: ignore[attr-defined]

    import_people(context, TESTS, GOOD, letter)
    import_people(context, TESTS, GOOD, letter)
    assert sorted(message.to for message in mail.sent) == ["ada@example.org", "ben@example.org"]


def test_every_wrong_row_is_told_and_nothing_is_loaded(context: Context) -> None:
    person(context, Role.LEARNER, name="Known", email="known@example.org")
    data = (
        b"name,email,roles,cohort\n"
        b"Fine,fine@example.org,learner,\n"
        b",nowhere,wizard,\n"
        b"Other Name,known@example.org,proctor,\n"
        b"Fine,fine@example.org,proctor,\n"
        b"Too,many@example.org,,,cells\n"
    )
    with pytest.raises(Invalid) as error:
        import_people(context, TESTS, data)
    assert [(p.place, p.field, p.value, p.reason) for p in error.value.problems] == [
        ("row 6", "row", "cells", "too_many_cells"),
        ("row 3", "roles", "wizard", "unknown_role"),
        ("row 3", "name", "", "missing"),
        ("row 3", "email", "nowhere", "not_an_address"),
        ("row 4", "name", "Other Name", "differs"),
        ("row 4", "roles", "proctor", "differs"),
        ("row 5", "email", "fine@example.org", "twice"),
    ]
    assert found(context) == [("Known", "known@example.org", (Role.LEARNER,))]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", [("row 1", "name", "missing_column"), ("row 1", "email", "missing_column")]),
        (b"email,email,name\nx", [("row 1", "email", "double_column")]),
        (b"name,email\n", [("", "file", "empty")]),
        (b"name,email\nJos\xe9,j@example.org\n", [("line 2", "file", "not_utf8")]),
        (b"PK\x03\x04\x00\x00", [("", "file", "not_csv")]),
        (b'name,email\n"open,a@example.org\n', [("line 2", "file", "not_csv")]),
    ],
)
def test_what_is_no_such_file_is_told(
    context: Context, data: bytes, told: list[tuple[str, str, str]]
) -> None:
    plan = check_import(context, TESTS, data)
    assert [(p.place, p.field, p.reason) for p in plan.problems] == told


def test_a_huge_file_stops_early() -> None:
    data = b"name,email\n" + b"A,a@example.org\n" * (csv_rows.MAX_ROWS + 5)
    table = csv_rows.read(data, ("name", "email"))
    assert (len(table.rows), [p.reason for p in table.problems]) == (csv_rows.MAX_ROWS, ["too_long"])
    cell = csv_rows.read(b"name\n" + b"x" * 501 + b"\n", ("name",))
    assert [(p.place, p.reason) for p in cell.problems] == [("row 2", "too_long")]


def test_only_administrators_import(context: Context) -> None:
    instructor = Actor(person(context, Role.INSTRUCTOR), frozenset({Role.INSTRUCTOR}))
    with pytest.raises(Forbidden):
        import_people(context, instructor, GOOD)
