"""The operating system's randomness, and identifiers that sort by time."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

RANDOM_BYTES = 10
VERSION_7, VARIANT = 0x7 << 76, 0x2 << 62
VERSION_MASK, VARIANT_MASK = 0xF << 76, 0x3 << 62


class SystemEntropy:
    """Implements `ports.Entropy`."""

    def token(self, size: int) -> bytes:
        """``size`` bytes from the operating system."""
        return secrets.token_bytes(size)

    def new_id(self, now: datetime) -> UUID:
        """A UUID version 7 (RFC 9562) whose time is ``now``, not the machine's, so demos can be dated."""
        milliseconds = int(now.timestamp() * 1000)
        number = milliseconds << 80 | int.from_bytes(secrets.token_bytes(RANDOM_BYTES), "big")
        return UUID(int=number & ~VERSION_MASK & ~VARIANT_MASK | VERSION_7 | VARIANT)
