"""A bank as a file in any format; what the format cannot hold is told before there is a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quizapp.domain import item_bank, picture
from quizapp.domain.errors import NotFound, Problem
from quizapp.domain.exchange import ItemFormat, Outgoing, Picture
from quizapp.domain.item import to_source
from quizapp.domain.person import Actor, Permission
from quizapp.integrations.item_formats import FORMATS, csv_items, item_format, xlsx_items
from quizapp.services import pictures
from quizapp.services.unit_of_work import Context
from quizapp.store import bank_contents, item_lists
from quizapp.store import frameworks as framework_store
from quizapp.store import items as store

#: Formats with a file to begin with.
TEMPLATES = {"csv": csv_items.template, "xlsx": xlsx_items.template}


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What a file would hold: items of so many, and what the format leaves behind, item by item."""

    format: ItemFormat
    items: int
    losses: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file, its name and its kind; ``items`` are those of the bank."""

    name: str
    media_type: str
    pieces: Iterator[bytes]
    items: int


def formats(direction: str) -> list[ItemFormat]:
    """The formats files come in ("in") or go out in ("out"), in the order people are offered them."""
    return [told for told in FORMATS.values() if (told.read if direction == "in" else told.write)]


def plan(context: Context, actor: Actor, bank_id: str, form: str) -> ExportPlan:
    """What a bank would lose in a format; nothing is handed out. Raises `NotFound`."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        outgoing = _outgoing(session, bank_id)
    told = _writable(form)
    return ExportPlan(told, len(outgoing.items), tuple(told.losses(outgoing)))


def export(context: Context, actor: Actor, bank_id: str, form: str) -> Exported:
    """A bank as a file, every item in its current wording, keys included.

    Audited, because it hands out keys. Raises `NotFound` ("not_found", "unknown_format").
    """
    actor.require(Permission.READ_KEYS)
    told = _writable(form)
    with context.transaction(actor) as uow:
        outgoing = _outgoing(uow.session, bank_id)
        row = store.bank(uow.session, bank_id)
        digest = row.digest if row else ""
        uow.audit("export", "item_bank", bank_id, form=form, items=len(outgoing.items), digest=digest)
    assert told.write is not None
    name = f"{bank_id}.{told.suffix}"
    return Exported(name, told.media_type, told.write(outgoing), len(outgoing.items))


def template(form: str) -> Exported:
    """A file to begin with, a row of every item type; raises `NotFound` for a format without one."""
    if form not in TEMPLATES:
        raise NotFound("not_found")
    told = item_format(form)
    return Exported(f"items.{told.suffix}", told.media_type, iter([TEMPLATES[form]()]), 0)


def _writable(form: str) -> ItemFormat:
    told = item_format(form)
    if told.write is None:
        raise NotFound("unknown_format", name=form)
    return told


def _outgoing(session: Session, bank_id: str) -> Outgoing:
    row = store.bank(session, bank_id)
    if row is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    contents = bank_contents.of_bank(session, row.id)
    linked = item_lists.links(session, row.id)
    items = tuple(item_bank.saying(told.item, linked) for told in contents.wordings)
    texts = [*map(to_source, items), *(stimulus.text for stimulus in contents.used.values())]
    found = pictures.of_names(session, picture.names(texts))
    return Outgoing(
        bank=bank_contents.header(row),
        items=items,
        stimuli=tuple(contents.used.values()),
        pictures=tuple(Picture(name, shown.media_type, shown.data) for name, shown in found.items()),
        tasks=_tasks(session, row, {code for item in items for code in item.tasks}),
        numbers={told.item.id: told.number for told in contents.wordings},
    )


def _tasks(session: Session, row: store.RowItemBank, codes: set[str]) -> dict[str, str]:
    found = framework_store.find(session, row.framework_id, row.framework_version)
    tasks = framework_store.to_domain(found).tasks if found else ()
    return {task.code: task.text for task in tasks if task.code in codes}
