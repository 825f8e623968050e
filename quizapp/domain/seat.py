"""A person at a sitting as the staff watch them: where they stand, and whether they are heard of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quizapp.domain.attempt import AttemptState

#: A window beats every 20 s and is given 5 s for the way.
SILENT_AFTER = timedelta(seconds=25)
#: From here on nobody expects it to come back by itself; the log keeps such silences.
OFFLINE_AFTER = timedelta(seconds=60)


class SeatState(StrEnum):
    """The loudest first: a board shows them in this order."""

    OFFLINE = "offline"
    SILENT = "silent"
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    NOT_ARRIVED = "not_arrived"
    SUBMITTED = "submitted"
    VOIDED = "voided"


#: Somebody has to look at these.
LOUD = frozenset({SeatState.OFFLINE, SeatState.SILENT})
ORDER = {state: number for number, state in enumerate(SeatState)}


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What a seat's state is decided on; ``attempt`` is None before the start."""

    has_arrived: bool
    attempt: AttemptState | None = None
    is_paused: bool = False
    heard_at: datetime | None = None


def seat_state(facts: SeatFacts, now: datetime) -> SeatState:
    """Where somebody stands now."""
    match facts.attempt:
        case None:
            return SeatState.READY if facts.has_arrived else SeatState.NOT_ARRIVED
        case AttemptState.CLOSED:
            return SeatState.SUBMITTED
        case AttemptState.VOID:
            return SeatState.VOIDED
    if facts.is_paused:
        return SeatState.WAITING
    silent_for = now - facts.heard_at if facts.heard_at is not None else OFFLINE_AFTER
    if silent_for >= OFFLINE_AFTER:
        return SeatState.OFFLINE
    return SeatState.SILENT if silent_for >= SILENT_AFTER else SeatState.WORKING
