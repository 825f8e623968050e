"""The exam-day board: everybody of a sitting as they stand now, the loudest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.attempt import AttemptState
from quizapp.domain.errors import NotFound
from quizapp.domain.exam import Mode
from quizapp.domain.person import Actor, Permission
from quizapp.domain.seat import LOUD, ORDER, SeatFacts, SeatState, seat_state
from quizapp.integrations import csv_files
from quizapp.services import incidents, sittings
from quizapp.services.incidents import Incident
from quizapp.services.sittings import Phase
from quizapp.services.unit_of_work import Context
from quizapp.store import boards as store
from quizapp.store import check_ins as check_in_store
from quizapp.store import exam_day
from quizapp.store import sittings as sitting_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.boards import LastSave
from quizapp.store.exam_day import RowCheckIn, RowPresence
from quizapp.store.exams import RowExam
from quizapp.store.sittings import RosterRow

#: The columns of the exports, in this order; a new one is added at the end, none is renamed.
BOARD_COLUMNS = (
    "name", "cohort", "state", "place", "questions", "answers_received", "heard_at", "saved_at", "unsaved",
    "deadline_at", "window", "arrived_at", "identity_method", "attempt",
)  # fmt: skip
LOG_COLUMNS = ("at", "kind", "who", "note", "by", "attempt")


@dataclass(frozen=True, slots=True)
class Seat:
    """One person and their newest attempt in this sitting.

    ``place`` is where the window says it is, ``unsaved`` what it says it holds; ``answered`` is
    counted at the end. ``seconds_left`` stands still while everybody waits.
    """

    person_id: UUID
    name: str
    cohort: str
    state: SeatState
    arrived_at: datetime | None
    identity_method: str
    has_accepted_rules: bool
    attempt_id: UUID | None = None
    total: int = 0
    place: int | None = None
    answered: int | None = None
    heard_at: datetime | None = None
    saved_at: datetime | None = None
    unsaved: int = 0
    deadline_at: datetime | None = None
    seconds_left: int = 0
    writer: int = 0
    is_released: bool = False

    @property
    def is_loud(self) -> bool:
        """Whether somebody has to look."""
        return self.state in LOUD

    @property
    def is_running(self) -> bool:
        """Whether time can be added, or the attempt moved."""
        return self.state in LOUD | {SeatState.WORKING, SeatState.WAITING}


@dataclass(frozen=True, slots=True)
class Board:
    """A sitting on its day; ``counts`` and ``loud`` speak of everybody, ``seats`` of those asked for."""

    sitting_id: UUID
    title: str
    exam_title: str
    now: datetime
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    seats: tuple[Seat, ...]
    counts: Mapping[SeatState, int]
    is_certification: bool

    @property
    def people(self) -> int:
        """Everybody on the list."""
        return sum(self.counts.values())

    @property
    def loud(self) -> int:
        """How many somebody has to look at."""
        return sum(count for state, count in self.counts.items() if state in LOUD)

    @property
    def running(self) -> int:
        """How many have started and not ended."""
        return self.loud + self.counts.get(SeatState.WORKING, 0) + self.counts.get(SeatState.WAITING, 0)


def board(context: Context, actor: Actor, sitting_id: UUID, text: str = "", state: str = "") -> Board:
    """Everybody of a sitting, or those whose name or cohort has this text and who stand so."""
    actor.require(Permission.WATCH_SITTING)
    now = context.clock.now()
    with context.reading() as session:
        row = incidents.watched(session, actor, sitting_id)
        exam = session.get_one(RowExam, row.exam_id)
        seats = _seats(session, sitting_id, now)
        wanted = text.strip().casefold()
        return Board(
            sitting_id=sitting_id,
            title=row.title,
            exam_title=exam.title,
            now=now,
            phase=sittings.phase(row, now),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            seats=tuple(
                seat
                for seat in seats
                if wanted in f"{seat.name}\n{seat.cohort}".casefold() and state in ("", seat.state)
            ),
            counts=Counter(seat.state for seat in seats),
            is_certification=exam.mode == Mode.CERTIFICATION and not row.is_rehearsal,
        )


def seat(context: Context, actor: Actor, sitting_id: UUID, person_id: UUID) -> Seat:
    """One person of a sitting; raises `NotFound` for somebody who has nothing to do with it."""
    for told in board(context, actor, sitting_id).seats:
        if told.person_id == person_id:
            return told
    raise NotFound("not_found")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store says of the attempts of a sitting."""

    checked: Mapping[UUID, RowCheckIn]
    newest: Mapping[UUID, RowAttempt]
    presences: Mapping[UUID, RowPresence]
    saves: Mapping[UUID, LastSave]
    lengths: Mapping[UUID, int]


def _seats(session: Session, sitting_id: UUID, now: datetime) -> list[Seat]:
    newest = {row.person_id: row for row in sitting_store.attempts_of(session, sitting_id)}
    known = _Known(
        check_in_store.all_of(session, sitting_id),
        newest,
        exam_day.presences(session, sitting_id),
        store.last_saves(session, sitting_id),
        store.form_lengths(session, {row.form_id for row in newest.values()}),
    )
    seats = [_seat(entry, known, now) for entry in sitting_store.roster(session, sitting_id)]
    return sorted(seats, key=lambda seat: (ORDER[seat.state], seat.name.casefold(), seat.person_id))


def _seat(entry: RosterRow, known: _Known, now: datetime) -> Seat:
    checked, row = known.checked.get(entry.person_id), known.newest.get(entry.person_id)
    if row is None:
        state = seat_state(SeatFacts(entry.arrived_at is not None), now)
        return Seat(entry.person_id, entry.name, entry.cohort, state, *_arrival(checked))
    presence, save = known.presences.get(row.id), known.saves.get(row.id)
    heard_at = _heard_at(row, presence, save)
    is_paused = row.paused_at is not None
    facts = SeatFacts(entry.arrived_at is not None, AttemptState(row.state), is_paused, heard_at)
    left = (row.deadline_at - (row.paused_at or now)).total_seconds()
    return Seat(
        entry.person_id,
        entry.name,
        entry.cohort,
        seat_state(facts, now),
        *_arrival(checked),
        attempt_id=row.id,
        total=known.lengths.get(row.form_id, 0),
        place=presence.slot if presence else None,
        answered=row.answered,
        heard_at=heard_at,
        saved_at=save.at if save else None,
        unsaved=presence.unsaved if presence else 0,
        deadline_at=row.deadline_at,
        seconds_left=max(0, int(left)),
        writer=row.writer_epoch,
        is_released=row.released_at is not None,
    )


def _arrival(checked: RowCheckIn | None) -> tuple[datetime | None, str, bool]:
    if checked is None:
        return None, "", False
    return checked.arrived_at, checked.identity_method, checked.rules_accepted_at is not None


def _heard_at(row: RowAttempt, presence: RowPresence | None, save: LastSave | None) -> datetime:
    """The last sign of life: the start, a heartbeat, or an entry of the present window."""
    told = [row.opened_at, presence.seen_at if presence else None, save.from_window_at if save else None]
    return max(at for at in told if at is not None)


# --- exports ----------------------------------------------------------------------------


def board_csv(told: Board) -> str:
    """The seats of a board as comma-separated values; instants in UTC."""
    return csv_files.write(BOARD_COLUMNS, [_board_row(seat) for seat in told.seats])


def _board_row(seat: Seat) -> dict[str, object]:
    return {
        "name": seat.name,
        "cohort": seat.cohort,
        "state": seat.state.value,
        "place": seat.place,
        "questions": seat.total or None,
        "answers_received": seat.answered,
        "heard_at": _iso(seat.heard_at),
        "saved_at": _iso(seat.saved_at),
        "unsaved": seat.unsaved,
        "deadline_at": _iso(seat.deadline_at),
        "window": seat.writer or None,
        "arrived_at": _iso(seat.arrived_at),
        "identity_method": seat.identity_method,
        "attempt": seat.attempt_id,
    }


def log_csv(lines: Sequence[Incident]) -> str:
    """The log of a sitting as comma-separated values."""
    return csv_files.write(
        LOG_COLUMNS,
        [
            {
                "at": _iso(line.at),
                "kind": line.kind,
                "who": line.who,
                "note": line.note,
                "by": line.by,
                "attempt": line.attempt_id,
            }
            for line in lines
        ],
    )


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""
