"""Text files as other programs save them: any Unicode encoding that says so, or UTF-8."""

from __future__ import annotations

import codecs
import re

from quizapp.domain.errors import Invalid, Problem

MAX_BYTES = 64 * 1024 * 1024
MAX_LINE = 1_000_000
#: Control characters no text of an item needs; tab and line ends stay.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes) -> str:
    """The text, its lines ended by one character; raises `Invalid` ("bad_file") with the reason."""
    if len(data) > MAX_BYTES:
        raise bad_file("too_large", f"at most {MAX_BYTES // 1024**2} MiB in a file")
    try:
        text = data.decode(next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise bad_file("not_utf8", "save the file as UTF-8", f"line {line}") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check(text)
    return text


def _check(text: str) -> None:
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise bad_file("bad_character", "this is not a text file", f"line {line}")
    for number, line_text in enumerate(text.split("\n"), start=1):
        if len(line_text) > MAX_LINE:
            raise bad_file("line_too_long", f"at most {MAX_LINE:,} characters in a line", f"line {number}")


def bad_file(reason: str, detail: str, place: str = "") -> Invalid:
    """The error for a file as a whole."""
    return Invalid("bad_file", [Problem("file", "", reason, detail, place)], reason=detail)
