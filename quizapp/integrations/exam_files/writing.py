"""A definition written as the text form of an exam, as plain data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from quizapp.domain.exam import AttemptsPolicy, ExamDefinition
from quizapp.integrations.exam_files.reading import ATTEMPT_FIELDS, ExamFile


def write(exam: ExamFile) -> dict[str, Any]:
    """The text form of an exam as plain data; `read` of it gives an equal exam back."""
    definition = exam.definition
    told: dict[str, Any] = {
        "id": exam.slug,
        "title": definition.title,
        "framework": exam.framework_id,
        "framework_version": exam.framework_version,
        "banks": list(exam.bank_ids),
        "mode": definition.mode.value,
        "pool": definition.pool.value,
        "minutes": definition.time_limit_seconds // 60,
        "grace_seconds": definition.grace_seconds,
        "valid_days": definition.valid_days,
        "calculator": definition.has_calculator,
        "release": definition.release.value,
        "instructions": definition.instructions,
        "blueprint": {
            row.task_code: f"{row.items} + {row.top_up}" if row.top_up else row.items
            for row in definition.blueprint.rows
        },
        "attempts": _write_attempts(definition.attempts),
        "rules": _write_rules(definition),
    }
    if definition.sections:
        told["sections"] = [_write_section(definition, n) for n in range(len(definition.sections))]
    return told


def _write_section(definition: ExamDefinition, number: int) -> dict[str, Any]:
    section = definition.sections[number]
    return {
        "title": section.title,
        "minutes": section.time_limit_seconds // 60,
        "one_way": section.is_one_way,
        "tasks": [row.task_code for row in definition.blueprint.rows if row.section == number],
    }


def _write_attempts(policy: AttemptsPolicy) -> str | dict[str, int]:
    if policy.is_unlimited:
        return "unlimited"
    values = (
        policy.attempts_per_cycle, policy.wait_days, policy.cycle_wait_days, policy.max_cycles,
        policy.window_days,
    )  # fmt: skip
    return dict(zip(ATTEMPT_FIELDS, values, strict=True))


def _write_rules(definition: ExamDefinition) -> dict[str, Any]:
    task, cut = definition.task_rule, definition.cut_rule
    return {
        "task": {
            "c": _percent(task.c),
            "gamma": _percent(task.gamma),
            "n_min": task.n_min,
            "basis": task.basis,
        },
        "exam": {
            "decision": "conjunctive" if cut.is_conjunctive else "compensatory",
            "total": _percent(cut.total),
            "max_below": cut.max_below,
            "basis": cut.basis,
        },
    }


def _percent(share: Fraction) -> str:
    hundredfold = share * 100
    if hundredfold.denominator == 1:
        return f"{hundredfold} %"
    return f"{hundredfold.numerator / hundredfold.denominator:.4f}".rstrip("0") + " %"
