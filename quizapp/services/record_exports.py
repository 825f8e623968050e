"""Records as files of any length: written in batches, each noted as disclosed before it is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from quizapp.domain.errors import Invalid, NotFound, Refused
from quizapp.domain.person import NOBODY, SYSTEM, Actor, Permission
from quizapp.domain.record import RecordStatus
from quizapp.integrations import csv_files, xlsx_files, zip_files
from quizapp.services import jobs, record_pdfs, record_views
from quizapp.services.jobs import Job
from quizapp.services.record_facts import today
from quizapp.services.record_views import RecordLine
from quizapp.services.unit_of_work import Context
from quizapp.store import people as people_store
from quizapp.store import record_exports as store
from quizapp.store import record_search
from quizapp.store import records as record_store
from quizapp.store.record_exports import RowRecordExport
from quizapp.store.record_search import Wish

#: The columns of every export, in this order; a new one is added at the end, none is renamed.
COLUMNS = (
    "serial", "status", "learner", "person_id", "exam", "framework", "framework_version", "decision",
    "demonstrated", "tasks", "task_codes", "standing", "cycle", "issued_at", "expires_on",
)  # fmt: skip
BATCH = 1000
#: A longer file is written in the background, where its progress shows.
DIRECT = 5000
#: Making a PDF takes a tenth of a second and a hundred kilobytes: a file has so many, and no more.
MOST_PDFS = 500
PART_BYTES = 1_000_000
KEPT = timedelta(days=1)
KIND = "record_export"

Rows = Iterable[Mapping[str, Any]]


def _csv(_context: Context, _actor: Actor, rows: Rows) -> Iterator[bytes]:
    return csv_files.lines(COLUMNS, rows)


def _json(_context: Context, _actor: Actor, rows: Rows) -> Iterator[bytes]:
    begin = b"[\n"
    for row in rows:
        yield begin + json.dumps(row, ensure_ascii=False).encode()
        begin = b",\n"
    yield b"\n]\n" if begin != b"[\n" else b"[]\n"


def _xlsx(_context: Context, _actor: Actor, rows: Rows) -> Iterator[bytes]:
    def cell(value: Any) -> Any:
        return value if isinstance(value, int) else csv_files.neutral(value)

    return xlsx_files.write(COLUMNS, ([cell(row[name]) for name in COLUMNS] for row in rows))


def _pdf(context: Context, _actor: Actor, rows: Rows) -> Iterator[bytes]:
    yield record_pdfs.collect(context, [row["serial"] for row in rows])


README = """Completion records, one file each: the files as their issuer signed them.

Each PDF is signed as a whole and proves its record by itself. Hand it in at the issuer's verification
page, or run `quizapp record verify FILE`: that also tells what was decided since. This archive as a
whole is not signed. records.csv says how each record stood when the archive was written.
"""
NOT_PRINTABLE = """
These records have signs that no font of the installation has, so they are not here as PDF; their other
forms are not affected:
"""


def _zip(context: Context, actor: Actor, rows: Rows) -> Iterator[bytes]:
    return zip_files.write(_signed_files(context, actor, rows))


def _signed_files(context: Context, actor: Actor, rows: Rows) -> Iterator[tuple[str, bytes]]:
    told, missing = list[Mapping[str, Any]](), list[str]()
    for row in rows:
        serial = row["serial"]
        try:
            yield f"record-{serial}.pdf", record_pdfs.of_serial(context, actor, serial)
        except Invalid:
            missing.append(serial)
        told.append(row)
    yield "records.csv", b"".join(csv_files.lines(COLUMNS, told))
    without = NOT_PRINTABLE + "".join(f"{serial}\n" for serial in missing) if missing else ""
    yield "README.txt", (README + without).encode()


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a file: what a browser is told it is, and who writes it.

    ``most`` records fit; a form that has such a bound is slow, and only made in the background.
    Its progress is noted every ``step`` records.
    """

    mimetype: str
    write: Callable[[Context, Actor, Rows], Iterator[bytes]]
    most: int | None = None
    step: int = BATCH

    @property
    def is_direct(self) -> bool:
        """Whether it can be had while one waits."""
        return self.most is None


#: A further form is a further line. The PDF is one copy to read, the archive holds the evidence.
FORMS: Mapping[str, Form] = {
    "csv": Form("text/csv", _csv),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "json": Form("application/json", _json),
    "pdf": Form("application/pdf", _pdf, MOST_PDFS, 10),
    "zip": Form("application/zip", _zip, MOST_PDFS, 10),
}


def rows(context: Context, actor: Actor, wish: Wish, door: str) -> Iterator[dict[str, Any]]:
    """Every record a wish asks for as plain rows with `COLUMNS`, however many; noted as disclosed."""
    actor.require(Permission.PULL_RECORDS)
    with context.transaction(actor) as uow:
        total = record_search.count(uow.session, wish, today(context))
        uow.audit("disclose", "record", "", door=door, count=total)
    return _batches(context, actor, wish, door)


def _batches(context: Context, actor: Actor, wish: Wish, door: str) -> Iterator[dict[str, Any]]:
    place, is_first = None, True
    while is_first or place is not None:
        is_first = False
        # The audit line of the whole export is written; here each row is noted before it leaves.
        with context.transaction(actor) as uow:
            day = today(context)
            found, place = record_search.batch(uow.session, wish, day, BATCH, place)
            told = record_views.lines(uow.session, found, day)
            record_store.disclose(uow.session, [line.id for line in told], actor.person_id, door, uow.now)
        yield from map(row, told)


def row(line: RecordLine) -> dict[str, Any]:
    """One record as a row of an export."""
    return {
        "serial": line.serial,
        "status": line.status.value,
        "learner": line.learner_name,
        "person_id": str(line.person_id),
        "exam": line.exam_title,
        "framework": line.framework_id,
        "framework_version": line.framework_version,
        "decision": line.decision,
        "demonstrated": line.demonstrated,
        "tasks": line.tasks,
        "task_codes": " ".join(line.task_codes),
        "standing": line.standing,
        "cycle": line.cycle,
        "issued_at": line.issued_at.isoformat(),
        "expires_on": line.expires_on.isoformat(),
    }


def stream(context: Context, actor: Actor, wish: Wish, form: str, door: str) -> Iterator[bytes]:
    """The file of a wish, in pieces; its memory does not grow with its length."""
    if form not in FORMS or not FORMS[form].is_direct:
        raise NotFound("not_found")
    return FORMS[form].write(context, actor, rows(context, actor, wish, door))


def count(context: Context, actor: Actor, wish: Wish) -> int:
    """How many records a file of this wish would have."""
    actor.require(Permission.PULL_RECORDS)
    with context.reading() as session:
        return record_search.count(session, wish, today(context))


# --- in the background ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Export:
    """A file somebody asked for, and how far it is."""

    id: UUID
    form: str
    total: int
    done: int
    created_at: datetime
    done_at: datetime | None

    @property
    def is_ready(self) -> bool:
        """Whether the file can be fetched."""
        return self.done_at is not None


def ask(context: Context, actor: Actor, wish: Wish, form: str) -> UUID:
    """Have a file written in the background; it is kept for a day.

    Raises `Refused` ("too_many_records") for more than the form takes.
    """
    actor.require(Permission.PULL_RECORDS)
    if form not in FORMS or actor.person_id is None:
        raise NotFound("not_found")
    with context.transaction(actor) as uow:
        store.delete_exports_before(uow.session, uow.now - KEPT)
        total, most = record_search.count(uow.session, wish, today(context)), FORMS[form].most
        if most is not None and total > most:
            raise Refused("too_many_records", total=total, most=most)
        export = RowRecordExport(
            id=uow.new_id(),
            person_id=actor.person_id,
            form=form,
            wish=_wish_to_json(wish),
            total=total,
            created_at=uow.now,
        )
        uow.session.add(export)
        uow.audit("export", "record", "", export=str(export.id), form=form, count=total)
        jobs.ask(uow, KIND, export.id)
        return export.id


@jobs.handles(KIND)
def write(context: Context, job: Job) -> None:
    """Write a file that was asked for; a second try begins anew."""
    export_id = UUID(job.object_id)
    with context.transaction(_asker(context, export_id)) as uow:
        asked = uow.session.get(RowRecordExport, export_id)
        if asked is None:
            return
        store.delete_parts(uow.session, export_id)
        asked.done, asked.done_at = 0, None
        wish, form = _wish_of_json(asked.wish), asked.form
        uow.audit("write", "record_export", export_id)
    found = rows(context, uow.actor, wish, f"export:{form}")
    counted = _counted(context, job, found, FORMS[form].step)
    _store(context, uow.actor, export_id, FORMS[form].write(context, uow.actor, counted))


def _counted(context: Context, job: Job, found: Rows, step: int) -> Iterator[Mapping[str, Any]]:
    """The same rows, while their number is written down for whoever waits, and the work is held."""
    number = 0
    for number, told in enumerate(found, 1):
        if number % step == 0:
            _note(context, job, number)
        yield told
    # Some forms are put together only now.
    _note(context, job, number)


def _note(context: Context, job: Job, number: int) -> None:
    with context.transaction(SYSTEM) as uow:
        store.note_progress(uow.session, UUID(job.object_id), number)
        jobs.hold(uow, job)


def _asker(context: Context, export_id: UUID) -> Actor:
    """Whoever asked for an export, with the roles they have now."""
    with context.reading() as session:
        asked = session.get(RowRecordExport, export_id)
        person = people_store.by_id(session, asked.person_id) if asked else None
        return person.actor if person else NOBODY


def _store(context: Context, actor: Actor, export_id: UUID, pieces: Iterator[bytes]) -> None:
    number, waiting = 1, bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= PART_BYTES:
            _store_part(context, export_id, number, bytes(waiting))
            number, waiting = number + 1, bytearray()
    _store_part(context, export_id, number, bytes(waiting))
    with context.transaction(actor) as uow:
        asked = uow.session.get_one(RowRecordExport, export_id)
        asked.done, asked.done_at = asked.total, uow.now
        uow.audit("finish", "record_export", export_id, parts=number)


def _store_part(context: Context, export_id: UUID, number: int, data: bytes) -> None:
    with context.transaction(SYSTEM) as uow:
        store.add_part(uow.session, export_id, number, data)


def exports(context: Context, actor: Actor) -> list[Export]:
    """The files the actor asked for in the last day, newest first."""
    actor.require(Permission.PULL_RECORDS)
    if actor.person_id is None:
        return []
    with context.reading() as session:
        oldest = context.clock.now() - KEPT
        return [_told(row) for row in store.exports(session, actor.person_id) if row.created_at >= oldest]


def export(context: Context, actor: Actor, export_id: UUID) -> Export:
    """How far a file of the actor's is; raises `NotFound` for everybody else."""
    actor.require(Permission.PULL_RECORDS)
    with context.reading() as session:
        asked = session.get(RowRecordExport, export_id)
        if asked is None or not actor.is_person(asked.person_id):
            raise NotFound("not_found")
        return _told(asked)


def file_of(context: Context, actor: Actor, export_id: UUID) -> Iterator[bytes]:
    """The finished file, in pieces; raises `Refused` ("export_unfinished") before."""
    if not export(context, actor, export_id).is_ready:
        raise Refused("export_unfinished")
    return _parts(context, export_id)


def _parts(context: Context, export_id: UUID) -> Iterator[bytes]:
    with context.reading() as session:
        yield from store.parts(session, export_id)


def _told(row: RowRecordExport) -> Export:
    return Export(row.id, row.form, row.total, row.done, row.created_at, row.done_at)


def _wish_to_json(wish: Wish) -> dict[str, Any]:
    told = json.loads(json.dumps(asdict(wish), default=str))
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _wish_of_json(told: Mapping[str, Any]) -> Wish:
    known = dict(told)
    for name in ("exam_id", "cohort_id"):
        if known.get(name):
            known[name] = UUID(known[name])
    for name in ("issued_since", "issued_before"):
        if known.get(name):
            known[name] = datetime.fromisoformat(known[name])
    if known.get("status"):
        known["status"] = RecordStatus(known["status"])
    known["serials"] = tuple(known.get("serials", ()))
    return Wish(**known)
