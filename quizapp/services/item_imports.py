"""Importing by page: a file is kept and looked at, and taken in the background once somebody says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from quizapp.domain.errors import DomainError, Invalid, NotFound, Problem, Refused
from quizapp.domain.exchange import Fidelity
from quizapp.domain.item_import import Line, Outcome
from quizapp.domain.person import NOBODY, SYSTEM, Actor, Permission
from quizapp.services import bank_imports, jobs
from quizapp.services.bank_imports import Defaults, Report, Upload
from quizapp.services.jobs import Job
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import item_imports as store
from quizapp.store import people as people_store
from quizapp.store.item_imports import RowItemImport

KIND = "item_import"
KEPT = timedelta(days=1)
#: Progress is written down after so many entries.
STEP = 200
LONGEST_FILE_NAME, LONGEST_STEM = 200, 160


@dataclass(frozen=True, slots=True)
class Import:
    """A file somebody brought, what it would do or did, and how far it is."""

    id: UUID
    bank_id: str
    form: str
    file_name: str
    report: Report
    accepts_valid: bool
    done: int
    total: int
    created_at: datetime
    asked_at: datetime | None
    done_at: datetime | None
    refusal: str

    @property
    def is_running(self) -> bool:
        """Whether it was asked for and is not through."""
        return self.asked_at is not None and self.done_at is None

    def lines(self, *outcomes: Outcome) -> list[Line]:
        """The entries with one of these outcomes, in the order of the file."""
        return [line for line in self.report.lines if line.outcome in outcomes]

    @property
    def changed(self) -> list[Line]:
        """The entries that come with a stated change."""
        return [line for line in self.report.lines if line.fidelity is Fidelity.CHANGED]


def bring(context: Context, actor: Actor, upload: Upload, file_name: str) -> UUID:
    """Keep a file for a day and look at it; nothing of it is in the bank yet.

    Raises `Invalid` ("bad_file", "no_items") and `NotFound`; then it is not kept.
    """
    actor.require(Permission.LOAD_BANK)
    if actor.person_id is None:
        raise NotFound("not_found")
    report = bank_imports.preview(context, actor, upload)
    with context.transaction(actor) as uow:
        store.delete_before(uow.session, uow.now - KEPT)
        row = RowItemImport(
            id=uow.new_id(),
            person_id=actor.person_id,
            bank_id=upload.bank_id,
            form=upload.form,
            file_name=file_name[:LONGEST_FILE_NAME],
            data=upload.data,
            defaults=asdict(upload.defaults),
            report=_to_json(report),
            total=len(report.lines),
            created_at=uow.now,
        )
        uow.session.add(row)
        uow.audit("bring", "item_import", row.id, bank=upload.bank_id, form=upload.form, items=row.total)
        return row.id


def confirm(context: Context, actor: Actor, import_id: UUID, accepts_valid: bool) -> None:
    """Have a file that was looked at taken into its bank; saying so again changes nothing.

    Raises `NotFound`, and `Refused` ("items_refused", "nothing_new").
    """
    actor.require(Permission.LOAD_BANK)
    with context.transaction(actor) as uow:
        row = _own(actor, store.told(uow.session, import_id))
        if row.asked_at is not None:
            return
        report = _of_json(row)
        if report.refused and not accepts_valid:
            raise Refused("items_refused", refused=len(report.refused))
        if not report.taken:
            raise Refused("nothing_new")
        row.asked_at, row.accepts_valid = uow.now, accepts_valid
        uow.audit("confirm", "item_import", import_id, bank=row.bank_id, accepts_valid=accepts_valid)
        jobs.ask(uow, KIND, import_id)


def get(context: Context, actor: Actor, import_id: UUID) -> Import:
    """A file of the actor's own; raises `NotFound` for everybody else."""
    actor.require(Permission.LOAD_BANK)
    with context.reading() as session:
        return _told(_own(actor, store.told(session, import_id)))


def of_bank(context: Context, actor: Actor, bank_id: str) -> list[Import]:
    """What the actor brought for a bank in the last day, newest first."""
    actor.require(Permission.LOAD_BANK)
    if actor.person_id is None:
        return []
    with context.reading() as session:
        oldest = context.clock.now() - KEPT
        rows = store.of_person(session, actor.person_id, bank_id)
        return [_told(row) for row in rows if row.created_at >= oldest]


def _own(actor: Actor, row: RowItemImport | None) -> RowItemImport:
    if row is None or not actor.is_person(row.person_id):
        raise NotFound("not_found")
    return row


# --- in the background ------------------------------------------------------------------


@jobs.handles(KIND)
def take(context: Context, job: Job) -> None:
    """Take a file that was confirmed; a second try after the first came through does nothing."""
    import_id = UUID(job.object_id)
    with context.reading() as session:
        row = session.get(RowItemImport, import_id)
        if row is None or row.done_at is not None:
            return
        upload = _upload(row)
        person = people_store.by_id(session, row.person_id)
        actor = person.actor if person else NOBODY
    try:
        read = bank_imports.read_file(context, actor, upload, lambda done, _total: _note(context, job, done))
        with context.transaction(actor) as uow:
            _finish(uow, import_id, bank_imports.store_items(uow, upload, read))
    except DomainError as error:
        # The bank, the file's owner or the rules changed since the file was looked at.
        _refuse(context, actor, import_id, upload, error)


def _upload(row: RowItemImport) -> Upload:
    told = {**row.defaults, "tasks": tuple(row.defaults["tasks"])}
    return Upload(row.bank_id, row.form, row.data, Defaults(**told), row.accepts_valid)


def _note(context: Context, job: Job, done: int) -> None:
    if done % STEP == 0:
        with context.transaction(SYSTEM) as uow:
            store.note_progress(uow.session, UUID(job.object_id), done)
            jobs.hold(uow, job)


def _finish(uow: UnitOfWork, import_id: UUID, report: Report) -> None:
    row = uow.session.get_one(RowItemImport, import_id)
    row.report, row.done, row.done_at = _to_json(report), row.total, uow.now
    # The file is in the bank; what it held is not kept twice.
    row.data = b""


def _refuse(context: Context, actor: Actor, import_id: UUID, upload: Upload, error: DomainError) -> None:
    report = None
    if isinstance(error, Invalid) and error.code == "items_refused":
        report = bank_imports.preview(context, actor, upload)
    with context.transaction(SYSTEM) as uow:
        row = uow.session.get_one(RowItemImport, import_id)
        row.done_at, row.refusal = uow.now, error.code
        row.report = _to_json(report) if report else row.report
        uow.audit("refuse", "item_import", import_id, bank=row.bank_id, code=error.code)


# --- reports as JSON --------------------------------------------------------------------


def _told(row: RowItemImport) -> Import:
    return Import(
        id=row.id,
        bank_id=row.bank_id,
        form=row.form,
        file_name=row.file_name,
        report=_of_json(row),
        accepts_valid=row.accepts_valid,
        done=row.done,
        total=row.total,
        created_at=row.created_at,
        asked_at=row.asked_at,
        done_at=row.done_at,
        refusal=row.refusal,
    )


def _to_json(report: Report) -> dict[str, Any]:
    return {
        "is_stored": report.is_stored,
        "notes": _problems(report.notes),
        "lines": [
            {
                "place": line.place,
                "name": line.name,
                "outcome": line.outcome.value,
                "stem": line.stem[:LONGEST_STEM],
                "changes": _problems(line.changes),
                "problems": _problems(line.problems),
                # What came through need not be given back.
                "original": dict(line.original) if line.outcome is Outcome.REFUSED else {},
            }
            for line in report.lines
        ],
    }


def _problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]


def _of_json(row: RowItemImport) -> Report:
    told = row.report
    lines = tuple(_line(line) for line in told["lines"])
    return Report(row.bank_id, row.form, lines, _read(told["notes"]), told["is_stored"])


def _line(told: Mapping[str, Any]) -> Line:
    return Line(
        place=told["place"],
        name=told["name"],
        outcome=Outcome(told["outcome"]),
        stem=told["stem"],
        changes=_read(told["changes"]),
        problems=_read(told["problems"]),
        original=told["original"],
    )


def _read(problems: Sequence[Mapping[str, str]]) -> tuple[Problem, ...]:
    return tuple(Problem(**problem) for problem in problems)
