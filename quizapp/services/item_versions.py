"""An approved draft becomes a version of its item, frozen for ever."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from quizapp.domain.errors import Refused
from quizapp.domain.item import ItemStatus, ItemVersion, digest, digest_of
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import item_drafts as draft_store
from quizapp.store import items as store
from quizapp.store.item_drafts import RowItemDraft
from quizapp.store.items import RowItem, RowItemVersion, RowStimulus


def freeze(uow: UnitOfWork, draft: RowItemDraft, item: ItemVersion, reviewer: str) -> tuple[RowItem, int]:
    """Store what a draft has become, approved, as the current version; gives the item and its number.

    The same words as before are the same version, now reviewed. Raises `Refused` ("revised_meanwhile",
    "illegal_transition", "id_taken").
    """
    item = replace(item, reviewer=reviewer, status=ItemStatus.APPROVED)
    scenario = _scenario(uow, draft, item)
    told = digest(item, scenario.digest if scenario else "")
    row, known = _row(uow, draft, item)
    if known is not None and known.digest == told:
        known.author, known.reviewer = item.author, reviewer
        number = known.number
    else:
        number = known.number + 1 if known else 1
        _add(uow, row, item, scenario, number, told)
    row.status = ItemStatus.APPROVED.value
    uow.flush()
    bank = uow.session.get_one(store.RowItemBank, draft.bank_row_id)
    bank.digest = digest_of(draft_store.current_digests(uow.session, bank.id))
    return row, number


def _scenario(uow: UnitOfWork, draft: RowItemDraft, item: ItemVersion) -> RowStimulus | None:
    if item.stimulus is None:
        return None
    return store.current_stimuli(uow.session, draft.bank_row_id)[item.stimulus]


def _row(uow: UnitOfWork, draft: RowItemDraft, item: ItemVersion) -> tuple[RowItem, RowItemVersion | None]:
    """The item a draft is of, locked, with its version; a new row for a new item."""
    if draft.item_row_id is None:
        return _new_row(uow, draft, item), None
    row = uow.session.get_one(RowItem, draft.item_row_id)
    uow.session.refresh(row, with_for_update=True)
    if row.status == ItemStatus.RETIRED.value:
        raise Refused("illegal_transition", noun="item", state=row.status, verb="approve")
    known = uow.session.get_one(RowItemVersion, row.current_version_id)
    if known.number != draft.base_number:
        raise Refused("revised_meanwhile", number=known.number)
    return row, known


def _new_row(uow: UnitOfWork, draft: RowItemDraft, item: ItemVersion) -> RowItem:
    row = RowItem(
        id=uow.new_id(),
        bank_row_id=draft.bank_row_id,
        item_id=item.id,
        status=ItemStatus.DRAFT.value,
        pool=item.pool.value,
        scoring_task=item.scoring_task,
        suspended_at=None,
    )
    uow.session.add(row)
    try:
        uow.flush()
    except IntegrityError:
        # Somebody else approved an item of this id between the check and the insert.
        raise Refused("id_taken", item=item.id) from None
    return row


def _add(
    uow: UnitOfWork,
    row: RowItem,
    item: ItemVersion,
    scenario: RowStimulus | None,
    number: int,
    told: str,
) -> None:
    version = store.version_row(item, uow.new_id(), row.id, number, told)
    version.created_at = uow.now
    version.stimulus_version_id = scenario.id if scenario else None
    uow.session.add(version)
    uow.flush()
    uow.session.add_all(store.task_rows(item, version.id))
    row.pool, row.scoring_task = item.pool.value, item.scoring_task
    row.current_version_id = version.id
