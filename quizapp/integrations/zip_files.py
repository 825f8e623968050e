"""Many files in one archive, written one after the other into a temporary file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator

PIECE = 256 * 1024


def write(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """An archive of files (name, contents), in pieces; its memory is that of the largest file."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in files:
                # Without the time of writing: the same files are the same archive.
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                # Otherwise nobody may read what they unpack.
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, data)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
