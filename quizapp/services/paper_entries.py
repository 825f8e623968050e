"""Keying in answer sheets: two people read each one blind, a third decides where they differ.

Equal readings make a closed attempt that is scored like any other. Nobody reads their own sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quizapp.domain import admission as admission_rules
from quizapp.domain import attempt as domain
from quizapp.domain import exam as exams
from quizapp.domain import pack
from quizapp.domain.admission import Admission
from quizapp.domain.attempt import CloseReason, Entry, EventKind, Purpose, canonical
from quizapp.domain.errors import DomainError, Forbidden, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.exam import ExamState, SittingState
from quizapp.domain.person import Actor, Permission
from quizapp.services import admissions, attempts, forms, packs, sittings
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import exams as exam_store
from quizapp.store import packs as store
from quizapp.store import people as people_store
from quizapp.store import response_events
from quizapp.store.attempts import ServedItem
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.packs import RowPaperEntry

#: Two readings, and a third where they differ.
READINGS, DECIDING = 2, 3
JUST_BEFORE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """A slot where two readings differ, as each was typed."""

    position: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class SheetSlot:
    """One place of a sheet to key in; ``rows`` is how many letters it may take, 0 for writing."""

    position: int
    type: str
    rows: int


@dataclass(frozen=True, slots=True)
class SheetView:
    """One person's answer sheet as somebody who may key it in sees it.

    ``number`` is the reading that is due (0 when it is closed); ``slots`` are empty where this
    actor has read it already. ``differences`` are told only once both readings are made.
    """

    sitting_id: UUID
    person_id: UUID
    name: str
    code: str
    number: int
    slots: tuple[SheetSlot, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One sheet in the list of a sitting."""

    person_id: UUID
    name: str
    code: str
    readings: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """The sheet somebody works on."""

    sitting: RowSitting
    exam: RowExam
    person_id: UUID
    name: str
    form_id: UUID
    code: str


# --- reading ----------------------------------------------------------------------------


def listed(context: Context, actor: Actor, sitting_id: UUID) -> list[SheetLine]:
    """Every sheet somebody has begun to key in; by name."""
    sittings.get(context, actor, sitting_id)
    actor.require(Permission.RUN_SITTING)
    with context.reading() as session:
        readings: dict[tuple[UUID, UUID, str], int] = {}
        for row, code in store.entries_of_sitting(session, sitting_id):
            place = (row.person_id, row.form_id, code)
            readings[place] = max(readings.get(place, 0), row.number)
        lines = [
            SheetLine(
                person_id, _name(session, person_id), code, number, _is_closed(session, person_id, form)
            )
            for (person_id, form, code), number in readings.items()
        ]
    return sorted(lines, key=lambda line: (line.name, line.code))


def get(context: Context, actor: Actor, sitting_id: UUID, person_id: UUID, code: str) -> SheetView:
    """One sheet; raises `NotFound`, `Forbidden` ("own_paper")."""
    sittings.get(context, actor, sitting_id)
    with context.reading() as session:
        place = _place(session, actor, sitting_id, person_id, code)
        known = store.entries(session, sitting_id, person_id, place.form_id)
        items = attempt_store.served_items(session, place.form_id)
        told = _differences(items, known)
        is_closed = _is_closed(session, person_id, place.form_id)
        is_reader = any(actor.is_person(row.entered_by) for row in known)
        wanted = {difference.position for difference in told}
        return SheetView(
            sitting_id=sitting_id,
            person_id=person_id,
            name=place.name,
            code=place.code,
            number=0 if is_closed else len(known) + 1,
            slots=()
            if is_closed or is_reader
            else tuple(_slot(item) for item in items if not wanted or item.position in wanted),
            differences=() if is_closed else told,
        )


def _slot(item: ServedItem) -> SheetSlot:
    space = pack.answer_space(packs.presented(item))
    return SheetSlot(item.position, item.type, len(space.rows) if space.rows[0].letters else 0)


def _differences(items: list[ServedItem], known: list[RowPaperEntry]) -> tuple[Difference, ...]:
    if len(known) < READINGS:
        return ()
    first, second = known[0].responses, known[1].responses
    presented = {item.position: packs.presented(item) for item in items}
    return tuple(
        Difference(
            slot,
            pack.written(presented[slot], first.get(str(slot))),
            pack.written(presented[slot], second.get(str(slot))),
        )
        for slot in pack.differences(first, second)
    )


def _place(session: Session, actor: Actor, sitting_id: UUID, person_id: UUID, code: str) -> _Place:
    actor.require(Permission.RUN_SITTING)
    found = exam_store.sitting_with_exam(session, sitting_id)
    if found is None or not exam_store.is_on_roster(session, sitting_id, person_id):
        raise NotFound("not_found")
    if actor.is_person(person_id):
        raise Forbidden("own_paper")
    form = store.printed_form(session, found[1].id, pack.normalise_code(code))
    if form is None:
        raise NotFound("not_found")
    return _Place(*found, person_id, _name(session, person_id), form.form_id, form.code)


def _name(session: Session, person_id: UUID) -> str:
    row = people_store.by_id(session, person_id)
    return row.name if row else ""


def _is_closed(session: Session, person_id: UUID, form_id: UUID) -> bool:
    return attempt_store.has_taken(session, person_id, form_id)


# --- keying in --------------------------------------------------------------------------


def enter(
    context: Context, actor: Actor, sitting_id: UUID, person_id: UUID, code: str, typed: Mapping[int, str]
) -> UUID | None:
    """Store one reading of a sheet; gives the attempt once readings decide it, else None.

    ``typed`` is what was typed by slot. A third reading is asked only where the first two differ.
    Raises `Invalid` ("bad_paper") with every slot that cannot be read, `Refused`, `Forbidden`.
    """
    sittings.get(context, actor, sitting_id)
    try:
        with context.transaction(actor) as uow:
            attempt_id = _enter(uow, _place(uow.session, actor, sitting_id, person_id, code), typed)
    except IntegrityError as error:
        # The unique number of a reading decides a race; the loser looks again.
        raise Refused("entered_meanwhile") from error
    if attempt_id is not None:
        attempts.finish(context, attempt_id)
    return attempt_id


def _enter(uow: UnitOfWork, place: _Place, typed: Mapping[int, str]) -> UUID | None:
    known = store.entries(uow.session, place.sitting.id, place.person_id, place.form_id)
    reader = _need_reader(uow, place, known)
    admission = _admit(uow, place)
    responses = _read(uow.session, place, typed)
    if len(known) == READINGS:
        agreed = pack.differences(known[0].responses, known[1].responses)
        kept = {slot: said for slot, said in known[0].responses.items() if int(slot) not in agreed}
        responses = kept | {slot: said for slot, said in responses.items() if int(slot) in agreed}
    row = RowPaperEntry(
        id=uow.new_id(),
        sitting_id=place.sitting.id,
        person_id=place.person_id,
        form_id=place.form_id,
        number=len(known) + 1,
        responses=responses,
        entered_by=reader,
        entered_at=uow.now,
    )
    uow.session.add(row)
    uow.flush()
    uow.audit(
        "enter", "paper_entry", row.id, sitting=str(place.sitting.id), form=place.code, number=row.number
    )
    is_decided = row.number == DECIDING or (known and not pack.differences(known[0].responses, responses))
    return _close(uow, place, admission, responses) if is_decided else None


def _need_reader(uow: UnitOfWork, place: _Place, known: list[RowPaperEntry]) -> UUID:
    if uow.actor.person_id is None:
        raise Forbidden("not_allowed")
    if _is_closed(uow.session, place.person_id, place.form_id):
        raise Refused("paper_done")
    if any(uow.actor.is_person(row.entered_by) for row in known):
        raise Refused("another_reader_needed")
    return uow.actor.person_id


def _read(session: Session, place: _Place, typed: Mapping[int, str]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    problems = []
    for item in attempt_store.served_items(session, place.form_id):
        text = typed.get(item.position, "")
        try:
            told = pack.read(item.content, packs.presented(item), text)
        except DomainError:
            problems.append(Problem(f"slot-{item.position}", text[:40], "unreadable", "not on this form"))
            continue
        if told is not None:
            responses[str(item.position)] = told
    raise_if_any("bad_paper", problems)
    return responses


def _admit(uow: UnitOfWork, place: _Place) -> Admission:
    """The same rules as for a start at the machine, at the moment the paper was written."""
    sitting, definition = place.sitting, exams.from_json(place.exam.definition)
    if uow.now < sitting.opens_at:
        raise Refused("window_not_open", opens_at=sitting.opens_at.isoformat())
    told = admissions.gather(uow.now, uow.session, place.person_id, sitting, place.exam, sitting.access_code)
    # Sheets are keyed in later, when sitting and exam may be over.
    told = replace(
        told,
        now=min(uow.now, sitting.closes_at - JUST_BEFORE),
        exam_state=ExamState.PUBLISHED,
        sitting_state=SittingState.SCHEDULED,
    )
    admission = admission_rules.admit(definition, told)
    if admission.is_top_up:
        raise Refused("paper_top_up")
    return admission


def _close(uow: UnitOfWork, place: _Place, admission: Admission, responses: Mapping[str, Any]) -> UUID:
    """An attempt with these responses, opened when the paper was written and closed now."""
    definition = exams.from_json(place.exam.definition)
    accommodation = people_store.accommodation_of(uow.session, place.person_id)
    clock = domain.start_clock(
        min(uow.now, place.sitting.closes_at - JUST_BEFORE),
        admissions.time_limit(definition, definition.blueprint),
        admissions.window_of(place.sitting),
        accommodation,
        definition.grace_seconds,
    )
    opening = forms.Opening(
        place.exam,
        definition,
        definition.blueprint,
        Purpose.LIVE,
        place.person_id,
        clock,
        place.sitting.id,
        accommodation,
    )
    # Paper knows no clock of a section: nobody enforced one.
    row = forms.open_with(uow, opening, place.form_id, admission.cycle, False, plans=())
    uow.flush()
    for number, (slot, response) in enumerate(sorted(responses.items(), key=lambda pair: int(pair[0])), 1):
        entry = Entry(1, number, int(slot), EventKind.RESPONSE, canonical(response))
        response_events.append(uow.session.connection(), row.id, entry, clock.opened_at, None)
    attempts.close_row(uow, row, CloseReason.PAPER)
    uow.audit("close", "attempt", row.id, reason=CloseReason.PAPER.value, answered=row.answered)
    return row.id
