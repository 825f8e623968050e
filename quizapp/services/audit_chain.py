"""The audit chain: sealing lines into it, and proving that nobody touched it.

A line is marked with the audit key when it is written. The sealer then chains lines in the
order it finds them: each seal is keyed over the seal before it, its own number and the line.
After each round the head is signed as a checkpoint; a copy of checkpoints kept elsewhere
(the log has each one) reveals a tail that was cut together with its checkpoints.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.person import SYSTEM
from quizapp.integrations import signing
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import audit as store
from quizapp.store.audit import RowAuditLine, RowAuditSeal, RowCheckpoint

log = structlog.get_logger()
#: What the first seal of a chain follows.
GENESIS = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The signed head of the chain at some moment; bytes as hexadecimal text."""

    number: int
    seal: str
    at: datetime
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad place: its number in the chain, its line where there is one, a stable code."""

    reason: str
    number: int | None
    line_id: int | None

    def __str__(self) -> str:
        place = f"line {self.line_id}" if self.line_id is not None else "no line"
        where = f"seal {self.number}, {place}" if self.number is not None else place
        return f"{where}: {REASONS[self.reason]}"


REASONS = {
    "missing_seal": "a seal is missing from the numbering",
    "missing_line": "the sealed line is gone",
    "changed_line": "the line does not say what was written: it was edited",
    "moved_line": "the line is genuine but not in the place it was sealed in",
    "forged_line": "the line was not written by this product",
    "cut_tail": "a checkpoint speaks of seals that are gone",
    "changed_seal": "a checkpoint speaks of another seal",
    "forged_checkpoint": "the checkpoint's signature is not from a key of this installation",
}


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a verification found; ``fault`` is None when the chain is whole.

    ``unsealed`` lines are fresh: genuine, but not yet chained, so that their deletion would not show.
    """

    sealed: int
    unsealed: int
    checkpoints: int
    fault: Fault | None

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found wrong."""
        return self.fault is None


def seal(context: Context, *, is_thorough: bool = False) -> int:
    """Chain every visible unsealed line and sign the new head; returns how many were sealed.

    Safe to run in several processes. ``is_thorough`` also looks for lines whose transaction
    stayed open while ten thousand others committed.
    """
    sealed = 0
    while True:
        with context.transaction(SYSTEM) as uow:
            told = _seal_batch(uow, is_thorough)
        sealed += told
        if told < store.BATCH:
            return sealed


def _seal_batch(uow: UnitOfWork, is_thorough: bool) -> int:
    # Nobody waits for the lock and nothing is written when there is nothing to seal.
    if not store.unsealed(uow.session, 1, is_thorough=is_thorough):
        return 0
    store.lock_sealing(uow.session)
    lines = store.unsealed(uow.session, store.BATCH, is_thorough=is_thorough)
    head = store.last_seal(uow.session)
    number, previous = (head.number, head.seal) if head else (0, GENESIS)
    seals = []
    for line in lines:
        number += 1
        previous = _seal_of(uow.context, previous, number, line)
        seals.append({"number": number, "line_id": line.id, "seal": previous})
    if seals:
        store.add_seals(uow.session, seals)
        _add_checkpoint(uow, number, previous)
    return len(seals)


def _seal_of(context: Context, previous: str, number: int, line: RowAuditLine) -> str:
    return context.sealer.seal(previous, f"{number}:{line.id}:".encode() + line.canonical)


def _statement(number: int, seal_text: str, at: datetime) -> bytes:
    return signing.canonical({"at": at.isoformat(), "number": number, "seal": seal_text})


def _add_checkpoint(uow: UnitOfWork, number: int, head: str) -> None:
    signer = uow.context.signer
    store.remember_key(uow.session, signer.key_id, signer.public_key, uow.now)
    signature = signer.sign(_statement(number, head, uow.now))
    store.add_checkpoint(
        uow.session, number=number, seal=head, at=uow.now, key_id=signer.key_id, signature=signature
    )
    told = Checkpoint(number, head, uow.now, signer.key_id, signature.hex())
    uow.after_commit(lambda: log.info("audit checkpoint", **_as_facts(told)))


def _as_facts(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "number": checkpoint.number,
        "seal": checkpoint.seal,
        "at": checkpoint.at.isoformat(),
        "key_id": checkpoint.key_id,
        "signature": checkpoint.signature,
    }


def verify(context: Context, kept: Iterable[Checkpoint] = ()) -> AuditCheck:
    """Recompute the whole chain and compare; ``kept`` are checkpoints kept outside the database."""
    with context.reading() as session:
        # Checkpoints first: whatever they speak of is visible to everything read after them.
        rows = [checkpoint_of(row) for row in store.checkpoints(session)]
        trusted = {context.signer.key_id, *store.known_keys(session)}
        spoken = sorted([*rows, *kept], key=lambda checkpoint: checkpoint.number)
        walk = _Walk(context, spoken, trusted)
        fault = walk.follow(store.chain(session))
        unsealed, forged = _fresh(context, session)
        return AuditCheck(walk.number, unsealed, len(rows), fault or forged)


class _Walk:
    """One pass along the chain, checkpoint by checkpoint."""

    def __init__(self, context: Context, spoken: list[Checkpoint], trusted: set[str]) -> None:
        self.context, self.trusted = context, trusted
        self.spoken = iter(spoken)
        self.ahead = next(self.spoken, None)
        self.number, self.seal = 0, GENESIS

    def follow(self, chain: Iterator[tuple[RowAuditSeal, RowAuditLine | None]]) -> Fault | None:
        """The first fault on the way, or None."""
        for row, line in chain:
            fault = self._step(row, line) or self._at_checkpoints()
            if fault:
                return fault
        return Fault("cut_tail", self.number + 1, None) if self.ahead else None

    def _step(self, row: RowAuditSeal, line: RowAuditLine | None) -> Fault | None:
        if row.number != self.number + 1:
            return Fault("missing_seal", self.number + 1, None)
        if line is None:
            return Fault("missing_line", row.number, row.line_id)
        if not _is_genuine(self.context, line):
            return Fault("changed_line", row.number, line.id)
        if _seal_of(self.context, self.seal, row.number, line) != row.seal:
            return Fault("moved_line", row.number, line.id)
        self.number, self.seal = row.number, row.seal
        return None

    def _at_checkpoints(self) -> Fault | None:
        while self.ahead and self.ahead.number <= self.number:
            if not self._is_signed(self.ahead):
                return Fault("forged_checkpoint", self.ahead.number, None)
            if self.ahead.seal != self.seal:
                return Fault("changed_seal", self.ahead.number, None)
            self.ahead = next(self.spoken, None)
        return None

    def _is_signed(self, checkpoint: Checkpoint) -> bool:
        key = signing.public_key_of(checkpoint.key_id)
        if key is None or checkpoint.key_id not in self.trusted:
            return False
        statement = _statement(checkpoint.number, checkpoint.seal, checkpoint.at)
        return signing.verifies(key, bytes.fromhex(checkpoint.signature), statement)


def _is_genuine(context: Context, line: RowAuditLine) -> bool:
    return context.sealer.seal("", line.canonical) == line.mark


def _fresh(context: Context, session: Session) -> tuple[int, Fault | None]:
    number, fault = 0, None
    for line in store.every_unsealed(session):
        number += 1
        if fault is None and not _is_genuine(context, line):
            fault = Fault("forged_line", None, line.id)
    return number, fault


def checkpoint_of(row: RowCheckpoint) -> Checkpoint:
    """A checkpoint row as a value."""
    return Checkpoint(row.number, row.seal, row.at, row.key_id, row.signature.hex())


def read_checkpoints(text: str) -> list[Checkpoint]:
    """Checkpoints from JSON lines as `quizapp audit checkpoint` or the log prints them; raises `Invalid`."""
    found = []
    for place, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        try:
            told = json.loads(row)
            at = datetime.fromisoformat(told["at"])
            bytes.fromhex(told["signature"])
            found.append(Checkpoint(int(told["number"]), told["seal"], at, told["key_id"], told["signature"]))
        except (ValueError, KeyError, TypeError) as error:
            problem = Problem("checkpoint", row[:60], "not_a_checkpoint", str(error), f"line {place}")
            raise Invalid("bad_checkpoint", [problem]) from error
    return found
