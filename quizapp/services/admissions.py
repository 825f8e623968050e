"""What the store knows that decides whether somebody may start an exam, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.admission import AdmissionFacts, PastAttempt
from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.blueprint import Blueprint
from quizapp.domain.errors import Refused
from quizapp.domain.exam import (
    ExamDefinition,
    ExamState,
    Mode,
    SittingState,
    Window,
)
from quizapp.domain.person import Accommodation
from quizapp.services.score_reports import report_of
from quizapp.store import attempts as store
from quizapp.store import case_files as case_store
from quizapp.store import check_ins as check_in_store
from quizapp.store import exams as exam_store
from quizapp.store import people as people_store
from quizapp.store import records as record_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.case_files import Standing
from quizapp.store.exams import RowExam, RowSitting, definition_of


def time_limit(definition: ExamDefinition, blueprint: Blueprint) -> timedelta:
    """The limit of a form: a top-up gets the same time per item as the whole exam gives."""
    whole = definition.blueprint.length
    seconds = -(-definition.time_limit_seconds * blueprint.length // whole)
    return timedelta(seconds=seconds)


def window_of(sitting: RowSitting) -> Window:
    """The window of a sitting row."""
    return Window(sitting.opens_at, sitting.closes_at)


def purpose_of(sitting: RowSitting) -> Purpose:
    """What an attempt in this sitting is for."""
    return Purpose.REHEARSAL if sitting.is_rehearsal else Purpose.LIVE


def gather(
    now: datetime,
    session: Session,
    person_id: UUID,
    sitting: RowSitting,
    exam: RowExam,
    access_code: str,
    address: str | None = None,
) -> AdmissionFacts:
    """What the store knows that decides whether this person may start now.

    ``address`` is where the request came from; None asks nothing of it.
    """
    checked = check_in_store.find(session, sitting.id, person_id)
    accommodation = people_store.accommodation_of(session, person_id)
    past = store.of_person(session, person_id, exam.id, purpose_of(sitting))
    cases = _cases(session, person_id, exam)
    return AdmissionFacts(
        now=now,
        exam_state=ExamState(exam.state),
        sitting_state=SittingState(sitting.state),
        window=extended_window(definition_of(exam), sitting, accommodation),
        is_on_roster=exam_store.is_on_roster(session, sitting.id, person_id),
        past=tuple(
            PastAttempt(
                row.cycle,
                row.opened_at,
                is_open=row.state == AttemptState.OPEN,
                is_void=row.state == AttemptState.VOID,
                is_pending=row.state == AttemptState.CLOSED and row.released_at is None,
            )
            for row in past
        ),
        undemonstrated=_undemonstrated(session, past),
        code_matches=not sitting.access_code or access_code.strip() == sitting.access_code,
        is_in_network=address is None or is_inside(address, sitting.networks),
        is_checked_in=not sitting.needs_check_in or bool(checked and checked.arrived_at),
        has_accepted_rules=not sitting.rules or bool(checked and checked.rules_accepted_at),
        barred_until=cases.barred_until,
        free_resits=cases.free_resits,
        record_ends_on=_record_ends_on(session, past),
    )


def _cases(session: Session, person_id: UUID, exam: RowExam) -> Standing:
    # Cases are about certification only, and practice is never barred.
    if exam.mode != Mode.CERTIFICATION:
        return Standing()
    return case_store.standing(session, person_id, exam.id)


def is_inside(address: str, networks: Sequence[str]) -> bool:
    """Whether an address belongs to one of these networks; to no network at all everybody belongs."""
    if not networks:
        return True
    try:
        told = ip_address(address)
    except ValueError:
        return False
    # A server that listens on IPv6 sees IPv4 addresses wrapped.
    told = getattr(told, "ipv4_mapped", None) or told
    return any(told in ip_network(network) for network in networks)


def need_inside(address: str, networks: Sequence[str]) -> None:
    """Raise `Refused` ("wrong_network") for an address outside."""
    if not is_inside(address, networks):
        raise Refused("wrong_network")


def extended_window(definition: ExamDefinition, sitting: RowSitting, accommodation: Accommodation) -> Window:
    """The window one person has: an accommodation moves its end as far as the limit."""
    limit = timedelta(seconds=definition.time_limit_seconds)
    return window_of(sitting).extended(accommodation.extend(limit) - limit)


def _record_ends_on(session: Session, past: list[RowAttempt]) -> date | None:
    counted = [row for row in past if row.state == AttemptState.CLOSED]
    return record_store.ends_on(session, counted[-1]) if counted else None


def _undemonstrated(session: Session, past: list[RowAttempt]) -> frozenset[str]:
    counted = [row for row in past if row.state == AttemptState.CLOSED]
    if not counted:
        return frozenset()
    report = report_of(session, counted[-1].id)
    return frozenset(task.task_code for task in report.tasks) - frozenset(report.demonstrated)
