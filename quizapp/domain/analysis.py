"""What a pool can certify before anybody sits: the feasibility report of an exam."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import Any

from quizapp.domain import blueprint as blueprints
from quizapp.domain.blueprint import Blueprint, BlueprintRow, Candidate
from quizapp.domain.errors import Problem, Refused
from quizapp.domain.exam import SECONDS_PER_ITEM, ExamDefinition, TaskRule, plain
from quizapp.domain.score import TaskStatus, task_status

#: Shares of items a learner would answer right for which chances are shown.
ABILITIES = tuple(Fraction(n, 100) for n in (60, 70, 80, 90, 95))
FEASIBILITY_SEED = "feasibility"


@dataclass(frozen=True, slots=True)
class Chance:
    """How often a learner who answers ``ability`` of such items right is told what, per cycle."""

    ability: Fraction
    demonstrated_first: Fraction
    demonstrated: Fraction


@dataclass(frozen=True, slots=True)
class TaskFeasibility:
    """One blueprint row against the pool.

    ``forms`` counts first forms until the items are used up, ``top_ups`` those among them that
    still leave a top-up; ``best`` is whether a faultless learner gets the task at all.
    """

    task_code: str
    items: int
    top_up: int
    eligible: int
    forms: int
    top_ups: int
    best: TaskStatus
    chances: tuple[Chance, ...]


@dataclass(frozen=True, slots=True)
class Feasibility:
    """The report an author sees before publishing; ``blocks`` forbid it, ``warnings`` do not."""

    tasks: tuple[TaskFeasibility, ...]
    blocks: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def _binomial(x: int, n: int, p: Fraction) -> Fraction:
    return comb(n, x) * p**x * (1 - p) ** (n - x)


@lru_cache(maxsize=4096)
def _is_demonstrated(x: int, n: int, rule: TaskRule) -> bool:
    # Every ability and every task of equal counts asks the same few questions.
    return task_status(x, n, rule) is TaskStatus.DEMONSTRATED


@lru_cache(maxsize=1024)
def chance(ability: Fraction, first: int, second: int, rule: TaskRule) -> Chance:
    """The chance of *demonstrated* after ``first`` items, and over both looks of a cycle."""
    at_once = later = Fraction(0)
    for x in range(first + 1):
        weight = _binomial(x, first, ability)
        if _is_demonstrated(x, first, rule):
            at_once += weight
        elif second:
            later += weight * _rescue(x, first, second, ability, rule)
    return Chance(ability, at_once, at_once + later)


def _rescue(x: int, first: int, second: int, ability: Fraction, rule: TaskRule) -> Fraction:
    return sum(
        (
            _binomial(y, second, ability)
            for y in range(second + 1)
            if _is_demonstrated(x + y, first + second, rule)
        ),
        Fraction(0),
    )


def _exhaust(row: BlueprintRow, candidates: Sequence[Candidate]) -> tuple[int, int]:
    """How many first forms, and how many of them with a top-up, until the items are used up."""
    left, forms, top_ups = list(candidates), 0, 0
    while True:
        first = blueprints.pick(left, row.items, row.top_up) or blueprints.pick(left, row.items)
        if first is None:
            return forms, top_ups
        forms += 1
        left = [c for c in left if c not in first]
        second = blueprints.pick(left, row.top_up) if row.top_up else None
        if second is not None:
            top_ups += 1
            left = [c for c in left if c not in second]


def _task(definition: ExamDefinition, row: BlueprintRow, pool: Sequence[Candidate]) -> TaskFeasibility:
    forms, top_ups = _exhaust(row, pool)
    rule = definition.task_rule
    second = row.top_up if top_ups and definition.attempts.attempts_per_cycle > 1 else 0
    chances = tuple(chance(p, row.items, second, rule) for p in ABILITIES)
    most = row.items + second
    best = max((task_status(n, n, rule) for n in (row.items, most)), key=_RANK.__getitem__)
    return TaskFeasibility(row.task_code, row.items, row.top_up, len(pool), forms, top_ups, best, chances)


_RANK: Mapping[TaskStatus, int] = {
    TaskStatus.NOT_ASSESSED: 0,
    TaskStatus.INSUFFICIENT: 1,
    TaskStatus.NOT_YET: 2,
    TaskStatus.DEMONSTRATED: 3,
}


def feasibility(definition: ExamDefinition, pool: Collection[Candidate]) -> Feasibility:
    """What this pool can do for this definition, task by task, and what forbids publishing."""
    by_task = blueprints.group_by_task(pool)
    rows = definition.blueprint.rows
    tasks = tuple(_task(definition, row, by_task.get(row.task_code, [])) for row in rows)
    blocks = [problem for task in tasks for problem in _blocks(definition, task)]
    if not blocks:
        blocks += _whole_form(definition.blueprint, pool)
    warnings = [problem for task in tasks for problem in _warnings(definition, task)]
    warnings += _time(definition)
    return Feasibility(tasks, tuple(blocks), tuple(warnings))


def _blocks(definition: ExamDefinition, task: TaskFeasibility) -> list[Problem]:
    place = f"blueprint[{task.task_code}]"
    if not task.forms:
        detail = (
            f"{task.eligible} eligible items cannot fill a form of {task.items}: "
            "enemies are kept apart, and a scenario gives a task at most two items of a form"
        )
        return [Problem(place, str(task.eligible), "pool_too_small", detail)]
    if definition.is_certification and task.best is not TaskStatus.DEMONSTRATED:
        detail = "even a faultless learner could not demonstrate this task with so few items"
        return [Problem(place, str(task.items), "cannot_certify", detail)]
    return []


def _warnings(definition: ExamDefinition, task: TaskFeasibility) -> list[Problem]:
    if not definition.is_certification or not task.forms:
        return []
    place, warnings = f"blueprint[{task.task_code}]", []
    if not task.top_ups and definition.attempts.attempts_per_cycle > 1:
        detail = "no items would be left for a second attempt; learners are told so"
        warnings.append(Problem(place, str(task.eligible), "no_second_attempt", detail))
    if task.forms < definition.attempts.max_cycles:
        detail = f"items for {task.forms} of {definition.attempts.max_cycles} cycles"
        warnings.append(Problem(place, str(task.forms), "few_cycles", detail))
    return warnings


def _time(definition: ExamDefinition) -> list[Problem]:
    usual = definition.blueprint.length * SECONDS_PER_ITEM
    if definition.time_limit_seconds >= usual:
        return []
    told = str(definition.time_limit_seconds)
    detail = f"{definition.blueprint.length} items usually take {usual} seconds"
    return [Problem("time_limit_seconds", told, "little_time", detail)]


def _whole_form(blueprint: Blueprint, pool: Collection[Candidate]) -> list[Problem]:
    try:
        blueprints.assemble(blueprint, pool, FEASIBILITY_SEED)
    except Refused as refusal:
        detail = "each task alone can be filled, but enemies across tasks block the whole form"
        return [Problem("blueprint", str(refusal.facts.get("task")), "enemies_block", detail)]
    return []


def to_json(report: Feasibility) -> dict[str, Any]:
    """The stored form of a report: plain JSON, fractions as "7/10"."""
    told = plain(asdict(report))
    assert isinstance(told, dict)
    return told


def from_json(stored: Mapping[str, Any]) -> Feasibility:
    """The report that `to_json` stored."""
    return Feasibility(
        tasks=tuple(_task_from_json(entry) for entry in stored["tasks"]),
        blocks=tuple(Problem(**entry) for entry in stored["blocks"]),
        warnings=tuple(Problem(**entry) for entry in stored["warnings"]),
    )


def _task_from_json(stored: Mapping[str, Any]) -> TaskFeasibility:
    chances = tuple(
        Chance(**{name: Fraction(share) for name, share in entry.items()}) for entry in stored["chances"]
    )
    return TaskFeasibility(**{**stored, "best": TaskStatus(stored["best"]), "chances": chances})
