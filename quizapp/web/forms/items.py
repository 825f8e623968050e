"""The form in which an item is written, made of the same schema its bank file is checked by.

A new item type needs nothing here: its fields come from `services.items_schema`. Names of inputs are
paths into the author's form (``options.1.rationale``), so that reading a form again is one walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quizapp.domain.item_form import Form
from quizapp.services import items_schema
from quizapp.services.items_schema import TEXT, Schema

#: Fields that name a row of another list of the same form.
REFERENCES = {"match": "options", "column": "columns"}
#: What such a field may name where that list has no rows.
UNWRITTEN = {"columns": ("true", "false")}
#: Rows whose ids nobody has to see; rows of other lists are named by their author.
UNSEEN_IDS = frozenset({"options", "prompts", "answers", "statements", "columns", "criteria"})
#: One line is enough for these, whatever the schema allows.
ONE_LINE = frozenset({"authority"})
MOST_ROWS = 60
NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form, or a list of rows of fields.

    ``kind``: text, area, number, flag, choice, reference, hidden, lines, rows or group. ``choices``
    are pairs of value and data to show; words of ours are found by the template.
    """

    path: str
    name: str
    kind: str
    value: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[FormField, ...], ...] = ()
    is_fixed: bool = False

    @property
    def id(self) -> str:
        """The element's id."""
        return "f-" + self.path.replace(".", "-")


@dataclass(slots=True)
class Walk:
    """What building needs to know of the whole form."""

    form: Mapping[str, Any]
    #: Values a field may take that no schema knows, such as the scenarios of a bank.
    known: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


def fields(
    names: Mapping[str, Schema], form: Mapping[str, Any], known: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, FormField]:
    """The fields of these schemas, filled with a form."""
    walk = Walk(form, known)
    return {name: _field(schema, name, name, form.get(name), walk) for name, schema in names.items()}


def type_fields(type_name: str, form: Mapping[str, Any]) -> dict[str, FormField]:
    """The fields of an item type."""
    return fields(items_schema.fields_of(type_name), form, {})


def common_fields(
    form: Mapping[str, Any], known: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, FormField]:
    """The fields every item has."""
    return fields(items_schema.common_fields(), form, known)


def _plain(schema: Schema) -> Schema:
    """The schema itself where it is "this, or null"."""
    told: Schema = schema["anyOf"][0] if "anyOf" in schema else schema
    return told


def kind_of(schema: Schema, name: str) -> str:
    """Which kind of field a schema asks for."""
    told = _plain(schema)
    if "enum" in told:
        return "choice"
    if name in REFERENCES:
        return "reference"
    kind = {"boolean": "flag", "integer": "number", "object": "group"}.get(told.get("type", ""))
    if kind is not None:
        return kind
    if told.get("type") == "array":
        return "rows" if _plain(told["items"]).get("type") == "object" else "lines"
    return "area" if told == TEXT and name not in ONE_LINE else "text"


def _field(schema: Schema, name: str, path: str, value: Any, walk: Walk) -> FormField:
    told, kind = _plain(schema), kind_of(schema, name)
    match kind:
        case "rows":
            rows = value if isinstance(value, list) else []
            made = tuple(_row(told["items"], name, f"{path}.{at}", row, walk) for at, row in enumerate(rows))
            return FormField(path, name, kind, rows=made, is_fixed=_is_fixed(told))
        case "lines":
            lines = value if isinstance(value, list) else []
            made = tuple(
                (FormField(f"{path}.{at}", name, "text", str(line)),) for at, line in enumerate(lines)
            )
            return FormField(path, name, kind, rows=made, choices=tuple(walk.known.get(name, ())))
        case "group":
            return FormField(path, name, kind, rows=(_row(told, name, path, value, walk),))
    return FormField(path, name, _shown_kind(kind, name, walk), value, choices=_choices(told, name, walk))


def _is_fixed(schema: Schema) -> bool:
    """Whether a list always has the same number of rows."""
    return "maxItems" in schema and schema["maxItems"] == schema.get("minItems")


def _shown_kind(kind: str, name: str, walk: Walk) -> str:
    return "reference" if name in walk.known else kind


def _row(schema: Schema, of: str, path: str, value: Any, walk: Walk) -> tuple[FormField, ...]:
    told = value if isinstance(value, Mapping) else {}
    made = []
    for name in _in_order(schema["properties"]):
        inner = _field(schema["properties"][name], name, f"{path}.{name}", told.get(name), walk)
        if name == "id" and of in UNSEEN_IDS:
            inner = FormField(inner.path, name, "hidden", told.get(name, ""))
        made.append(inner)
    return tuple(made)


#: In a row the text comes first and the reason last; the rest keeps its order.
_FIRST, _LAST = ("id", "text", "shape"), ("rationale",)


def _in_order(names: Mapping[str, Schema]) -> list[str]:
    middle = [name for name in names if name not in (*_FIRST, *_LAST)]
    return [name for name in (*_FIRST, *middle, *_LAST) if name in names]


def _choices(schema: Schema, name: str, walk: Walk) -> tuple[tuple[str, str], ...]:
    if name in walk.known:
        return tuple(walk.known[name])
    if name in REFERENCES:
        rows = walk.form.get(REFERENCES[name])
        told = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        named = tuple((str(row.get("id")), str(row.get("text") or "")) for row in told)
        return named or tuple((value, "") for value in UNWRITTEN.get(REFERENCES[name], ()))
    return tuple((str(value), "") for value in schema.get("enum", ()))


# --- reading it again ---------------------------------------------------------------------


def read(type_name: str, values: Mapping[str, str], before: Form) -> Form:
    """The author's form as it was sent; what the page did not show stays as it was before."""
    schemas = {**items_schema.common_fields(), **items_schema.fields_of(type_name)}
    told = {name: value for name, value in before.items() if name not in schemas}
    for name, schema in schemas.items():
        value = _read(schema, name, name, values, before.get(name))
        if value is not NOTHING:
            told[name] = value
    return told


def _read(schema: Schema, name: str, path: str, values: Mapping[str, str], before: Any) -> Any:
    told = _plain(schema)
    match kind_of(schema, name):
        case "rows":
            return _read_rows(told["items"], path, values, before)
        case "lines":
            lines = [values.get(f"{path}.{at}", "") for at in _places(path, values)]
            return lines if lines or isinstance(before, list) else NOTHING
        case "group":
            group = _read_row(told, path, values, before if isinstance(before, Mapping) else {})
            return group or NOTHING
        case "flag":
            # An unticked box says nothing; what said "no" before still says so.
            return True if path in values else (False if isinstance(before, bool) else NOTHING)
        case "number":
            text = values.get(path, "").strip()
            return int(text) if text.isdecimal() and len(text) < 9 else (text or NOTHING)
    return _text(values.get(path, "")) or NOTHING


def _read_rows(schema: Schema, path: str, values: Mapping[str, str], before: Any) -> Any:
    known = {row["id"]: row for row in before or () if isinstance(row, Mapping) and row.get("id")}
    rows = []
    for at in _places(path, values):
        own = f"{path}.{at}"
        rows.append(_read_row(schema, own, values, known.get(values.get(f"{own}.id"), {})))
    return rows if rows or isinstance(before, list) else NOTHING


def _read_row(schema: Schema, path: str, values: Mapping[str, str], before: Mapping[str, Any]) -> Form:
    told = {}
    for name, inner in schema["properties"].items():
        value = _read(inner, name, f"{path}.{name}", values, before.get(name))
        if value is not NOTHING:
            told[name] = value
    return told


def _places(path: str, values: Mapping[str, str]) -> list[int]:
    """The numbers of the rows that were sent, in order."""
    prefix = f"{path}."
    found = {name[len(prefix) :].partition(".")[0] for name in values if name.startswith(prefix)}
    return sorted(int(at) for at in found if at.isdecimal() and len(at) < 4)[:MOST_ROWS]


def _text(value: str) -> str:
    """What was typed, with the line ends of bank files; half a sign pair cannot be stored."""
    told = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return told.encode("utf-8", "ignore").decode() if told.strip() else ""
