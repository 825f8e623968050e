"""Scenarios that several items share: written and reworded.

A version is frozen with its scenario's wording. A new wording therefore reaches an item as its next
version: by a draft that somebody else approves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import Invalid, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_bank import Stimulus, read_stimulus
from quizapp.domain.item_draft import DraftState
from quizapp.domain.person import Actor, Permission
from quizapp.domain.word_diff import Change, changes
from quizapp.services import item_drafts
from quizapp.services.item_drafts import writer
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import item_drafts as draft_store
from quizapp.store import items as store
from quizapp.store import stimuli as lists
from quizapp.store.item_drafts import RowItemDraft
from quizapp.store.items import RowItemBank
from quizapp.store.stimuli import Sharing


@dataclass(frozen=True, slots=True)
class StimulusLine:
    """A scenario in its newest wording, and the items that share it in whichever wording."""

    stimulus: Stimulus
    number: int
    items: tuple[Sharing, ...]

    @property
    def behind(self) -> int:
        """How many items are asked, or would be, in an earlier wording."""
        return sum(
            told.number < self.number for told in self.items if told.status != ItemStatus.RETIRED.value
        )


@dataclass(frozen=True, slots=True)
class Rewording:
    """What a new wording would bring about, told before it happens.

    ``drafted`` are the items that get a draft on it; ``riding`` the open drafts that name the scenario
    and take the new wording along; ``waiting`` those of them that are in review, where a wording must
    not change under its reviewer: while there are any, nothing can be reworded.
    """

    line: StimulusLine
    told: Stimulus
    diff: tuple[Change, ...]
    drafted: tuple[str, ...]
    riding: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def has_consequences(self) -> bool:
        """Whether anything but the scenario itself would change."""
        return bool(self.diff and (self.drafted or self.riding))


@dataclass(frozen=True, slots=True)
class StimulusPage:
    """The scenarios of a bank."""

    bank_id: str
    bank_title: str
    lines: tuple[StimulusLine, ...]

    def line(self, stimulus_id: str) -> StimulusLine:
        """One of them; raises `NotFound`."""
        for line in self.lines:
            if line.stimulus.id == stimulus_id:
                return line
        raise NotFound("not_found", noun="stimulus", stimulus=stimulus_id)


def listed(context: Context, actor: Actor, bank_id: str) -> StimulusPage:
    """Every scenario of a bank, by id; raises `NotFound`."""
    actor.require(Permission.WRITE_ITEM)
    with context.reading() as session:
        bank = _bank(session, bank_id)
        rows = store.current_stimuli(session, bank.id)
        shared = lists.items_by_stimulus(session, bank.id)
        lines = tuple(
            StimulusLine(lists.to_domain(row), row.number, tuple(shared.get(name, ())))
            for name, row in sorted(rows.items())
        )
        return StimulusPage(bank.bank_id, bank.title, lines)


def _bank(session: Session, bank_id: str) -> RowItemBank:
    bank = store.bank(session, bank_id)
    if bank is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    return bank


def write(context: Context, actor: Actor, bank_id: str, stimulus_id: str, title: str, text: str) -> None:
    """A new scenario; raises `Invalid` ("bad_stimulus")."""
    writer(actor)
    told = _read(stimulus_id, title, text)
    with context.transaction(actor) as uow:
        bank = _bank(uow.session, bank_id)
        if told.id in store.current_stimuli(uow.session, bank.id):
            problem = Problem("id", told.id, "duplicate_id", "another scenario is called so")
            raise Invalid("bad_stimulus", [problem])
        uow.session.add(lists.stimulus_row(told, uow.new_id(), bank.id, 1, uow.now))
        uow.audit("write", "stimulus", told.id, bank=bank_id, version=1)


def plan(context: Context, actor: Actor, bank_id: str, stimulus_id: str, title: str, text: str) -> Rewording:
    """What `reword` would do now; raises `NotFound` and `Invalid` ("bad_stimulus")."""
    line = listed(context, actor, bank_id).line(stimulus_id)
    told = _read(stimulus_id, title, text)
    diff = changes(
        {"title": line.stimulus.title, "text": line.stimulus.text}, {"title": told.title, "text": told.text}
    )
    with context.reading() as session:
        bank = _bank(session, bank_id)
        around = _around(line, [entry.draft for entry in draft_store.open_drafts(session, bank.id)])
        return Rewording(
            line=line,
            told=told,
            diff=tuple(diff),
            drafted=tuple(sharing.item_id for sharing in around.drafted),
            riding=tuple(sorted(map(_name, around.riding))),
            waiting=tuple(sorted(map(_name, around.waiting))),
        )


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a scenario: items without a draft, drafts that name it, those in review."""

    drafted: list[Sharing]
    riding: list[RowItemDraft]
    waiting: list[RowItemDraft]


def _around(line: StimulusLine, drafts: Iterable[RowItemDraft]) -> _Around:
    written = list(drafts)
    at_work = {draft.item_row_id for draft in written}
    naming = [draft for draft in written if draft.form.get("stimulus") == line.stimulus.id]
    return _Around(
        [
            sharing
            for sharing in line.items
            if sharing.status != ItemStatus.RETIRED.value and sharing.item_row_id not in at_work
        ],
        naming,
        [draft for draft in naming if draft.state == DraftState.IN_REVIEW.value],
    )


def _name(draft: RowItemDraft) -> str:
    return str(draft.form.get("id") or draft.form.get("stem") or "")


def reword(
    context: Context, actor: Actor, bank_id: str, stimulus_id: str, title: str, text: str, number: int
) -> int:
    """A new wording of a scenario, and a draft on it for every item that rests on an earlier one.

    Gives how many drafts were begun. Versions keep the wording they were frozen with, so exams go on
    asking it until each draft is approved. ``number`` is the wording the writer saw. Raises `NotFound`,
    `Invalid` ("bad_stimulus") and `Refused` ("stimulus_changed", "stimulus_in_review").
    """
    person_id = writer(actor)
    told = _read(stimulus_id, title, text)
    with context.transaction(actor) as uow:
        bank = _bank(uow.session, bank_id)
        row = lists.locked(uow.session, bank.id, stimulus_id)
        if row is None:
            raise NotFound("not_found", noun="stimulus", stimulus=stimulus_id)
        if row.number != number:
            raise Refused("stimulus_changed", number=row.number)
        if row.digest == told.digest:
            return 0
        line = StimulusLine(
            told, number, tuple(lists.items_by_stimulus(uow.session, bank.id).get(stimulus_id, ()))
        )
        around = _around(line, draft_store.locked_of_bank(uow.session, bank.id))
        if around.waiting:
            raise Refused("stimulus_in_review", drafts=", ".join(sorted(map(_name, around.waiting))))
        uow.session.add(lists.stimulus_row(told, uow.new_id(), bank.id, number + 1, uow.now))
        _draft(uow, bank_id, around, person_id)
        drafts = len(around.drafted)
        uow.audit("reword", "stimulus", told.id, bank=bank_id, version=number + 1, drafts=drafts)
        return drafts


def _draft(uow: UnitOfWork, bank_id: str, around: _Around, person_id: UUID) -> None:
    """Begin the drafts; whoever reworded wrote on all that take the new words, and approves none of them."""
    for draft in around.riding:
        draft.writers = sorted({*draft.writers, str(person_id)})
    for row in store.locked(uow.session, bank_id, [sharing.item_id for sharing in around.drafted]):
        # Whoever begins a draft never approves it, and its item keeps its author.
        item_drafts.open_changed(uow, row, person_id, lambda _form: {})


def _read(stimulus_id: str, title: str, text: str) -> Stimulus:
    told, problems = read_stimulus({"id": stimulus_id.strip(), "title": title, "text": text})
    raise_if_any("bad_stimulus", problems)
    if told is None:
        raise AssertionError("a scenario without problems is one")
    return told
