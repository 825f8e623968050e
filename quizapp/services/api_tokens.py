"""Tokens of programs: made and shown once, listed, revoked, and checked at each request."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from quizapp.domain import api_token as domain
from quizapp.domain.api_token import Scope
from quizapp.domain.errors import Forbidden, NotFound, Refused, Unauthorized, raise_if_any
from quizapp.domain.person import SYSTEM, Actor, Permission
from quizapp.services.unit_of_work import Context
from quizapp.store import api_tokens as store

#: How exactly the last use of a token is known; a write for each request would be too many.
USE_INTERVAL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token in the only moment it is known."""

    id: UUID
    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token in a list; ``state`` is active, expired or revoked."""

    id: UUID
    name: str
    hint: str
    scopes: tuple[str, ...]
    maker: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """The program that asks, as a valid token says."""

    token_id: UUID
    hint: str

    @property
    def actor(self) -> Actor:
        """Who acts, for audit lines: no person, and no role."""
        return Actor(None, name=self.hint)


def create(context: Context, actor: Actor, name: str, scopes: Sequence[str], days: int) -> NewToken:
    """Make a token; its text is told here and never again. Raises `Invalid` ("bad_api_token")."""
    actor.require(Permission.MANAGE_CONNECTIONS)
    raise_if_any("bad_api_token", domain.check(name, scopes, days))
    secret = base64.urlsafe_b64encode(context.entropy.token(domain.TOKEN_BYTES)).decode().rstrip("=")
    text = f"{domain.PREFIX}{secret}"
    with context.transaction(actor) as uow:
        row = store.RowApiToken(
            id=uow.new_id(),
            name=name.strip(),
            digest=digest(text),
            hint=text[: domain.HINT_LENGTH],
            scopes=sorted(set(scopes)),
            created_at=uow.now,
            created_by=actor.person_id,
            expires_at=domain.expiry(uow.now, days),
        )
        uow.session.add(row)
        uow.audit("create", "api_token", row.id, scopes=row.scopes, days=days)
        return NewToken(row.id, text, row.expires_at)


def digest(text: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(text.encode()).hexdigest()


def revoke(context: Context, actor: Actor, token_id: UUID) -> None:
    """End a token at once; raises `NotFound`, and `Refused` when it was revoked before."""
    actor.require(Permission.MANAGE_CONNECTIONS)
    with context.transaction(actor) as uow:
        row = store.locked(uow.session, token_id)
        if row is None:
            raise NotFound("not_found")
        if row.revoked_at is not None:
            raise Refused("token_already_revoked")
        row.revoked_at = uow.now
        uow.audit("revoke", "api_token", row.id)


def listed(context: Context, actor: Actor) -> list[Token]:
    """Every token, newest first."""
    actor.require(Permission.MANAGE_CONNECTIONS)
    with context.reading() as session:
        now = context.clock.now()
        return [_token(row, maker, now) for row, maker in store.listed(session)]


def _token(row: store.RowApiToken, maker: str | None, now: datetime) -> Token:
    state = "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "active"
    return Token(
        row.id, row.name, row.hint, tuple(row.scopes), maker, row.created_at, row.expires_at,
        row.revoked_at, row.last_used_at, state,
    )  # fmt: skip


def authenticate(context: Context, text: str, wanted: Scope) -> Bearer:
    """Whose token this is; raises `Unauthorized`, and `Forbidden` ("out_of_scope").

    ``token_missing`` and ``token_unknown`` are told apart from a known token that is over.
    """
    if not text:
        raise Unauthorized("token_missing")
    if not domain.looks_like_token(text):
        raise Unauthorized("token_unknown")
    now = context.clock.now()
    with context.reading() as session:
        found = store.by_digest(session, digest(text))
        if found is None:
            raise Unauthorized("token_unknown")
        row, maker_is_active = found
        domain.check_usable(now, row.expires_at, row.revoked_at, maker_is_active=maker_is_active)
        if not domain.allows(row.scopes, wanted):
            raise Forbidden("out_of_scope", needed=wanted.value)
        bearer, last = Bearer(row.id, row.hint), row.last_used_at
    if last is None or now - last >= USE_INTERVAL:
        with context.transaction(SYSTEM) as uow:
            store.note_use(uow.session, bearer.token_id, now)
    return bearer
