"""The form of an invented type with rows inside rows: drawn from its schema, and read again as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import ITEM_TYPES, expression
from quizapp.services import items_schema
from quizapp.services.items_schema import TEXT
from quizapp.web import formula_words, import_problems, item_help
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


def paths(schemas: dict[str, Any], way: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every field of these schemas: the list or group it stands in, its path, its schema."""
    for name, schema in schemas.items():
        yield way, f"{way}{name}", schema
        inner = schema.get("items", schema)
        row = "0." if "items" in schema else ""
        yield from paths(inner.get("properties", {}), f"{way}{name}.{row}")


def test_every_field_of_every_type_has_its_own_words() -> None:
    assert set(items_schema.TYPE_FIELDS) == set(ITEM_TYPES)
    for kind in ITEM_TYPES:
        for way, path, schema in paths(items_schema.fields_of(kind)):
            assert item_help.label(path), (kind, path)
            told = [item_help.CHOICES.get(value) for value in schema.get("enum", ())]
            assert None not in told, (kind, path)
            if schema.get("type") == "array" and not way:
                assert path in item_help.ROWS, (kind, path)


def test_whatever_a_formula_is_reckoned_with_is_said_in_the_readers_language() -> None:
    raised = set(re.findall(r'ExpressionError\("(\w+)"\)', Path(expression.__file__).read_text()))
    assert raised == formula_words.RECKONING.keys() - {"endless_answer"}
    for reason, told in formula_words.RECKONING.items():
        problem = Problem("answer.expression", "1 / 0", reason, "as bank check says it")
        assert (item_help.sentence(problem), import_problems.sentence(problem)) == (told, told)


def test_the_longest_end_of_a_path_names_a_field() -> None:
    told = {path: str(item_help.label(path)) for path in ("text", "gaps.0.options.1.text", "gaps.0.id", "id")}
    assert told == {
        "text": "Text with gaps",
        "gaps.0.options.1.text": "Text",
        "gaps.0.id": "Name of the gap",
        "id": "Id",
    }
    assert (item_help.label("nothing.0.known"), item_help.hint("options.0.id")) == (None, None)


def test_a_matrix_chooses_among_its_columns_or_between_true_and_false() -> None:
    columns = [{"id": "a", "text": "Today"}, {"id": "b", "text": "Never"}]
    statements = [{"id": "s", "text": "It rains.", "column": "b"}]

    def choices(form: dict[str, Any]) -> list[Any]:
        (row,) = forms.type_fields("matrix", form)["statements"].rows
        return [(field.kind, field.choices) for field in row if field.name == "column"]

    assert choices({"statements": statements, "columns": columns}) == [
        ("reference", (("a", "Today"), ("b", "Never")))
    ]
    assert choices({"statements": statements}) == [("reference", (("true", ""), ("false", "")))]
