"""Enemies: items that never share a form. Seen from both sides, kept apart and let together again.

What a version says of its enemies is frozen with it. A link stands beside the versions: it only makes
forms stricter, so one author may set it, at once; and may take back what an author alone has set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.item_form import Form
from quizapp.domain.person import Actor, Permission
from quizapp.services import item_drafts, items_read
from quizapp.services.item_drafts import writer
from quizapp.services.items_read import ItemFilter, ItemLine
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import item_links as store
from quizapp.store import item_lists
from quizapp.store import items as item_store
from quizapp.store.item_links import RowItemLink
from quizapp.store.items import RowItem

#: So many items a search offers; whoever finds more looks for something narrower.
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Enemy:
    """An item that never shares a form with another, and who says so.

    ``is_named``: the other's version names it; ``is_naming``: its version names the other;
    ``is_linked``: they are linked beside their versions. ``status`` is "" where no item has the id.
    """

    item_id: str
    stem: str
    status: str
    is_named: bool
    is_naming: bool
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The first items a search finds that could still be kept apart, and how many there are."""

    lines: tuple[ItemLine, ...]
    count: int


def enemies(context: Context, actor: Actor, bank_id: str, item_id: str) -> tuple[Enemy, ...]:
    """Everything an item is kept apart from, by id; raises `NotFound`."""
    actor.require(Permission.BROWSE_BANK)
    with context.reading() as session:
        row = _item(session, bank_id, item_id)
        said = item_lists.saying(session, row.bank_row_id)
        linked = item_lists.links(session, row.bank_row_id).get(item_id, frozenset())
        named = said[item_id]
        naming = {name for name, others in said.items() if item_id in others}
        every = sorted(named | naming | linked)
        stems = item_lists.stems(session, row.bank_row_id, every)
    return tuple(
        Enemy(name, *stems.get(name, ("", "")), name in named, name in naming, name in linked)
        for name in every
    )


def search(context: Context, actor: Actor, bank_id: str, item_id: str, text: str) -> Found:
    """The items of the bank with this text in id, stem or options that are not kept apart from it yet."""
    writer(actor)
    known = {item_id, *(enemy.item_id for enemy in enemies(context, actor, bank_id, item_id))}
    found = items_read.bank(context, actor, bank_id, ItemFilter(text=text)).lines
    left = [line for line in found if line.item_id not in known]
    return Found(tuple(left[:MOST_FOUND]), len(left))


def link(context: Context, actor: Actor, bank_id: str, item_id: str, others: Collection[str]) -> int:
    """Keep an item apart from others, from now on; gives how many links are new.

    Raises `NotFound`, and `Invalid` ("bad_item_link") naming every id that is unknown or the item's own;
    then nothing changes.
    """
    writer(actor)
    with context.transaction(actor) as uow:
        own = _item(uow.session, bank_id, item_id)
        rows = {row.item_id: row for row in item_store.locked(uow.session, bank_id, [*others, item_id])}
        _check(item_id, others, rows)
        known = store.of_item(uow.session, own.id)
        new = [rows[name] for name in sorted(set(others)) if rows[name].id not in known]
        for other in new:
            first, second = store.pair(own.id, other.id)
            uow.session.add(
                RowItemLink(first_id=first, second_id=second, bank_row_id=own.bank_row_id, linked_at=uow.now)
            )
            _audit(uow, "link", own, other, bank_id)
        return len(new)


def _check(item_id: str, others: Collection[str], rows: Collection[str]) -> None:
    problems = [Problem("enemies", name, "unknown_item") for name in sorted(set(others)) if name not in rows]
    if item_id in others:
        problems.append(Problem("enemies", item_id, "own_enemy"))
    if not others:
        problems.append(Problem("enemies", "", "missing"))
    if problems:
        raise Invalid("bad_item_link", problems)


def unlink(context: Context, actor: Actor, bank_id: str, item_id: str, other_id: str) -> None:
    """Take a link back; what a version says stays. Raises `NotFound`."""
    writer(actor)
    with context.transaction(actor) as uow:
        own, other = _item(uow.session, bank_id, item_id), _item(uow.session, bank_id, other_id)
        row = uow.session.get(RowItemLink, store.pair(own.id, other.id), with_for_update=True)
        if row is None:
            raise NotFound("not_found", noun="item_link", item=other_id)
        uow.session.delete(row)
        _audit(uow, "unlink", own, other, bank_id)


def draft_without(context: Context, actor: Actor, bank_id: str, item_id: str, other_id: str) -> int:
    """A draft that no longer names the other, for each of the two whose version does; gives how many.

    A reviewer approved that they are kept apart, so a reviewer looks at it again. Raises `NotFound`
    and `Refused` ("draft_is_open").
    """
    person_id = writer(actor)
    with context.transaction(actor) as uow:
        said = item_lists.saying(uow.session, _item(uow.session, bank_id, item_id).bank_row_id)
        pairs = ((item_id, other_id), (other_id, item_id))
        naming = [(name, enemy) for name, enemy in pairs if enemy in said.get(name, ())]
        if not naming:
            raise NotFound("not_found", noun="item_link", item=other_id)
        rows = item_store.locked(uow.session, bank_id, [name for name, _ in naming])
        for row, (_, enemy) in zip(rows, sorted(naming), strict=True):
            item_drafts.open_changed(uow, row, person_id, _without(enemy))
        return len(naming)


def _without(enemy: str) -> Callable[[Form], Form]:
    return lambda form: {"enemies": [name for name in form["enemies"] if name != enemy]}


def _item(session: Session, bank_id: str, item_id: str) -> RowItem:
    row = item_lists.item(session, bank_id, item_id)
    if row is None:
        raise NotFound("not_found", noun="item", item=item_id)
    return row


def _audit(uow: UnitOfWork, verb: str, own: RowItem, other: RowItem, bank_id: str) -> None:
    """A line for each of the two, so that the history of either tells it."""
    for row, partner in ((own, other), (other, own)):
        uow.audit(verb, "item", row.id, bank=bank_id, item=row.item_id, other=partner.item_id)
