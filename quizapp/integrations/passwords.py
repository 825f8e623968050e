"""Password hashes by Flask-Security's scheme (argon2), a few at a time.

argon2 takes 64 MiB a hash on purpose; a herd of sign-ins without a cap would take the machine.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask_security import hash_password


class SecurityPasswordHasher:
    """Implements `ports.PasswordHasher`; needs an application context."""

    def __init__(self, concurrency: int) -> None:
        self.cap = BoundedSemaphore(concurrency)

    def hash(self, password: str) -> str:
        """The salted hash to store, computed when a place is free."""
        with self.cap:
            return str(hash_password(password))
