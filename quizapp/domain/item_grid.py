"""Many items as rows of a table: what of their forms stands in cells, and what changed cells mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from quizapp.domain.errors import Problem
from quizapp.domain.framework import Framework
from quizapp.domain.item_form import Form, read
from quizapp.domain.item_types import item_type

#: The fields of the author's form that stand in cells, in this order.
COLUMNS = ("stem", "tasks", "level", "difficulty", "rationale")
#: Rows of one page: a form with more fields than this would be refused as a whole.
MOST_ROWS = 50
LONGEST_CELL = 10_000
#: Nobody in particular, where it only matters whether a form is sound.
_SOMEBODY = "Somebody"
_COMMAS = re.compile(r"[,;\s]+")
_ROOT = re.compile(r"[^.\[]+")


def cells(form: Mapping[str, object]) -> dict[str, str]:
    """The text of each cell of an item; without a cell where its type has no such field."""
    told = {name: _text(form.get(name)) for name in COLUMNS}
    if "rationale" not in item_type(str(form.get("type"))).source_fields:
        del told["rationale"]
    return told


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value if part)
    return "" if value is None else str(value)


def changed(form: Mapping[str, object], sent: Mapping[str, str], framework: Framework) -> Form:
    """The fields of a form that cells say otherwise; line ends and outer spaces change nothing."""
    told: Form = {}
    for name, before in cells(form).items():
        after = sent.get(name, before).replace("\r\n", "\n")
        if name == "tasks":
            after = ", ".join(framework.code_of(code) for code in _COMMAS.split(after) if code)
        if after.strip() != before.strip():
            told[name] = _value(name, after)
    return told


def _value(name: str, text: str) -> object:
    if name == "tasks":
        return [code for code in text.split(", ") if code]
    if name == "difficulty" and text.strip().removesuffix("%").strip().isdecimal():
        return int(text.strip().removesuffix("%"))
    return text if name in ("stem", "rationale") else text.strip()


def check(form: Mapping[str, object], told: Form, framework: Framework) -> list[Problem]:
    """Everything wrong with the changed fields of a form; what nobody touched may be unfinished."""
    _item, problems = read({**form, **told}, _SOMEBODY)
    found = [problem for problem in problems if _root(problem.field) in told]
    for code in told.get("tasks", ()):
        if framework.task(code) is None:
            found.append(Problem("tasks", code, "unknown_code"))
    for name, value in told.items():
        if len(_text(value)) > LONGEST_CELL:
            found.append(Problem(name, str(len(_text(value))), "too_long"))
    return found


def _root(field: str) -> str:
    match = _ROOT.match(field)
    return match[0] if match else ""
