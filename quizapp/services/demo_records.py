"""What the demonstration shows of records: one that a regrade replaced, its PDF, a link to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from quizapp.domain.attempt import Purpose
from quizapp.domain.person import Actor, Role
from quizapp.domain.record import Reach, RecordStatus
from quizapp.domain.regrade import RegradeKind
from quizapp.services import jobs, records, regrade_views, regrades, sharing
from quizapp.services.regrades import Letter
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store import records as record_store
from quizapp.store import regrades as regrade_store

REASON = "Two of the answers can be defended."
LINK_LABEL, LINK_DAYS = "Application for a post", 365


@dataclass(frozen=True, slots=True)
class Shown:
    """The record a visitor is led to: its serial, and the token of the link its holder gave away."""

    serial: str
    token: str


def regrade(context: Context, who: Mapping[str, UUID], exam_id: UUID, letter: Letter) -> None:
    """Give full marks for a question the experienced learner had wrong; does nothing a second time."""
    with context.reading() as session:
        if regrade_store.listed(session):
            return
    missed = _missed(context, who["history"], exam_id)
    if missed is None:
        return
    bank_id, item_id, number = missed
    instructor = Actor(who["instructor"], frozenset({Role.INSTRUCTOR}))
    registrar = Actor(who["registrar"], frozenset({Role.REGISTRAR}))
    regrade_id = regrades.propose(
        context, instructor, bank_id, item_id, RegradeKind.FULL_MARKS, reason=REASON, number=number
    )
    seen = regrade_views.view(context, registrar, regrade_id)
    regrades.approve(context, registrar, regrade_id, digest=seen.digest)
    regrades.apply(context, registrar, regrade_id, letter)
    # The letter leaves at once: a job that waits since last week would look like a worker that is late.
    jobs.run_due(context)


def _missed(context: Context, person_id: UUID, exam_id: UUID) -> tuple[str, str, int] | None:
    """Bank, item and version of a question missed in the attempt of the record in force, or None."""
    with context.reading() as session:
        taken = attempt_store.of_person(session, person_id, exam_id, Purpose.LIVE)
        in_force = record_store.in_force_of_attempts(session, [attempt.id for attempt in taken])
        scores = [row.current_score_id for row in taken if row.id in in_force and row.current_score_id]
        for marks in regrade_store.marks(session, scores).values():
            for mark in marks:
                version = regrade_store.version(session, mark.item_version_id)
                if version is not None and mark.is_evidence and not mark.is_right:
                    return version.bank_id, version.item_id, version.number
    return None


def share(context: Context, person_id: UUID) -> None:
    """Make the PDF of the learner's record in force, and give a link to it away."""
    learner = Actor(person_id, frozenset({Role.LEARNER}))
    for line in records.mine(context, learner):
        if line.status is RecordStatus.VALID:
            records.export(context, learner, line.serial, "pdf")
            if not sharing.sharing(context, learner, line.serial).links:
                sharing.give(context, learner, line.serial, Reach.FULL, LINK_DAYS, LINK_LABEL)
            return


def shown(context: Context, person_id: UUID) -> Shown | None:
    """The record that was shared, or None."""
    learner = Actor(person_id, frozenset({Role.LEARNER}))
    for line in records.mine(context, learner):
        links = sharing.sharing(context, learner, line.serial).links
        if links:
            return Shown(line.serial, links[0].token)
    return None
