"""Regrades as staff read them: the list, and one with its dry run or with what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound, raise_if_any
from quizapp.domain.item_types import Review, item_type
from quizapp.domain.item_types.base import Fields, as_stored
from quizapp.domain.person import Actor, Permission
from quizapp.domain.regrade import (
    TRANSITIONS,
    WITH_ANSWERS,
    Change,
    Outcome,
    RegradeKind,
    RegradeState,
    TaskOutcome,
    read_answers,
    ruling,
)
from quizapp.domain.score import Decision, TaskStatus
from quizapp.services import regrades
from quizapp.services.regrade_plans import Plan, Wish, plan
from quizapp.services.unit_of_work import Context
from quizapp.store import people as people_store
from quizapp.store import records as record_store
from quizapp.store import regrades as store
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam
from quizapp.store.regrades import RowRegrade, RowRegradeChange


@dataclass(frozen=True, slots=True)
class RegradeLine:
    """One regrade in a list."""

    id: UUID
    bank_id: str
    item_id: str
    version: int
    kind: RegradeKind
    state: RegradeState
    reason: str
    proposed_at: datetime
    proposed_by: str
    undoes_id: UUID | None
    is_undone: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What happens to one attempt. ``record`` is a serial, ``record_ends`` what becomes of it:
    "supersede", "revoke" or nothing."""

    attempt_id: UUID
    name: str
    exam_title: str
    is_released: bool
    is_spared: bool
    change: Change
    record: str
    record_ends: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The dry run in figures; scores that are spared count as such and nowhere else."""

    served: int
    changed: int
    released: int
    gained: int
    lost: int
    passed: int
    failed: int
    superseded: int
    revoked: int
    lowered: int
    spared: int


@dataclass(frozen=True, slots=True)
class RegradeView:
    """A regrade with all its changes; ``digest`` stands for the dry run while it is one."""

    line: RegradeLine
    type: str
    answers: tuple[Mapping[str, Any], ...]
    ruling: Mapping[str, Any]
    counts: Counts
    changes: tuple[ChangeLine, ...]
    digest: str
    lowers: bool
    approved_by: str
    approved_at: datetime | None
    approval_note: str
    is_outdated: bool
    applied_by: str
    applied_at: datetime | None
    verbs: tuple[str, ...]


def listed(context: Context, actor: Actor, version_id: UUID | None = None) -> list[RegradeLine]:
    """Every regrade, newest first."""
    actor.require(Permission.PROPOSE_REGRADE)
    with context.reading() as session:
        found = store.listed(session, version_id)
        return _lines(session, found)


def _lines(session: Session, found: Sequence[tuple[RowRegrade, str, str, int]]) -> list[RegradeLine]:
    applied = RegradeState.APPLIED.value
    undone = {row.undoes_id for row, *_ in found if row.undoes_id and row.state == applied}
    names = people_store.names(session, [row.proposed_by for row, *_ in found if row.proposed_by])
    return [
        RegradeLine(
            row.id,
            bank_id,
            item_id,
            number,
            RegradeKind(row.kind),
            RegradeState(row.state),
            row.reason,
            row.proposed_at,
            names.get(row.proposed_by, "") if row.proposed_by else "",
            row.undoes_id,
            row.id in undone,
        )
        for row, bank_id, item_id, number in found
    ]


def view(context: Context, actor: Actor, regrade_id: UUID, *, lowers: bool = False) -> RegradeView:
    """One regrade: its dry run as things stand, or what it did. ``lowers`` looks at a dry run as if
    released results might become worse; an approved one keeps what was decided."""
    actor.require(Permission.PROPOSE_REGRADE)
    actor.require(Permission.READ_SCORES)
    with context.reading() as session:
        row = session.get(RowRegrade, regrade_id)
        version = store.version(session, row.item_version_id) if row else None
        if row is None or version is None:
            raise NotFound("not_found")
        line = next(e for e in _lines(session, store.listed(session, version.id)) if e.id == row.id)
        if row.state == RegradeState.APPROVED:
            lowers = row.lowers
        if line.state in (RegradeState.APPLIED, RegradeState.WITHDRAWN):
            told: Plan | None = None
            changes, served = _done(session, row)
        else:
            told = plan(session, version, regrades.wish_of(row), lowers=lowers)
            changes, served = planned_lines(session, told), told.served
        names = people_store.names(session, [by for by in (row.approved_by, row.applied_by) if by])
        applied = store.applied(session, version.id)
        return RegradeView(
            line=line,
            type=version.type,
            answers=tuple(row.ruling["answers"]),
            ruling=row.ruling,
            counts=counts(changes, served),
            changes=tuple(changes),
            digest=told.digest if told else row.digest,
            lowers=row.lowers if row.state != RegradeState.PROPOSED else lowers,
            approved_by=names.get(row.approved_by, "") if row.approved_by else "",
            approved_at=row.approved_at,
            approval_note=row.approval_note,
            is_outdated=line.state is RegradeState.APPROVED
            and told is not None
            and told.digest != row.digest,
            applied_by=names.get(row.applied_by, "") if row.applied_by else "",
            applied_at=row.applied_at,
            verbs=_verbs(line.state, regrades.is_undoable(applied, row)),
        )


def _verbs(state: RegradeState, is_undoable: bool) -> tuple[str, ...]:
    possible = tuple(verb for verb, (sources, _) in TRANSITIONS.items() if state in sources)
    return (*possible, "undo") if is_undoable else possible


def planned_lines(session: Session, told: Plan) -> list[ChangeLine]:
    """A dry run as lines, oldest attempt first."""
    names = _names(session, [entry.attempt.person_id for entry in told.planned])
    return [
        ChangeLine(
            attempt_id=entry.attempt.id,
            name=names.get(entry.attempt.person_id, ""),
            exam_title=session.get_one(RowExam, entry.attempt.exam_id).title,
            is_released=entry.is_released,
            is_spared=entry.is_spared,
            change=entry.change,
            record=entry.record.serial if entry.record else "",
            record_ends=entry.record_ends,
        )
        for entry in told.planned
    ]


@dataclass(frozen=True, slots=True)
class Preview:
    """A dry run of a regrade nobody has proposed."""

    counts: Counts
    changes: tuple[ChangeLine, ...]


def preview(
    context: Context,
    actor: Actor,
    bank_id: str,
    item_id: str,
    kind: RegradeKind,
    *,
    answers: Sequence[object] = (),
    number: int | None = None,
    lowers: bool = False,
) -> Preview:
    """What a regrade would do; nothing is stored. Raises `Invalid` ("bad_regrade")."""
    regrades.may_propose(actor, kind)
    with context.reading() as session:
        version_id = store.version_id_of(session, bank_id, item_id, number)
        version = store.version(session, version_id) if version_id else None
        if version is None:
            raise NotFound("not_found")
        canonical, problems = read_answers(kind, version.type, version.content, answers)
        raise_if_any("bad_regrade", problems)
        wish = Wish(ruling(kind, canonical, regrades.current(session, version.id)))
        told = plan(session, version, wish, lowers=lowers)
        changes = planned_lines(session, told)
        return Preview(counts(changes, told.served), tuple(changes))


def _names(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    return {key: row.name for key, row in people_store.by_ids(session, person_ids).items()}


def counts(changes: Sequence[ChangeLine], served: int) -> Counts:
    """The figures that stand above the lines."""
    made = [line for line in changes if not line.is_spared]
    flips = [(line.change.before.decision, line.change.after.decision) for line in made]
    return Counts(
        served=served,
        changed=len(made),
        released=sum(line.is_released for line in made),
        gained=sum(len(line.change.gained) for line in made),
        lost=sum(len(line.change.lost) for line in made),
        passed=sum(before is not Decision.MET and after is Decision.MET for before, after in flips),
        failed=sum(before is Decision.MET and after is not Decision.MET for before, after in flips),
        superseded=sum(line.record_ends == "supersede" for line in made),
        revoked=sum(line.record_ends == "revoke" for line in made),
        lowered=sum(line.is_released and line.change.is_lowered for line in changes),
        spared=len(changes) - len(made),
    )


# --- what an applied one did ------------------------------------------------------------


def _done(session: Session, row: RowRegrade) -> tuple[list[ChangeLine], int]:
    rows = store.changes(session, row.id)
    ids = [score_id for r in rows for score_id in (r.before_score_id, r.after_score_id) if score_id]
    outcomes = score_outcomes(session, ids)
    attempts = {r.attempt_id: session.get_one(RowAttempt, r.attempt_id) for r in rows}
    names = _names(session, [attempt.person_id for attempt in attempts.values()])
    replaced = record_store.of_scores(session, [r.before_score_id for r in rows])
    lines = [
        ChangeLine(
            attempt_id=r.attempt_id,
            name=names.get(attempts[r.attempt_id].person_id, ""),
            exam_title=session.get_one(RowExam, attempts[r.attempt_id].exam_id).title,
            is_released=r.was_released,
            is_spared=r.is_spared,
            change=change_of(r, outcomes),
            record=replaced.get(r.before_score_id, ""),
            record_ends=_ended(r, replaced),
        )
        for r in rows
    ]
    lines.sort(key=lambda line: (attempts[line.attempt_id].opened_at, line.attempt_id))
    return lines, store.served(session, row.item_version_id)


def _ended(row: RowRegradeChange, replaced: Mapping[UUID, str]) -> str:
    if row.is_spared or row.before_score_id not in replaced:
        return ""
    return "revoke" if row.revoked_record_id else "supersede"


def change_of(row: RowRegradeChange, outcomes: Mapping[UUID, Outcome]) -> Change:
    """Before and after of a stored change; the same twice where the learner was spared."""
    return Change(outcomes[row.before_score_id], outcomes[row.after_score_id or row.before_score_id])


def score_outcomes(session: Session, score_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
    """Stored scores in short."""
    told = {}
    for chunk in store.chunks(dict.fromkeys(score_ids)):
        tasks: dict[UUID, list[TaskOutcome]] = {}
        for task in score_store.tasks_of(session, chunk):
            entry = TaskOutcome(task.task_code, task.x, task.n, TaskStatus(task.status))
            tasks.setdefault(task.score_id, []).append(entry)
        for score in score_store.by_ids(session, chunk):
            told[score.id] = Outcome(
                score.cycle_points,
                score.cycle_maximum,
                Decision(score.decision),
                tuple(tasks.get(score.id, ())),
            )
    return told


# --- before a proposal ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """An item version and what may be proposed about it; ``view`` and ``review`` for those who read keys."""

    bank_id: str
    item_id: str
    number: int
    numbers: tuple[int, ...]
    type: str
    served: int
    kinds: tuple[RegradeKind, ...]
    pending_id: UUID | None
    view: Mapping[str, Any] | None
    review: Review | None


def proposal_page(
    context: Context, actor: Actor, bank_id: str, item_id: str, number: int | None = None
) -> ProposalPage:
    """What a page needs on which a regrade is proposed; raises `NotFound`."""
    actor.require(Permission.PROPOSE_REGRADE)
    with context.reading() as session:
        version_id = store.version_id_of(session, bank_id, item_id, number)
        version = store.version(session, version_id) if version_id else None
        if version is None:
            raise NotFound("not_found")
        kind, reads = item_type(version.type), actor.may(Permission.READ_KEYS)
        kinds = [told for told in RegradeKind if told is not RegradeKind.UNDO]
        pending = store.pending(session, version.id)
        return ProposalPage(
            bank_id=bank_id,
            item_id=item_id,
            number=version.number,
            numbers=tuple(store.numbers(session, version.item_row_id)),
            type=version.type,
            served=store.served(session, version.id),
            kinds=tuple(told for told in kinds if (reads and kind.award is None) or told not in WITH_ANSWERS),
            pending_id=pending.id if pending else None,
            view=kind.present(version.content, as_stored) if reads else None,
            review=kind.describe(version.content, version.key, None) if reads else None,
        )


def answer_in(
    context: Context, actor: Actor, bank_id: str, item_id: str, number: int, fields: Fields
) -> dict[str, Any] | None:
    """The response that form fields hold for an item version, or None; raises `Invalid` ("bad_response")."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        version_id = store.version_id_of(session, bank_id, item_id, number)
        version = store.version(session, version_id) if version_id else None
        if version is None:
            raise NotFound("not_found")
        return item_type(version.type).parse(version.content, fields)
