"""What a learner's window is given of an open attempt. There is no field for a key here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import blueprint as blueprints
from quizapp.domain.attempt import (
    ARRIVAL_TOLERANCE,
    AttemptState,
    Entry,
    EventKind,
    SectionClock,
    SectionPlan,
    SlotState,
    canonical,
    project,
)
from quizapp.domain.errors import NotFound
from quizapp.domain.item_types import item_type
from quizapp.domain.item_types.responses import readable
from quizapp.domain.person import Actor
from quizapp.services import attempts, saving, sections
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as store
from quizapp.store import exam_day, response_events
from quizapp.store.attempts import RowAttempt, ServedItem
from quizapp.store.exams import RowExam, definition_of

#: Tokens outlive the grace by this much, so that what arrives too late is still kept as late.
TOKEN_SLACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SlotMark:
    """One place of the navigator."""

    position: int
    section: int
    is_answered: bool
    is_flagged: bool
    is_seen: bool


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt as its learner sees it; the times are the stored ones."""

    id: UUID
    exam_id: UUID
    sitting_id: UUID | None
    exam_title: str
    standing: str
    mode: str
    purpose: str
    has_calculator: bool
    is_open: bool
    is_delivered: bool
    is_time_up: bool
    is_paused: bool
    opened_at: datetime
    deadline_at: datetime
    deadline_version: int
    server_now: datetime
    writer_epoch: int
    sections: tuple[str, ...]
    plans: tuple[SectionPlan, ...]
    clocks: tuple[SectionClock, ...]
    marks: tuple[SlotMark, ...]
    last_seqs: Mapping[int, int]

    @property
    def answered(self) -> int:
        """How many slots have a response."""
        return sum(mark.is_answered for mark in self.marks)

    @property
    def flagged(self) -> int:
        """How many slots are flagged."""
        return sum(mark.is_flagged for mark in self.marks)

    @property
    def unseen(self) -> int:
        """How many slots were never opened."""
        return sum(not mark.is_seen for mark in self.marks)

    @property
    def seconds_left(self) -> int:
        """Whole seconds until the deadline, never negative."""
        return max(0, int((self.deadline_at - self.server_now).total_seconds()))

    def last_seq(self, writer: int) -> int:
        """The highest number this writer has used, so that a reloaded window goes on behind it."""
        return self.last_seqs.get(writer, 0)

    def is_running(self, section: int) -> bool:
        """Whether the items of a section may be seen and answered now."""
        return not self.clocks or self.clocks[section].is_running

    @property
    def reachable(self) -> tuple[SlotMark, ...]:
        """The places of the sections that are running."""
        return tuple(mark for mark in self.marks if self.is_running(mark.section))

    def before(self, position: int) -> int | None:
        """The last place before this one that may be seen: closed sections are stepped over."""
        return max((m.position for m in self.reachable if m.position < position), default=None)

    def after(self, position: int) -> int | None:
        """The first place after this one that may be seen."""
        return min((m.position for m in self.reachable if m.position > position), default=None)

    @property
    def newest_section(self) -> int:
        """The running section that was entered last; 0 where sections restrict nothing."""
        running = [number for number, clock in enumerate(self.clocks) if clock.is_running]
        return running[-1] if running else 0

    @property
    def section_to_leave(self) -> int | None:
        """The running section that has to be left to go on, or None when only submitting is left."""
        last = len(self.clocks) - 1
        running = [number for number in range(last) if self.clocks[number].is_running]
        waiting = [number for number in running if self.clocks[number + 1].entered_at is None]
        return waiting[0] if waiting else None


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as its learner sees it; ``rendered`` is the response this page was made with."""

    position: int
    presented: Mapping[str, Any]
    stimulus_title: str
    stimulus_text: str
    response: Mapping[str, Any] | None
    is_flagged: bool
    rendered: str


def attempt_view(context: Context, actor: Actor, attempt_id: UUID) -> AttemptView:
    """The actor's own attempt. Looking at an overdue one closes it first."""
    attempts.finish_overdue(context, actor.person_id)
    standing = sections.standing(context, attempt_id)
    with context.reading() as session:
        row = attempts.owned(session, actor, attempt_id)
        return _attempt_view(context, session, row, response_events.entries(session, row.id), standing)


def _attempt_view(
    context: Context,
    session: Session,
    row: RowAttempt,
    entries: Sequence[Entry],
    standing: tuple[Sequence[SectionPlan], Sequence[SectionClock]],
) -> AttemptView:
    exam = session.get_one(RowExam, row.exam_id)
    definition = definition_of(exam)
    known = project(entries)
    now = context.clock.now()
    return AttemptView(
        id=row.id,
        exam_id=row.exam_id,
        sitting_id=row.sitting_id,
        exam_title=exam.title,
        standing=exam.standing,
        mode=exam.mode,
        purpose=row.purpose,
        has_calculator=definition.has_calculator,
        is_open=row.state == AttemptState.OPEN,
        is_delivered=row.delivered_at is not None,
        is_time_up=row.paused_at is None and now > row.deadline_at + ARRIVAL_TOLERANCE,
        is_paused=row.paused_at is not None,
        opened_at=row.opened_at,
        deadline_at=row.deadline_at,
        deadline_version=row.deadline_version,
        server_now=now,
        writer_epoch=row.writer_epoch,
        sections=tuple(section.title for section in definition.sections),
        plans=tuple(standing[0]),
        clocks=tuple(standing[1]),
        marks=tuple(
            _slot_mark(position, section, known.get(position, SlotState()))
            for position, section in store.places(session, row.form_id)
        ),
        # Ascending, so that the highest number of each writer is the one that stays.
        last_seqs=dict(sorted((entry.writer, entry.client_seq) for entry in entries)),
    )


def _slot_mark(position: int, section: int, state: SlotState) -> SlotMark:
    return SlotMark(position, section, state.response is not None, state.is_flagged, state.is_seen)


def item_page(
    context: Context, actor: Actor, attempt_id: UUID, position: int
) -> tuple[AttemptView, ItemView | None]:
    """The actor's own attempt and one item of it; no item once the attempt is closed or out of time,
    while everybody waits, and of a section that was left or not yet entered.

    Looking at an overdue attempt closes it first.
    """
    attempts.finish_overdue(context, actor.person_id)
    standing = sections.standing(context, attempt_id)
    with context.reading() as session:
        row = attempts.owned(session, actor, attempt_id)
        entries = response_events.entries(session, row.id)
        view = _attempt_view(context, session, row, entries, standing)
        if not view.is_open or view.is_time_up or view.is_paused:
            return view, None
        served = _served(session, row, position)
        if not view.is_running(served.section):
            return view, None
        own = project(entry for entry in entries if entry.slot == position)
        return view, shown(served, own.get(position, SlotState()))


def shown(served: ServedItem, state: SlotState) -> ItemView:
    """An item as its learner sees it, in the order of their form, with what they said so far."""
    order = blueprints.orderer(served.seed, str(served.item_version_id))
    kind = item_type(served.type)
    # A script sends what was typed; a page, and what it is compared with, speak the canonical form.
    response = readable(kind.accept, served.content, state.response)
    return ItemView(
        position=served.position,
        presented=kind.present(served.content, order),
        stimulus_title=served.stimulus_title or "",
        stimulus_text=served.stimulus_text or "",
        response=response,
        is_flagged=state.is_flagged,
        rendered=canonical({"response": response, "flag": state.is_flagged}),
    )


def _served(session: Session, row: RowAttempt, position: int) -> ServedItem:
    # Beyond the limit a number may not fit into the database's integers.
    served = store.served_item(session, row.form_id, position) if position <= saving.MAX_SLOT else None
    if served is None:
        raise NotFound("not_found")
    return served


def token(context: Context, view: AttemptView, writer: int) -> str:
    """The signed right to save as this writer, valid past the deadline and grace."""
    return context.tokens.make(view.id, writer, view.deadline_at + TOKEN_SLACK)


def save_plain_form(
    context: Context, text: str, position: int, fields: Mapping[str, Sequence[str]], rendered: str
) -> list[saving.Acknowledged]:
    """Store what one item's plain form says; only what differs from what the page showed.

    A stale window therefore cannot overwrite newer answers with the blanks it was made with.
    """
    told = saving.claim(context, text)
    with context.reading() as session:
        served = _served(session, session.get_one(RowAttempt, told.attempt_id), position)
    changes: list[tuple[int, EventKind, object]] = [(position, EventKind.SEEN, True)]
    response = item_type(served.type).parse(served.content, fields)
    is_flagged = bool(fields.get("flag"))
    if not _is_rendered(rendered, response, is_flagged, "response"):
        changes.append((position, EventKind.RESPONSE, response))
    if not _is_rendered(rendered, response, is_flagged, "flag"):
        changes.append((position, EventKind.FLAG, is_flagged))
    return saving.save_form(context, text, changes)


def leave_section(context: Context, text: str, section: int) -> list[saving.Acknowledged]:
    """Leave a section of a plain page for the next one; leaving it again changes nothing.

    Raises `NotFound` where the form has no such section.
    """
    told = saving.claim(context, text)
    with context.reading() as session:
        form_id = session.get_one(RowAttempt, told.attempt_id).form_id
        places = [position for position, here in store.places(session, form_id) if here == section]
    if not places:
        raise NotFound("not_found")
    return saving.save_form(context, text, [(places[-1], EventKind.LEAVE, True)])


def place(context: Context, attempt_id: UUID) -> int:
    """Where the learner was when a window with scripts was last heard of; 0 when none ever was."""
    with context.reading() as session:
        return exam_day.last_place(session, attempt_id) or 0


def _is_rendered(rendered: str, response: object, is_flagged: bool, name: str) -> bool:
    said = {"response": response, "flag": is_flagged}[name]
    known = {canonical({"response": said, "flag": flag}) for flag in (True, False)}
    if name == "flag":
        return rendered.startswith(f'{{"flag":{canonical(said)},')
    return rendered in known
