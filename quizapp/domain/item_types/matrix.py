"""Matrix: every statement is given one of the same columns; true and false, where none are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, options, responses
from quizapp.domain.item_types.base import (
    ITEM_RATIONALE,
    Content,
    Fields,
    ItemType,
    Key,
    Mark,
    Order,
    Response,
    Review,
    ReviewRow,
    Source,
    as_stored,
)
from quizapp.domain.item_types.marks import (
    ALL_OR_NOTHING,
    UNANSWERED,
    Policy,
    all_right,
    each_right,
    share,
)
from quizapp.domain.item_types.source import Reader, optional

NAME = "matrix"
SOURCE_FIELDS = frozenset({"stem", "statements", "columns", "lock_order", "scoring", "rationale"})
STATEMENT_FIELDS = frozenset({"id", "text", "column", "rationale"})
COLUMN_FIELDS = frozenset({"id", "text"})
CELL_FIELD = "cell-"
STATEMENTS = "statements"
COLUMNS = "columns"
# Without texts: the page names them in the reader's language.
TRUE_FALSE: Sequence[Mapping[str, str]] = ({"id": "true"}, {"id": "false"})


def _kprim(parts: Sequence[bool]) -> Mark:
    """Everything right is worth 1, all but one is worth a half, less is worth nothing.

    After Krebs, R. (1997), The Swiss way to score multiple true-false items; there of four statements.
    """
    return share({0: 2, 1: 1}.get(parts.count(False), 0), 2)


POLICIES: Mapping[str, Policy] = {ALL_OR_NOTHING: all_right, "per_row": each_right, "kprim": _kprim}


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, SOURCE_FIELDS)
    readers = reader.rows(STATEMENTS, STATEMENT_FIELDS)
    shown, rationales = options.split_rows(readers, "id", "text")
    content: dict[str, Any] = {"stem": reader.text("stem"), "statements": shown}
    if reader.has(COLUMNS):
        content["columns"], _ = options.split_rows(reader.rows(COLUMNS, COLUMN_FIELDS), "id", "text")
    reader.keep_flag(content, "lock_order")
    cells = {row.text("id"): row.text("column") for row in readers if row.has("column")}
    key: dict[str, Any] = {"cells": cells, "rationales": rationales}
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    reader.keep_text(key, "scoring")
    return content, reader.finish(key)


def join(content: Content, key: Key) -> dict[str, Any]:
    joined = {
        "stem": content["stem"],
        "statements": [_join_statement(row, key) for row in content["statements"]],
        **optional(content, "lock_order"),
        **optional(key, "scoring"),
    }
    if COLUMNS in content:
        joined["columns"] = [dict(row) for row in content["columns"]]
    if ITEM_RATIONALE in key["rationales"]:
        joined["rationale"] = key["rationales"][ITEM_RATIONALE]
    return joined


def _join_statement(row: Mapping[str, Any], key: Key) -> dict[str, Any]:
    cell = {"column": key["cells"][row["id"]]} if row["id"] in key["cells"] else {}
    return options.join_row(row, key["rationales"], **cell)


def check(content: Content, key: Key) -> list[Problem]:
    found = checks.common(content, key) + checks.rows(STATEMENTS, content["statements"])
    found += checks.rationales(STATEMENTS, options.ids(content, STATEMENTS), key)
    found += _check_cells(content, key["cells"])
    if COLUMNS in content:
        found += checks.rows(COLUMNS, content["columns"])
    return found + checks.scoring(key, POLICIES) + _check_ids(content, key["cells"])


def _check_cells(content: Content, cells: Mapping[str, str]) -> list[Problem]:
    found = []
    for name in options.ids(content, STATEMENTS):
        column = cells.get(name, "")
        if column not in _columns(content):
            reason = "unknown_column" if column else "no_column"
            found.append(checks.problem(f"statements[{name}].column", column, reason))
    return found


def _check_ids(content: Content, cells: Mapping[str, str]) -> list[Problem]:
    """Statements sorted by id may not run through the columns in their order.

    With two columns they do so by chance, and refusing it would tell the other arrangements.
    """
    columns = _columns(content)
    places = [columns.index(cells[name]) for name in sorted(cells) if cells[name] in columns]
    if len(columns) > checks.FEWEST_OPTIONS and checks.reveals(places):
        return [checks.problem(STATEMENTS, ", ".join(sorted(cells)), "ids_reveal_key")]
    return []


def _columns(content: Content) -> list[str]:
    return [row["id"] for row in content.get(COLUMNS, TRUE_FALSE)]


def present(content: Content, order: Order) -> dict[str, Any]:
    """Statements are shuffled; columns keep their order, which readers learn row by row."""
    is_locked = content.get("lock_order", False)
    statements = options.shuffled(content["statements"], order, STATEMENTS, is_locked)
    columns = options.shuffled(content.get(COLUMNS, TRUE_FALSE), order, COLUMNS, is_locked=True)
    return {
        "type": NAME,
        "stem": content["stem"],
        "statements": [{**row, "number": number} for number, row in enumerate(statements, start=1)],
        "columns": columns,
    }


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"cells": responses.prefixed(fields, CELL_FIELD)})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """Statements without a column are left out, so that a response half done is kept."""
    offered = dict.fromkeys(options.ids(content, STATEMENTS), _columns(content))
    cells = responses.chosen(responses.members(response, "cells").get("cells"), offered)
    return {"cells": cells} if cells else None


def is_complete(content: Content, response: Response | None) -> bool:
    return response is not None and len(response["cells"]) == len(content["statements"])


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    given = _given(content, response)
    if not given:
        return UNANSWERED
    policy = POLICIES[key.get("scoring", ALL_OR_NOTHING)]
    return policy([given.get(name) == column for name, column in key["cells"].items()])


def _given(content: Content, response: Response | None) -> Mapping[str, str]:
    stored = responses.readable(accept, content, response)
    return stored["cells"] if stored else {}


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "cells": dict(response["cells"])}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """One row per statement as the form has them; `given` and `expected` name columns.

    They are the texts of columns, or the ids where columns have none.
    """
    given = _given(content, response)
    texts = {row["id"]: row.get("text", row["id"]) for row in content.get(COLUMNS, TRUE_FALSE)}
    rows = present(content, order)["statements"]
    return Review(
        NAME,
        content["stem"],
        mark(key, content, response),
        is_answered=bool(given),
        rows=tuple(_review_row(row, given, key, texts) for row in rows),
        rationale=key["rationales"].get(ITEM_RATIONALE, ""),
    )


def _review_row(
    row: Mapping[str, Any], given: Mapping[str, str], key: Key, texts: Mapping[str, str]
) -> ReviewRow:
    name = row["id"]
    return ReviewRow(
        id=name,
        text=row["text"],
        letter=str(row["number"]),
        chosen=name in given,
        is_key=True,
        is_right=given.get(name) == key["cells"][name],
        given=texts.get(given.get(name, ""), ""),
        expected=texts[key["cells"][name]],
        rationale=key["rationales"].get(name, ""),
    )


def example() -> dict[str, Any]:
    return {
        "stem": "Which of these statements about a diplomatic bag are true?",
        "scoring": "kprim",
        "statements": [
            {
                "id": "seal",
                "text": "It is sealed by the sending state.",
                "column": "true",
                "rationale": "The seal shows whose bag it is.",
            },
            {
                "id": "open",
                "text": "The receiving state opens it at the border.",
                "column": "false",
                "rationale": "It may be neither opened nor detained.",
            },
            {
                "id": "mark",
                "text": "It bears visible marks of what it is.",
                "column": "true",
                "rationale": "Unmarked baggage is ordinary baggage.",
            },
            {
                "id": "courier",
                "text": "It is carried by an armed unit.",
                "column": "false",
                "rationale": "A courier carries it, or the captain of an aircraft.",
            },
        ],
    }


TYPE = ItemType(
    name=NAME,
    source_fields=SOURCE_FIELDS,
    split=split,
    join=join,
    check=check,
    present=present,
    parse=parse,
    accept=accept,
    is_complete=is_complete,
    mark=mark,
    rekey=rekey,
    describe=describe,
    example=example,
)
