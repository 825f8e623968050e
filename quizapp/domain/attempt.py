"""One learner's try: its clock, what a saved entry is worth, the final responses, the receipt."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


class Disposition(StrEnum):
    """What an appended entry is worth; it is stored with the entry and told to the client."""

    COUNTED = "counted"
    LATE = "late"
    STALE_WRITER = "stale_writer"


class EventKind(StrEnum):
    """What an entry says about its slot."""

    RESPONSE = "response"
    FLAG = "flag"
    SEEN = "seen"


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


def disposition(
    *,
    state: AttemptState,
    writer: int,
    writer_epoch: int,
    received_at: datetime,
    deadline_at: datetime,
) -> Disposition:
    """What an arriving entry is worth. The save statement decides the same in SQL; a test
    holds the two together."""
    if writer < writer_epoch:
        return Disposition.STALE_WRITER
    if state is not AttemptState.OPEN or received_at > deadline_at + ARRIVAL_TOLERANCE:
        return Disposition.LATE
    return Disposition.COUNTED


def canonical(payload: object) -> str:
    """The one text of a JSON payload: sorted keys, no spaces."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class SlotState:
    """What is known of one slot: the response (None: unanswered), the flag, whether it was seen."""

    response: Mapping[str, object] | None = None
    is_flagged: bool = False
    is_seen: bool = False


def project(entries: Iterable[Entry]) -> dict[int, SlotState]:
    """The state of each touched slot: per kind, the counted entry with the highest (writer, seq)."""
    latest: dict[tuple[int, EventKind], Entry] = {}
    for entry in entries:
        if entry.disposition is not Disposition.COUNTED:
            continue
        place = (entry.slot, entry.kind)
        known = latest.get(place)
        if known is None or (entry.writer, entry.client_seq) > (known.writer, known.client_seq):
            latest[place] = entry
    return {slot: _slot_state(slot, latest) for slot in {slot for slot, _ in latest}}


def _slot_state(slot: int, latest: Mapping[tuple[int, EventKind], Entry]) -> SlotState:
    def said(kind: EventKind) -> object:
        entry = latest.get((slot, kind))
        return json.loads(entry.payload) if entry else None

    response = said(EventKind.RESPONSE)
    return SlotState(
        response=response if isinstance(response, dict) and response else None,
        is_flagged=bool(said(EventKind.FLAG)),
        is_seen=True,
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


def response_set(attempt_id: str, slots: Mapping[int, SlotState]) -> str:
    """The canonical text the receipt's SHA-256 is taken over: attempt id and responses by slot."""
    responses = {str(slot): state.response for slot, state in slots.items() if state.response is not None}
    return canonical({"attempt": attempt_id, "responses": responses})


def receipt(attempt_id: str, slots: Mapping[int, SlotState], closed_at: datetime) -> Receipt:
    """The receipt for the final responses of an attempt."""
    answered = sum(state.response is not None for state in slots.values())
    text = response_set(attempt_id, slots)
    return Receipt(answered, closed_at, hashlib.sha256(text.encode()).hexdigest())
