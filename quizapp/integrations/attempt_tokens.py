"""Signed attempt tokens: the right to save, checked without a query and apart from the login."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from itsdangerous import BadSignature, Signer


@dataclass(frozen=True, slots=True)
class AttemptToken:
    """Who holds it may append entries of this writer to this attempt."""

    attempt_id: UUID
    writer: int


class AttemptTokens:
    """Makes and reads tokens with one key; implements `ports.AttemptTokenMaker`."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._signer = Signer(key, salt="quizapp.attempt", digest_method=hashlib.sha256)

    def make(self, attempt_id: UUID, writer: int, expires_at: datetime) -> str:
        """The token's text."""
        text = f"{attempt_id.hex}.{writer}.{int(expires_at.timestamp())}"
        return self._signer.sign(text).decode()

    def read(self, text: str, now: datetime) -> AttemptToken | None:
        """The token in ``text``, or None when it is forged, broken or expired."""
        try:
            told = self._signer.unsign(text).decode()
        except BadSignature:
            return None
        attempt, writer, expires = told.split(".")
        if now.timestamp() > int(expires):
            return None
        return AttemptToken(UUID(attempt), int(writer))

    def journal_key(self, attempt_id: UUID) -> bytes:
        """HMAC-SHA256 of the attempt's id: the same for every window of it, told to its learner only."""
        return hmac.digest(self._key, b"quizapp.journal:" + attempt_id.bytes, "sha256")
