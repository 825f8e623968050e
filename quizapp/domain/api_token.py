"""Tokens of programs: what one may do, how long it lasts, and why one is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from quizapp.domain.errors import Problem, Unauthorized

#: What every token starts with, so that one that leaked is found by a search.
PREFIX = "qzt_"
#: 256 random bits: what is stored of a token needs no slow hash.
TOKEN_BYTES = 32
#: So many signs of a token are kept readable, so that people can tell tokens apart.
HINT_LENGTH = len(PREFIX) + 6
LONGEST_NAME = 80
LONGEST_DAYS = 366
DEFAULT_DAYS = 90
_TOKEN = re.compile(r"qzt_[A-Za-z0-9_-]{43}")


class Scope(StrEnum):
    """One thing a token allows."""

    CHANGES = "changes"
    RECORDS = "records"
    CURRENCY = "currency"


def looks_like_token(text: str) -> bool:
    """Whether a text has the shape of a token; anything else is refused without a look-up."""
    return bool(_TOKEN.fullmatch(text))


def check(name: str, scopes: Iterable[str], days: int) -> list[Problem]:
    """Everything wrong with a token somebody wants."""
    problems, told = [], list(scopes)
    if not name.strip():
        problems.append(Problem("name", name, "missing", "say which program will use it"))
    if len(name) > LONGEST_NAME:
        problems.append(Problem("name", name[:20], "too_long", f"at most {LONGEST_NAME} characters"))
    if not told:
        problems.append(Problem("scopes", "", "missing", "at least one scope is needed"))
    known = ", ".join(Scope)
    problems += [
        Problem("scopes", scope, "unknown_scope", f"one of: {known}")
        for scope in told
        if scope not in set(Scope)
    ]
    if not 1 <= days <= LONGEST_DAYS:
        problems.append(Problem("days", str(days), "out_of_range", f"between 1 and {LONGEST_DAYS} days"))
    return problems


def expiry(now: datetime, days: int) -> datetime:
    """When a token made now for so many days ends."""
    return now + timedelta(days=days)


def check_usable(
    now: datetime, expires_at: datetime, revoked_at: datetime | None, *, maker_is_active: bool
) -> None:
    """Raise `Unauthorized` with the reason a known token no longer works."""
    if revoked_at is not None:
        raise Unauthorized("token_revoked")
    if expires_at <= now:
        raise Unauthorized("token_expired")
    # Whoever left may have kept a copy: their tokens end with their account.
    if not maker_is_active:
        raise Unauthorized("token_orphaned")


def allows(held: Collection[str], wanted: Scope) -> bool:
    """Whether a token with these scopes may do this."""
    return wanted.value in held
