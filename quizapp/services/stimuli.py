"""Scenarios that several items share: written, and reworded as long as no approved item rests on them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from quizapp.domain.errors import Invalid, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_bank import Stimulus, read_stimulus
from quizapp.domain.person import Actor, Permission
from quizapp.services.item_drafts import writer
from quizapp.services.unit_of_work import Context
from quizapp.store import items as store
from quizapp.store import stimuli as lists
from quizapp.store.items import RowItemBank, RowStimulus


@dataclass(frozen=True, slots=True)
class StimulusLine:
    """A scenario in its newest wording, and the items that share it, with their status."""

    stimulus: Stimulus
    number: int
    items: tuple[tuple[str, str], ...]

    @property
    def is_fixed(self) -> bool:
        """Whether an approved item rests on it: people answered, or will answer, these very words."""
        return any(status == ItemStatus.APPROVED.value for _, status in self.items)


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
            StimulusLine(_told(row), row.number, tuple(shared.get(name, ())))
            for name, row in sorted(rows.items())
        )
        return StimulusPage(bank.bank_id, bank.title, lines)


def _bank(session: Session, bank_id: str) -> RowItemBank:
    bank = store.bank(session, bank_id)
    if bank is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    return bank


def _told(row: RowStimulus) -> Stimulus:
    return Stimulus(row.stimulus_id, row.title, row.text)


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


def reword(context: Context, actor: Actor, bank_id: str, stimulus_id: str, title: str, text: str) -> None:
    """A new wording of a scenario; raises `Refused` ("stimulus_in_use") and `Invalid` ("bad_stimulus")."""
    writer(actor)
    line = listed(context, actor, bank_id).line(stimulus_id)
    told = _read(stimulus_id, title, text)
    if line.is_fixed:
        raise Refused("stimulus_in_use", stimulus=stimulus_id)
    if told == line.stimulus:
        return
    with context.transaction(actor) as uow:
        bank = _bank(uow.session, bank_id)
        uow.session.add(lists.stimulus_row(told, uow.new_id(), bank.id, line.number + 1, uow.now))
        uow.audit("reword", "stimulus", told.id, bank=bank_id, version=line.number + 1)


def _read(stimulus_id: str, title: str, text: str) -> Stimulus:
    told, problems = read_stimulus({"id": stimulus_id.strip(), "title": title, "text": text})
    raise_if_any("bad_stimulus", problems)
    if told is None:
        raise AssertionError("a scenario without problems is one")
    return told
