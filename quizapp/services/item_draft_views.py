"""Drafts to look at: the list of those at work, one in its editor, one under review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound
from quizapp.domain.framework import Framework
from quizapp.domain.item import texts
from quizapp.domain.item_draft import DraftState
from quizapp.domain.item_form import Form, cleaned, form_of, read, sketch, with_scenario
from quizapp.domain.item_types import Review, item_type
from quizapp.domain.item_types.base import as_stored
from quizapp.domain.person import Actor, Permission
from quizapp.domain.word_diff import Change, changes
from quizapp.services import items_read
from quizapp.services.item_advice import SOMEBODY, Advice, advice
from quizapp.services.unit_of_work import Context
from quizapp.store import item_drafts as store
from quizapp.store import item_lists, stimuli
from quizapp.store import items as item_store
from quizapp.store import people as people_store
from quizapp.store.item_drafts import RowItemComment, RowItemDraft
from quizapp.store.items import RowItem, RowItemVersion, RowStimulus

DOTS = "…"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list. ``item_id`` is what it is called already, empty for one that has no name yet."""

    id: UUID
    bank_id: str
    item_id: str
    is_new: bool
    type: str
    task: str
    stem: str
    state: DraftState
    changed_at: datetime
    changed_by: str
    reviewer: str
    comments: int
    is_mine: bool
    waits_for_me: bool


@dataclass(frozen=True, slots=True)
class ShownItem:
    """What the template of the exam's page shows: the learner's own view of a draft."""

    presented: Mapping[str, Any]
    stimulus_title: str
    stimulus_text: str
    position: int = 1
    response: None = None


@dataclass(frozen=True, slots=True)
class AsideLine:
    """A text that lost to another window and waits to be looked at."""

    number: int
    saved_at: datetime
    saved_by: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment, or a step with its reason."""

    id: UUID
    verb: str
    place: str
    text: str
    written_by: str
    written_at: datetime
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class DraftForm:
    """A draft's form, and what its fields are read with."""

    type: str
    form: Form
    framework: Framework


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One draft in full. ``newest`` is the version its item has now; ``diff`` is against it."""

    line: DraftLine
    bank_title: str
    framework: Framework
    form: Form
    saves: int
    can_undo: bool
    can_redo: bool
    is_outdated: bool
    newest: int | None
    tasks: tuple[str, ...]
    shown: ShownItem | None
    review: Review | None
    advice: Advice
    asides: tuple[AsideLine, ...]
    comments: tuple[CommentLine, ...]
    stimuli: tuple[tuple[str, str], ...]
    neighbours: tuple[str, ...]
    diff: tuple[Change, ...]
    is_own: bool
    writer_ids: tuple[UUID, ...]
    reviewer_id: UUID | None


def listed(context: Context, actor: Actor, bank_id: str = "") -> list[DraftLine]:
    """Every open draft, of one bank or of all, those that wait for this actor first."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        bank_row_id = _bank_row_id(session, bank_id) if bank_id else None
        found = store.open_drafts(session, bank_row_id)
        people = {who for told in found for who in (told.draft.changed_by, told.draft.reviewer_id) if who}
        names = people_store.names(session, people)
        lines = [_line(told, names, actor) for told in found]
    return sorted(lines, key=lambda line: (not line.waits_for_me, line.state is not DraftState.IN_REVIEW))


def _bank_row_id(session: Session, bank_id: str) -> UUID:
    row = item_store.bank(session, bank_id)
    if row is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    return row.id


def _line(told: store.DraftLine, names: Mapping[UUID, str], actor: Actor) -> DraftLine:
    draft, form = told.draft, told.draft.form
    tasks = cleaned(form).get("tasks") or [""]
    return DraftLine(
        id=draft.id,
        bank_id=told.bank_id,
        item_id=told.item_id or str(form.get("id") or ""),
        is_new=told.item_id is None,
        type=str(form.get("type")),
        task=str(tasks[0]),
        stem=str(form.get("stem") or "").strip(),
        state=DraftState(draft.state),
        changed_at=draft.changed_at,
        changed_by=names.get(draft.changed_by, ""),
        reviewer=names.get(draft.reviewer_id, "") if draft.reviewer_id else "",
        comments=told.comments,
        is_mine=str(actor.person_id) in draft.writers or actor.person_id == draft.started_by,
        waits_for_me=_waits_for(draft, actor),
    )


def _waits_for(draft: RowItemDraft, actor: Actor) -> bool:
    """Whether the next step is this actor's: a review asked of them, or changes asked of their draft."""
    person = str(actor.person_id)
    if draft.state == DraftState.IN_REVIEW.value:
        is_asked = draft.reviewer_id in (None, actor.person_id) and person not in draft.writers
        return actor.may(Permission.APPROVE_ITEM) and is_asked
    return draft.state == DraftState.DRAFT.value and person in draft.writers


def form(context: Context, actor: Actor, draft_id: UUID) -> DraftForm:
    """What a draft's fields are read with: quick, because a window saves often; raises `NotFound`."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        draft, _bank, framework = _draft(session, draft_id)
        return DraftForm(str(draft.form.get("type")), draft.form, framework)


def _draft(session: Session, draft_id: UUID) -> tuple[RowItemDraft, item_store.RowItemBank, Framework]:
    draft = session.get(RowItemDraft, draft_id)
    if draft is None:
        raise NotFound("not_found", noun="item_draft")
    bank = session.get_one(item_store.RowItemBank, draft.bank_row_id)
    return draft, bank, items_read.framework_of(session, bank)


def view(context: Context, actor: Actor, draft_id: UUID) -> DraftPage:
    """One draft with all that is said about it; raises `NotFound`."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        draft, bank, framework = _draft(session, draft_id)
        item = session.get(RowItem, draft.item_row_id) if draft.item_row_id else None
        known = _current(session, item) if item else None
        said = store.comments(session, [draft.id])
        names = _names(session, draft, said)
        open_comments = sum(row.verb == "comment" and row.resolved_at is None for row in said)
        told = store.DraftLine(draft, bank.bank_id, item.item_id if item else None, open_comments)
        number = known[0].number if known else None
        return DraftPage(
            line=_line(told, names, actor),
            bank_title=bank.title,
            framework=framework,
            form=draft.form,
            saves=draft.saves,
            can_undo=store.neighbour(session, draft, is_later=False) is not None,
            can_redo=store.neighbour(session, draft, is_later=True) is not None,
            is_outdated=number != draft.base_number and draft.state != DraftState.APPROVED.value,
            newest=number,
            tasks=tuple(texts(cleaned(draft.form).get("tasks"))),
            shown=_shown(session, draft),
            review=_review(draft),
            advice=advice(session, draft, framework, context.clock.now().date()),
            asides=_asides(session, draft, names),
            comments=tuple(_comment(row, names) for row in said),
            stimuli=_stimuli(session, draft),
            neighbours=_neighbours(session, draft),
            diff=_diff(session, draft, *known) if known else (),
            is_own=str(actor.person_id) in draft.writers or actor.person_id == draft.started_by,
            writer_ids=(draft.started_by, *map(UUID, draft.writers)),
            reviewer_id=draft.reviewer_id,
        )


def _names(session: Session, draft: RowItemDraft, said: Sequence[RowItemComment]) -> dict[UUID, str]:
    savers = [row.saved_by for row in store.revisions(session, draft.id) if row.is_aside]
    people = [draft.changed_by, *savers, *(row.written_by for row in said)]
    return people_store.names(session, [*people, *filter(None, [draft.reviewer_id])])


def _current(session: Session, item: RowItem) -> tuple[RowItemVersion, Form, RowStimulus | None]:
    """An item's version, its form, and the wording of the scenario it rests on."""
    version = session.get_one(RowItemVersion, item.current_version_id)
    scenario = item_lists.stimulus(session, version.stimulus_version_id)
    codes = item_lists.task_codes(session, version.id)
    told = item_store.to_domain(item, version, codes, scenario.stimulus_id if scenario else None)
    return version, form_of(told), scenario


def _diff(
    session: Session, draft: RowItemDraft, version: RowItemVersion, form: Form, scenario: RowStimulus | None
) -> tuple[Change, ...]:
    """What a draft would change about its item; a scenario that was reworded since is a part of it."""
    if draft.state == DraftState.APPROVED.value:
        # It is the version, and rests on the wording the version was frozen with.
        return tuple(changes(form, cleaned(draft.form)))
    newest = item_store.current_stimuli(session, draft.bank_row_id).get(str(draft.form.get("stimulus") or ""))
    before, after = (stimuli.to_domain(row) if row else None for row in (scenario, newest))
    return tuple(changes(with_scenario(form, before), with_scenario(cleaned(draft.form), after)))


def _shown(session: Session, draft: RowItemDraft) -> ShownItem | None:
    item = sketch(draft.form)
    if item is None:
        return None
    stimuli = item_store.current_stimuli(session, draft.bank_row_id)
    scenario = stimuli.get(item.stimulus or "")
    presented = _filled(item_type(item.type).present(item.content, as_stored))
    return ShownItem(presented, scenario.title if scenario else "", scenario.text if scenario else "")


def _filled(value: Any) -> Any:
    """What is shown, with dots where nothing is written yet: a control without words has no name."""
    if isinstance(value, dict):
        told = {name: _filled(inner) for name, inner in value.items()}
        return told | {name: DOTS for name in ("text", "stem", "alt") if told.get(name) == ""}
    return [_filled(row) for row in value] if isinstance(value, list) else value


def _review(draft: RowItemDraft) -> Review | None:
    """Key and rationales, once there is nothing wrong with them."""
    item, _ = read(draft.form, SOMEBODY)
    return item_type(item.type).describe(item.content, item.key, None) if item else None


def _asides(session: Session, draft: RowItemDraft, names: Mapping[UUID, str]) -> tuple[AsideLine, ...]:
    return tuple(
        AsideLine(
            row.number,
            row.saved_at,
            names.get(row.saved_by, ""),
            tuple(changes(cleaned(draft.form), cleaned(row.form))),
        )
        for row in store.revisions(session, draft.id)
        if row.is_aside
    )


def _comment(row: RowItemComment, names: Mapping[UUID, str]) -> CommentLine:
    return CommentLine(
        row.id,
        row.verb,
        row.place,
        row.text,
        names.get(row.written_by, ""),
        row.written_at,
        row.resolved_at is not None,
    )


def _stimuli(session: Session, draft: RowItemDraft) -> tuple[tuple[str, str], ...]:
    """The bank's scenarios by id, with their titles."""
    found = item_store.current_stimuli(session, draft.bank_row_id)
    return tuple(sorted((name, row.title) for name, row in found.items()))


def _neighbours(session: Session, draft: RowItemDraft) -> tuple[str, ...]:
    """Items of the same scoring task: those likeliest to be enemies."""
    tasks = cleaned(draft.form).get("tasks")
    if not tasks:
        return ()
    return item_lists.ids_of_task(session, draft.bank_row_id, str(tasks[0]))
