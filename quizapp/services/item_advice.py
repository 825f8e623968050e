"""What is still missing from a draft, what could be better, and which items it resembles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from quizapp.domain.errors import Problem
from quizapp.domain.framework import Framework
from quizapp.domain.item import STABLE_ID, ItemVersion, Pool
from quizapp.domain.item_bank import PlacedItem, check_bank
from quizapp.domain.item_form import cleaned, path_of, read, sketch
from quizapp.domain.item_quality.lint import lint
from quizapp.domain.item_quality.near_duplicates import similar
from quizapp.domain.item_quality.reading import Reading
from quizapp.domain.item_quality.reading import read as read_texts
from quizapp.store import item_drafts as store
from quizapp.store import item_lists
from quizapp.store import items as item_store
from quizapp.store.item_drafts import RowItemDraft

#: So many similar items are shown, the most alike first.
MOST_SIMILAR = 3
#: Stands for the author while a form is only looked at.
SOMEBODY = "somebody"


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one place of the form; ``path`` is the form's field, empty for all of it."""

    path: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Alike:
    """An item with much the same words; ``percent`` of the runs of words are common."""

    item_id: str
    stem: str
    percent: int
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """``missing`` keeps a draft from its review; ``better`` and ``alike`` are for its author to judge."""

    missing: tuple[Note, ...]
    better: tuple[Note, ...]
    alike: tuple[Alike, ...]


def advice(session: Session, draft: RowItemDraft, framework: Framework, today: date) -> Advice:
    """Everything that can be said of a draft, by the rules of `bank check`."""
    form = draft.form
    reading = _reading(form)
    better = lint(reading, today) if reading and is_told(reading) else []
    return Advice(
        missing=tuple(Note(path_of(form, p.field), p) for p in problems(session, draft, framework)),
        better=tuple(Note(path_of(form, p.field), p) for p in better),
        alike=_alike(session, draft, reading) if reading else (),
    )


def problems(session: Session, draft: RowItemDraft, framework: Framework) -> list[Problem]:
    """Everything that keeps a draft from being approved."""
    _, found = read(draft.form, SOMEBODY)
    told = {problem.field for problem in found}
    around = [p for p in _between(session, draft, framework) if p.field not in told]
    return [*found, *_pool(session, draft), *around]


def _between(session: Session, draft: RowItemDraft, framework: Framework) -> list[Problem]:
    """What is wrong between the draft and the other items of its bank."""
    mine = PlacedItem.of("draft", cleaned(draft.form))
    own_id = item_id_of(session, draft)
    others = [item for item in store.placed(session, draft.bank_row_id) if item.id != own_id]
    stimuli = item_store.current_stimuli(session, draft.bank_row_id)
    found = check_bank([*others, mine], list(stimuli), framework.task_codes)
    # A field the item's own check has spoken of already is not spoken of twice.
    return [replace(p, place="") for p in found if p.place == "draft" and (p.field != "id" or _has_id(mine))]


def _has_id(placed: PlacedItem) -> bool:
    return STABLE_ID.fullmatch(placed.id) is not None


def _pool(session: Session, draft: RowItemDraft) -> list[Problem]:
    if draft.item_row_id is None or draft.form.get("pool") != Pool.SECURE.value:
        return []
    item = session.get_one(item_store.RowItem, draft.item_row_id)
    if item.pool != Pool.PRACTICE.value:
        return []
    return [Problem("pool", Pool.SECURE.value, "practised_item", "what was practised never becomes secure")]


def item_id_of(session: Session, draft: RowItemDraft) -> str | None:
    """The stable id of the item a draft is of; None for a new one."""
    if draft.item_row_id is None:
        return None
    return session.get_one(item_store.RowItem, draft.item_row_id).item_id


def _reading(form: Mapping[str, Any]) -> Reading | None:
    item = sketch(form)
    return read_texts(item) if item else None


def is_told(reading: Reading) -> bool:
    """Whether enough is written for advice on the writing."""
    return bool(reading.stem.strip()) and all(text.strip() for text in reading.options)


def _alike(session: Session, draft: RowItemDraft, reading: Reading) -> tuple[Alike, ...]:
    if not reading.stem.strip():
        return ()
    own_id = item_id_of(session, draft)
    contents = dict(item_lists.contents(session, draft.bank_row_id))
    others = (_visible(reading, name, told) for name, told in contents.items() if name != own_id)
    return tuple(
        Alike(
            pair.second,
            str(contents[pair.second].get("stem", "")),
            round(100 * pair.similarity),
            pair.is_duplicate,
        )
        for pair in similar(reading, others, MOST_SIMILAR)
    )


def _visible(like: Reading, item_id: str, content: Mapping[str, Any]) -> Reading:
    """What a learner reads of a stored item; its key was never loaded."""
    rows = [row for field in ("prompts", "options") for row in content.get(field, ())]
    item: ItemVersion = replace(like.item, id=item_id)
    texts = tuple(str(row.get("text", "")) for row in rows)
    return Reading(item, like.kind, str(content.get("stem", "")), like.field, (), texts)
