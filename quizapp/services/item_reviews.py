"""Reviewing drafts: submitted, commented on, sent back, and approved by somebody who wrote none of it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from quizapp.domain.errors import NotFound, Refused, raise_if_any
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_draft import DraftState, Signing, check_comment, move
from quizapp.domain.item_form import read
from quizapp.domain.person import Actor, Permission, Role
from quizapp.services import item_advice, items_read
from quizapp.services.item_drafts import locked, writer
from quizapp.services.item_versions import freeze
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import item_drafts as store
from quizapp.store import items as item_store
from quizapp.store import people as people_store
from quizapp.store.item_drafts import RowItemComment, RowItemDraft

#: What an item that was never approved is while its draft stands here.
_STATUS = {DraftState.DRAFT: ItemStatus.DRAFT, DraftState.IN_REVIEW: ItemStatus.IN_REVIEW}


def submit(context: Context, actor: Actor, draft_id: UUID, why: str = "") -> None:
    """Hand a draft in for review, with a word on why; raises `Invalid` ("bad_draft") with every problem."""
    writer(actor)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        _need_sound(uow, draft)
        _step(uow, draft, "submit", why)
        draft.submitted_at = uow.now


def withdraw(context: Context, actor: Actor, draft_id: UUID) -> None:
    """Take a draft back from its review, to write on."""
    writer(actor)
    with context.transaction(actor) as uow:
        _step(uow, locked(uow, draft_id), "withdraw", "")


def request_changes(context: Context, actor: Actor, draft_id: UUID, why: str) -> None:
    """Send a draft back to its author; raises `Invalid` ("bad_comment") without a reason."""
    writer(actor, Permission.APPROVE_ITEM)
    raise_if_any("bad_comment", check_comment(why))
    with context.transaction(actor) as uow:
        _step(uow, locked(uow, draft_id), "request_changes", why)


def approve(context: Context, actor: Actor, draft_id: UUID, why: str = "") -> str:
    """Freeze a draft as the item's new version and put it into use; gives the item's stable id.

    Raises `Refused` ("own_item" for whoever wrote any of it, "revised_meanwhile" where the item has
    a newer version than the draft began from, "id_taken" where a new item of this id was approved at
    the same instant) and `Invalid` ("bad_draft").
    """
    person_id = writer(actor, Permission.APPROVE_ITEM)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        author, reviewer = _names(uow, draft, person_id)
        writers = frozenset({draft.started_by, *map(UUID, draft.writers)})
        Signing(person_id, reviewer, writers, author).require_second_person()
        _need_sound(uow, draft)
        item, problems = read(draft.form, author)
        if item is None:
            raise_if_any("bad_draft", problems)
            raise AssertionError("a form without problems is an item")
        row, number = freeze(uow, draft, item, reviewer)
        draft.item_row_id = row.id
        _step(uow, draft, "approve", why, item=row.item_id, version=number)
        return row.item_id


def _names(uow: UnitOfWork, draft: RowItemDraft, reviewer_id: UUID) -> tuple[str, str]:
    """What author and reviewer are called on the version; whoever wrote first is its author.

    A draft that was opened and handed in unchanged keeps the author its version has.
    """
    author_id = UUID(draft.writers[0]) if draft.writers else None
    if str(draft.started_by) in draft.writers:
        author_id = draft.started_by
    names = people_store.names(uow.session, filter(None, [author_id, reviewer_id]))
    if author_id is None and draft.item_row_id is not None:
        item = uow.session.get_one(item_store.RowItem, draft.item_row_id)
        version = uow.session.get_one(item_store.RowItemVersion, item.current_version_id)
        return version.author, names[reviewer_id]
    return names[author_id or reviewer_id], names[reviewer_id]


def _need_sound(uow: UnitOfWork, draft: RowItemDraft) -> None:
    bank = uow.session.get_one(item_store.RowItemBank, draft.bank_row_id)
    framework = items_read.framework_of(uow.session, bank)
    raise_if_any("bad_draft", item_advice.problems(uow.session, draft, framework))


def _step(uow: UnitOfWork, draft: RowItemDraft, verb: str, why: str, **facts: object) -> None:
    """One step of the table, its reason, and its audit line."""
    state = move(DraftState(draft.state), verb)
    draft.state = state.value
    if draft.item_row_id is not None and state in _STATUS:
        item = uow.session.get_one(item_store.RowItem, draft.item_row_id)
        if item.status in set(_STATUS.values()):
            item.status = _STATUS[state].value
    _say(uow, draft, verb, "", why)
    uow.audit(verb, "item_draft", draft.id, revision=draft.number, **facts)


def _say(uow: UnitOfWork, draft: RowItemDraft, verb: str, place: str, text: str) -> None:
    if text.strip():
        raise_if_any("bad_comment", check_comment(text))
    if uow.actor.person_id is None:
        raise Refused("needs_person")
    uow.session.add(
        RowItemComment(
            id=uow.new_id(),
            draft_id=draft.id,
            verb=verb,
            place=place,
            text=text.strip(),
            written_by=uow.actor.person_id,
            written_at=uow.now,
        )
    )


# --- who reviews ------------------------------------------------------------------------


def assign(context: Context, actor: Actor, draft_id: UUID, reviewer_id: UUID | None) -> None:
    """Ask one reviewer, or with None any of them; raises `Invalid` ("bad_reviewer") for who cannot."""
    person_id = _reader(actor)
    if not actor.may(Permission.WRITE_ITEM) and reviewer_id not in (None, person_id):
        # A reviewer takes a review up or gives it back; whom else to ask is the author's to say.
        actor.require(Permission.WRITE_ITEM)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        if reviewer_id is not None:
            _need_reviewer(uow, draft, reviewer_id)
        draft.reviewer_id = reviewer_id
        uow.audit("assign", "item_draft", draft.id, reviewer=str(reviewer_id or ""))


def _need_reviewer(uow: UnitOfWork, draft: RowItemDraft, reviewer_id: UUID) -> None:
    person = people_store.by_id(uow.session, reviewer_id)
    if person is None or not person.active or Role.REVIEWER not in person.role_set:
        raise Refused("bad_reviewer")
    if str(reviewer_id) in draft.writers:
        raise Refused("own_item")


def reviewers(context: Context, actor: Actor, writers: Iterable[UUID] = ()) -> list[tuple[UUID, str]]:
    """Everybody who may be asked to review what these people wrote, by name."""
    _reader(actor)
    barred = set(writers)
    with context.reading() as session:
        people = people_store.listed(session, role=Role.REVIEWER)
        return [(row.id, row.name) for row in people if row.active and row.id not in barred]


def _reader(actor: Actor) -> UUID:
    return writer(actor, Permission.READ_KEYS)


# --- comments ---------------------------------------------------------------------------


def comment(context: Context, actor: Actor, draft_id: UUID, place: str, text: str) -> None:
    """Say something about a draft, or about one place of it; raises `Invalid` ("bad_comment")."""
    _reader(actor)
    raise_if_any("bad_comment", check_comment(text))
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        _say(uow, draft, "comment", place[:200], text)
        uow.audit("comment", "item_draft", draft.id)


def resolve(context: Context, actor: Actor, draft_id: UUID, comment_id: UUID) -> None:
    """Mark a comment as dealt with, or open it again."""
    person_id = _reader(actor)
    with context.transaction(actor) as uow:
        draft = locked(uow, draft_id)
        row = uow.session.get(RowItemComment, comment_id)
        if row is None or row.draft_id != draft.id or row.verb != "comment":
            raise NotFound("not_found", noun="item_comment")
        is_resolved = row.resolved_at is None
        row.resolved_by, row.resolved_at = (person_id, uow.now) if is_resolved else (None, None)
        uow.audit("resolve" if is_resolved else "reopen", "item_draft", draft.id)


def count_waiting(context: Context, actor: Actor) -> int:
    """How many drafts wait for this reviewer."""
    person_id = writer(actor, Permission.APPROVE_ITEM)
    with context.reading() as session:
        return store.count_waiting(session, person_id)
