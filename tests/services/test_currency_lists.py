"""Lists of people, looked up: by serial, address and name, on both databases."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from quizapp.domain.errors import Forbidden, Invalid
from quizapp.domain.person import Role
from quizapp.integrations import xlsx_files
from quizapp.ports import FixedClock
from quizapp.services import currency, record_status
from quizapp.services.unit_of_work import Context
from tests.support.people import person
from tests.support.records import GOOD, registrar, room


def test_each_line_gets_one_answer(context: Context, clock: FixedClock) -> None:
    small = room(context)
    ada, rita = small.certified("Ada Example"), registrar(context)
    zoe = small.certified("Zoë de Vries", GOOD)
    record_status.suspend(context, rita, small.certified("Sue Example"), "irregularity", "Seen")
    person(context, Role.LEARNER, name="Bo Example")
    person(context, Role.LEARNER, name="Bo Example", email="other@example.org")
    asked = {
        "ada EXAMPLE": ("current", ada, "1.B", 1),
        "Example, Ada": ("current", ada, "1.B", 1),
        "ada.example.1@example.org": ("current", ada, "1.B", 1),
        ada.lower().replace("-", " "): ("current", ada, "1.B", 1),
        "de vries, zoe": ("current", zoe, "", 1),
        "Sue Example": ("no_current_record", "", "", 1),
        "Bo Example": ("ambiguous", "", "", 2),
        "Ada": ("no_current_record", "", "", 0),
        "nobody@example.org": ("no_current_record", "", "", 0),
    }
    told = currency.rows(currency.check(context, rita, list(asked)))
    answers = {row["asked"]: (row["result"], row["serial"], row["missing"], row["people"]) for row in told}
    assert answers == asked
    told = currency.rows(currency.check(context, rita, ["Bo Example", "Ada"], exam_id=small.exam_id))
    assert [row["missing"] for row in told] == ["", "1.A 1.B"]
    clock.instant = datetime(2029, 2, 10, tzinfo=UTC)
    assert [line.answer.currency for line in currency.check(context, rita, [ada])] == ["expiring"]
    clock.instant = datetime(2029, 3, 10, tzinfo=UTC)
    assert [line.answer.currency for line in currency.check(context, rita, [ada])] == ["lapsed"]


def test_lists_are_read_from_text_tables_and_workbooks() -> None:
    table = 'Unit,Name,E-Mail\nA,"Example, Ada",\nB,Bo Example,bo@example.org\n'
    rows = list(csv.reader(io.StringIO(table)))
    book = b"".join(xlsx_files.write(rows[0], rows[1:]))
    assert currency.read(b"Example, Ada\n\n Bo  Example\nBo Example") == [
        "Example, Ada",
        "Bo Example",
    ]
    assert currency.read(table.encode()) == currency.read(book) == ["Example, Ada", "bo@example.org"]
    for bad in (
        b"",
        b"\xff\xfe",
        b"PK nothing",
        b"PK\x03\x04",
        b"x\n" + b"".join(b"%d\n" % n for n in range(5001)),
    ):
        with pytest.raises(Invalid):
            currency.read(bad)


def test_answers_come_as_files_that_calculate_nothing(sqlite_context: Context) -> None:
    rita = registrar(sqlite_context)
    told = currency.check(sqlite_context, rita, ["=1+1"])
    text = b"".join(currency.file(told, "csv")).decode("utf-8-sig")
    header, cells = xlsx_files.read(b"".join(currency.file(told, "xlsx")), 5)
    assert tuple(header) == currency.COLUMNS
    assert [text.splitlines()[1].split(",")[0], cells[0]] == ["'=1+1", "'=1+1"]
    with pytest.raises(Forbidden):
        currency.check(sqlite_context, room(sqlite_context).learner(), ["Ada"])
