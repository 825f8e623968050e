"""Completion records: what is signed, what a status change may do, what a reader is told first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from quizapp.domain.attempt import Purpose
from quizapp.domain.errors import Problem, Refused
from quizapp.domain.exam import ExamDefinition, Mode, Standing
from quizapp.domain.framework import Framework
from quizapp.domain.score import CompetencyScore, ScoreReport, TaskScore, TaskStatus

PAYLOAD_VERSION = 1
#: A serial is 28 letters and digits: 140 random bits, so that nobody finds one by trying.
SERIAL_BYTES = 18
SERIAL_LENGTH = 28
SERIAL_GROUP = 4
#: No I, L, O or U: what is read from paper or heard over a telephone stays one serial.
SERIAL_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
LONGEST_REASON = 2000
DISCLAIMER = "This record is not certification under 10 U.S.C. 384 or DoDI 5132.15."
PILOT_NOTICE = "Pilot: not for personnel decisions"


class RecordStatus(StrEnum):
    """The standing of a record. Expiry is never stored: it follows from the printed date."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class ReasonCategory(StrEnum):
    """Why a status changed, in the only words the public page shows."""

    ADMINISTRATIVE = "administrative"
    CORRECTION = "correction"
    IRREGULARITY = "irregularity"
    APPEAL = "appeal"
    HOLDER_REQUEST = "holder_request"
    NEW_EVIDENCE = "new_evidence"
    KEY_LEAKED = "key_leaked"


class Reach(StrEnum):
    """How much of a record a link reveals."""

    FULL = "full"
    COMPETENCIES = "competencies"
    STATUS = "status"


def read_reach(text: str) -> Reach:
    """The reach of this name; what nobody knows reveals the least."""
    return Reach(text) if text in set(Reach) else Reach.STATUS


_S = RecordStatus
TRANSITIONS: dict[str, tuple[frozenset[RecordStatus], RecordStatus]] = {
    "suspend": (frozenset({_S.VALID}), _S.SUSPENDED),
    "reinstate": (frozenset({_S.SUSPENDED}), _S.VALID),
    "revoke": (frozenset({_S.VALID, _S.SUSPENDED}), _S.REVOKED),
    "supersede": (frozenset({_S.VALID, _S.SUSPENDED}), _S.SUPERSEDED),
}


def move(status: RecordStatus, verb: str) -> RecordStatus:
    """The status after ``verb``; raises `Refused` when the table has no such step."""
    sources, target = TRANSITIONS[verb]
    if status not in sources:
        raise Refused("illegal_transition", noun="record", state=status.value, verb=verb)
    return target


class RevocationState(StrEnum):
    """How far a revocation has come; it is done by a second registrar."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


_V = RevocationState
REVOCATION_TRANSITIONS: dict[str, tuple[frozenset[RevocationState], RevocationState]] = {
    "approve": (frozenset({_V.PROPOSED}), _V.APPROVED),
    "withdraw": (frozenset({_V.PROPOSED}), _V.WITHDRAWN),
}


def move_revocation(state: RevocationState, verb: str) -> RevocationState:
    """The state of a revocation after ``verb``; raises `Refused` when the table has no such step."""
    sources, target = REVOCATION_TRANSITIONS[verb]
    if state not in sources:
        raise Refused("illegal_transition", noun="revocation", state=state.value, verb=verb)
    return target


def status_on(stored: RecordStatus, expires_on: date, day: date) -> RecordStatus:
    """The status a reader is told on ``day``: a valid record past its date has expired."""
    if stored is RecordStatus.VALID and day > expires_on:
        return RecordStatus.EXPIRED
    return stored


def status_as_of(
    changes: Iterable[tuple[date, RecordStatus]], expires_on: date, day: date
) -> RecordStatus | None:
    """What a reader was told at the end of ``day``, from every change so far, oldest first.

    None when the record was not issued yet.
    """
    known = [status for on, status in changes if on <= day]
    return status_on(known[-1], expires_on, day) if known else None


def check_reason(category: str, reason: str) -> list[Problem]:
    """Everything wrong with the reason given for a change of status."""
    problems = []
    if category not in set(ReasonCategory):
        known = ", ".join(ReasonCategory)
        problems.append(Problem("category", category, "unknown_category", f"one of: {known}"))
    if not reason.strip():
        problems.append(Problem("reason", "", "missing", "say why, for whoever reads the history"))
    if len(reason) > LONGEST_REASON:
        problems.append(Problem("reason", "", "too_long", f"at most {LONGEST_REASON} characters"))
    return problems


def deserves_record(mode: Mode, purpose: Purpose, report: ScoreReport, *, is_released: bool) -> bool:
    """A record issues for a released, live, certification attempt with a demonstrated task."""
    counts = mode is Mode.CERTIFICATION and purpose is Purpose.LIVE and is_released
    return counts and bool(report.demonstrated)


def serial_of(data: bytes) -> str:
    """A serial from ``SERIAL_BYTES`` random bytes: "7K3F-..." in groups of four."""
    if len(data) != SERIAL_BYTES:
        raise ValueError(f"{len(data)} bytes, not {SERIAL_BYTES}")
    number = int.from_bytes(data, "big")
    letters = "".join(SERIAL_ALPHABET[number >> 5 * place & 31] for place in range(SERIAL_LENGTH))
    return _grouped(letters)


def read_serial(text: str) -> str | None:
    """The serial somebody typed, in its one spelling, or None when it cannot be one."""
    letters = "".join(text.split()).replace("-", "").upper().translate(LOOK_ALIKES)
    if len(letters) != SERIAL_LENGTH or set(letters) - set(SERIAL_ALPHABET):
        return None
    return _grouped(letters)


def begin_serial(text: str) -> str | None:
    """The first group or more of a serial somebody typed, in its one spelling, or None."""
    letters = "".join(text.split()).replace("-", "").upper().translate(LOOK_ALIKES)
    if not SERIAL_GROUP <= len(letters) <= SERIAL_LENGTH or set(letters) - set(SERIAL_ALPHABET):
        return None
    return _grouped(letters)


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + SERIAL_GROUP] for at in range(0, len(letters), SERIAL_GROUP))


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """What a record says of one attempt its evidence came from; a date, never times."""

    attempt_id: str
    exam_id: str
    exam_title: str
    form_digest: str
    blueprint_digest: str
    bank_digest: str
    taken_on: date


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Everything a record is composed from."""

    serial: str
    learner_name: str
    framework: Framework
    exam_id: str
    definition: ExamDefinition
    standing: Standing
    sme_review: str
    report: ScoreReport
    sources: Mapping[str, EvidenceSource]
    cycles: int
    issuer_id: str
    issuer_name: str
    issuing_officer: str
    issued_on: date
    delivery: str = "online"
    proctoring: str = "none"
    identity_method: str = "account"
    supersedes: str | None = None


def expires_on(facts: RecordFacts) -> date:
    """Tasks age separately: a record expires with the oldest evidence of a demonstrated task."""
    days = [
        facts.sources[piece.attempt_id].taken_on
        for task in facts.report.tasks
        if task.status is TaskStatus.DEMONSTRATED
        for piece in task.evidence
    ]
    return min([*days, facts.issued_on]) + timedelta(days=facts.definition.valid_days)


def compose(facts: RecordFacts) -> dict[str, object]:
    """The canonical payload of a record: JSON without floats, and without times of day."""
    rule, cut = facts.definition.task_rule, facts.definition.cut_rule
    return {
        "payload_version": PAYLOAD_VERSION,
        "serial": facts.serial,
        "statement": DISCLAIMER,
        "standing": facts.standing.value,
        "standing_notice": PILOT_NOTICE if facts.standing is Standing.PILOT else "",
        "sme_review": facts.sme_review,
        "learner": {"name": facts.learner_name},
        "framework": {
            "id": facts.framework.id,
            "version": facts.framework.version,
            "function": facts.framework.function,
        },
        "exam": {"id": facts.exam_id, "title": facts.definition.title},
        "claim": "knowledge shown by examination",
        "decision": {
            "outcome": facts.report.decision.value,
            "demonstrated": len(facts.report.demonstrated),
            "tasks": len(facts.report.tasks),
            "points": exact(facts.report.cycle_total.points),
            "maximum": exact(facts.report.cycle_total.maximum),
        },
        "rule": {
            "version": rule.version,
            "c": exact(rule.c),
            "gamma": exact(rule.gamma),
            "n_min": rule.n_min,
            "basis": rule.basis,
            "cut": {
                "kind": "conjunctive" if cut.is_conjunctive else "compensatory",
                "total": exact(cut.total),
                "max_below": cut.max_below,
                "basis": cut.basis,
            },
        },
        "competencies": [_competency(facts, entry) for entry in facts.report.competencies],
        "evidence": _evidence(facts),
        "delivery": {
            "mode": facts.delivery,
            "proctoring": facts.proctoring,
            "identity": facts.identity_method,
        },
        "cycles": facts.cycles,
        "issuer": {"id": facts.issuer_id, "name": facts.issuer_name},
        "issuing_officer": facts.issuing_officer,
        "issued_on": facts.issued_on.isoformat(),
        "expires_on": expires_on(facts).isoformat(),
        "supersedes": facts.supersedes,
    }


def exact(value: Fraction) -> str:
    """A Fraction as text: "7/10", or "3" for a whole number."""
    return str(value)


def _competency(facts: RecordFacts, score: CompetencyScore) -> dict[str, object]:
    competency = next(c for c in facts.framework.competencies if c.code == score.code)
    return {
        "code": score.code,
        "title": competency.title,
        "points": exact(score.total.points),
        "maximum": exact(score.total.maximum),
        "n": score.n,
        "tasks": [_task(facts, task) for task in score.tasks],
    }


def _task(facts: RecordFacts, task: TaskScore) -> dict[str, object]:
    statement = facts.framework.task(task.task_code)
    return {
        "code": task.task_code,
        "text": statement.text if statement else "",
        "status": task.status.value,
        "x": task.x,
        "n": task.n,
    }


def _evidence(facts: RecordFacts) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []
    for task in facts.report.tasks:
        for piece in task.evidence:
            source = facts.sources[piece.attempt_id]
            entries.append(
                {
                    "task": task.task_code,
                    "exam": source.exam_id,
                    "form": source.form_digest,
                    "blueprint": source.blueprint_digest,
                    "bank": source.bank_digest,
                    "taken_on": source.taken_on.isoformat(),
                    "x": piece.x,
                    "n": piece.n,
                }
            )
    return entries


def expected_false_entries(report: ScoreReport) -> Fraction:
    """Sum of (1 - posterior) over the demonstrated tasks: how many entries may be wrong."""
    return sum(
        (1 - t.probability for t in report.tasks if t.status is TaskStatus.DEMONSTRATED),
        Fraction(0),
    )
