"""Rows to items in the author's form: every cell that cannot be read is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from quizapp.domain.errors import Problem, raise_if_any
from quizapp.domain.exchange import Entry, Given, Package
from quizapp.domain.item import Source, shown
from quizapp.domain.item_bank import Stimulus, read_stimulus
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.integrations.item_formats.tables.layout import (
    BAR,
    COLUMNS,
    LETTERS,
    LONGEST_CELL,
    NO,
    NUMBERS,
    REASON,
    REQUIRED,
    YES,
    Form,
    Row,
)


class BadCell(ValueError):
    """A cell that cannot be read: its column, the reason's code, and the sentence."""

    def __init__(self, column: str, value: str, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(column, shown(value), reason, detail)


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns by place, and what is said about those that mean nothing here."""

    names: tuple[str, ...]
    notes: tuple[Problem, ...]


def header(cells: Sequence[str]) -> Header:
    """The first row; raises `Invalid` ("bad_file") for columns that are missing or stand twice."""
    names = tuple(cell.strip().lower().replace(" ", "_") for cell in cells)
    place = "row 1"
    problems = [
        Problem(name, "", "missing_column", f"the first row must name the column {name}", place)
        for name in REQUIRED
        if name not in names
    ]
    problems += [
        Problem(name, "", "double_column", "this column is named twice", place)
        for name in COLUMNS
        if names.count(name) > 1
    ]
    raise_if_any("bad_file", problems)
    notes = tuple(
        Problem(name, "", "unknown_column", "no column of items is called so; it was passed over", place)
        for name in names
        if name and name not in (*COLUMNS, REASON)
    )
    return Header(names, notes)


def package(rows: Iterable[tuple[int, Row]], given: Given, notes: Sequence[Problem] = ()) -> Package:
    """What the rows hold; each comes with its number as the spreadsheet shows it."""
    entries: list[Entry] = []
    stimuli: dict[str, Stimulus] = {}
    for number, row in rows:
        place = f"row {number}"
        source, problems = _read(row, given)
        problems += _scenario(row, stimuli)
        entries.append(Entry(place, row.get("id", ""), source, (), tuple(problems), row))
    return Package(tuple(entries), tuple(stimuli.values()), notes=tuple(notes))


def _read(row: Row, given: Given) -> tuple[Form | None, list[Problem]]:
    """The author's form of a row, or None and why there is none."""
    too_long = [name for name, cell in row.items() if len(cell) > LONGEST_CELL]
    if too_long:
        return None, [
            Problem(name, "", "too_long", f"at most {LONGEST_CELL} characters") for name in too_long
        ]
    try:
        return {**given.fields, **read_row(row)}, []
    except BadCell as error:
        return None, [error.problem]


def read_row(row: Mapping[str, str]) -> Form:
    """The author's form a row stands for; raises `BadCell`."""
    kind = row.get("type", "").strip()
    if kind not in ITEM_TYPES:
        raise BadCell("type", kind, "unknown_type", f"one of: {', '.join(ITEM_TYPES)}")
    form: Form = {"type": kind, **_common(row)}
    form |= READERS.get(kind, _read_other)(row)
    more = _more(row)
    kept = {name: value for name, value in form.items() if value not in ("", [], None)}
    return kept | more


def _common(row: Mapping[str, str]) -> Form:
    form: Form = {name: row[name] for name in ("id", "pool", "level", "stimulus", "stem") if row.get(name)}
    form |= {name: row[name] for name in ("author", "reviewer", "status") if row.get(name)}
    form["tasks"] = _split(row.get("tasks", ""))
    form["enemies"] = _split(row.get("enemies", ""))
    if row.get("difficulty"):
        form["difficulty"] = _whole(row["difficulty"])
    form["sources"] = [_source(line) for line in row.get("sources", "").splitlines() if line.strip()]
    return form


def _whole(cell: str) -> object:
    """A whole number however the spreadsheet shows it; what is none is left for the item's own check."""
    text = cell.strip().removesuffix("%").removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 5 else cell


def _source(line: str) -> Form:
    parts = [part.strip() for part in line.split(BAR.strip())]
    names = list(Source.__dataclass_fields__)
    if len(parts) != len(names):
        detail = f"a source a line: {BAR.join(names)}"
        raise BadCell("sources", line, "bad_source", detail)
    return dict(zip(names, parts, strict=True))


def _split(cell: str, at: str = ",") -> list[str]:
    return [part.strip() for part in cell.split(at) if part.strip()]


def _flag(row: Mapping[str, str], name: str) -> Form:
    cell = row.get(name, "").strip().lower()
    if not cell:
        return {}
    if cell not in (YES, NO, "true", "false"):
        raise BadCell(name, cell, "not_yes_or_no", f"write {YES} or {NO}")
    return {name: cell in (YES, "true")}


def _ids(row: Mapping[str, str], column: str, usual: Sequence[str], used: int) -> list[str]:
    """The ids of so many rows of the author's form: the file's own, else the usual ones."""
    told = _split(row.get(column, ""))
    if not told:
        return list(usual[:used])
    if len(told) != used:
        raise BadCell(
            column, row[column], "wrong_count", f"{used} ids are needed, in the order of the columns"
        )
    return told


def _filled(row: Mapping[str, str], columns: Sequence[str]) -> int:
    """How many of the columns are used; raises `BadCell` where one before them is empty."""
    cells = [bool(row.get(column, "").strip()) for column in columns]
    used = sum(cells)
    if cells[:used] != [True] * used:
        gap = columns[cells.index(False)]
        raise BadCell(gap, "", "gap", "fill these columns without a gap")
    return used


def _options(row: Mapping[str, str]) -> list[Form]:
    ids = _ids(row, "option_ids", LETTERS, _filled(row, LETTERS))
    return [{"id": name, "text": row[letter]} for name, letter in zip(ids, LETTERS, strict=False)]


def _letters(row: Mapping[str, str], options: Sequence[Form]) -> list[str]:
    """The ids the letters of ``key`` stand for."""
    known = {letter: option["id"] for letter, option in zip(LETTERS, options, strict=False)}
    told = [
        part.lower() for part in row.get("key", "").replace(";", ",").replace(" ", ",").split(",") if part
    ]
    for letter in told:
        if letter not in known:
            raise BadCell("key", letter, "unknown_option", "no option stands in this column")
    return [known[letter] for letter in told]


def _reasons(row: Mapping[str, str], rows: Sequence[Form], marks: Sequence[str]) -> None:
    for told, mark in zip(rows, marks, strict=False):
        if row.get(f"rationale_{mark}"):
            told["rationale"] = row[f"rationale_{mark}"]


def _read_choice(row: Mapping[str, str]) -> Form:
    options = _options(row)
    keys = set(_letters(row, options))
    for option in options:
        if option["id"] in keys:
            option["key"] = True
    _reasons(row, options, LETTERS)
    told = {"options": options, "rationale": row.get("rationale", ""), "scoring": row.get("scoring", "")}
    return told | _flag(row, "lock_order")


def _read_true_false(row: Mapping[str, str]) -> Form:
    key = row.get("key", "").strip().lower()
    if key not in ("true", "false"):
        raise BadCell("key", key, "bad_key", "write true or false")
    options: list[Form] = [
        {"id": name} | ({"key": True} if name == key else {}) for name in ("true", "false")
    ]
    _reasons(row, options, LETTERS)
    return {"options": options, "rationale": row.get("rationale", "")}


def _read_ordering(row: Mapping[str, str]) -> Form:
    options = _options(row)
    _reasons(row, options, LETTERS)
    by_id = {option["id"]: option for option in options}
    order = _letters(row, options)
    if sorted(order) != sorted(by_id):
        raise BadCell(
            "key", row.get("key", ""), "bad_order", "name every option's letter once, in the right order"
        )
    told = {"rationale": row.get("rationale", ""), "scoring": row.get("scoring", "")}
    return {"options": [by_id[name] for name in order], **told}


def _read_matching(row: Mapping[str, str]) -> Form:
    options = _options(row)
    columns = [f"prompt_{number}" for number in NUMBERS]
    ids = _ids(row, "prompt_ids", [f"p{number}" for number in NUMBERS], _filled(row, columns))
    prompts: list[Form] = [
        {"id": name, "text": row[column]} for name, column in zip(ids, columns, strict=False)
    ]
    for number, match in _pairs(row, len(prompts)):
        prompts[number - 1]["match"] = _letters({"key": match}, options)[0]
    _reasons(row, prompts, NUMBERS)
    told = {"rationale": row.get("rationale", ""), "scoring": row.get("scoring", "")}
    return {"prompts": prompts, "options": options, **told, **_flag(row, "lock_order")}


def _pairs(row: Mapping[str, str], prompts: int) -> Iterable[tuple[int, str]]:
    for part in _split(row.get("key", "").replace(";", ",")):
        number, equals, letter = (piece.strip() for piece in part.partition("="))
        if not equals or not letter or number not in NUMBERS[:prompts]:
            raise BadCell("key", part, "bad_pair", "write pairs of a prompt's number and a letter: 1=b, 2=a")
        yield int(number), letter


def _read_numeric(row: Mapping[str, str]) -> Form:
    columns = {"value": "key", "tolerance": "tolerance", "unit": "unit", "rationale": "rationale"}
    answer = {name: row[column] for name, column in columns.items() if row.get(column)}
    return {"answer": answer}


def _read_short_text(row: Mapping[str, str]) -> Form:
    answers = [{"text": text} for text in _split(row.get("key", ""), BAR.strip())]
    return {"answers": answers, "rationale": row.get("rationale", ""), **_flag(row, "case_sensitive")}


def _read_other(_row: Mapping[str, str]) -> Form:
    """A type without columns of its own stands in ``more``."""
    return {}


READERS: Mapping[str, Callable[[Mapping[str, str]], Form]] = {
    "single_choice": _read_choice,
    "multiple_response": _read_choice,
    "true_false": _read_true_false,
    "ordering": _read_ordering,
    "matching": _read_matching,
    "numeric": _read_numeric,
    "short_text": _read_short_text,
}


def _more(row: Mapping[str, str]) -> Form:
    cell = row.get("more", "")
    if not cell:
        return {}
    try:
        told = json.loads(cell)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BadCell("more", cell, "not_json", "leave it empty, or give fields of the item as a JSON object")
    return told


def _scenario(row: Row, stimuli: dict[str, Stimulus]) -> list[Problem]:
    """The scenario a row tells, kept once; problems of one that is told twice in other words."""
    if not row.get("stimulus") or not row.get("stimulus_text"):
        return []
    told, problems = read_stimulus(
        {"id": row["stimulus"], "title": row.get("stimulus_title", ""), "text": row["stimulus_text"]}
    )
    if told is None:
        return [Problem(_SCENARIO[p.field], p.value, p.reason, p.detail) for p in problems]
    if stimuli.setdefault(told.id, told) != told:
        return [Problem("stimulus_text", told.id, "told_twice", "a row above tells this scenario otherwise")]
    return []


_SCENARIO = {"id": "stimulus", "title": "stimulus_title", "text": "stimulus_text"}
