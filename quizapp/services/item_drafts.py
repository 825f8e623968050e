"""Writing an item: a draft that may be incomplete, saved again and again, undone and done again.

A save names the one it builds on. When another window saved in between, the text is set aside
instead of lost, and `Refused` ("draft_changed") says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import Invalid, NotFound, Problem, Refused
from quizapp.domain.item import ItemStatus, move
from quizapp.domain.item_draft import LARGEST_FORM, DraftState
from quizapp.domain.item_draft import move as move_draft
from quizapp.domain.item_form import Form, blank, form_of, only_type_fields, tidied
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import item_drafts as store
from quizapp.store import item_lists
from quizapp.store import items as item_store
from quizapp.store.item_drafts import RowDraftRevision, RowItemDraft


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save left: how many there were, and whether this one changed anything."""

    saves: int
    is_changed: bool


def writer(actor: Actor, permission: Permission = Permission.WRITE_ITEM) -> UUID:
    """The person who writes; raises `Forbidden`, and `Refused` ("needs_person") for a command."""
    actor.require(permission)
    if actor.person_id is None:
        raise Refused("needs_person")
    return actor.person_id


def start(context: Context, actor: Actor, bank_id: str, type_name: str, **known: str) -> UUID:
    """A draft of a new item of this type in a bank; gives its id.

    ``known`` are fields that are known already: ``task``, ``pool``. Raises `NotFound`, `Invalid`
    ("unknown_item_type").
    """
    person_id = writer(actor)
    task = known.pop("task", "")
    form = blank(type_name, tasks=[task] if task else [""], **known)
    with context.transaction(actor) as uow:
        bank = item_store.bank(uow.session, bank_id)
        if bank is None:
            raise NotFound("not_found", noun="item_bank", bank=bank_id)
        return _open(uow, bank.id, form, person_id)


def edit(context: Context, actor: Actor, bank_id: str, item_id: str) -> UUID:
    """The open draft of an item, begun from its current wording where there is none; gives its id.

    The item stays in use as it is until the draft is approved. Raises `NotFound`, and `Refused`
    ("illegal_transition") for a retired item.
    """
    person_id = writer(actor)
    with context.transaction(actor) as uow:
        item = item_lists.item(uow.session, bank_id, item_id)
        if item is None:
            raise NotFound("not_found", noun="item", item=item_id)
        uow.session.refresh(item, with_for_update=True)
        known = store.open_of(uow.session, item.id)
        if known is not None:
            return known.id
        if item.status == ItemStatus.RETIRED.value:
            move(ItemStatus.RETIRED, "revise")
        form, number = current_form(uow.session, item)
        return _open(uow, item.bank_row_id, form, person_id, item, number)


def duplicate(context: Context, actor: Actor, bank_id: str, item_id: str) -> UUID:
    """A draft of a new item with the words of another, which it names as its enemy; gives its id."""
    person_id = writer(actor)
    with context.transaction(actor) as uow:
        item = item_lists.item(uow.session, bank_id, item_id)
        if item is None:
            raise NotFound("not_found", noun="item", item=item_id)
        form, _ = current_form(uow.session, item)
        linked = item_lists.links(uow.session, item.bank_row_id).get(item_id, frozenset())
        enemies = sorted({*form.get("enemies", []), *linked, item_id})
        return _open(uow, item.bank_row_id, form | {"id": "", "enemies": enemies}, person_id)


def current_form(session: Session, item: item_store.RowItem) -> tuple[Form, int]:
    """The form an item's wording in use is edited in, and the number of that version."""
    version = session.get_one(item_store.RowItemVersion, item.current_version_id)
    codes = item_lists.task_codes(session, version.id)
    scenario = item_lists.stimulus(session, version.stimulus_version_id)
    told = item_store.to_domain(item, version, codes, scenario.stimulus_id if scenario else None)
    return form_of(told), version.number


def open_changed(
    uow: UnitOfWork, item: item_store.RowItem, person_id: UUID, changed: Callable[[Form], Form]
) -> UUID:
    """A draft of an item with its form ``changed``, inside a running transaction; gives its id.

    Raises `Refused` ("draft_is_open", and "illegal_transition" for a retired item).
    """
    if store.open_of(uow.session, item.id) is not None:
        raise Refused("draft_is_open", item=item.item_id)
    if item.status == ItemStatus.RETIRED.value:
        move(ItemStatus.RETIRED, "revise")
    form, number = current_form(uow.session, item)
    return _open(uow, item.bank_row_id, form | changed(form), person_id, item, number)


def write_on(uow: UnitOfWork, item: item_store.RowItem, person_id: UUID, fields: Form) -> None:
    """Change fields in the open draft of an item, or in one begun now, inside a running transaction.

    Whoever does it has written on the item. Raises `Refused` ("illegal_transition" in review, or retired).
    """
    draft = store.open_of(uow.session, item.id)
    if draft is None:
        if item.status == ItemStatus.RETIRED.value:
            move(ItemStatus.RETIRED, "revise")
        form, number = current_form(uow.session, item)
        draft = locked(uow, _open(uow, item.bank_row_id, form, person_id, item, number))
    move_draft(DraftState(draft.state), "revise")
    _revise(uow, draft, _checked({**draft.form, **fields}))


def _open(
    uow: UnitOfWork,
    bank_row_id: UUID,
    form: Form,
    person_id: UUID,
    item: item_store.RowItem | None = None,
    base_number: int | None = None,
) -> UUID:
    draft = RowItemDraft(
        id=uow.new_id(),
        bank_row_id=bank_row_id,
        item_row_id=item.id if item else None,
        state=DraftState.DRAFT.value,
        form=form,
        number=1,
        saves=1,
        base_number=base_number,
        # Whoever only opens an item wrote nothing of it; a new one is theirs.
        writers=[] if item else [str(person_id)],
        started_by=person_id,
        started_at=uow.now,
        changed_by=person_id,
        changed_at=uow.now,
    )
    uow.session.add(draft)
    uow.flush()
    uow.session.add(_revision(uow, draft, form, 1))
    uow.audit("draft", "item_draft", draft.id, item=item.item_id if item else "", base=base_number)
    return draft.id


def _revision(
    uow: UnitOfWork, draft: RowItemDraft, form: Form, number: int, *, is_aside: bool = False
) -> RowDraftRevision:
    if uow.actor.person_id is None:
        raise Refused("needs_person")
    return RowDraftRevision(
        draft_id=draft.id,
        number=number,
        form=form,
        is_aside=is_aside,
        saved_by=uow.actor.person_id,
        saved_at=uow.now,
    )


def locked(uow: UnitOfWork, draft_id: UUID) -> RowItemDraft:
    """The draft, held until the transaction ends; raises `NotFound`."""
    draft = store.locked(uow.session, draft_id)
    if draft is None:
        raise NotFound("not_found", noun="item_draft")
    return draft


def save(context: Context, actor: Actor, draft_id: UUID, form: Mapping[str, Any], saves: int) -> Saved:
    """Keep a form, whole or not; the same form again changes nothing.

    ``saves`` is the number the window last heard. Raises `Refused` ("draft_changed" once the text
    is set aside, "illegal_transition" while it is in review) and `Invalid` ("bad_draft").
    """
    writer(actor)
    told = _checked(form)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        move_draft(DraftState(draft.state), "revise")
        if draft.item_row_id is not None:
            # What an item is called and how it is asked stay what they are.
            told |= {name: draft.form[name] for name in ("id", "type")}
        if told == draft.form:
            return Saved(draft.saves, is_changed=False)
        is_current = saves == draft.saves
        if is_current:
            _revise(uow, draft, told)
        else:
            _set_aside(uow, draft, told)
    if not is_current:
        raise Refused("draft_changed")
    return Saved(draft.saves, is_changed=True)


def _revise(uow: UnitOfWork, draft: RowItemDraft, form: Form) -> None:
    store.forget_undone(uow.session, draft)
    number = store.next_number(uow.session, draft.id)
    uow.session.add(_revision(uow, draft, form, number))
    _show(uow, draft, form, number)
    uow.audit("revise", "item_draft", draft.id, revision=number)


def _set_aside(uow: UnitOfWork, draft: RowItemDraft, form: Form) -> None:
    """Keep a text that lost, once: a window that goes on sending it is told the same again."""
    if any(row.is_aside and row.form == form for row in store.revisions(uow.session, draft.id)):
        return
    number = store.next_number(uow.session, draft.id)
    uow.session.add(_revision(uow, draft, form, number, is_aside=True))
    uow.audit("set_aside", "item_draft", draft.id, revision=number)


def _checked(form: Mapping[str, Any]) -> Form:
    told = tidied(form)
    if len(json.dumps(told)) > LARGEST_FORM:
        detail = f"at most {LARGEST_FORM} characters"
        raise Invalid("bad_draft", [Problem("", "", "too_long", detail)])
    return told


def _show(uow: UnitOfWork, draft: RowItemDraft, form: Form, number: int) -> None:
    """Make a text the draft's, by whoever acts now."""
    person_id = writer(uow.actor)
    draft.form, draft.number = dict(form), number
    draft.saves += 1
    draft.changed_by, draft.changed_at = person_id, uow.now
    draft.writers = sorted({*draft.writers, str(person_id)})


def undo(context: Context, actor: Actor, draft_id: UUID) -> bool:
    """Back to the text before; gives whether there was one."""
    return _step(context, actor, draft_id, "undo")


def redo(context: Context, actor: Actor, draft_id: UUID) -> bool:
    """Forward to the text that was undone; gives whether there was one."""
    return _step(context, actor, draft_id, "redo")


def _step(context: Context, actor: Actor, draft_id: UUID, verb: str) -> bool:
    writer(actor)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        move_draft(DraftState(draft.state), "revise")
        other = store.neighbour(uow.session, draft, is_later=verb == "redo")
        if other is None:
            return False
        _show(uow, draft, other.form, other.number)
        uow.audit(verb, "item_draft", draft.id, revision=other.number)
        return True


def take_up(context: Context, actor: Actor, draft_id: UUID, number: int) -> None:
    """Make a kept text, such as one that was set aside, the draft's text again."""
    writer(actor)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        move_draft(DraftState(draft.state), "revise")
        row = uow.session.get(RowDraftRevision, (draft_id, number))
        if row is None:
            raise NotFound("not_found", noun="item_draft_revision")
        again = store.next_number(uow.session, draft.id)
        uow.session.add(_revision(uow, draft, row.form, again))
        row.is_aside = False
        _show(uow, draft, row.form, again)
        uow.audit("take_up", "item_draft", draft.id, revision=number)


def change_type(context: Context, actor: Actor, draft_id: UUID, type_name: str) -> None:
    """Make the draft one of another type; what both types know stays, and undo brings the rest back."""
    with context.reading() as session:
        draft = session.get(RowItemDraft, draft_id)
        if draft is None:
            raise NotFound("not_found", noun="item_draft")
        if draft.item_row_id is not None:
            raise Refused("type_is_fixed")
        form, saves = only_type_fields(draft.form, type_name), draft.saves
    save(context, actor, draft_id, form, saves)


def rebase(context: Context, actor: Actor, draft_id: UUID) -> None:
    """Build on the version the item has now, after somebody has seen what it changed."""
    writer(actor)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        move_draft(DraftState(draft.state), "revise")
        if draft.item_row_id is None:
            return
        item = uow.session.get_one(item_store.RowItem, draft.item_row_id)
        _, draft.base_number = current_form(uow.session, item)
        uow.audit("rebase", "item_draft", draft.id, base=draft.base_number)


def discard(context: Context, actor: Actor, draft_id: UUID) -> None:
    """Give a draft up; its texts are kept, and the item stays as it is."""
    writer(actor)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        draft.state = move_draft(DraftState(draft.state), "discard").value
        uow.audit("discard", "item_draft", draft.id)
