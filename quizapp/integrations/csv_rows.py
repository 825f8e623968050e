"""Rows of a CSV file as spreadsheets save it; every problem is told, none is guessed away."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from quizapp.domain.errors import Problem

MAX_ROWS = 10_000
MAX_CELL = 500
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is 1), and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """What could be read, and what is wrong with the rest."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read(data: bytes, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """The rows of a file; columns come in any order, others are ignored, empty rows skipped."""
    text, problem = _decode(data)
    if problem:
        return Table((), (problem,))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        header = [name.strip().lower() for name in next(lines, [])]
        problems += _check_header(header, required, optional)
        for number, cells in enumerate(lines, 2):
            if problems and number == 2:
                break
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) >= MAX_ROWS:
                problems.append(Problem("file", "", "too_long", f"at most {MAX_ROWS} rows"))
                break
            problems += _check_row(number, cells, header)
            padded = [cell.strip() for cell in cells] + [""] * (len(header) - len(cells))
            named = dict(zip(header, padded, strict=False))
            rows.append(Row(number, {name: named.get(name, "") for name in (*required, *optional)}))
    except csv.Error as error:
        problems.append(Problem("file", "", "not_csv", str(error), f"line {lines.line_num}"))
    if not rows and not problems:
        problems.append(Problem("file", "", "empty", "there are no rows below the header"))
    return Table(tuple(rows), tuple(problems))


def _decode(data: bytes) -> tuple[str, Problem | None]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        detail = 'save the file as "CSV UTF-8"'
        return "", Problem("file", "", "not_utf8", detail, f"line {line}")
    if "\0" in text:
        return "", Problem("file", "", "not_csv", "this is not a text file")
    return text, None


def _delimiter(text: str) -> str:
    """Spreadsheets write semicolons where the comma separates decimals."""
    header = text.partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _check_header(header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> list[Problem]:
    problems = [
        Problem(name, "", "missing_column", f"the first row must name the column {name}", "row 1")
        for name in required
        if name not in header
    ]
    return problems + [
        Problem(name, "", "double_column", "this column is named twice", "row 1")
        for name in (*required, *optional)
        if header.count(name) > 1
    ]


def _check_row(number: int, cells: Sequence[str], header: Sequence[str]) -> list[Problem]:
    place = f"row {number}"
    problems = [
        Problem(name, cell[:40], "too_long", f"at most {MAX_CELL} characters", place)
        for name, cell in zip(header, cells, strict=False)
        if len(cell) > MAX_CELL
    ]
    if len(cells) > len(header):
        detail = f"{len(cells)} cells under {len(header)} columns"
        problems.append(Problem("row", cells[len(header)][:40], "too_many_cells", detail, place))
    return problems
