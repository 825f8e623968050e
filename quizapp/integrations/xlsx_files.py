"""Workbooks: written row by row into a temporary file, and read without trusting them."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# openpyxl is imported where it is used: most processes never see a workbook.

PIECE = 256 * 1024
#: What a workbook may unpack to, so that a small file cannot fill the memory.
MOST_BYTES = 50_000_000
MOST_COLUMNS = 50


class Unreadable(ValueError):
    """Not a workbook that can be read."""


def write(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A workbook of one sheet, in pieces; the caller has neutralised what is not ours."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Records")
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        sheet.append(list(row))
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def read(data: bytes, most_rows: int) -> list[list[str]]:
    """The cells of the first sheet as text, at most so many rows; raises `Unreadable`."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_BYTES:
                raise Unreadable("unpacks to too much")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        told = [
            ["" if cell is None else str(cell).strip() for cell in row[:MOST_COLUMNS]]
            for row in sheet.iter_rows(values_only=True, max_row=most_rows)
        ]
        book.close()
    except Unreadable:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        # A broken sheet is a SyntaxError: so does Python's XML reader call it.
        raise Unreadable("not a workbook") from error
    return told
