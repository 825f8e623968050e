"""Pictures of a file that is read, each under a name of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from quizapp.domain.exchange import Picture

#: How a picture's file begins, and what it then is. Whether it is sound is asked where it is stored.
_BEGINNINGS: Sequence[tuple[bytes, str, str]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF8", "image/gif", ".gif"),
    (b"RIFF", "image/webp", ".webp"),
    (b"<svg", "image/svg+xml", ".svg"),
    (b"<?xml", "image/svg+xml", ".svg"),
)


class PictureBox:
    """Collects pictures; equal names with other contents get a number."""

    def __init__(self) -> None:
        self._held: dict[str, Picture] = {}

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What was put in, in that order."""
        return tuple(self._held.values())

    def put(self, name: str, data: bytes) -> str | None:
        """The name items call it by; None for what is no picture."""
        known = next(
            (told for told in _BEGINNINGS if data[:200].lstrip(b"\xef\xbb\xbf\n\r\t ").startswith(told[0])),
            None,
        )
        if known is None:
            return None
        _, media_type, suffix = known
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePosixPath(name).stem).strip("-")[:80] or "picture"
        given = PurePosixPath(name).suffix.lower()
        suffix = given if given == suffix or (given, suffix) == (".jpeg", ".jpg") else suffix
        for number in range(1, len(self._held) + 2):
            free = f"{stem}-{number}{suffix}" if number > 1 else f"{stem}{suffix}"
            held = self._held.setdefault(free, Picture(free, media_type, data))
            if held.data == data:
                return free
        return None
