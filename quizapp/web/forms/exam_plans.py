"""The blueprint and the sections of an exam's form: lines over the framework's tasks, as typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Problem
from quizapp.domain.exam import ExamDefinition, Section
from quizapp.web import exam_words

SECTIONS = 4
LARGEST_COUNT = 999


@dataclass(slots=True)
class Line:
    """One task statement of the blueprint table, as typed."""

    code: str
    items: str = ""
    top_up: str = ""
    section: str = "1"
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SectionLine:
    """One section, as typed; without a title there is no such section."""

    title: str = ""
    minutes: str = ""
    is_one_way: bool = False
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """The blueprint table and the sections of a form, with what is wrong beside each line."""

    lines: dict[str, Line]
    sections: list[SectionLine]
    errors: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong in any line."""
        in_sections = any(section.errors for section in self.sections)
        return bool(self.errors) or in_sections or any(line.errors for line in self.lines.values())

    def blueprint(self) -> Blueprint:
        """The lines with at least one item; what is no number is noted at its line."""
        return Blueprint(tuple(row for line in self.lines.values() if (row := self._row(line))))

    def _row(self, line: Line) -> BlueprintRow | None:
        items, top_up = _count(line.items, line.errors), _count(line.top_up, line.errors)
        if not items and top_up:
            line.errors.append(_("A top-up needs items on the first form too."))
        if not items:
            return None
        has_sections = any(section.title.strip() for section in self.sections)
        section = int(line.section) - 1 if has_sections and line.section.isdecimal() else 0
        return BlueprintRow(line.code, items, top_up, section)

    def told_sections(self) -> tuple[Section, ...]:
        """The sections that have a title; none where the exam is one piece."""
        titled = [line for line in self.sections if line.title.strip()]
        return tuple(
            Section(line.title.strip(), 60 * _count(line.minutes, line.errors), line.is_one_way)
            for line in titled
        )

    def note(self, problem: Problem) -> bool:
        """Show a problem at its line; False when it is about something else."""
        name, _bracket, rest = problem.field.partition("[")
        told, key = exam_words.sentence(problem), rest.partition("]")[0]
        if name == "blueprint" and key in self.lines:
            self.lines[key].errors.append(told)
        elif name == "blueprint":
            self.errors.append(told)
        elif name == "sections" and key.isdecimal() and int(key) < len(self.sections):
            self.sections[int(key)].errors.append(told)
        else:
            return False
        return True


def _count(text: str, errors: list[str]) -> int:
    text = text.strip()
    if not text:
        return 0
    if text.isascii() and text.isdecimal() and int(text) <= LARGEST_COUNT:
        return int(text)
    errors.append(_("“%(text)s” is not a whole number up to %(most)s.", text=text[:12], most=LARGEST_COUNT))
    return 0


def plan_of_request(codes: tuple[str, ...], told: Mapping[str, str]) -> Plan:
    """The plan as it was sent."""
    lines = {
        code: Line(
            code,
            told.get(f"items-{code}", ""),
            told.get(f"top_up-{code}", ""),
            told.get(f"section-{code}", "1"),
        )
        for code in codes
    }
    sections = [
        SectionLine(
            told.get(f"section_title-{n}", ""),
            told.get(f"section_minutes-{n}", ""),
            f"section_one_way-{n}" in told,
        )
        for n in range(SECTIONS)
    ]
    return Plan(lines, sections)


def plan_of(codes: tuple[str, ...], definition: ExamDefinition | None = None) -> Plan:
    """The plan of a stored definition, or an empty one."""
    lines = {code: Line(code) for code in codes}
    sections = [SectionLine() for _n in range(SECTIONS)]
    for row in definition.blueprint.rows if definition else ():
        top_up = str(row.top_up) if row.top_up else ""
        lines[row.task_code] = Line(row.task_code, str(row.items), top_up, str(row.section + 1))
    for n, section in enumerate(definition.sections[:SECTIONS] if definition else ()):
        minutes = section.time_limit_seconds // 60
        sections[n] = SectionLine(section.title, str(minutes) if minutes else "", section.is_one_way)
    return Plan(lines, sections)
