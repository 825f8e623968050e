"""The author's form of an item while it may still be incomplete: rows, ids, and what can be made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Any, TypeAlias

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.item import (
    COMMON_FIELDS,
    ItemStatus,
    ItemVersion,
    Level,
    Pool,
    Source,
    read_item,
    texts,
    to_source,
)
from quizapp.domain.item_bank import Stimulus
from quizapp.domain.item_types import item_type
from quizapp.domain.item_types.options import letter

Form: TypeAlias = dict[str, Any]
"""The author's form as it stands: any field may be missing or unfinished."""

#: Fields the product fills in when a draft is approved.
SIGNATURES = ("author", "reviewer", "status")
#: Tries at ids that do not sort into the right order; the first or second one does it.
TRIES = 50


# --- what a form says ------------------------------------------------------------------


def with_scenario(form: Form, scenario: Stimulus | None) -> Form:
    """A form beside the words of its scenario, with which a version is frozen, to be compared."""
    return form | {"scenario": {"title": scenario.title, "text": scenario.text}} if scenario else form


def form_of(item: ItemVersion) -> Form:
    """The form a stored wording is edited in."""
    return {name: value for name, value in to_source(item).items() if name not in SIGNATURES}


def blank(type_name: str, **known: object) -> Form:
    """An empty form of a type: as many rows as its example has, and the fields that are known."""
    shape = item_type(type_name).example()
    rows = {name: _emptied(value) for name, value in shape.items() if isinstance(value, list | dict)}
    told = {name: value for name, value in known.items() if value}
    return tidied({"type": type_name, **told, **rows})


def _emptied(value: Any) -> Any:
    if isinstance(value, list):
        return [_emptied(row) for row in value]
    if not isinstance(value, dict):
        return ""
    # A row without a text is named by its id alone: "true" and "false" are what they say.
    kept = {"id": value["id"]} if "id" in value and "text" not in value else {}
    return kept | {name: _emptied(inner) for name, inner in value.items() if isinstance(inner, list | dict)}


def cleaned(form: Mapping[str, Any]) -> Form:
    """The form without lines that were added and never filled in."""
    told = dict(form)
    for name in ("tasks", "enemies"):
        if name in told:
            told[name] = [text.strip() for text in texts(told[name]) if text.strip()]
    sources = told.get("sources")
    if isinstance(sources, list):
        told["sources"] = [row for row in sources if row]
    return {name: value for name, value in told.items() if value not in ([], "", None)}


def read(form: Mapping[str, Any], author: str) -> tuple[ItemVersion | None, list[Problem]]:
    """The item a form has become, or None and everything that is still wrong with it."""
    return read_item({**cleaned(form), "author": author, "status": ItemStatus.DRAFT.value})


def sketch(form: Mapping[str, Any]) -> ItemVersion | None:
    """The item as far as it is written, for its preview and for advice; None for an unknown type.

    What is missing takes a harmless value, so this never decides anything.
    """
    told = cleaned(form)
    try:
        kind = item_type(str(told.get("type")))
    except Invalid:
        return None
    body = {name: value for name, value in told.items() if name in kind.source_fields}
    content, key = kind.split(body)
    return ItemVersion(
        id=str(told.get("id") or ""),
        type=kind.name,
        tasks=tuple(texts(told.get("tasks"))) or ("",),
        pool=_member(Pool, told.get("pool"), Pool.PRACTICE),
        level=_member(Level, told.get("level"), Level.REMEMBER),
        difficulty=0,
        content=content,
        key=key,
        sources=tuple(_sources(told.get("sources"))),
        stimulus=str(told.get("stimulus") or "") or None,
        enemies=frozenset(texts(told.get("enemies"))),
    )


def _member(kind: Any, value: object, default: Any) -> Any:
    return kind(value) if isinstance(value, str) and value in set(kind) else default


def _sources(value: object) -> Iterator[Source]:
    rows = value if isinstance(value, list) else []
    for row in rows:
        if isinstance(row, Mapping) and row.get("review_by"):
            yield Source(*(str(row.get(name) or "") for name in Source.__dataclass_fields__))


# --- rows: added, removed, moved, named ---------------------------------------------------


def _rows(form: Form, path: str) -> list[Any]:
    """The list at a path such as ``options`` or ``gaps.0.options``; made where there is none yet."""
    holder: Any = form
    *way, name = path.split(".")
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    rows = holder.setdefault(name, [])
    if not isinstance(rows, list):
        raise TypeError(path)
    return rows


def _add(rows: list[Any], _at: int) -> None:
    is_text = bool(rows) and isinstance(rows[0], str)
    rows.append("" if is_text else {})


def _swap(rows: list[Any], one: int, other: int) -> None:
    if 0 <= one < len(rows) and 0 <= other < len(rows):
        rows[one], rows[other] = rows[other], rows[one]


#: What can be done to a row of a list.
ROW_VERBS: Mapping[str, Callable[[list[Any], int], None]] = {
    "add": _add,
    "remove": lambda rows, at: rows.__delitem__(slice(at, at + 1)),
    "up": lambda rows, at: _swap(rows, at, at - 1),
    "down": lambda rows, at: _swap(rows, at, at + 1),
}


def arranged(form: Mapping[str, Any], verb: str, path: str, at: int = 0) -> Form:
    """The form after one of `ROW_VERBS` on the list at ``path``; raises `Invalid` ("bad_row")."""
    told = deepcopy(dict(form))
    try:
        ROW_VERBS[verb](_rows(told, path), at)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise Invalid("bad_row", [Problem(path, verb, "unknown_field")]) from None
    return tidied(told)


def tidied(form: Mapping[str, Any]) -> Form:
    """The form with an id for every row that needs one, and none that would tell the right order."""
    told = deepcopy(dict(form))
    try:
        kind = item_type(str(told.get("type")))
    except Invalid:
        return told
    _name_rows(told, kind.example())
    for salt in range(TRIES):
        telling = _telling_lists(told)
        if not telling:
            break
        for name in telling:
            _rename(told[name], f"{told.get('id')}/{name}/{salt}")
    return told


def _name_rows(form: Any, shape: Any) -> None:
    """Give ids to the rows of those lists whose rows have one in the type's example."""
    if not isinstance(form, dict) or not isinstance(shape, dict):
        return
    for name, example in shape.items():
        rows = form.get(name)
        if not (isinstance(example, list) and example and isinstance(rows, list)):
            continue
        if isinstance(example[0], dict) and "id" in example[0]:
            _fill_ids([row for row in rows if isinstance(row, dict)])
        for row in rows:
            _name_rows(row, example[0])


def _fill_ids(rows: Sequence[Form]) -> None:
    taken = {str(row["id"]) for row in rows if row.get("id")}
    free = (name for place in range(len(rows) + len(taken)) if (name := letter(place).lower()) not in taken)
    for row in rows:
        if not row.get("id"):
            row["id"] = next(free)


def _telling_lists(form: Form) -> list[str]:
    kind = item_type(str(form["type"]))
    body = {name: value for name, value in form.items() if name in kind.source_fields}
    found = {p.field for p in kind.check(*kind.split(body)) if p.reason == "ids_reveal_key"}
    return [name for name in sorted(found) if isinstance(form.get(name), list)]


def _rename(rows: list[Any], salt: str) -> None:
    names = [letter(place).lower() for place in range(len(rows))]
    names.sort(key=lambda name: sha256(f"{salt}/{name}".encode()).hexdigest())
    for row, name in zip(rows, names, strict=True):
        row["id"] = name


# --- where a problem belongs --------------------------------------------------------------

_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")


def path_of(form: Mapping[str, Any], field: str) -> str:
    """The path of the form's field a `Problem` is about: ``options[b].text`` is ``options.1.text``.

    A path of what is not there ends where the form ends.
    """
    holder: Any = form
    path: list[str] = []
    for name, row in _STEP.findall(field):
        step = name if name else _row_number(holder, row)
        if step is None:
            break
        path.append(str(step))
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            break
    return ".".join(path)


def _row_number(rows: object, name: str) -> int | None:
    if not isinstance(rows, list):
        return None
    for place, row in enumerate(rows):
        if isinstance(row, Mapping) and row.get("id") == name:
            return place
    digits = name.removeprefix("#")
    if not digits.isdecimal():
        return None
    # Rows without an id are counted from one by "#2", and from zero by "2".
    return int(digits) - (1 if name.startswith("#") else 0)


def only_type_fields(form: Mapping[str, Any], type_name: str) -> Form:
    """The form as one of another type: what every item has stays, and what the new type knows."""
    known = COMMON_FIELDS | item_type(type_name).source_fields
    kept: Iterable[tuple[str, Any]] = ((name, value) for name, value in form.items() if name in known)
    return tidied({**blank(type_name), **dict(kept), "type": type_name})
