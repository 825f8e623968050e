"""Comma-separated values that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

#: A cell that starts with one of these would be taken for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Any) -> str:
    """The text of a cell, with an apostrophe before what a spreadsheet would calculate."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A header line and one line per row, lines ended as RFC 4180 asks."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutral(row.get(name)) for name in columns])
    return out.getvalue()


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The same file line by line, with the mark that makes spreadsheets read it as UTF-8."""
    yield b"\xef\xbb\xbf" + write(columns, ()).encode()
    for row in rows:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow([neutral(row.get(name)) for name in columns])
        yield out.getvalue().encode()
