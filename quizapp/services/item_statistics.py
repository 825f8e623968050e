"""Item statistics of an exam, a sitting, a bank or an item, reckoned afresh from what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import item_statistics as domain
from quizapp.domain.errors import NotFound
from quizapp.domain.item_statistics import Answer, Flag, ItemCounts, ItemStatistics
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context
from quizapp.store import item_lists
from quizapp.store import item_statistics as store
from quizapp.store import items as item_store
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.item_statistics import Scope


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item version and what its answers say; ``texts`` are its options in words, by id."""

    bank_id: str
    item_id: str
    number: int
    type: str
    task_code: str
    is_suspended: bool
    texts: Mapping[str, str]
    statistics: ItemStatistics

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Why it wants to be looked at."""
        return self.statistics.flags


@dataclass(frozen=True, slots=True)
class Report:
    """Statistics by item version, and which attempts they rest on.

    ``attempts`` are the first forms of live attempts, closed and scored; ``top_ups`` were left out.
    """

    attempts: int
    top_ups: int
    lines: tuple[ItemLine, ...]

    @property
    def flagged(self) -> tuple[ItemLine, ...]:
        """The versions that want to be looked at."""
        return tuple(line for line in self.lines if line.flags)

    @property
    def is_suppressed(self) -> bool:
        """Whether every item has too few answers to say anything."""
        return all(line.statistics.is_suppressed for line in self.lines)


@dataclass(frozen=True, slots=True)
class Offered:
    """An exam, or one sitting of it, by name; ``sittings`` are (id, title) of all sittings of the exam."""

    exam_id: UUID
    exam_title: str
    standing: str
    sitting_title: str
    sittings: tuple[tuple[UUID, str], ...]


def of_exam(context: Context, actor: Actor, exam_id: UUID) -> tuple[Offered, Report]:
    """The items of every sitting of an exam together; raises `NotFound`."""
    actor.require(Permission.READ_ITEM_STATISTICS)
    with context.reading() as session:
        exam = session.get(RowExam, exam_id)
        if exam is None:
            raise NotFound("not_found", noun="exam", exam=str(exam_id))
        return _offered(session, exam), _report(session, Scope(exam_id=exam_id))


def of_sitting(context: Context, actor: Actor, sitting_id: UUID) -> tuple[Offered, Report]:
    """The items of one sitting; raises `NotFound`."""
    actor.require(Permission.READ_ITEM_STATISTICS)
    with context.reading() as session:
        sitting = session.get(RowSitting, sitting_id)
        if sitting is None:
            raise NotFound("not_found", noun="sitting", sitting=str(sitting_id))
        exam = session.get_one(RowExam, sitting.exam_id)
        told = _offered(session, exam, sitting.title)
        return told, _report(session, Scope(sitting_id=sitting_id))


def of_bank(context: Context, actor: Actor, bank_id: str) -> Report:
    """The items of a bank over every exam; raises `NotFound`."""
    actor.require(Permission.READ_ITEM_STATISTICS)
    with context.reading() as session:
        bank = item_store.bank(session, bank_id)
        if bank is None:
            raise NotFound("not_found", noun="item_bank", bank=bank_id)
        return _report(session, Scope(bank_row_id=bank.id))


def found(context: Context, actor: Actor, bank_id: str, finding: domain.Finding) -> frozenset[str]:
    """The ids of a bank's items of which this is so: of the newest version that was answered.

    Raises `NotFound`.
    """
    newest: dict[str, ItemLine] = {}
    for line in of_bank(context, actor, bank_id).lines:
        newest.setdefault(line.item_id, line)
    is_it = domain.FINDINGS[finding]
    return frozenset(item_id for item_id, line in newest.items() if is_it(line.statistics))


def of_item(context: Context, actor: Actor, bank_id: str, item_id: str) -> Report:
    """One item over every exam, a line for each version that was answered; raises `NotFound`."""
    actor.require(Permission.READ_ITEM_STATISTICS)
    with context.reading() as session:
        item = item_lists.item(session, bank_id, item_id)
        if item is None:
            raise NotFound("not_found", noun="item", item=item_id)
        return _report(session, Scope(item_row_id=item.id))


def _offered(session: Session, exam: RowExam, sitting_title: str = "") -> Offered:
    sittings = tuple(store.sittings(session, exam.id))
    return Offered(exam.id, exam.title, exam.standing, sitting_title, sittings)


def _report(session: Session, scope: Scope) -> Report:
    attempts, top_ups = store.attempts(session, scope)
    counts = counted(session, scope)
    lines = (_line(named, counts[named.version_id]) for named in store.named(session, counts))
    return Report(attempts, top_ups, tuple(lines))


def counted(session: Session, scope: Scope) -> dict[UUID, ItemCounts]:
    """The counts of every version of a scope that was answered."""
    told: dict[UUID, ItemCounts] = {}
    for row in store.answers(session, scope):
        chosen = domain.choices_of(_response(row.payload))
        answer = Answer(chosen, row.is_right, row.right, row.others)
        told.setdefault(row.version_id, ItemCounts()).answers[answer] += row.count
    for version_id, seconds, count in store.seconds(session, scope):
        if version_id in told:
            told[version_id].seconds[seconds] += count
    return told


def _response(payload: str | None) -> dict[str, object] | None:
    response = json.loads(payload) if payload else None
    return response if isinstance(response, dict) and response else None


def _line(named: store.Named, counts: ItemCounts) -> ItemLine:
    return ItemLine(
        bank_id=named.bank_id,
        item_id=named.item_id,
        number=named.number,
        type=named.type,
        task_code=named.task_code,
        is_suspended=named.is_suspended,
        texts={row["id"]: row.get("text", "") for row in named.content.get("options", ())},
        statistics=domain.statistics(counts, domain.offered(named.content, named.key)),
    )
