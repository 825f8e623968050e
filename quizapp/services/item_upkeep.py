"""Many items at once: retired, moved to the practice pool, or proposed for another task."""

from __future__ import annotations

from collections.abc import Collection

from quizapp.domain.errors import Invalid, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.framework import Framework
from quizapp.domain.item import ItemStatus, Pool, move
from quizapp.domain.item_draft import DraftState, check_comment
from quizapp.domain.item_form import Form
from quizapp.domain.person import Actor
from quizapp.services import item_drafts, items_read
from quizapp.services.item_drafts import writer
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import item_drafts as draft_store
from quizapp.store import items as store
from quizapp.store import stimuli
from quizapp.store.items import RowItem

#: So many items are changed at once; a page shows a hundred.
MOST_ITEMS = 200


def retire(context: Context, actor: Actor, bank_id: str, item_ids: Collection[str], reason: str) -> int:
    """Take items out of use for good; what is written on them is given up. Gives how many.

    Raises `Invalid` ("bad_upkeep"), `NotFound` and `Refused` ("illegal_transition"); then nothing changes.
    """
    writer(actor)
    _check(item_ids, reason)
    with context.transaction(actor) as uow:
        for row in _locked(uow, bank_id, item_ids):
            row.status = move(ItemStatus(row.status), "retire").value
            draft = draft_store.open_of(uow.session, row.id)
            if draft is not None:
                draft.state = DraftState.DISCARDED.value
            uow.audit("retire", "item", row.id, bank=bank_id, item=row.item_id, reason=reason.strip())
    return len(item_ids)


def to_practice(context: Context, actor: Actor, bank_id: str, item_ids: Collection[str], reason: str) -> int:
    """Move secure items to the practice pool, from which there is no way back. Gives how many moved.

    Raises also `Refused` ("scenario_split") where an item left behind shares a scenario with one that moves.
    """
    writer(actor)
    _check(item_ids, reason)
    with context.transaction(actor) as uow:
        rows = [row for row in _locked(uow, bank_id, item_ids) if row.pool == Pool.SECURE.value]
        _keep_scenarios_whole(uow, rows)
        for row in rows:
            row.pool = Pool.PRACTICE.value
            uow.audit("practise", "item", row.id, bank=bank_id, item=row.item_id, reason=reason.strip())
        return len(rows)


def _keep_scenarios_whole(uow: UnitOfWork, rows: list[RowItem]) -> None:
    moving = {row.item_id for row in rows}
    scenarios = stimuli.items_by_stimulus(uow.session, rows[0].bank_row_id) if rows else {}
    for name, sharing in scenarios.items():
        shared = {told.item_id for told in sharing if told.status != ItemStatus.RETIRED.value}
        if shared & moving and shared - moving:
            raise Refused("scenario_split", scenario=name, items=", ".join(sorted(shared - moving)))


def propose_task(
    context: Context, actor: Actor, bank_id: str, item_ids: Collection[str], task: str, reason: str
) -> int:
    """A draft for each item that counts for another task, to be submitted and reviewed as any other.

    What an item counts for decides what people have shown, so nobody changes it alone. Items with an
    open draft are refused as a whole: `Refused` ("draft_is_open").
    """
    person_id = writer(actor)
    _check(item_ids, reason)
    with context.transaction(actor) as uow:
        rows = _locked(uow, bank_id, item_ids)
        _need_task(_framework(uow, bank_id), task)
        for row in rows:
            item_drafts.open_changed(uow, row, person_id, lambda form: _counts_for(task, form))
    return len(rows)


def _counts_for(task: str, form: Form) -> Form:
    """The task first, then those the item had."""
    return {"tasks": [task, *(code for code in form["tasks"] if code != task)]}


def _framework(uow: UnitOfWork, bank_id: str) -> Framework:
    bank = store.bank(uow.session, bank_id)
    if bank is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    return items_read.framework_of(uow.session, bank)


def _need_task(framework: Framework, task: str) -> None:
    if framework.task(task) is None:
        raise Invalid("bad_upkeep", [Problem("task", task, "unknown_code")])


def _check(item_ids: Collection[str], reason: str) -> None:
    problems = check_comment(reason)
    if not 1 <= len(item_ids) <= MOST_ITEMS:
        problems.append(Problem("item", str(len(item_ids)), "out_of_range", f"1 to {MOST_ITEMS} items"))
    raise_if_any("bad_upkeep", problems)


def _locked(uow: UnitOfWork, bank_id: str, item_ids: Collection[str]) -> list[RowItem]:
    rows = store.locked(uow.session, bank_id, item_ids)
    missing = sorted(set(item_ids) - {row.item_id for row in rows})
    if missing:
        raise NotFound("not_found", noun="item", item=", ".join(missing))
    return rows
