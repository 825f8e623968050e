"""Many items edited in one table: seen, planned, and written as drafts all at once or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quizapp.domain import item_grid as domain
from quizapp.domain.errors import Invalid, NotFound, Problem, raise_if_any
from quizapp.domain.framework import Framework
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_draft import DraftState
from quizapp.domain.item_form import Form
from quizapp.domain.person import Actor
from quizapp.services import item_drafts, items_read
from quizapp.services.item_drafts import writer
from quizapp.services.unit_of_work import Context
from quizapp.store import item_drafts as draft_store
from quizapp.store import items as store
from quizapp.store.items import RowItem


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item: its cells, the text they are of, and why they cannot be changed, "" where they can.

    ``base`` names the version or the save of a draft that is shown; ``is_draft`` says that it is a draft's.
    """

    item_id: str
    cells: Mapping[str, str]
    base: str
    is_draft: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of a bank, in the order that was asked for."""

    bank_title: str
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody made of a row, and of which text."""

    base: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: what it said, and what it shall say."""

    item_id: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class GridPlan:
    """What would be written: the cells that change, by item, and what is in the way, by item."""

    changes: Mapping[str, tuple[Change, ...]]
    problems: Mapping[str, tuple[Problem, ...]]


def grid(context: Context, actor: Actor, bank_id: str, item_ids: Sequence[str]) -> Grid:
    """These items of a bank as rows, at most `MOST_ROWS`; the unknown are left out. Raises `NotFound`."""
    writer(actor)
    with context.reading() as session:
        bank, _framework = _bank(session, bank_id)
        rows = {row.item_id: row for row in store.of_ids(session, bank.id, item_ids[: domain.MOST_ROWS])}
        told = [_row(session, rows[name])[0] for name in dict.fromkeys(item_ids) if name in rows]
        return Grid(bank.title, tuple(told))


def _bank(session: Session, bank_id: str) -> tuple[store.RowItemBank, Framework]:
    bank = store.bank(session, bank_id)
    if bank is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    return bank, items_read.framework_of(session, bank)


def _row(session: Session, item: RowItem) -> tuple[GridRow, Form]:
    """A row and the form it is of: the open draft's, else the item's own."""
    draft = draft_store.open_of(session, item.id)
    if draft is not None:
        form, base = draft.form, f"d{draft.saves}"
    else:
        form, number = item_drafts.current_form(session, item)
        base = f"v{number}"
    is_in_review = draft is not None and draft.state == DraftState.IN_REVIEW.value
    why_not = "in_review" if is_in_review else "retired" if item.status == ItemStatus.RETIRED.value else ""
    told = GridRow(item.item_id, domain.cells(form), base, draft is not None, why_not)
    return told, form


def plan(context: Context, actor: Actor, bank_id: str, sent: Mapping[str, Sent]) -> GridPlan:
    """What `apply` would write of what was sent, and what it would refuse.

    Raises `NotFound`, and `Invalid` ("bad_grid") for more rows than a table has.
    """
    writer(actor)
    _check_size(sent)
    with context.reading() as session:
        bank, framework = _bank(session, bank_id)
        rows = store.of_ids(session, bank.id, list(sent))
        planned = [_planned(session, row, sent[row.item_id], framework) for row in rows]
        unknown = {
            name: (Problem("id", name, "not_found"),) for name in sent.keys() - {r.item_id for r in rows}
        }
        return GridPlan(
            {row.item_id: changes for row, changes, problems, _ in planned if changes and not problems},
            {row.item_id: problems for row, _, problems, _ in planned if problems} | unknown,
        )


def _planned(
    session: Session, item: RowItem, told: Sent, framework: Framework
) -> tuple[GridRow, tuple[Change, ...], tuple[Problem, ...], Form]:
    row, form = _row(session, item)
    fields = domain.changed(form, told.cells, framework)
    after = domain.cells({**form, **fields})
    changes = tuple(Change(row.item_id, name, row.cells[name], after[name]) for name in fields)
    problems = domain.check(form, fields, framework) if fields else []
    if fields and row.why_not:
        problems = [Problem("state", row.why_not, row.why_not)]
    elif fields and row.base != told.base:
        problems = [Problem("state", told.base, "row_changed")]
    return row, changes, tuple(problem.at(row.item_id) for problem in problems), fields


def apply(context: Context, actor: Actor, bank_id: str, sent: Mapping[str, Sent]) -> int:
    """Write what was sent into drafts, begun where an item has none; gives how many items changed.

    Raises `Invalid` ("bad_grid") with every problem of every row, and `NotFound`; then nothing changes.
    """
    person_id = writer(actor)
    _check_size(sent)
    with context.transaction(actor) as uow:
        bank, framework = _bank(uow.session, bank_id)
        # Drafts before items, as everybody takes them: a window that saves meanwhile waits, or is seen.
        draft_store.locked_of_bank(uow.session, bank.id)
        rows = store.locked(uow.session, bank_id, list(sent))
        if len(rows) < len(sent):
            raise NotFound("not_found", noun="item")
        planned = [(row, *_planned(uow.session, row, sent[row.item_id], framework)) for row in rows]
        raise_if_any("bad_grid", [problem for *_, problems, _fields in planned for problem in problems])
        changing = [(row, fields) for row, _, _, _, fields in planned if fields]
        for row, fields in changing:
            item_drafts.write_on(uow, row, person_id, fields)
        uow.audit("edit_grid", "item_bank", bank_id, items=[row.item_id for row, _fields in changing])
        return len(changing)


def _check_size(item_ids: Collection[str]) -> None:
    if not 1 <= len(item_ids) <= domain.MOST_ROWS:
        detail = f"1 to {domain.MOST_ROWS} items"
        raise Invalid("bad_grid", [Problem("item", str(len(item_ids)), "out_of_range", detail)])
