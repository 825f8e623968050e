"""The form of an invented type with rows inside rows: drawn from its schema, and read again as it was."""

from __future__ import annotations

from typing import Any

from quizapp.services.items_schema import TEXT
from quizapp.web.forms import items as forms
from quizapp.web.forms.items import FormField

CHOICE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "text": TEXT, "key": {"type": "boolean"}},
}
GAP = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "options": {"type": "array", "minItems": 2, "items": CHOICE}},
}
SCHEMAS: dict[str, Any] = {
    "stem": TEXT,
    "gaps": {"type": "array", "minItems": 1, "items": GAP},
    "picture": {"type": "object", "properties": {"width": {"type": "integer"}, "alt": TEXT}},
    "scoring": {"enum": ["all_or_nothing", "per_gap"]},
}
FORM = {
    "stem": "A {g1}.\n",
    "gaps": [
        {"id": "g1", "options": [{"id": "a", "text": "ship", "key": True}, {"id": "b", "text": "boat"}]}
    ],
    "picture": {"width": 640, "alt": "A pier"},
    "scoring": "per_gap",
}


def sent(field: FormField) -> dict[str, str]:
    """What a browser sends of a field nobody touched."""
    if field.rows:
        return {name: value for row in field.rows for inner in row for name, value in sent(inner).items()}
    if field.kind == "flag":
        return {field.path: "1"} if field.value else {}
    return {field.path: "" if field.value is None else str(field.value)}


def test_rows_inside_rows_come_back_as_they_were() -> None:
    fields = forms.fields(SCHEMAS, FORM, {})
    values = {name: value for field in fields.values() for name, value in sent(field).items()}
    assert values["gaps.0.options.1.text"] == "boat"
    told = {
        name: value
        for name, schema in SCHEMAS.items()
        if (value := forms._read(schema, name, name, values, FORM[name])) is not forms.NOTHING
    }
    assert told == FORM
    assert [fields[name].kind for name in SCHEMAS] == ["area", "rows", "group", "choice"]
