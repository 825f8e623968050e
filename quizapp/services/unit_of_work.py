"""One use case, one instant, one transaction, one audit line; effects leave after commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quizapp.domain.person import Actor
from quizapp.ports import (
    AttemptTokenMaker,
    Clock,
    DocumentSigner,
    Entropy,
    Mailer,
    PasswordHasher,
    Poster,
    Sealer,
    Signer,
)
from quizapp.services.finishing import Finishing
from quizapp.settings import Settings
from quizapp.store.append_batches import Appends
from quizapp.store.audit import RowAuditLine
from quizapp.store.engine import writing
from quizapp.store.group_commit import GroupCommit

log = structlog.get_logger()


class MissingAudit(RuntimeError):
    """A use case changed something without saying so; it was rolled back."""


@dataclass(frozen=True, slots=True)
class Context:
    """What services need from the outside: the database, the ports and the settings."""

    engine: Engine
    settings: Settings
    clock: Clock
    entropy: Entropy
    mailer: Mailer
    poster: Poster
    signer: Signer
    documents: DocumentSigner
    sealer: Sealer
    tokens: AttemptTokenMaker
    passwords: PasswordHasher
    saves: GroupCommit
    appends: Appends
    finishing: Finishing = field(default_factory=Finishing)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only: whatever is changed in it is thrown away."""
        with Session(self.engine) as session:
            yield session
            session.rollback()

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A unit of work that commits at the end, or leaves nothing behind."""
        # The ambient session factory of Flask-SQLAlchemy belongs to a request; this one to us.
        with Session(writing(self.engine), expire_on_commit=False) as session:
            uow = UnitOfWork(self, session, actor, self.clock.now())
            yield uow
            uow.commit()
        uow.run_effects()

    def audit_line(
        self, actor: Actor, now: datetime, verb: str, noun: str, object_id: object, facts: Mapping[str, Any]
    ) -> RowAuditLine:
        """An audit line with its mark, not yet in any session; use `UnitOfWork.audit` where there is one."""
        line = RowAuditLine(
            nonce=self.entropy.new_id(now),
            at=now,
            actor_id=actor.person_id,
            actor_name=actor.name,
            verb=verb,
            noun=noun,
            object_id=str(object_id),
            # What the database gives back is what the mark must be taken over: tuples become
            # lists and keys become text before, not after.
            facts=json.loads(json.dumps(facts)),
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        )
        line.mark = self.sealer.seal("", line.canonical)
        return line


@dataclass(slots=True)
class UnitOfWork:
    """A running use case."""

    context: Context
    session: Session
    actor: Actor
    now: datetime
    _effects: list[Callable[[], None]] = field(default_factory=list)
    _is_audited: bool = False
    _is_changed: bool = False

    def new_id(self) -> UUID:
        """A new identifier carrying this use case's instant."""
        return self.context.entropy.new_id(self.now)

    def new_seed(self) -> str:
        """A new seed to store with whatever it decides."""
        return self.context.entropy.token(16).hex()

    def audit(self, verb: str, noun: str, object_id: object, **facts: Any) -> None:
        """Write the audit line; facts are ids, codes and counts, never names or answers."""
        self._is_audited = True
        self.session.add(self.context.audit_line(self.actor, self.now, verb, noun, object_id, facts))

    def after_commit(self, effect: Callable[[], None]) -> None:
        """Run ``effect`` once everything is durable; its failure is logged, not raised."""
        self._effects.append(effect)

    def flush(self) -> None:
        """Send pending changes to the database without ending the transaction."""
        self._note_changes()
        self.session.flush()

    def _note_changes(self) -> None:
        pending = [*self.session.new, *self.session.dirty, *self.session.deleted]
        self._is_changed |= any(not isinstance(row, RowAuditLine) for row in pending)

    def commit(self) -> None:
        """Make it durable; raises `MissingAudit` when something changed and nothing was said."""
        self._note_changes()
        if self._is_changed and not self._is_audited:
            self.session.rollback()
            raise MissingAudit("a use case changed rows without an audit line")
        self.session.commit()

    def run_effects(self) -> None:
        """Perform what was put off; the transaction is over and cannot be harmed."""
        for effect in self._effects:
            try:
                effect()
            except OSError as error:
                log.error("effect failed", effect=getattr(effect, "__qualname__", ""), error=str(error))
