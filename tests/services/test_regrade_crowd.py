"""A dry run over a cohort says what another program reckons for everybody, and is undone exactly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from quizapp.domain.regrade import Change, RegradeKind, Ruling, to_json
from quizapp.rescorer import rescored
from quizapp.services import regrade_views
from quizapp.store.attempts import RowAttempt
from tests.support import synthetic
from tests.support.people import TESTS
from tests.support.regrades import Desk

#: How many attempts; `make soak` asks for ten thousand.
PEOPLE = int(os.environ.get("QUIZAPP_TEST_REGRADES", "500"))
ITEM, B = "1.a-secure-03", {"choice": "b"}
KINDS = {
    RegradeKind.FIX_KEY: ([B], Ruling(keeps_key=False, answers=(B,))),
    RegradeKind.ACCEPT: ([B], Ruling(answers=(B,))),
    RegradeKind.DROP: ([], Ruling(is_dropped=True)),
    RegradeKind.FULL_MARKS: ([], Ruling(is_full=True)),
}
Short = tuple[Any, ...]


def short(told: Mapping[str, Any]) -> Short:
    """What the second scorer says of a result, in a form to compare."""
    tasks = tuple((task["task"], task["x"], task["n"], task["status"]) for task in told["tasks"])
    return (told["cycle_points"], told["cycle_maximum"], told["decision"], tasks)


def of(outcome: Any) -> Short:
    """The same of a result as it is stored."""
    tasks = tuple((task.task_code, task.x, task.n, task.status.value) for task in outcome.tasks)
    return (outcome.points, outcome.maximum, outcome.decision.value, tasks)


def under(document: Mapping[str, Any], ruling: Ruling) -> dict[str, Any]:
    """A document as it is once a regrade of the item has reached it."""
    told = [{"id": "1", "undoes": None, "is_spared": False, "ruling": to_json(ruling)}]
    slots = [{**slot, "regrades": told if slot["item"] == ITEM else []} for slot in document["slots"]]
    earlier = [under(past, ruling) for past in document.get("earlier", ())]
    return {**document, "slots": slots, "earlier": earlier}


def by_brute_force(
    crowd: synthetic.Crowd, originals: Mapping[UUID, Short], ruling: Ruling
) -> dict[UUID, tuple[Short, Short]]:
    """Everybody scored afresh; those that differ."""
    both = {
        key: (originals[key], short(rescored(under(document, ruling))))
        for key, document in crowd.documents.items()
    }
    return {key: pair for key, pair in both.items() if pair[0] != pair[1]}


def stored(context: Any) -> dict[UUID, Short]:
    with context.reading() as session:
        ids = {row.id: row.current_score_id for row in session.scalars(select(RowAttempt))}
        told = regrade_views.score_outcomes(session, list(ids.values()))
        return {key: of(told[score_id]) for key, score_id in ids.items()}


def pairs(changes: Any) -> dict[UUID, tuple[Short, Short]]:
    return {line.attempt_id: (of(line.change.before), of(line.change.after)) for line in changes}


def careful(context: Any, crowd: synthetic.Crowd) -> None:
    """Without a decision to lower, exactly those are spared who would fall."""
    kind, answers = RegradeKind.FIX_KEY, [B]
    told = regrade_views.preview(context, TESTS, "small-bank", ITEM, kind, answers=answers, lowers=True)
    seen = regrade_views.preview(context, TESTS, "small-bank", ITEM, kind, answers=answers)
    spared = {line.attempt_id for line in seen.changes if line.is_spared}
    worse = {line.attempt_id for line in told.changes if line.change.is_lowered} & crowd.released
    # A top-up that only pools what a spared first attempt keeps does not change at all.
    pooling = {
        key for key in worse if {UUID(past["attempt"]) for past in crowd.documents[key]["earlier"]} & spared
    }
    assert (spared, bool(spared), bool(pooling)) == (worse - pooling, True, True)


def test_the_dry_run_equals_brute_force_and_undoing_gives_the_originals(sqlite_context) -> None:
    context = sqlite_context
    crowd = synthetic.crowd(context, PEOPLE, "crowd")
    originals = stored(context)
    assert originals == {key: short(rescored(document)) for key, document in crowd.documents.items()}
    for kind, (answers, ruling) in KINDS.items():
        wanted = by_brute_force(crowd, originals, ruling)
        told = regrade_views.preview(context, TESTS, "small-bank", ITEM, kind, answers=answers, lowers=True)
        assert (pairs(told.changes), told.counts.changed) == (wanted, len(wanted))
    careful(context, crowd)
    desk = Desk(context)
    wanted = by_brute_force(crowd, originals, KINDS[RegradeKind.FULL_MARKS][1])
    regrade_id = desk.regrade(ITEM, RegradeKind.FULL_MARKS)
    assert stored(context) == originals | {key: after for key, (_, after) in wanted.items()}
    desk.undo(regrade_id)
    assert stored(context) == originals


def test_a_change_is_worse_by_a_task_by_the_decision_or_by_points() -> None:
    from fractions import Fraction

    from quizapp.domain.regrade import Outcome, TaskOutcome
    from quizapp.domain.score import Decision, TaskStatus

    def outcome(points: int, maximum: int, decision: Decision, status: TaskStatus) -> Outcome:
        return Outcome(Fraction(points), Fraction(maximum), decision, (TaskOutcome("1.A", 8, 8, status),))

    met, shown, not_yet = Decision.MET, TaskStatus.DEMONSTRATED, TaskStatus.NOT_YET
    base = outcome(8, 10, met, shown)
    told = [
        Change(base, after).is_lowered
        for after in (
            base,
            outcome(9, 10, met, shown),
            outcome(4, 5, met, shown),
            outcome(7, 9, met, shown),
            outcome(8, 10, Decision.INSUFFICIENT, shown),
            outcome(8, 10, met, not_yet),
        )
    ]
    assert told == [False, False, False, True, True, True]
