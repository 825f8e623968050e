"""Items as comma-separated values, one a row; spreadsheets open what is written without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from quizapp.domain.exchange import Given, ItemFormat, Outgoing, Package
from quizapp.integrations.item_formats import text_files
from quizapp.integrations.item_formats.cells import bare, neutral
from quizapp.integrations.item_formats.tables import reading, writing
from quizapp.integrations.item_formats.tables.layout import COLUMNS, LONGEST_CELL, MOST_ROWS, Row

#: What sets cells apart: spreadsheets write semicolons where the comma separates decimals.
DELIMITERS = (",", ";", "\t")
#: Makes spreadsheets read the file as UTF-8.
MARK = b"\xef\xbb\xbf"


def read(data: bytes, given: Given) -> Package:
    """The items of a CSV file whose first row names the columns, in any order.

    Raises `Invalid` ("bad_file"): not UTF-8, not CSV, too many rows, missing columns.
    """
    text = text_files.decode(data)
    lines = list(_lines(text))
    header = reading.header(lines[0] if lines else [])
    rows = (
        (number, {name: bare(cell) for name, cell in zip(header.names, cells, strict=False)})
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    )
    return reading.package(rows, given, header.notes)


def _lines(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    # The longest cell is told as a problem of its row; a longer one is no table any more.
    csv.field_size_limit(LONGEST_CELL * 4)
    found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(found, start=1):
            if number > MOST_ROWS:
                raise text_files.bad_file("too_long", f"at most {MOST_ROWS} rows")
            yield cells
    except csv.Error as error:
        raise text_files.bad_file("not_csv", str(error), f"line {found.line_num}") from error


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """A CSV file in UTF-8, a row an item."""
    return table(COLUMNS, writing.rows(outgoing))


def template() -> bytes:
    """A file to begin with: the header, and a row of every type."""
    return b"".join(table(COLUMNS, writing.template()))


def table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Rows as CSV, line by line, lines ended as RFC 4180 asks."""
    yield MARK + _line(columns)
    for row in rows:
        yield _line([neutral(row.get(name, "")) for name in columns])


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


FORMAT = ItemFormat("csv", "CSV", "csv", "text/csv", read, write, writing.losses)
