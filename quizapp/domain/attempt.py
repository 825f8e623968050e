"""One learner's try: its clock, what a saved entry is worth, the final responses, the receipt."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from quizapp.domain.errors import Refused
from quizapp.domain.exam import Window
from quizapp.domain.person import Accommodation

#: Plain form posts count by arrival, with this much tolerance for the way to the server.
ARRIVAL_TOLERANCE = timedelta(seconds=10)
#: The version of the save protocol a client speaks.
PROTOCOL = 1


class AttemptState(StrEnum):
    """Open, closed, or void (counts for nobody, its items stay exposed)."""

    OPEN = "open"
    CLOSED = "closed"
    VOID = "void"


TRANSITIONS: dict[str, tuple[frozenset[AttemptState], AttemptState]] = {
    "close": (frozenset({AttemptState.OPEN}), AttemptState.CLOSED),
    "void": (frozenset({AttemptState.OPEN, AttemptState.CLOSED}), AttemptState.VOID),
}


def move(state: AttemptState, verb: str) -> AttemptState:
    """The state after ``verb``; raises `Refused` when the table has no such step."""
    sources, target = TRANSITIONS[verb]
    if state not in sources:
        raise Refused("illegal_transition", noun="attempt", state=state.value, verb=verb)
    return target


class Purpose(StrEnum):
    """Fixed at the start; only live attempts count for anything."""

    LIVE = "live"
    PREVIEW = "preview"
    REHEARSAL = "rehearsal"


class CloseReason(StrEnum):
    """Who or what ended the attempt."""

    SUBMITTED = "submitted"
    TIME = "time"
    PROCTOR = "proctor"
    WINDOW = "window"
    PAPER = "paper"


class Disposition(StrEnum):
    """What an appended entry is worth; it is stored with the entry and told to the client."""

    COUNTED = "counted"
    LATE = "late"
    STALE_WRITER = "stale_writer"
    CLOSED_SECTION = "closed_section"


class EventKind(StrEnum):
    """What an entry says about its slot.

    ``markup`` holds strike-outs, highlights and notes: kept for the learner, never scored.
    ``leave`` says that the section of this slot is finished and the next one entered.
    """

    RESPONSE = "response"
    FLAG = "flag"
    SEEN = "seen"
    MARKUP = "markup"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change at one slot, ordered by (writer, client_seq); payload is canonical JSON."""

    writer: int
    client_seq: int
    slot: int
    kind: EventKind
    payload: str
    disposition: Disposition = Disposition.COUNTED


@dataclass(frozen=True, slots=True)
class Clock:
    """The times of an attempt that were fixed when it was opened."""

    opened_at: datetime
    deadline_at: datetime
    grace_seconds: int

    @property
    def closes_itself_at(self) -> datetime:
        """From this instant on, whoever looks at the attempt closes it."""
        return self.deadline_at + timedelta(seconds=self.grace_seconds)

    def is_over(self, now: datetime) -> bool:
        """Whether the attempt has to be closed now."""
        return now >= self.closes_itself_at


def start_clock(
    now: datetime,
    limit: timedelta,
    window: Window,
    accommodation: Accommodation,
    grace_seconds: int,
) -> Clock:
    """The stored times of an attempt that starts now.

    An accommodation moves the limit and the end of the window alike, so extended time is
    never cut off by the window of everybody else.
    """
    extended = accommodation.extend(limit)
    window = window.extended(extended - limit)
    return Clock(now, min(now + extended, window.closes_at), grace_seconds)


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """What one section of an exam restricts for one person; ``limit`` includes their extra time."""

    limit: timedelta | None = None
    is_one_way: bool = False

    @property
    def restricts(self) -> bool:
        """Whether nobody comes back to it."""
        return self.limit is not None or self.is_one_way


@dataclass(frozen=True, slots=True)
class SectionClock:
    """Where one section of a running attempt stands; only exams with restricting sections have any.

    A section is entered by leaving the one before. One that is left takes no more entries.
    """

    entered_at: datetime | None = None
    deadline_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether the learner is in it."""
        return self.entered_at is not None and self.left_at is None

    @property
    def is_closed(self) -> bool:
        """Whether no entry for its slots may count, whenever it was made: not yet entered, or left by
        hand. One that time has ended is judged by its deadline, so that what was made before and
        arrives within the grace counts whether or not somebody has noticed the end meanwhile.
        """
        if self.entered_at is None:
            return True
        return self.left_at is not None and self.left_at != self.deadline_at


def start_sections(plans: Sequence[SectionPlan], opened_at: datetime) -> list[SectionClock]:
    """The clocks at the start: the first section is entered.

    Empty where no section restricts anything: then the learner moves freely between them.
    """
    if not any(plan.restricts for plan in plans):
        return []
    return [_entered(plans[0], opened_at), *(SectionClock() for _ in plans[1:])]


def _entered(plan: SectionPlan, at: datetime) -> SectionClock:
    return SectionClock(at, at + plan.limit if plan.limit is not None else None)


def leave_section(
    plans: Sequence[SectionPlan], clocks: Sequence[SectionClock], number: int, at: datetime
) -> list[SectionClock]:
    """The clocks after the section of that number (from 0) is left; leaving it again changes nothing.

    ``at`` is brought between the section's own start and end. A section that restricts nothing
    stays open behind the learner.
    """
    told, clock = list(clocks), clocks[number]
    if clock.entered_at is None or clock.left_at is not None:
        return told
    at = max(at, clock.entered_at)
    if clock.deadline_at is not None:
        at = min(at, clock.deadline_at)
    if plans[number].restricts:
        told[number] = replace(clock, left_at=at)
    following = number + 1
    if following < len(told) and told[following].entered_at is None:
        told[following] = _entered(plans[following], at)
    return told


def reach_section(
    plans: Sequence[SectionPlan], clocks: Sequence[SectionClock], number: int, at: datetime
) -> list[SectionClock]:
    """The clocks once somebody has said something in the section of that number at that instant.

    Whoever is there has left what comes before, whether or not that was heard of: a section whose
    time was over at its end, any other at ``at``. So no answer is lost, and nobody answers an
    earlier section after having seen a later one. A section that was entered before stays as it is.
    """
    told = expire_sections(plans, clocks, at)
    for earlier in range(number):
        if told[number].entered_at is None:
            told = leave_section(plans, told, earlier, at)
    return expire_sections(plans, told, at)


def expire_sections(
    plans: Sequence[SectionPlan], clocks: Sequence[SectionClock], now: datetime
) -> list[SectionClock]:
    """The clocks once every section whose time is over has been left at its end."""
    told = list(clocks)
    for number in range(len(told)):
        ends_at = told[number].deadline_at
        if told[number].is_running and ends_at is not None and ends_at <= now:
            told = leave_section(plans, told, number, ends_at)
    return told


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry as it arrives: who wrote it, when it came, and when its client says it was made.

    ``elapsed_ms`` are milliseconds since the attempt was opened, by the client's reckoning of the
    server's clock; ``last_elapsed_ms`` is the highest that the same writer has sent before it.
    """

    writer: int
    received_at: datetime
    elapsed_ms: int | None = None
    last_elapsed_ms: int = 0


@dataclass(frozen=True, slots=True)
class AttemptClock:
    """What the worth of an arriving entry depends on."""

    state: AttemptState
    writer_epoch: int
    opened_at: datetime
    deadline_at: datetime
    grace_seconds: int
    paused_at: datetime | None = None


def disposition(clock: AttemptClock, arrival: Arrival, section: SectionClock | None = None) -> Disposition:
    """What an arriving entry is worth. The save statement decides the same in SQL; a test
    holds the two together.

    Past the deadline (of the attempt, or of its section where that ends sooner) an entry counts
    when its client says it was made before, and nothing contradicts that: its writer's elapsed
    times never fall, it does not come from the future, and the grace has not run out.
    """
    if arrival.writer < clock.writer_epoch:
        return Disposition.STALE_WRITER
    if clock.state is not AttemptState.OPEN:
        return Disposition.LATE
    if section is not None and section.is_closed:
        return Disposition.CLOSED_SECTION
    ends_at = clock.deadline_at
    if section is not None and section.deadline_at is not None:
        ends_at = min(ends_at, section.deadline_at)
    if clock.paused_at is not None:
        # Time stands still since then: what had run out before the pause stays over.
        arrival = replace(arrival, received_at=min(arrival.received_at, clock.paused_at))
    if arrival.received_at <= ends_at + ARRIVAL_TOLERANCE:
        return Disposition.COUNTED
    return Disposition.COUNTED if _was_in_time(clock, arrival, ends_at) else Disposition.LATE


def _was_in_time(clock: AttemptClock, arrival: Arrival, ends_at: datetime) -> bool:
    if arrival.elapsed_ms is None or arrival.elapsed_ms < arrival.last_elapsed_ms:
        return False
    if arrival.received_at > ends_at + timedelta(seconds=clock.grace_seconds):
        return False
    made_at = clock.opened_at + timedelta(milliseconds=arrival.elapsed_ms)
    return made_at <= min(ends_at, arrival.received_at)


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical(payload: object) -> str:
    """The one text of a JSON payload: sorted keys, no spaces."""
    return _CANONICAL.encode(payload)


@dataclass(frozen=True, slots=True)
class SlotState:
    """What is known of one slot: the response (None: unanswered), the flag, whether it was seen,
    and the learner's own marks on the page."""

    response: Mapping[str, object] | None = None
    is_flagged: bool = False
    is_seen: bool = False
    markup: Mapping[str, object] | None = None


#: The kinds of entries whose payloads tell how a slot stands.
SHOWN = frozenset({EventKind.RESPONSE, EventKind.MARKUP, EventKind.FLAG})


def project(entries: Iterable[Entry]) -> dict[int, SlotState]:
    """The state of each touched slot: per kind, the counted entry with the highest (writer, seq)."""
    latest: dict[int, dict[EventKind, Entry]] = {}
    for entry in entries:
        if entry.disposition is not Disposition.COUNTED:
            continue
        said = latest.setdefault(entry.slot, {})
        known = said.get(entry.kind)
        if known is None or (entry.writer, entry.client_seq) > (known.writer, known.client_seq):
            said[entry.kind] = entry
    return {slot: _slot_state(said) for slot, said in latest.items()}


def _slot_state(said: Mapping[EventKind, Entry]) -> SlotState:
    told = {kind: json.loads(entry.payload) for kind, entry in said.items() if kind in SHOWN}
    response, markup = told.get(EventKind.RESPONSE), told.get(EventKind.MARKUP)
    return SlotState(
        response=response if isinstance(response, dict) and response else None,
        is_flagged=bool(told.get(EventKind.FLAG)),
        is_seen=True,
        markup=markup if isinstance(markup, dict) and markup else None,
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a learner keeps after closing; ``digest`` can be recomputed from an export."""

    answered: int
    closed_at: datetime
    digest: str

    @property
    def code(self) -> str:
        """Twelve characters of the digest, in groups, without look-alikes."""
        text = base64.b32encode(bytes.fromhex(self.digest)).decode()[:12]
        return "-".join(text[i : i + 4] for i in range(0, 12, 4))


#: A code stands for this many hexadecimal digits of the digest: twelve characters of five bits.
CODE_DIGITS = 15


def digest_start(code: str) -> str | None:
    """The first digits of the digest that a receipt's code stands for; None when it is no code."""
    text = code.upper().replace("-", "").replace(" ", "")
    if len(text) != 12:
        return None
    try:
        # Filled up to whole bytes; what the filling adds is cut off again.
        return base64.b32decode(text + "AAAA").hex()[:CODE_DIGITS]
    except ValueError:
        return None


def response_set(attempt_id: str, slots: Mapping[int, SlotState]) -> str:
    """The canonical text the receipt's SHA-256 is taken over: attempt id and responses by slot."""
    responses = {str(slot): state.response for slot, state in slots.items() if state.response is not None}
    return canonical({"attempt": attempt_id, "responses": responses})


def receipt(attempt_id: str, slots: Mapping[int, SlotState], closed_at: datetime) -> Receipt:
    """The receipt for the final responses of an attempt."""
    answered = sum(state.response is not None for state in slots.values())
    text = response_set(attempt_id, slots)
    return Receipt(answered, closed_at, hashlib.sha256(text.encode()).hexdigest())
