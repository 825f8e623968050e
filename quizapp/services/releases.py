"""Showing results to learners, and the chain that finishes an attempt: score, release, issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.errors import Forbidden, Refused
from quizapp.domain.exam import ExamDefinition, ExamState, Release, SittingState
from quizapp.domain.person import Actor, Permission
from quizapp.services import records
from quizapp.services.scores import SWEEP, locked, score
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import case_files as case_store
from quizapp.store import late_entries as late_entry_store
from quizapp.store import scores as store
from quizapp.store import sittings as sitting_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting, definition_of
from quizapp.store.scores import RowReleaseRequest, WaitingResult


def finish(context: Context, attempt_id: UUID) -> None:
    """Take a closed attempt as far as its exam's policy allows: score, release, issue.

    Each step is its own transaction and does nothing when it is already done, so this can be
    called by the submit, by whoever looks at the result, and by the sweep, in any order.
    """
    score(context, SWEEP, attempt_id)
    if is_releasable(context, attempt_id) and _release_unless_held(context, attempt_id):
        records.issue(context, SWEEP, attempt_id)


def finish_closed(context: Context, attempt_id: UUID) -> None:
    """`finish` an attempt that a decision may have left closed, open or void."""
    with context.reading() as session:
        state = session.get_one(RowAttempt, attempt_id).state
    if state == AttemptState.CLOSED:
        finish(context, attempt_id)


def waiting(context: Context, person_id: UUID | None = None) -> list[UUID]:
    """Closed attempts (of one person, or all) that `finish` has something to do for, oldest first."""
    now = context.clock.now()
    with context.reading() as session:
        return [
            row.id
            for row in store.unfinished(session, person_id)
            if row.current_score_id is None
            or (_is_releasable(session, row, now) and not _is_held(session, row))
        ]


def is_releasable(context: Context, attempt_id: UUID) -> bool:
    """Whether the exam's policy lets this scored attempt be released without anybody's word.

    Whether a case holds it, the release itself asks.
    """
    with context.reading() as session:
        row = session.get(RowAttempt, attempt_id)
        return row is not None and _is_releasable(session, row, context.clock.now())


def _is_releasable(session: Session, row: RowAttempt, now: datetime) -> bool:
    if row.current_score_id is None or row.purpose != Purpose.LIVE or row.state != AttemptState.CLOSED:
        return False
    if row.released_at is not None:
        return True
    if _awaits_decision(session, row):
        return False
    exam = session.get_one(RowExam, row.exam_id)
    definition = definition_of(exam)
    if definition.release is Release.AFTER_SITTING:
        return _sitting_is_over(session, row, exam, definition, now)
    return definition.release is Release.IMMEDIATE


def _is_held(session: Session, row: RowAttempt) -> bool:
    return row.released_at is None and case_store.is_held(session, row.id)


def _awaits_decision(session: Session, row: RowAttempt) -> bool:
    """Whether a late answer may still be accepted: a result that was shown could not change."""
    sitting = session.get(RowSitting, row.sitting_id) if row.sitting_id else None
    return bool(sitting and sitting.late_rule) and late_entry_store.has_undecided(session, row.id)


def _sitting_is_over(
    session: Session, row: RowAttempt, exam: RowExam, definition: ExamDefinition, now: datetime
) -> bool:
    """Whether nobody works in the sitting any more, nor can start: a result could tell them the keys."""
    sitting = session.get(RowSitting, row.sitting_id) if row.sitting_id else None
    if sitting is None:
        return True
    if attempt_store.has_open(session, sitting.id, now):
        return False
    is_ended = exam.state == ExamState.CLOSED or sitting.state != SittingState.SCHEDULED
    limit = timedelta(seconds=definition.time_limit_seconds)
    longest = sitting_store.longest_accommodation(session).extend(limit) - limit
    return is_ended or now >= sitting.closes_at + longest


def release(context: Context, actor: Actor, attempt_id: UUID) -> None:
    """Show the learner the result from now on; does nothing when it is already shown.

    Where the exam wants two people, somebody else must have asked for it. Raises `Forbidden`
    ("own_result") for one's own, ("own_proposal", "needs_person"); `Refused` ("not_scored",
    "not_live", "release_not_asked"), ("held_by_case") while a case about it is open.
    """
    _release(context, actor, attempt_id, by_word=True)


def _release(context: Context, actor: Actor, attempt_id: UUID, *, by_word: bool = False) -> None:
    actor.require(Permission.RELEASE_SCORES)
    with context.transaction(actor) as uow:
        row, score_id = _to_be_shown(uow, attempt_id)
        if row.released_at is not None:
            return
        if _is_held(uow.session, row):
            raise Refused("held_by_case")
        if by_word and _takes_two(uow.session, row):
            _need_second(actor, store.release_request(uow.session, score_id))
        row.released_at = uow.now
        uow.audit("release", "attempt", attempt_id)


def _to_be_shown(uow: UnitOfWork, attempt_id: UUID) -> tuple[RowAttempt, UUID]:
    row = locked(uow, attempt_id)
    if uow.actor.is_person(row.person_id):
        raise Forbidden("own_result")
    if row.purpose != Purpose.LIVE:
        raise Refused("not_live")
    if row.current_score_id is None:
        raise Refused("not_scored")
    return row, row.current_score_id


def _takes_two(session: Session, row: RowAttempt) -> bool:
    return definition_of(session.get_one(RowExam, row.exam_id)).release is Release.TWO_PEOPLE


def _need_second(actor: Actor, request: RowReleaseRequest | None) -> None:
    if request is None:
        raise Refused("release_not_asked")
    if actor.person_id is None:
        # Two people decide; somebody with a command line could be both.
        raise Forbidden("needs_person")
    if request.asked_by is not None and actor.is_person(request.asked_by):
        raise Forbidden("own_proposal")


def ask_release(context: Context, actor: Actor, attempt_id: UUID) -> bool:
    """Ask that a result be shown, where the exam wants two people; False when that was asked before.

    Raises what `release` does, and `Refused` ("release_takes_one") where one person is enough.
    """
    actor.require(Permission.RELEASE_SCORES)
    with context.transaction(actor) as uow:
        row, score_id = _to_be_shown(uow, attempt_id)
        if row.released_at is not None or store.release_request(uow.session, score_id) is not None:
            return False
        if not _takes_two(uow.session, row):
            raise Refused("release_takes_one")
        uow.session.add(RowReleaseRequest(score_id=score_id, asked_by=actor.person_id, asked_at=uow.now))
        uow.audit("ask_release", "attempt", attempt_id)
        return True


def withdraw_release(context: Context, actor: Actor, attempt_id: UUID) -> bool:
    """Take back what was asked for, by oneself or another; False when nobody had asked."""
    actor.require(Permission.RELEASE_SCORES)
    with context.transaction(actor) as uow:
        row, score_id = _to_be_shown(uow, attempt_id)
        request = store.release_request(uow.session, score_id)
        if request is None or row.released_at is not None:
            return False
        uow.session.delete(request)
        uow.audit("withdraw_release", "attempt", attempt_id)
        return True


def _release_unless_held(context: Context, attempt_id: UUID) -> bool:
    """Release unless a case holds it, which may have been opened a moment ago; says whether it did."""
    try:
        _release(context, SWEEP, attempt_id)
    except Refused as refusal:
        if refusal.code != "held_by_case":
            raise
        return False
    return True


def release_now(context: Context, actor: Actor, attempt_id: UUID) -> str | None:
    """Release by a person's word, whatever the policy, and issue what follows; gives its serial."""
    release(context, actor, attempt_id)
    return records.issue(context, actor, attempt_id)


def unreleased(context: Context, actor: Actor, sitting_id: UUID) -> list[UUID]:
    """The scored live attempts of a sitting whose results nobody has been shown yet."""
    actor.require(Permission.RELEASE_SCORES)
    with context.reading() as session:
        return store.unreleased(session, sitting_id)


def release_sitting(context: Context, actor: Actor, sitting_id: UUID) -> int:
    """Release what waits in a sitting, each attempt in its own transaction; gives how many.

    The actor's own attempt, which somebody else has to release, is passed over, and so are those that
    an open case holds, and where two people are needed what nobody else asked for.
    """
    return _each(context, actor, sitting_id, lambda one: release_now(context, actor, one))


def ask_release_of_sitting(context: Context, actor: Actor, sitting_id: UUID) -> int:
    """Ask that what waits in a sitting be released; gives for how many results nobody had asked."""
    return _each(context, actor, sitting_id, lambda one: ask_release(context, actor, one))


def withdraw_release_of_sitting(context: Context, actor: Actor, sitting_id: UUID) -> int:
    """Take back what was asked for in a sitting; gives for how many results."""
    return _each(context, actor, sitting_id, lambda one: withdraw_release(context, actor, one))


def _each(context: Context, actor: Actor, sitting_id: UUID, act: Callable[[UUID], object]) -> int:
    done = 0
    for attempt_id in unreleased(context, actor, sitting_id):
        try:
            done += act(attempt_id) is not False
        except (Forbidden, Refused):
            continue
    return done


@dataclass(frozen=True, slots=True)
class Held:
    """The results of one sitting that wait for somebody's word.

    Where two people are needed, ``unasked`` wait for the first of them, ``own`` were asked for by
    the reader, and ``asked`` by another, named in ``names``. The reader's own results are left out.
    """

    sitting_id: UUID
    sitting_title: str
    exam_title: str
    takes_two: bool
    unasked: int
    own: int
    asked: int
    names: tuple[str, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return self.unasked + self.own + self.asked


def held(context: Context, actor: Actor, sitting_id: UUID | None = None) -> list[Held]:
    """The sittings (or one) with scored results that wait for a word, the earliest first."""
    actor.require(Permission.RELEASE_SCORES)
    with context.reading() as session:
        found = store.waiting_results(session, actor.person_id, sitting_id)
        return [
            _held(actor, list(results)) for _, results in groupby(found, key=lambda told: told.sitting_id)
        ]


def _held(actor: Actor, results: list[WaitingResult]) -> Held:
    requests = [told.request for told in results]
    own = [bool(told and told.asked_by and actor.is_person(told.asked_by)) for told in requests]
    unasked = requests.count(None)
    first = results[0]
    return Held(
        sitting_id=first.sitting_id,
        sitting_title=first.sitting_title,
        exam_title=first.exam.title,
        takes_two=definition_of(first.exam).release is Release.TWO_PEOPLE,
        unasked=unasked,
        own=sum(own),
        asked=len(results) - unasked - sum(own),
        names=tuple(sorted({told.asked_by for told in results if told.asked_by})),
    )
