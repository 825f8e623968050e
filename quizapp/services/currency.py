"""Are these people current? One answer for each line of a list of names, addresses or serials."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import currency as domain
from quizapp.domain.currency import Answer, Currency, Holding
from quizapp.domain.errors import NotFound, Problem, raise_if_any
from quizapp.domain.person import Actor, Permission, name_key, normalise_email
from quizapp.domain.record import RecordStatus, read_serial
from quizapp.domain.score import TaskStatus
from quizapp.integrations import csv_files, xlsx_files
from quizapp.services import record_views
from quizapp.services.record_facts import today
from quizapp.services.unit_of_work import Context
from quizapp.store import people as people_store
from quizapp.store import person_words
from quizapp.store import record_holdings as store
from quizapp.store import records as record_store
from quizapp.store.exams import RowExam, by_slug, definition_of
from quizapp.store.record_holdings import Held, TaskLine

MOST_LINES = 5000
LONGEST_LINE = 300
#: Columns a list may have, the surest first.
KNOWN_COLUMNS = ("serial", "email", "e-mail", "name", "learner")
COLUMNS = ("asked", "result", "name", "serial", "exam", "expires_on", "demonstrated", "missing", "people")
FORMS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Line:
    """The answer to one line; ``people`` is how many it may mean, 0 when nobody is known by it."""

    asked: str
    answer: Answer
    name: str = ""
    people: int = 0

    @property
    def is_current(self) -> bool:
        """Whether somebody is surely named, and in force today."""
        return self.answer.currency in (Currency.CURRENT, Currency.EXPIRING)


def read(data: bytes) -> list[str]:
    """The lines of a pasted or handed-in list: plain text, CSV or a workbook; raises `Invalid` ("bad_list").

    A table whose first row names a serial, e-mail or name column is read by that column; in
    anything else a whole line is one entry.
    """
    try:
        rows = _workbook(data) if data[:2] == b"PK" else _text(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, xlsx_files.Unreadable, csv.Error) as error:
        raise_if_any("bad_list", [Problem("file", "", "unreadable", f"neither text nor a workbook: {error}")])
    entries = [" ".join(entry.split())[:LONGEST_LINE] for entry in rows]
    told = [entry for entry in entries if entry]
    raise_if_any("bad_list", _check(told))
    return list(dict.fromkeys(told))


def _check(told: Sequence[str]) -> list[Problem]:
    if not told:
        return [Problem("list", "", "empty", "no name, address or serial was found")]
    if len(told) > MOST_LINES:
        return [Problem("list", str(len(told)), "too_long", f"at most {MOST_LINES} lines at a time")]
    return []


def _workbook(data: bytes) -> list[str]:
    rows = xlsx_files.read(data, MOST_LINES + 2)
    return _column(rows) or [next(filter(None, row), "") for row in rows]


def _text(text: str) -> list[str]:
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    if any(name.strip().strip('"').lower() in KNOWN_COLUMNS for name in head.split(delimiter)):
        return _column(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    return text.splitlines()


def _column(rows: Sequence[Sequence[str]]) -> list[str]:
    """The entries below the surest known column; a row without one falls back to the next."""
    header = [name.strip().lower() for name in rows[0]] if rows else []
    places = [header.index(name) for name in KNOWN_COLUMNS if name in header]
    return [next((row[at] for at in places if at < len(row) and row[at].strip()), "") for row in rows[1:]]


def check(
    context: Context,
    actor: Actor,
    entries: Sequence[str],
    *,
    exam_id: UUID | None = None,
    horizon: int = domain.HORIZON_DAYS,
    door: str = "currency",
) -> list[Line]:
    """An answer for each entry, in their order; every record an answer names is noted as disclosed."""
    actor.require(Permission.PULL_RECORDS)
    with context.transaction(actor) as uow:
        wanted, day = tasks_of(uow.session, exam_id) if exam_id else (), today(context)
        told, ids = judged(uow.session, entries, wanted, day, horizon, lambda one: _is_of(one, exam_id))
        record_store.disclose(uow.session, ids, actor.person_id, door, uow.now)
        uow.audit("disclose", "record", "", door=door, asked=len(entries), count=len(ids))
        return told


def _is_of(held: Held, exam_id: UUID | None) -> bool:
    return exam_id is None or held.record.exam_id == exam_id


def judged(
    session: Session,
    entries: Sequence[str],
    wanted: Sequence[str],
    day: date,
    horizon: int,
    counts: Callable[[Held], bool],
) -> tuple[list[Line], list[UUID]]:
    """An answer for each entry from the records that ``counts`` lets count, and the ids of those it names."""
    meant = _people(session, entries)
    sure = {entry: people[0] for entry, people in meant.items() if len(people) == 1}
    every = store.of_people(session, sure.values())
    held = {person: [one for one in many if counts(one)] for person, many in every.items()}
    tasks = store.tasks(session, [one.record.score_id for many in held.values() for one in many])
    named = store.people(session, sure.values())
    told = []
    for entry in entries:
        people = meant.get(entry, [])
        if len(people) > 1:
            told.append(Line(entry, Answer(Currency.AMBIGUOUS), people=len(people)))
            continue
        holdings = [holding(one, tasks, day) for one in held.get(sure.get(entry, _NOBODY), [])]
        answer = domain.judge(holdings, day, wanted, horizon)
        name = named[sure[entry]].name if answer.holding else ""
        told.append(Line(entry, answer, name, len(people)))
    shown = {line.answer.holding.serial for line in told if line.answer.holding}
    return told, [one.record.id for many in held.values() for one in many if one.record.serial in shown]


_NOBODY = UUID(int=0)


def tasks_of(session: Session, exam_id: UUID) -> tuple[str, ...]:
    """The tasks an exam asks; raises `NotFound`."""
    exam = session.get(RowExam, exam_id)
    if exam is None:
        raise NotFound("not_found")
    return tuple(definition_of(exam).blueprint.task_codes)


def holding(held: Held, tasks: Mapping[UUID, Sequence[TaskLine]], day: Any) -> Holding:
    """A stored record as the rule sees it on ``day``."""
    row = held.record
    lines = tasks.get(row.score_id, ())
    return Holding(
        serial=row.serial,
        exam_title=held.exam_title,
        status=RecordStatus(record_views.current_status(row, day)),
        expires_on=row.expires_on,
        tasks=tuple(line.code for line in lines),
        demonstrated=frozenset(line.code for line in lines if line.status == TaskStatus.DEMONSTRATED.value),
    )


def _people(session: Session, entries: Sequence[str]) -> dict[str, list[UUID]]:
    """Whom each entry may mean: by serial, by address, else by everybody of that name."""
    serials = {entry: serial for entry in entries if (serial := read_serial(entry))}
    addresses = {entry: normalise_email(entry) for entry in entries if "@" in entry}
    keys = {e: key for e in entries if e not in serials and e not in addresses and (key := name_key(e))}
    by_serial = store.holders(session, serials.values())
    by_address = people_store.by_emails(session, addresses.values())
    by_name = _by_name(session, set(keys.values()))
    told = {entry: [by_serial[serial]] for entry, serial in serials.items() if serial in by_serial}
    told |= {entry: [by_address[mail].id] for entry, mail in addresses.items() if mail in by_address}
    return told | {entry: by_name[key] for entry, key in keys.items() if key in by_name}


def _by_name(session: Session, keys: set[str]) -> dict[str, list[UUID]]:
    # The longest word of a name is the rarest; what has it is compared in full.
    rarest = {key: max(key.split(), key=len) for key in keys}
    found = person_words.people_with(session, rarest.values())
    names = store.names(session, [person for people in found.values() for person in people])
    spelled = {person: {name_key(name) for name in called} for person, called in names.items()}
    told = {
        key: [person for person in found.get(word, ()) if key in spelled.get(person, ())]
        for key, word in rarest.items()
    }
    return {key: people for key, people in told.items() if people}


def exam_id(context: Context, actor: Actor, slug: str) -> UUID:
    """The exam with this slug; raises `NotFound` ("no_such_exam")."""
    actor.require(Permission.PULL_RECORDS)
    with context.reading() as session:
        row = by_slug(session, slug)
        if row is None:
            raise NotFound("no_such_exam", exam=slug)
        return row.id


def rows(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The answers as plain rows with `COLUMNS`."""
    return [_row(line) for line in lines]


def _row(line: Line) -> dict[str, Any]:
    held = line.answer.holding
    return {
        "asked": line.asked,
        "result": line.answer.currency.value,
        "name": line.name,
        "serial": held.serial if held else "",
        "exam": held.exam_title if held else "",
        "expires_on": held.expires_on.isoformat() if held else "",
        "demonstrated": " ".join(line.answer.demonstrated),
        "missing": " ".join(line.answer.missing),
        "people": line.people,
    }


def file(lines: Sequence[Line], form: str) -> Iterator[bytes]:
    """The answers as a file, one row for each entry in its order; raises `NotFound` for another form."""
    if form not in FORMS:
        raise NotFound("not_found")
    told = rows(lines)
    if form == "csv":
        return csv_files.lines(COLUMNS, told)
    return xlsx_files.write(COLUMNS, ([csv_files.neutral(row[name]) for name in COLUMNS] for row in told))
