"""Saving: the signed token is the right, one statement appends and decides, one commit.

Nothing here grades, aggregates or loads an object: this is the path that a whole exam room
uses at once, and an acknowledgement before the commit would be a lie.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from sqlalchemy import Connection

from quizapp.domain.attempt import PROTOCOL, Disposition, Entry, EventKind, canonical
from quizapp.domain.errors import DomainError, Forbidden, Invalid, Problem, Refused, raise_if_any
from quizapp.ports import TokenClaim
from quizapp.services import sections
from quizapp.services.unit_of_work import Context
from quizapp.store import response_events as store
from quizapp.store.append_batches import Batch

MAX_ENTRIES = 200
MAX_PAYLOAD = 20_000
MAX_SLOT = 1_000
MAX_SEQ = 2**53
KINDS = frozenset(EventKind)
#: NaN is refused: no database keeps it.
STORABLE = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
#: How often a plain form's entry takes another place when two windows write at once.
RETRIES = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry as a client sent it, and the milliseconds since its start it claims."""

    client_seq: int
    slot: int
    kind: EventKind
    payload: str
    elapsed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An entry that is durable, and what it is worth."""

    client_seq: int
    disposition: Disposition


def claim(context: Context, token: str) -> TokenClaim:
    """What a token allows; raises `Forbidden` ("bad_token")."""
    told = context.tokens.read(token, context.clock.now())
    if told is None:
        raise Forbidden("bad_token")
    return told


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What every acknowledgement says about the time."""

    server_now: datetime
    deadline_at: datetime
    deadline_version: int
    writer_epoch: int
    state: str
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """A batch that is durable, and the attempt's clock as it stood then."""

    acknowledged: list[Acknowledged]
    clock: ClockFacts


def save(context: Context, token: str, batch: Sequence[Sent]) -> Saved:
    """Append a batch in one transaction; every entry of the answer is durable.

    Raises `Refused` ("sequence_taken") when a different entry already has a number of the
    batch: then nothing of it is stored and the client numbers it anew.
    """
    told = claim(context, token)
    received_at = context.clock.now()
    if _is_plain(batch):
        entries = [(_entry(told, sent), sent.elapsed_ms) for sent in batch]
        stored = context.appends.append(Batch(told.attempt_id, received_at, entries))
        if stored is not None:
            done = [Acknowledged(s.client_seq, stored.dispositions[s.client_seq]) for s in batch]
            return Saved(done, ClockFacts(context.clock.now(), *stored.clock))

    def work(connection: Connection) -> Saved:
        # Before the first append shares the lock: two that share it could not both raise it.
        sections.lock(connection, told.attempt_id)
        done = [_append(connection, told, sent, received_at) for sent in batch]
        return Saved(done, facts_of(context, connection, told.attempt_id))

    return context.saves.run(work)


def _is_plain(batch: Sequence[Sent]) -> bool:
    """Whether the order of a batch is that of its numbers and nothing of it changes the attempt."""
    is_ascending = all(one.client_seq < next_.client_seq for one, next_ in pairwise(batch))
    return is_ascending and all(sent.kind is not EventKind.LEAVE for sent in batch)


def _entry(told: TokenClaim, sent: Sent) -> Entry:
    return Entry(told.writer, sent.client_seq, sent.slot, sent.kind, sent.payload)


def _append(connection: Connection, told: TokenClaim, sent: Sent, received_at: datetime) -> Acknowledged:
    if sent.kind is not EventKind.LEAVE:
        sections.reach(connection, told.attempt_id, told.writer, sent.slot, received_at, sent.elapsed_ms)
    done = store.append(connection, told.attempt_id, _entry(told, sent), received_at, sent.elapsed_ms)
    if done is None:
        raise _nowhere(connection, told, sent.slot)
    if not done.is_same:
        last = store.last_seq(connection, told.attempt_id, told.writer)
        raise Refused("sequence_taken", last_seq=last)
    if sent.kind is EventKind.LEAVE:
        _leave(connection, told.attempt_id, sent, done.disposition, received_at)
    return Acknowledged(sent.client_seq, done.disposition)


def _leave(
    connection: Connection, attempt_id: UUID, sent: Sent, worth: Disposition, received_at: datetime
) -> None:
    if worth is Disposition.COUNTED:
        sections.leave(connection, attempt_id, sent.slot, received_at, sent.elapsed_ms)
    elif worth is Disposition.LATE:
        # Its time ended while the window was offline: what follows belongs to the next section.
        sections.expire(connection, attempt_id, received_at)


def _nowhere(connection: Connection, told: TokenClaim, slot: int) -> DomainError:
    """Why an entry found no place: there is no such attempt, or no such slot in its form."""
    if store.clock_columns(connection, told.attempt_id) is None:
        return Forbidden("bad_token")
    return Invalid("bad_batch", [Problem("slot", str(slot), "out_of_range")])


def save_form(
    context: Context, token: str, changes: Sequence[tuple[int, EventKind, object]]
) -> list[Acknowledged]:
    """Append what a plain form changed: (slot, kind, payload). The server numbers the entries."""
    told = claim(context, token)
    received_at = context.clock.now()

    def work(connection: Connection) -> list[Acknowledged]:
        sections.lock(connection, told.attempt_id)
        return [_append_next(connection, told, change, received_at) for change in changes]

    return context.saves.run(work)


def _append_next(
    connection: Connection,
    told: TokenClaim,
    change: tuple[int, EventKind, object],
    received_at: datetime,
) -> Acknowledged:
    slot, kind, payload = change
    if kind is not EventKind.LEAVE:
        sections.reach(connection, told.attempt_id, told.writer, slot, received_at, None)
    entry = Entry(told.writer, 0, slot, kind, canonical(payload))
    for attempt in range(1, RETRIES + 1):
        last = store.last_seq(connection, told.attempt_id, told.writer)
        entry = replace(entry, client_seq=last + attempt)
        done = store.append(connection, told.attempt_id, entry, received_at, None)
        if done is None:
            raise _nowhere(connection, told, slot)
        if done.is_same:
            if kind is EventKind.LEAVE:
                sent = Sent(entry.client_seq, slot, kind, entry.payload)
                _leave(connection, told.attempt_id, sent, done.disposition, received_at)
            return Acknowledged(entry.client_seq, done.disposition)
    raise Refused("sequence_taken", last_seq=entry.client_seq)


def read_batch(body: object) -> list[Sent]:
    """The entries of a request body in the save protocol; raises `Invalid` with every problem."""
    if not isinstance(body, Mapping) or body.get("protocol") != PROTOCOL:
        raise Invalid("bad_batch", [Problem("protocol", "", "unknown_protocol", f"expected {PROTOCOL}")])
    entries = body.get("entries")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_ENTRIES:
        detail = f"1 to {MAX_ENTRIES} entries"
        raise Invalid("bad_batch", [Problem("entries", "", "out_of_range", detail)])
    problems = [p for index, entry in enumerate(entries) for p in _check(entry, f"entries[{index}]")]
    raise_if_any("bad_batch", problems)
    return [_sent(entry) for entry in entries]


def _check(entry: object, place: str) -> list[Problem]:
    if not isinstance(entry, Mapping):
        return [Problem(place, "", "not_a_mapping")]
    problems = [
        Problem(f"{place}.{name}", str(entry.get(name))[:40], "out_of_range")
        for name, least, most in (("client_seq", 1, MAX_SEQ), ("slot", 1, MAX_SLOT))
        if not is_between(entry.get(name), least, most)
    ]
    elapsed = entry.get("elapsed_ms")
    if elapsed is not None and not is_between(elapsed, 0, MAX_SEQ):
        problems.append(Problem(f"{place}.elapsed_ms", str(elapsed)[:40], "out_of_range"))
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        problems.append(Problem(f"{place}.kind", str(kind)[:40], "unknown_value"))
    elif not _is_payload(EventKind(kind), entry.get("payload")):
        problems.append(Problem(f"{place}.payload", "", "bad_payload"))
    return problems


def is_between(value: object, least: int, most: int) -> bool:
    """Whether a value of JSON is a whole number from ``least`` to ``most``."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_payload(kind: EventKind, payload: object) -> bool:
    if kind not in (EventKind.RESPONSE, EventKind.MARKUP):
        return isinstance(payload, bool)
    return payload is None or (isinstance(payload, dict) and _is_storable(payload))


def _is_storable(payload: Mapping[str, object]) -> bool:
    try:
        text = STORABLE.encode(payload).encode()
    except (ValueError, RecursionError):
        # Lone surrogates and NaN: no database keeps them, so the whole batch would be lost.
        return False
    return len(text) <= MAX_PAYLOAD


def _sent(entry: Mapping[str, object]) -> Sent:
    elapsed = entry.get("elapsed_ms")
    return Sent(
        client_seq=int(str(entry["client_seq"])),
        slot=int(str(entry["slot"])),
        kind=EventKind(str(entry["kind"])),
        payload=canonical(entry.get("payload")),
        elapsed_ms=int(str(elapsed)) if elapsed is not None else None,
    )


def clock_facts(context: Context, attempt_id: UUID) -> ClockFacts:
    """The stored clock of an attempt, by column, for a heartbeat."""
    with context.reading() as session:
        return facts_of(context, session.connection(), attempt_id)


def facts_of(context: Context, connection: Connection, attempt_id: UUID) -> ClockFacts:
    """The stored clock of an attempt; raises `Forbidden` ("bad_token") when there is none."""
    row = store.clock_columns(connection, attempt_id)
    if row is None:
        raise Forbidden("bad_token")
    return ClockFacts(context.clock.now(), *row)
