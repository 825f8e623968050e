"""Items as a workbook, one a row of its first sheet; read without trusting it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Given, ItemFormat, Outgoing, Package
from quizapp.integrations.item_formats import archives, text_files
from quizapp.integrations.item_formats.cells import bare, neutral
from quizapp.integrations.item_formats.tables import reading, writing
from quizapp.integrations.item_formats.tables.layout import COLUMNS, LONGEST_CELL, MOST_ROWS, Row

# openpyxl is imported where it is used: most processes never see a workbook.

PIECE = 256 * 1024
MOST_COLUMNS = 200
SHEET = "Items"
#: Characters no cell of a workbook holds.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]")


def read(data: bytes, given: Given) -> Package:
    """The items of the first sheet, whose first row names the columns, in any order.

    Raises `Invalid` ("bad_file"): not a workbook, too large, too many rows, missing columns.
    """
    lines = _lines(data)
    _number, first = next(lines, (1, []))
    header = reading.header(first)
    rows = (
        (number, {name: bare(cell) for name, cell in zip(header.names, cells, strict=False)})
        for number, cells in lines
        if any(cell.strip() for cell in cells)
    )
    return reading.package(rows, given, header.notes)


def _lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers; formulas count as what they last came to."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    archives.open_archive(data)
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        found = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        for number, cells in enumerate(found, start=1):
            if number > MOST_ROWS:
                raise text_files.bad_file("too_long", f"at most {MOST_ROWS} rows")
            yield number, [_text(cell) for cell in cells]
        book.close()
    except (InvalidFileException, BadZipFile, LookupError, ValueError, SyntaxError, AttributeError) as error:
        # A broken sheet is a SyntaxError: so does Python's XML reader call it.
        raise text_files.bad_file("not_a_workbook", "this is not a workbook that can be read") from error


def _text(cell: Any) -> str:
    """A cell as its reader sees it: a whole number without a point, a date as year, month and day."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() | date():
            return cell.strftime("%Y-%m-%d")
        case _:
            return str(cell).replace("\r\n", "\n")


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """A workbook, a row an item, without the items `losses` names as unwritable."""
    return _book(row for row in writing.rows(outgoing) if not _unwritable(row))


def template() -> bytes:
    """A workbook to begin with: the header, and a row of every type."""
    return b"".join(_book(writing.template()))


def losses(outgoing: Outgoing) -> list[Problem]:
    """What a table leaves behind, and items with signs or lengths no cell holds."""
    found = writing.losses(outgoing)
    for row in writing.rows(outgoing):
        name = _unwritable(row)
        if name:
            detail = f"no cell holds this text (a control character, or more than {LONGEST_CELL} characters)"
            found.append(Problem(name, "", "item_left_out", detail, row["id"]))
    return found


def _unwritable(row: Row) -> str:
    """The first column whose text no cell holds, or nothing."""
    cells = ((name, neutral(cell)) for name, cell in row.items())
    return next((name for name, cell in cells if len(cell) > LONGEST_CELL or UNWRITABLE.search(cell)), "")


def _book(rows: Iterable[Row]) -> Iterator[bytes]:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([neutral(row.get(name, "")) or None for name in COLUMNS])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


FORMAT = ItemFormat(
    "xlsx",
    "Excel",
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    read,
    write,
    losses,
)
