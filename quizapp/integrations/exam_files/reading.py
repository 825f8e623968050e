"""The text form of an exam, as plain data, read into a definition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Problem
from quizapp.domain.exam import (
    UNLIMITED,
    AttemptsPolicy,
    CutRule,
    ExamDefinition,
    Mode,
    Release,
    Section,
    TaskRule,
)
from quizapp.domain.item import Pool
from quizapp.integrations.exam_files.fields import Reader

_COUNTS = re.compile(r"(\d{1,4})(?:\s*\+\s*(\d{1,4}))?")
FIELDS = (
    "id", "title", "framework", "framework_version", "banks", "mode", "pool", "minutes",
    "grace_seconds", "valid_days", "instructions", "sections", "blueprint", "attempts", "rules",
    "release", "calculator",
)  # fmt: skip
#: Where a field of a definition stands in a file; what is not here is called the same.
PLACES: Mapping[str, str] = {
    "slug": "id",
    "time_limit_seconds": "minutes",
    "has_calculator": "calculator",
    "c": "rules.task.c",
    "gamma": "rules.task.gamma",
    "n_min": "rules.task.n_min",
    "task_rule.basis": "rules.task.basis",
    "total": "rules.exam.total",
    "max_below": "rules.exam.max_below",
    "cut_rule.basis": "rules.exam.basis",
}
DECISIONS = {"compensatory": False, "conjunctive": True}


@dataclass(frozen=True, slots=True)
class ExamFile:
    """What one exam file says; an empty ``framework_version`` is the current one."""

    slug: str
    framework_id: str
    framework_version: str
    bank_ids: tuple[str, ...]
    definition: ExamDefinition


def place(field: str) -> str:
    """Where a field of a definition stands in a file."""
    return PLACES.get(field, field)


def read(source: Mapping[str, Any]) -> tuple[ExamFile | None, list[Problem]]:
    """An exam from its text form, or None and everything wrong with its shape."""
    reader = Reader()
    reader.unknown(source, FIELDS, "")
    told = ExamFile(
        slug=reader.text(source, "id"),
        framework_id=reader.text(source, "framework"),
        framework_version=reader.text(source, "framework_version", ""),
        bank_ids=tuple(reader.texts(source, "banks")),
        definition=_definition(reader, source),
    )
    return (None, reader.problems) if reader.problems else (told, [])


def _definition(reader: Reader, source: Mapping[str, Any]) -> ExamDefinition:
    rules = reader.mapping(source, "rules", ("task", "exam"))
    sections, section_of = _sections(reader, source)
    mode = reader.choice(source, "mode", Mode, None)
    usual = ExamDefinition("", mode, Blueprint(()), 0)
    return ExamDefinition(
        title=reader.text(source, "title"),
        mode=mode,
        blueprint=Blueprint(tuple(_rows(reader, source, section_of))),
        time_limit_seconds=60 * reader.whole(source, "minutes", None),
        instructions=reader.text(source, "instructions", "").strip(),
        pool=reader.choice(source, "pool", Pool, Pool.SECURE if usual.is_certification else Pool.PRACTICE),
        sections=sections,
        attempts=_attempts(reader, source, usual),
        task_rule=_task_rule(reader, rules),
        cut_rule=_cut_rule(reader, rules),
        release=reader.choice(source, "release", Release, usual.release),
        grace_seconds=reader.whole(source, "grace_seconds", usual.grace_seconds),
        valid_days=reader.whole(source, "valid_days", usual.valid_days),
        has_calculator=reader.flag(source, "calculator"),
    )


def _sections(reader: Reader, source: Mapping[str, Any]) -> tuple[tuple[Section, ...], dict[str, int]]:
    told, section_of = [], {}
    for number, entry in enumerate(reader.entries(source, "sections")):
        field = f"sections[{number}]"
        reader.unknown(entry, ("title", "minutes", "one_way", "tasks"), f"{field}.")
        told.append(
            Section(
                reader.text(entry, "title", within=field),
                60 * reader.whole(entry, "minutes", 0, within=field),
                reader.flag(entry, "one_way", within=field),
            )
        )
        for code in reader.texts(entry, "tasks", within=field):
            if code in section_of:
                reader.complain(f"{field}.tasks", code, "duplicate_code", "is in another section already")
            section_of[code] = number
    return tuple(told), section_of


def _rows(reader: Reader, source: Mapping[str, Any], section_of: Mapping[str, int]) -> Iterator[BlueprintRow]:
    blueprint = reader.mapping(source, "blueprint", None)
    for code in (code for code in section_of if code not in blueprint):
        reader.complain("sections", code, "unknown_code", "is not in the blueprint")
    for code, value in blueprint.items():
        field = f"blueprint[{code}]"
        match = _COUNTS.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
        if match is None:
            reader.complain(field, value, "bad_counts", "a number of items, or items + top-up, as 8 + 4")
            continue
        if section_of and code not in section_of:
            reader.complain(field, code, "no_section", "stands in none of the sections")
        yield BlueprintRow(str(code), int(match[1]), int(match[2] or 0), section_of.get(code, 0))


ATTEMPT_FIELDS = ("per_cycle", "days_apart", "cycle_days_apart", "cycles", "within_days")


def _attempts(reader: Reader, source: Mapping[str, Any], usual: ExamDefinition) -> AttemptsPolicy:
    told = source.get("attempts")
    if told == "unlimited" or (told is None and not usual.is_certification):
        return UNLIMITED
    entry = reader.mapping(source, "attempts", ATTEMPT_FIELDS)
    policy, within = usual.attempts, "attempts"
    return AttemptsPolicy(
        reader.whole(entry, "per_cycle", policy.attempts_per_cycle, within=within),
        reader.whole(entry, "days_apart", policy.wait_days, within=within),
        reader.whole(entry, "cycle_days_apart", policy.cycle_wait_days, within=within),
        reader.whole(entry, "cycles", policy.max_cycles, within=within),
        reader.whole(entry, "within_days", policy.window_days, within=within),
    )


def _task_rule(reader: Reader, rules: Mapping[str, Any]) -> TaskRule:
    within, usual = "rules.task", TaskRule()
    entry = reader.mapping(rules, "task", ("c", "gamma", "n_min", "basis"), within="rules")
    return TaskRule(
        c=reader.share(entry, "c", usual.c, within=within),
        gamma=reader.share(entry, "gamma", usual.gamma, within=within),
        n_min=reader.whole(entry, "n_min", usual.n_min, within=within),
        basis=reader.text(entry, "basis", usual.basis, within=within),
    )


def _cut_rule(reader: Reader, rules: Mapping[str, Any]) -> CutRule:
    within, usual = "rules.exam", CutRule()
    entry = reader.mapping(rules, "exam", ("decision", "total", "max_below", "basis"), within="rules")
    decision = reader.text(entry, "decision", "compensatory", within=within)
    if decision not in DECISIONS:
        reader.complain(f"{within}.decision", decision, "unknown_value", f"one of: {', '.join(DECISIONS)}")
    return CutRule(
        is_conjunctive=DECISIONS.get(decision, False),
        total=reader.share(entry, "total", usual.total, within=within),
        max_below=reader.whole(entry, "max_below", usual.max_below, within=within),
        basis=reader.text(entry, "basis", usual.basis, within=within),
    )
