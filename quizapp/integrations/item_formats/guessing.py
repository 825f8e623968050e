"""Which format a file is in, by its name and how it begins; people choose, this only proposes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from quizapp.domain.errors import Invalid
from quizapp.integrations.item_formats import FORMATS, archives

HEAD_BYTES = 20_000
MANIFEST = "imsmanifest.xml"
QTI_2 = re.compile(rb"imsqti_v2p|imsqti_.*v2p|imsqti_xmlv1p|QTIv2", re.IGNORECASE)
AIKEN_ANSWER = re.compile(rb"(?m)^ANSWER:\s*[A-Z]\s*$")


def guess(name: str, data: bytes) -> str:
    """The name of a format, "" when nothing speaks for one that is known."""
    suffix = name.rpartition(".")[2].lower()
    look = _LOOKS.get(suffix)
    told = look(data) if look else _SUFFIXES.get(suffix, suffix)
    return told if told in FORMATS else ""


def _of_archive(data: bytes) -> str:
    try:
        archive = archives.open_archive(data)
        manifest = archive.read(MANIFEST) if MANIFEST in archive else None
    except Invalid:
        return ""
    return "yaml" if manifest is None else _of_qti(manifest)


def _of_qti(data: bytes) -> str:
    return "qti2" if QTI_2.search(data[:HEAD_BYTES]) else "qti3"


def _of_xml(data: bytes) -> str:
    return "moodle-xml" if b"<quiz" in data[:HEAD_BYTES] else _of_qti(data)


def _of_text(data: bytes) -> str:
    return "aiken" if AIKEN_ANSWER.search(data.replace(b"\r\n", b"\n")) else "gift"


_SUFFIXES: Mapping[str, str] = {"yml": "yaml", "json": "jsonl", "ndjson": "jsonl"}
_LOOKS: Mapping[str, Callable[[bytes], str]] = {"zip": _of_archive, "xml": _of_xml, "txt": _of_text}
