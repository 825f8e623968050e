"""The states of a case, who may decide it, and what a decision needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from quizapp.domain import case_file as domain
from quizapp.domain.attempt import AttemptState
from quizapp.domain.case_file import CaseOutcome, CaseState, Involved, Tie
from quizapp.domain.errors import Refused

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ADA, OPENER, PROCTOR, PROPOSER, ISSUER, OTHER = (UUID(int=number) for number in range(1, 7))


def test_only_an_open_case_goes_anywhere() -> None:
    moves = {}
    for state in CaseState:
        for verb in domain.TRANSITIONS:
            try:
                moves[state, verb] = domain.move(state, verb)
            except Refused as refusal:
                assert refusal.code == "illegal_transition"
    assert moves == {
        (CaseState.OPEN, "decide"): CaseState.DECIDED,
        (CaseState.OPEN, "withdraw"): CaseState.WITHDRAWN,
    }


def test_whoever_had_a_part_in_it_does_not_decide() -> None:
    involved = Involved(ADA, OPENER, {PROCTOR}, {PROPOSER}, {ISSUER})
    told = [domain.tie(who, involved) for who in (ADA, OPENER, PROCTOR, PROPOSER, ISSUER, OTHER)]
    assert told == [Tie.LEARNER, Tie.OPENED, Tie.PROCTORED, Tie.REGRADED, Tie.ISSUED, None]


def test_what_can_be_decided_depends_on_the_attempt_and_the_decider() -> None:
    names = {
        (state.value, is_registrar): [
            told.value for told in domain.possible(state, is_registrar=is_registrar)
        ]
        for state in AttemptState
        for is_registrar in (True, False)
    }
    assert names == {
        ("open", True): [],
        ("open", False): [],
        ("closed", True): ["uphold", "rescore", "void", "free_resit", "bar"],
        ("closed", False): ["uphold", "rescore", "free_resit"],
        ("void", True): ["uphold", "free_resit", "bar"],
        ("void", False): ["uphold", "free_resit"],
    }


@pytest.mark.parametrize(
    ("outcome", "reasons", "days", "fields"),
    [
        ("uphold", "Seen.", None, []),
        ("bar", "Seen.", 30, []),
        ("bar", "Seen.", None, ["days"]),
        ("bar", "Seen.", 31, ["days"]),
        ("promote", " ", None, ["reasons", "outcome"]),
        ("uphold", "x" * (domain.LONGEST + 1), None, ["reasons"]),
        ("uphold", "\0", None, ["reasons"]),
    ],
)
def test_every_problem_of_a_decision_is_told(
    outcome: str, reasons: str, days: int | None, fields: list[str]
) -> None:
    problems = domain.check_decision(outcome, reasons, days, tuple(CaseOutcome))
    assert [problem.field for problem in problems] == fields


def test_overdue_is_an_open_case_from_its_deadline_on() -> None:
    later = NOW + timedelta(microseconds=1)
    told = [
        domain.is_overdue(CaseState.OPEN, NOW, NOW),
        domain.is_overdue(CaseState.OPEN, later, NOW),
        domain.is_overdue(CaseState.DECIDED, NOW, later),
    ]
    assert told == [True, False, False]


def test_the_reference_is_short_enough_to_say() -> None:
    assert domain.reference(UUID(int=0x4F1A09BC)) == "4F1A-09BC"
