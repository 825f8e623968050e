"""Items to rows; every row is read back before it is given away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Outgoing
from quizapp.domain.item import ItemVersion, Source, to_source
from quizapp.domain.item_bank import Stimulus
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.picture import names
from quizapp.integrations.item_formats.tables.layout import BAR, COMMA, LETTERS, NO, NUMBERS, YES, Form, Row
from quizapp.integrations.item_formats.tables.reading import BadCell, read_row


def rows(outgoing: Outgoing) -> Iterable[Row]:
    """A row an item, in the bank's order, by column; cells that are empty may be left out."""
    stimuli = {stimulus.id: stimulus for stimulus in outgoing.stimuli}
    for item in outgoing.items:
        yield write_row(item, stimuli.get(item.stimulus or ""))


def write_row(item: ItemVersion, stimulus: Stimulus | None = None) -> Row:
    """The row of an item; reading it gives the author's form back."""
    source = to_source(item)
    row = _common_row(source) | _scenario_row(stimulus)
    body = WRITERS.get(item.type, _write_nothing)(source)
    full = {name: cell for name, cell in {**row, **body}.items() if cell}
    return full if _comes_back(full, source) else _with_more(row, source)


def _comes_back(row: Row, source: Form) -> bool:
    try:
        return read_row(row) == _said(source)
    except BadCell:
        return False


def _said(source: Form) -> Form:
    """The author's form without what says nothing."""
    return {name: value for name, value in source.items() if value not in ("", [], None)}


def _with_more(row: Row, source: Form) -> Row:
    """A row whose columns cannot hold the item: its type's fields stand in ``more``."""
    plain = {name: cell for name, cell in row.items() if cell and name != "sources"}
    try:
        read = read_row(plain | {"stem": "-"})
    except BadCell:
        read = {}
    fields = ITEM_TYPES[str(source["type"])].source_fields
    more = {n: v for n, v in _said(source).items() if (n in fields and n != "stem") or read.get(n) != v}
    more.pop("stem", None)
    return plain | {"stem": str(source["stem"]), "more": json.dumps(more, ensure_ascii=False)}


def _common_row(source: Form) -> Row:
    row = {name: str(source.get(name) or "") for name in ("id", "type", "pool", "level", "stem")}
    row |= {name: str(source.get(name) or "") for name in ("author", "reviewer", "status", "stimulus")}
    row["difficulty"] = str(source["difficulty"])
    row["tasks"] = COMMA.join(source["tasks"])
    row["enemies"] = COMMA.join(source.get("enemies", ()))
    row["sources"] = "\n".join(BAR.join(entry.values()) for entry in source["sources"])
    return row


def _scenario_row(stimulus: Stimulus | None) -> Row:
    return {"stimulus_title": stimulus.title, "stimulus_text": stimulus.text} if stimulus else {}


def _option_cells(options: Sequence[Form], column: str, usual: Sequence[str]) -> Row:
    """Texts of options under their letters, and their ids where they are not the letters."""
    cells = {letter: option["text"] for letter, option in zip(LETTERS, options, strict=False)}
    ids = [option["id"] for option in options]
    # Too many options show as a row that does not come back.
    return cells | ({} if ids == list(usual[: len(ids)]) else {column: COMMA.join(ids)})


def _reason_cells(told: Sequence[Form], marks: Sequence[str]) -> Row:
    return {f"rationale_{mark}": row.get("rationale", "") for mark, row in zip(marks, told, strict=False)}


def _flag_cell(source: Form, name: str) -> Row:
    return {name: YES if source[name] else NO} if name in source else {}


def _write_choice(source: Form) -> Row:
    options = source["options"]
    keys = [letter for letter, option in zip(LETTERS, options, strict=False) if option.get("key")]
    row = _option_cells(options, "option_ids", LETTERS) | _reason_cells(options, LETTERS)
    row |= {"key": COMMA.join(keys), "rationale": source.get("rationale", "")}
    return row | {"scoring": source.get("scoring", "")} | _flag_cell(source, "lock_order")


def _write_true_false(source: Form) -> Row:
    key = next((option["id"] for option in source["options"] if option.get("key")), "")
    reasons = _reason_cells(source["options"], LETTERS)
    return {"key": key, "rationale": source.get("rationale", ""), **reasons}


def _write_ordering(source: Form) -> Row:
    """Columns in the order of ids: a table whose columns stood in the right order would show it."""
    options = sorted(source["options"], key=lambda option: str(option["id"]))
    letters = {option["id"]: letter for letter, option in zip(LETTERS, options, strict=False)}
    row = _option_cells(options, "option_ids", LETTERS) | _reason_cells(options, LETTERS)
    row["key"] = COMMA.join(letters.get(option["id"], "?") for option in source["options"])
    return row | {"rationale": source.get("rationale", ""), "scoring": source.get("scoring", "")}


def _write_matching(source: Form) -> Row:
    prompts, options = source["prompts"], source["options"]
    letters = {option["id"]: letter for letter, option in zip(LETTERS, options, strict=False)}
    row = _option_cells(options, "option_ids", LETTERS) | _reason_cells(prompts, NUMBERS)
    row |= {f"prompt_{number}": prompt["text"] for number, prompt in zip(NUMBERS, prompts, strict=False)}
    ids = [prompt["id"] for prompt in prompts]
    if ids != [f"p{number}" for number in NUMBERS[: len(ids)]]:
        row["prompt_ids"] = COMMA.join(ids)
    pairs = zip(NUMBERS, prompts, strict=False)
    row["key"] = COMMA.join(f"{number}={letters.get(prompt['match'], '?')}" for number, prompt in pairs)
    row |= {"rationale": source.get("rationale", ""), "scoring": source.get("scoring", "")}
    return row | _flag_cell(source, "lock_order")


def _write_numeric(source: Form) -> Row:
    answer = source["answer"]
    row = {name: answer.get(name, "") for name in ("tolerance", "unit", "rationale")}
    return row | {"key": answer["value"]}


def _write_short_text(source: Form) -> Row:
    key = BAR.join(answer["text"] for answer in source["answers"])
    return {"key": key, "rationale": source.get("rationale", ""), **_flag_cell(source, "case_sensitive")}


def _write_nothing(_source: Form) -> Row:
    return {}


WRITERS: Mapping[str, Callable[[Form], Row]] = {
    "single_choice": _write_choice,
    "multiple_response": _write_choice,
    "true_false": _write_true_false,
    "ordering": _write_ordering,
    "matching": _write_matching,
    "numeric": _write_numeric,
    "short_text": _write_short_text,
}


def losses(outgoing: Outgoing) -> list[Problem]:
    """What a table leaves behind: pictures, of which it has only the names."""
    texts = {stimulus.id: stimulus.text for stimulus in outgoing.stimuli}
    return [
        Problem("picture", name, "picture_not_in_file", PICTURE_LOST, item.id)
        for item in outgoing.items
        for name in sorted(names([to_source(item), texts.get(item.stimulus or "", "")]))
    ]


PICTURE_LOST = "a table names the picture and does not hold it; it is found again only where it is stored"


def template() -> list[Row]:
    """A row of every type to begin with, made from the types' own examples."""
    told = []
    for kind in ITEM_TYPES.values():
        form: Form = {
            "id": f"example-{kind.name}".replace("_", "-"),
            "type": kind.name,
            "tasks": ["1.A"],
            "pool": "secure",
            "level": "apply",
            "difficulty": 60,
            **kind.example(),
            "sources": [dict(zip(Source.__dataclass_fields__, EXAMPLE_SOURCE, strict=True))],
            "author": "",
            "status": "draft",
        }
        row = _common_row(form)
        body = WRITERS.get(kind.name, _write_nothing)(form)
        full = {name: cell for name, cell in {**row, **body}.items() if cell}
        told.append(full if kind.name in WRITERS else _with_more(row, form))
    return told


EXAMPLE_SOURCE = ("Where it stands", "Chapter 1", "2026-11", "2027-11")
