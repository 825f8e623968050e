"""JSON Schemas of the three files authors write, built from what the domain reads.

Editors use them while a file is written. They say less than `quizapp bank check`: what lies
between values (one key, known task codes, enemies) is beyond them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from quizapp.domain import framework, item_bank
from quizapp.domain.item import COMMON_FIELDS, STABLE_ID, ItemStatus, Level, Pool
from quizapp.domain.item_types import (
    ITEM_TYPES,
    areas,
    checks,
    expression,
    gap_text,
    gaps,
    hotspot,
    matching,
    matrix,
    multiple_response,
    ordering,
    parametrised_numeric,
    rubric,
    variants,
)

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT = {"type": "string", "minLength": 1, "pattern": "\\S"}
FLAG = {"type": "boolean"}
ROW_ID = checks.ID.pattern
NUMBER = {"type": "string", "pattern": "^-?\\d+(\\.\\d+)?$"}

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """The schemas by file name in question_banks/schema."""
    return {
        "framework.json": _framework(),
        "bank.json": _bank(),
        "items.json": _items(),
    }


def _top(title: str, body: Schema) -> Schema:
    return {"$schema": DRAFT, "title": title, **body}


def _object(required: Iterable[str], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": sorted(required),
        "additionalProperties": False,
        "properties": properties,
    }


def _list(of: Schema, fewest: int = 1) -> Schema:
    return {"type": "array", "items": of, "minItems": fewest}


def _short(longest: int) -> Schema:
    return TEXT | {"maxLength": longest}


def _one_of(values: Iterable[str]) -> Schema:
    return {"enum": list(values)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _stable_id() -> Schema:
    return {"type": "string", "pattern": f"^{STABLE_ID.pattern}$"}


def _framework() -> Schema:
    note = _or_null({"type": "string"})
    task = _object(
        ("code", "text"), code=_short(20), text=TEXT, note=note, unchanged_since=_or_null(_short(40))
    )
    competency = _object(
        ("code", "tasks"), code=_short(20), title=note, description=note, note=note, tasks=_list(task)
    )
    body = _object(
        ("id", "version", "function", "competencies"),
        id=_short(63),
        version=_short(40),
        function=_short(framework.LONGEST_FUNCTION),
        notes=_list({"type": "string"}, 0),
        competencies=_list(competency),
    )
    return _top("A competency framework (framework.yaml)", body)


def _bank() -> Schema:
    texts = {name: _short(longest) for name, longest in item_bank.LENGTHS.items()}
    body = _object(
        item_bank.FIELDS - {"language", "notes"},
        id=_stable_id(),
        **texts,
        distribution=_one_of(item_bank.DISTRIBUTIONS),
        sme_review=_one_of(item_bank.SME_REVIEWS),
        notes=_list({"type": "string"}, 0),
    )
    return _top("The header of an item bank (bank.yaml)", body)


def _items() -> Schema:
    stimulus = _object(
        item_bank.STIMULUS_FIELDS, id=_stable_id(), title=_short(item_bank.LONGEST_TITLE), text=TEXT
    )
    items = {"$ref": "#/$defs/item"}
    body = _object((), stimuli=_list(stimulus, 0), items=_list(items, 0))
    return _top("Scenarios and items of a bank", body) | {"$defs": {"item": _item()}}


def _item() -> Schema:
    return {
        "type": "object",
        "required": ["id", "type", "tasks", "pool", "level", "difficulty", "stem", "sources", "author"],
        "properties": _common(),
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {
                    "propertyNames": {"enum": sorted(COMMON_FIELDS | kind.source_fields)},
                    "properties": TYPE_FIELDS[name](),
                },
            }
            for name, kind in ITEM_TYPES.items()
        ],
    }


def _common() -> Schema:
    month = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$"}
    source = _object(
        ("authority", "as_of", "review_by"),
        authority=TEXT,
        section={"type": "string"},
        as_of=month,
        review_by=month,
    )
    return {
        "id": _stable_id(),
        "type": _one_of(ITEM_TYPES),
        "tasks": _list(_short(20)) | {"uniqueItems": True},
        "pool": _names(Pool),
        "stimulus": _or_null(_stable_id()),
        "level": _names(Level),
        "difficulty": {"type": "integer", "minimum": 0, "maximum": 100},
        "stem": TEXT,
        "enemies": _list(_stable_id(), 0),
        "sources": _list(source),
        "author": _short(200),
        "reviewer": _or_null(_short(200)),
        "status": _names(ItemStatus),
    }


def fields_of(type_name: str) -> dict[str, Schema]:
    """What an author writes for an item of this type, by field: the question first."""
    return {"stem": TEXT, **TYPE_FIELDS[type_name]()}


def common_fields() -> dict[str, Schema]:
    """What an author writes for an item of any type, by field, without who wrote and reviewed it."""
    theirs = {"type", "stem", "author", "reviewer", "status"}
    return {name: schema for name, schema in _common().items() if name not in theirs}


def _names(kind: type[StrEnum]) -> Schema:
    return _one_of(member.value for member in kind)


def _row(*required: str, **more: Schema) -> Schema:
    row_id = {"type": "string", "pattern": f"^{ROW_ID}$"}
    known: dict[str, Schema] = {"id": row_id, "text": TEXT, "key": FLAG, "rationale": TEXT, "match": row_id}
    names = {*required, *more}
    return _object(required, **{name: (known | more)[name] for name in sorted(names)})


def _choice() -> Schema:
    option = _row("id", "text", "rationale", key=FLAG)
    return {"options": _list(option, 2), "lock_order": FLAG, "rationale": TEXT}


def _multiple() -> Schema:
    return _choice() | {"scoring": _one_of(multiple_response.POLICIES)}


def _true_false() -> Schema:
    option = _row("id", "rationale", key=FLAG)
    return {"options": _list(option, 2) | {"maxItems": 2}, "rationale": TEXT}


def _ordering() -> Schema:
    option = _row("id", "text", "rationale")
    return {"options": _list(option, 2), "scoring": _one_of(ordering.POLICIES), "rationale": TEXT}


def _matching() -> Schema:
    return {
        "prompts": _list(_row("id", "text", "match", "rationale"), 2),
        "options": _list(_row("id", "text"), 2),
        "lock_order": FLAG,
        "scoring": _one_of(matching.POLICIES),
        "rationale": TEXT,
    }


def _numeric() -> Schema:
    text = {"type": "string"}
    answer = _object(("value", "rationale"), value=NUMBER, tolerance=NUMBER, unit=text, rationale=TEXT)
    return {"answer": answer}


def _short_text() -> Schema:
    answer = _object(("text",), text=_short(200))
    return {"answers": _list(answer), "case_sensitive": FLAG, "rationale": TEXT}


def _dropdown_cloze() -> Schema:
    options = _list(_row("id", "text", key=FLAG), 2)
    return {
        "text": TEXT,
        "gaps": _list(_row("id", "rationale", options=options)),
        "lock_order": FLAG,
        "scoring": _one_of(gaps.POLICIES),
        "rationale": TEXT,
    }


def _gap_text() -> Schema:
    word = _object(("text",), text=_short(gap_text.LONGEST_TEXT))
    return {
        "text": TEXT,
        "gaps": _list(_row("id", "rationale", answers=_list(word))),
        "distractors": _list(word),
        "case_sensitive": FLAG,
        "scoring": _one_of(gaps.POLICIES),
        "rationale": TEXT,
    }


def _matrix() -> Schema:
    column = {"type": "string", "pattern": f"^{ROW_ID}$"}
    return {
        "statements": _list(_row("id", "text", "rationale", "column", column=column), 2),
        "columns": _list(_row("id", "text"), 2),
        "lock_order": FLAG,
        "scoring": _one_of(matrix.POLICIES),
        "rationale": TEXT,
    }


def _parametrised_numeric() -> Schema:
    text = {"type": "string"}
    name = {"type": "string", "pattern": f"^{variants.NAME.pattern}$"}
    parameter = _object(
        parametrised_numeric.PARAMETER_FIELDS, name=name, **dict.fromkeys(("from", "to", "step"), NUMBER)
    )
    answer = _object(
        ("expression", "rationale"),
        expression=_short(expression.LONGEST),
        tolerance=NUMBER,
        unit=text,
        rationale=TEXT,
    )
    parameters = _list(parameter) | {"maxItems": parametrised_numeric.MOST_PARAMETERS}
    return {"parameters": parameters, "answer": answer}


def _hotspot() -> Schema:
    text, side = {"type": "string"}, {"type": "integer", "minimum": 1, "maximum": hotspot.LARGEST}
    option = _row(
        "id", "text", "rationale", "shape", "coords", key=FLAG, shape=_one_of(areas.SHAPES), coords=text
    )
    picture = _object(("width", "height", "alt"), name=text, width=side, height=side, alt=TEXT)
    return {
        "picture": picture,
        "options": _list(option, 2),
        "several": FLAG,
        "lock_order": FLAG,
        "scoring": _one_of(hotspot.POLICIES),
        "rationale": TEXT,
    }


def _essay() -> Schema:
    whole = {"type": "string", "pattern": f"^({rubric.WHOLE.pattern})$"}
    words = {"type": "string", "pattern": f"^{rubric.WORDS.pattern}$"}
    level = _object(("points", "text"), points=whole, text=TEXT)
    criterion = _row("id", "text", "levels", levels=_list(level) | {"minItems": rubric.FEWEST_LEVELS})
    return {
        "words": _object((), least=words, most=words),
        "criteria": _list(criterion),
        "marking": _object((), markers=_one_of(rubric.MARKERS), difference=whole, enough=whole),
        "rationale": TEXT,
    }


TYPE_FIELDS: dict[str, Callable[[], Schema]] = {
    "single_choice": _choice,
    "multiple_response": _multiple,
    "true_false": _true_false,
    "ordering": _ordering,
    "matching": _matching,
    "numeric": _numeric,
    "short_text": _short_text,
    "dropdown_cloze": _dropdown_cloze,
    "gap_text": _gap_text,
    "matrix": _matrix,
    "parametrised_numeric": _parametrised_numeric,
    "hotspot": _hotspot,
    "essay": _essay,
}
