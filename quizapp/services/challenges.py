"""Challenges: a learner doubts an item of their result; staff answer, or a regrade does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import regrade as domain
from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.errors import Forbidden, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.person import Actor, Permission
from quizapp.domain.regrade import ChallengeState, RegradeState
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import challenges as store
from quizapp.store import problem_reports as report_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.challenges import Concern, RowChallenge
from quizapp.store.regrades import RowRegrade

#: How long after its release a result can be challenged.
OPEN_FOR = timedelta(days=30)
#: One result brings at most so many, so that nobody fills the queue.
MOST = 20
LONGEST = 2000


def challenge(context: Context, actor: Actor, attempt_id: UUID, slot: int, text: str) -> UUID:
    """Doubt the item at one place of the actor's own released result; gives the challenge's id.

    Raises `NotFound`, `Refused` ("not_released", "challenge_over", "challenged_before",
    "too_many_challenges"), `Invalid` ("bad_challenge").
    """
    with context.transaction(actor) as uow:
        row = uow.session.get(RowAttempt, attempt_id, with_for_update=True)
        if row is None or not actor.is_person(row.person_id) or not _is_result(row):
            raise NotFound("not_found")
        if row.released_at is None:
            raise Refused("not_released")
        if not may_challenge(row, uow.now):
            raise Refused("challenge_over")
        version_id = report_store.version_at(uow.session, row.form_id, slot)
        raise_if_any("bad_challenge", _check(slot, version_id, text))
        known = store.of_attempt(uow.session, row.id)
        if any(entry.slot == slot for entry in known):
            raise Refused("challenged_before")
        if len(known) >= MOST:
            raise Refused("too_many_challenges")
        made = RowChallenge(
            id=uow.new_id(),
            attempt_id=row.id,
            item_version_id=version_id,
            slot=slot,
            at=uow.now,
            text=text.strip(),
            state=ChallengeState.OPEN.value,
        )
        uow.session.add(made)
        uow.audit("challenge", "item_version", version_id, attempt=str(row.id), slot=slot)
        return made.id


def _is_result(row: RowAttempt) -> bool:
    return row.purpose == Purpose.LIVE and row.state == AttemptState.CLOSED


def may_challenge(row: RowAttempt, now: datetime) -> bool:
    """Whether a result is shown, and not for too long."""
    return row.released_at is not None and now < row.released_at + OPEN_FOR


def _check(slot: int, version_id: UUID | None, text: str) -> list[Problem]:
    problems = []
    if version_id is None:
        problems.append(Problem("slot", str(slot), "out_of_range", "no such question"))
    if not 1 <= len(text.strip()) <= LONGEST or "\0" in text:
        problems.append(Problem("text", "", "out_of_range", f"1 to {LONGEST} characters"))
    return problems


def answer(context: Context, actor: Actor, challenge_id: UUID, text: str) -> None:
    """Answer an open challenge in words; nothing about the result changes."""
    actor.require(Permission.PROPOSE_REGRADE)
    raise_if_any("bad_challenge", _check(1, challenge_id, text))
    with context.transaction(actor) as uow:
        row = _locked(uow, challenge_id)
        if actor.is_person(uow.session.get_one(RowAttempt, row.attempt_id).person_id):
            raise Forbidden("own_result")
        row.state = domain.move_challenge(ChallengeState(row.state), "answer").value
        row.answer, row.answered_by, row.answered_at = text.strip(), actor.person_id, uow.now
        uow.audit("answer", "challenge", row.id)


def _locked(uow: UnitOfWork, challenge_id: UUID) -> RowChallenge:
    row = store.locked(uow.session, challenge_id)
    if row is None:
        raise NotFound("not_found")
    return row


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for staff: open challenges, oldest first, and what was reported during exams."""

    challenges: tuple[Concern, ...]
    reports: tuple[Concern, ...]


def queue(context: Context, actor: Actor) -> Queue:
    """The queue; who challenged or reported is not for pages."""
    actor.require(Permission.PROPOSE_REGRADE)
    with context.reading() as session:
        return Queue(tuple(store.waiting(session)), tuple(store.reported(session)))


@dataclass(frozen=True, slots=True)
class ChallengeNote:
    """A challenge as its learner reads it; ``state`` also says what the regrade has come to."""

    slot: int
    at: datetime
    text: str
    state: str
    answer: str


def notes(session: Session, attempt_id: UUID) -> list[ChallengeNote]:
    """What a learner challenged of a result, and what became of it."""
    return [
        ChallengeNote(row.slot, row.at, row.text, _state(session, row), row.answer)
        for row in store.of_attempt(session, attempt_id)
    ]


def _state(session: Session, row: RowChallenge) -> str:
    if row.regrade_id is None:
        return row.state
    is_applied = session.get_one(RowRegrade, row.regrade_id).state == RegradeState.APPLIED
    return "regraded" if is_applied else row.state
