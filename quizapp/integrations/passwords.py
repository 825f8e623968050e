"""Password hashes by Flask-Security's scheme (argon2), a few at a time; links that set passwords.

argon2 takes 64 MiB a hash on purpose; a herd of sign-ins without a cap would take the machine.
"""

from __future__ import annotations

from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

from flask import Flask, current_app
from flask_security import hash_password
from itsdangerous import BadData, URLSafeSerializer

INVITATION_SALT = "invitation"


class CappedHashes:
    """Flask-Security's hash context, with a limit on how many it works on at the same time."""

    def __init__(self, hashes: Any, cap: BoundedSemaphore) -> None:
        self._hashes, self._cap = hashes, cap

    def hash(self, secret: Any, **options: Any) -> str:
        """The salted hash, computed when a place is free."""
        with self._cap:
            return str(self._hashes.hash(secret, **options))

    def verify(self, secret: Any, hashed: Any, **options: Any) -> bool:
        """Whether the hash is of this secret, computed when a place is free."""
        with self._cap:
            return bool(self._hashes.verify(secret, hashed, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hashes, name)


class SecurityPasswordHasher:
    """Implements `ports.PasswordHasher`; needs an application context."""

    def __init__(self, concurrency: int) -> None:
        self.cap = BoundedSemaphore(concurrency)

    def install(self, app: Flask) -> None:
        """Put the cap around everything that hashes or verifies in this application."""
        security = app.extensions["security"]
        security.pwd_context = CappedHashes(security.pwd_context, self.cap)

    def hash(self, password: str) -> str:
        """The salted hash to store, computed when a place is free."""
        return str(hash_password(password))

    def invitation(self, uniquifier: str, expires_at: datetime) -> str:
        """A signed link token with which the holder may set the first password of an account."""
        return str(_serializer().dumps([uniquifier, int(expires_at.timestamp())]))

    def invited(self, token: str, now: datetime) -> str | None:
        """The uniquifier of the account a token invites to, or None when forged or expired."""
        try:
            uniquifier, expires_at = _serializer().loads(token)
        except (BadData, TypeError, ValueError):
            return None
        return str(uniquifier) if now.timestamp() < expires_at else None

    def reset_token(self, uniquifier: str) -> str:
        """A token the reset page accepts for an account without a password."""
        return str(current_app.extensions["security"].reset_serializer.dumps([uniquifier, None]))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt=INVITATION_SALT)
