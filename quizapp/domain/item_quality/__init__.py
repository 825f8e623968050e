"""What can be said of a bank's items before anybody has answered one.

Rules of writing (`lint`), one question told twice (`near_duplicates`), keys that can be guessed
(`cues`, `leakage`), balance and coverage (`balance`), and how much of it is too much (`limits`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor

from quizapp.domain.errors import Problem
from quizapp.domain.item import ItemStatus, ItemVersion
from quizapp.domain.item_quality.balance import KeyPlace, TaskCoverage, coverage, key_places
from quizapp.domain.item_quality.leakage import GroupLeakage, leakage
from quizapp.domain.item_quality.limits import LIMITS, Limits
from quizapp.domain.item_quality.lint import RULES, lint
from quizapp.domain.item_quality.near_duplicates import NearDuplicate, near_duplicates
from quizapp.domain.item_quality.reading import read

__all__ = ["LIMITS", "GroupLeakage", "Limits", "Quality", "RuleCount", "judge"]


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Items of a bank that break one rule of writing, and how many may."""

    rule: str
    items: int
    allowed: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Everything measured, and the limits that are broken (``failures``: limit, value, sentence)."""

    items: int
    findings: tuple[tuple[str, Problem], ...]
    rules: tuple[RuleCount, ...]
    duplicates: tuple[NearDuplicate, ...]
    key_places: tuple[KeyPlace, ...]
    coverage: tuple[TaskCoverage, ...]
    leakage: tuple[GroupLeakage, ...]
    failures: tuple[Problem, ...]

    @property
    def is_passed(self) -> bool:
        """Whether the bank keeps every limit."""
        return not self.failures


def judge(
    items: Iterable[ItemVersion], task_codes: Collection[str], today: date, limits: Limits = LIMITS
) -> Quality:
    """Measure the items of a bank that are not retired, and hold them against the limits.

    ``findings`` are pairs of item id and problem; its `field` is a path in the author's form.
    """
    told = [item for item in items if item.status is not ItemStatus.RETIRED]
    readings = [read(item) for item in told]
    findings = tuple((r.item.id, problem) for r in readings for problem in lint(r, today))
    rules = _rule_counts(findings, len(told), limits)
    duplicates = near_duplicates(readings)
    places = key_places(readings)
    covered = coverage(told, task_codes)
    groups = leakage(readings)
    failures = [
        *_rules(rules),
        *_duplicates(duplicates),
        *_places(places, limits),
        *_leaks(groups, limits),
        *_holes(covered, limits),
    ]
    return Quality(len(told), findings, rules, duplicates, places, covered, groups, tuple(failures))


def _rule_counts(
    findings: Sequence[tuple[str, Problem]], items: int, limits: Limits
) -> tuple[RuleCount, ...]:
    counted = Counter(rule for _, rule in {(item_id, problem.reason) for item_id, problem in findings})
    return tuple(
        RuleCount(rule, counted[rule], floor(limits.lint_shares.get(rule, 0) * items)) for rule in RULES
    )


def _rules(rules: Iterable[RuleCount]) -> Iterator[Problem]:
    for told in rules:
        if told.items > told.allowed:
            detail = f"{told.items} items break the rule, {told.allowed} may"
            yield Problem(told.rule, str(told.items), "too_many_findings", detail)


def _duplicates(pairs: Sequence[NearDuplicate]) -> Iterator[Problem]:
    if pairs:
        detail = f"{len(pairs)} pairs of items are one question told twice"
        yield Problem("near_duplicates", str(len(pairs)), "near_duplicates", detail)


def _places(places: Iterable[KeyPlace], limits: Limits) -> Iterator[Problem]:
    for told in places:
        if told.p < limits.place_p:
            detail = f"{told.items} keys of {told.options} options stand at place {told.place}"
            yield Problem(
                "key_places", str(told.items), "unbalanced_keys", f"{detail}, {told.expected:.0f} are due"
            )


def _leaks(groups: Iterable[GroupLeakage], limits: Limits) -> Iterator[Problem]:
    for group in groups:
        for told in group.cues:
            if told.p < limits.cue_p:
                share = f"right for {told.rate.accuracy:.1%}, chance is {group.chance:.1%}"
                detail = f"{group.group}: the guess is {share}"
                yield Problem(told.cue, f"{told.rate.accuracy:.3f}", "leaking_cue", detail)
        if _model_leaks(group, limits):
            rate = group.model
            detail = (
                f"{group.group}: {rate.accuracy:.1%} (up to {rate.high:.1%}), chance is {group.chance:.1%}"
            )
            yield Problem("model", f"{rate.accuracy:.3f}", "leaking_model", detail)


def _model_leaks(group: GroupLeakage, limits: Limits) -> bool:
    if group.items < limits.model_items:
        return group.model.low > group.chance
    return group.model_excess > limits.model_excess or group.model.high - group.chance > limits.model_bound


def _holes(covered: Iterable[TaskCoverage], limits: Limits) -> Iterator[Problem]:
    short = [told.task for told in covered if not told.is_enough]
    if short and limits.must_cover:
        yield Problem("coverage", ", ".join(short), "too_few_items", f"{len(short)} tasks have too few items")
