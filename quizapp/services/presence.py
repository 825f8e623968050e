"""Heartbeats: what a window says of itself, and what it is told since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quizapp.domain.attempt import SectionClock
from quizapp.domain.errors import Forbidden, Invalid, Problem
from quizapp.services import saving, sections
from quizapp.services.saving import ClockFacts
from quizapp.services.unit_of_work import Context
from quizapp.store import exam_day as store
from quizapp.store.exam_day import Beat


@dataclass(frozen=True, slots=True)
class Told:
    """An announcement as a window shows it."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a heartbeat is answered with: the clock, sections, withdrawn items, announcements."""

    clock: ClockFacts
    sections: tuple[SectionClock, ...]
    withdrawn: tuple[int, ...]
    said: tuple[Told, ...]


def beat(context: Context, token: str, body: object) -> Pulse:
    """Note that a window lives, and answer; raises `Forbidden` ("bad_token"), `Invalid` ("bad_beat")."""
    told = saving.claim(context, token)
    unsaved, slot = _read(body)
    now = context.clock.now()
    beat = Beat(told.attempt_id, now, told.writer, slot, unsaved)
    if not context.saves.run(lambda connection: store.beat(connection, beat)):
        raise Forbidden("bad_token")
    clocks = sections.current(context, told.attempt_id)
    with context.reading() as session:
        return Pulse(
            clock=saving.facts_of(context, session.connection(), told.attempt_id),
            sections=tuple(clocks),
            withdrawn=tuple(store.withdrawn_slots(session, told.attempt_id)),
            said=tuple(Told(*row) for row in store.announcements(session, told.attempt_id)),
        )


def _read(body: object) -> tuple[int, int | None]:
    if not isinstance(body, Mapping):
        raise Invalid("bad_beat", [Problem("", "", "not_a_mapping")])
    unsaved, slot = body.get("unsaved", 0), body.get("slot")
    problems = []
    if not saving.is_between(unsaved, 0, saving.MAX_SEQ):
        problems.append(Problem("unsaved", str(unsaved)[:40], "out_of_range"))
    if slot is not None and not saving.is_between(slot, 1, saving.MAX_SLOT):
        problems.append(Problem("slot", str(slot)[:40], "out_of_range"))
    if problems:
        raise Invalid("bad_beat", problems)
    return int(str(unsaved)), None if slot is None else int(str(slot))
