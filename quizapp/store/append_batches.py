"""The batches of a whole exam room in one statement: the fast way to append response events.

One thread sends what all have that wait, so many saves cost one round trip and one commit. It is
the fast way of `response_events.append`, not another rule: an entry is worth the same. A batch that
is not new and whole (a repeat, a place the form does not have or whose section nobody has entered
yet, an attempt that somebody else holds at this moment) is left alone, without a trace, and its
sender appends it entry by entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Engine,
    String,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError

from quizapp.domain.attempt import Disposition, Entry
from quizapp.store.attempts import RowAttempt, RowAttemptSection, RowFormSlot
from quizapp.store.engine import writing
from quizapp.store.response_events import APPENDED, RowResponseEvent, worth
from quizapp.store.turns import Turns
from quizapp.store.types import from_micros, to_micros

COLUMNS: Mapping[str, Any] = {
    "attempt_id": Uuid(),
    "writer": BigInteger(),
    "client_seq": BigInteger(),
    "slot": BigInteger(),
    "kind": String(),
    "payload": Text(),
    "elapsed_ms": BigInteger(),
    "received_at": BigInteger(),
    "before_ms": BigInteger(),
}
AUTOCOMMIT = {"isolation_level": "AUTOCOMMIT"}
EVENT: Any = RowResponseEvent.__table__
CLOCK = ("deadline_at", "deadline_version", "writer_epoch", "state", "paused_at")


@dataclass(frozen=True, slots=True)
class Batch:
    """New entries of one writer, their numbers ascending, each with the elapsed time it claims."""

    attempt_id: UUID
    received_at: datetime
    entries: Sequence[tuple[Entry, int | None]]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row an entry, in the order of `COLUMNS`."""
        clocks = [elapsed or 0 for _, elapsed in self.entries]
        before, received = accumulate([0, *clocks], max), to_micros(self.received_at)
        for (entry, elapsed), known in zip(self.entries, before, strict=False):
            yield (
                self.attempt_id, entry.writer, entry.client_seq, entry.slot, entry.kind.value, entry.payload,
                elapsed, received, known,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """A batch that is durable: dispositions by number, and `response_events.clock_columns` of then."""

    clock: tuple[datetime, int, int, str, datetime | None]
    dispositions: Mapping[int, Disposition]


class Appends:
    """Appends the batches of the threads of this process."""

    def __init__(self, engine: Engine) -> None:
        self._transaction: Callable[[], AbstractContextManager[Connection]]
        self._engine = writing(engine)
        if engine.dialect.name == "sqlite":
            self._transaction = self._engine.begin
        else:
            # The one statement is its own transaction: no round trip begins or ends it.
            self._transaction = engine.execution_options(**AUTOCOMMIT).connect
        self.turns: Turns[Batch, Stored | None] = Turns(self._together)
        #: Whether the database refused the last batch, see `GroupCommit.is_failing`.
        self.is_failing = False
        self._refused: Sequence[Batch] = ()

    def append(self, batch: Batch) -> Stored | None:
        """Append a batch as a whole; None when it has to be appended entry by entry."""
        try:
            return self.turns.ask(batch)
        except IntegrityError:
            return None  # an entry of it is stored already

    def try_again(self) -> None:
        """Write what was refused and take it back; raises what a database raises that refuses it still.

        Another write says little of this one: on a full disk it may fit into a page that has room.
        """
        refused = self._refused
        if refused:
            with self._engine.connect() as connection, suppress(IntegrityError):
                append_all(connection, refused)

    def _together(self, batches: Sequence[Batch]) -> list[Stored | None]:
        # The second batch of one attempt has to be decided when the first is stored.
        first = {batch.attempt_id: batch for batch in reversed(batches)}
        try:
            with self._transaction() as connection:
                found = append_all(connection, first.values())
        except OperationalError:
            self.is_failing, self._refused = True, list(first.values())
            raise
        self.is_failing, self._refused = False, ()
        return [found.get(b.attempt_id) if first[b.attempt_id] is b else None for b in batches]


def append_all(connection: Connection, batches: Iterable[Batch]) -> dict[UUID, Stored]:
    """Append batches of different attempts, by attempt; those that are not whole are left out.

    Raises `IntegrityError`, and nothing is stored, when an entry of one of them is stored already.
    """
    rows = [row for batch in batches for row in batch.rows()]
    return (_sqlite if connection.dialect.name == "sqlite" else _postgresql)(connection, rows)


def _sqlite(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> dict[UUID, Stored]:
    text = json.dumps([[row[0].hex, *row[1:]] for row in rows])
    stored: dict[str, tuple[str, dict[int, Disposition]]] = {}
    # As text that was compiled once: finding it by its expression costs as much as running it.
    for attempt_id, seq, disposition, clock in connection.exec_driver_sql(*SQLITE_APPEND.about(text)):
        stored.setdefault(attempt_id, (clock, {}))[1][seq] = Disposition(disposition)
    return {UUID(attempt_id): Stored(_clock(clock), told) for attempt_id, (clock, told) in stored.items()}


def _clock(text: str) -> tuple[datetime, int, int, str, datetime | None]:
    """The columns of `CLOCK` from the JSON that SQLite made of them, instants as microseconds."""
    deadline, version, writer, state, paused = json.loads(text)
    return from_micros(deadline), version, writer, state, from_micros(paused) if paused is not None else None


def _postgresql(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> dict[UUID, Stored]:
    # One parameter: nine arrays take the driver longer than the database takes to store them.
    text = json.dumps([dict(zip(COLUMNS, (row[0].hex, *row[1:]), strict=True)) for row in rows])
    values = {"entries": text, "count": len(rows)}
    stored: dict[UUID, tuple[Any, dict[int, Disposition]]] = {}
    for attempt_id, *clock, seq, disposition in connection.execute(POSTGRESQL_APPEND, values):
        stored.setdefault(attempt_id, (tuple(clock), {}))[1][seq] = Disposition(disposition)
    return {attempt_id: Stored(*told) for attempt_id, told in stored.items()}


# --- the statements ---------------------------------------------------------------------


def _json_entries() -> Any:
    value = func.json_each(bindparam("entries", type_=Text)).table_valued("value").c.value
    return select(
        *(
            # Written out: of nine paths as parameters the statement would be bound anew each time.
            type_coerce(func.json_extract(value, literal_column(f"'$[{place}]'")), kind).label(name)
            for place, (name, kind) in enumerate(COLUMNS.items())
        )
    ).cte("entry")


def _recordset_entries() -> Any:
    text = bindparam("entries", type_=Text)
    given = func.json_to_recordset(cast(text, JSON)).table_valued(
        *(column(name, kind) for name, kind in COLUMNS.items()), name="given"
    )
    # The planner takes a JSON text for a hundred rows, and then rather reads whole tables than their
    # indexes. The limit cuts nothing off: it says how many there are.
    return (
        select(*given.render_derived(with_types=True).c)
        .limit(bindparam("count", type_=BigInteger))
        .cte("entry")
    )


def _is_whole(attempt: Any, entry: Any) -> Any:
    """Whether every entry for an attempt has a place in its form, in a section that was entered."""
    own, place, section = (
        entry.alias("own"),
        RowFormSlot.__table__,
        RowAttemptSection.__table__.alias("later"),
    )
    # Not as EXISTS: those may be answered by reading the places of every form there is.
    later = select(section.c.section).where(
        section.c.attempt_id == attempt.c.id,
        section.c.section == place.c.section,
        section.c.entered_at.is_(None),
    )
    found = select(place.c.position).where(
        place.c.form_id == attempt.c.form_id,
        place.c.position == own.c.slot,
        later.correlate(attempt, place).scalar_subquery().is_(None),
    )
    is_lacking = found.correlate(attempt, own).scalar_subquery().is_(None)
    lacks = select(own.c.slot).where(own.c.attempt_id == attempt.c.id, is_lacking)
    return ~lacks.correlate(attempt).exists()


def _insert(attempt: Any, entry: Any, *conditions: Any) -> Any:
    section, place = RowAttemptSection.__table__, RowFormSlot.__table__
    is_its_section = and_(section.c.attempt_id == attempt.c.id, section.c.section == place.c.section)
    row = (
        select(
            entry.c.attempt_id,
            entry.c.writer,
            entry.c.client_seq,
            entry.c.slot,
            entry.c.kind,
            entry.c.payload,
            entry.c.elapsed_ms,
            entry.c.received_at,
            worth(attempt, section, entry.c),
        )
        .select_from(entry)
        .join(attempt, attempt.c.id == entry.c.attempt_id)
        .join(place, and_(place.c.form_id == attempt.c.form_id, place.c.position == entry.c.slot))
        .outerjoin(section, is_its_section)
        .where(*conditions)
        # The history reads in the order of what was typed.
        .order_by(entry.c.attempt_id, entry.c.client_seq)
    )
    statement = insert(EVENT).from_select(APPENDED, row, include_defaults=False)
    return statement.returning(EVENT.c.attempt_id, EVENT.c.client_seq, EVENT.c.disposition)


class _Compiled:
    """A statement as SQLite's driver takes it, of whose parameters only ``entries`` changes."""

    def __init__(self, statement: Any) -> None:
        compiled = statement.compile(dialect=sqlite.dialect())
        names: list[str] = compiled.positiontup
        self._text, self._place = str(compiled), names.index("entries")
        self._values = [compiled.params[name] for name in names]

    def about(self, entries: str) -> tuple[str, tuple[Any, ...]]:
        """The text and its parameters for these entries."""
        place = self._place
        return self._text, (*self._values[:place], entries, *self._values[place + 1 :])


def _sqlite_append() -> Any:
    attempt, entry = RowAttempt.__table__, _json_entries()
    # In what an INSERT returns, columns are written without their table; these need theirs.
    is_its_own: Any = literal_column("attempt.id = response_event.attempt_id")
    clock = select(func.json_array(*(attempt.c[name] for name in CLOCK))).where(is_its_own)
    return _insert(attempt, entry, _is_whole(attempt, entry)).returning(clock.scalar_subquery())


def _postgresql_append() -> Any:
    attempt, entry = RowAttempt.__table__, _recordset_entries()
    names = ("id", "form_id", "opened_at", "grace_seconds", *CLOCK)
    held = (
        select(*(attempt.c[name] for name in names))
        .where(
            attempt.c.id == any_(func.array(select(entry.c.attempt_id).scalar_subquery())),
            _is_whole(attempt, entry),
        )
        .order_by(attempt.c.id)
        # As for a single entry: decided before the close, or after it. Who would have to wait for
        # one attempt does so by itself, not with everybody else's saves behind it.
        .with_for_update(read=True, of=attempt, skip_locked=True)
        .cte("held")
    )
    stored = _insert(held, entry).cte("stored")
    return (
        select(held.c.id, *(held.c[name] for name in CLOCK), stored.c.client_seq, stored.c.disposition)
        .select_from(held)
        .join(stored, stored.c.attempt_id == held.c.id)
    )


SQLITE_APPEND = _Compiled(_sqlite_append())
POSTGRESQL_APPEND = _postgresql_append()
