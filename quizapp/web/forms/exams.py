"""The form of an exam: scalar fields as a form, the blueprint as lines over the framework's tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DecimalField,
    Field,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Problem
from quizapp.domain.exam import (
    PROVISIONAL,
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
from quizapp.web import exam_words

SECTIONS = 4
LARGEST_COUNT = 999

#: Where a problem of a definition is shown.
PLACES = {
    "slug": "slug",
    "title": "title",
    "banks": "banks",
    "time_limit_seconds": "minutes",
    "valid_days": "valid_days",
    "c": "c",
    "gamma": "gamma",
    "n_min": "n_min",
    "task_rule.basis": "task_basis",
    "total": "total",
    "max_below": "max_below",
    "cut_rule.basis": "cut_basis",
    "attempts.attempts_per_cycle": "per_cycle",
    "attempts.wait_days": "wait_days",
    "attempts.cycle_wait_days": "cycle_wait_days",
    "attempts.max_cycles": "max_cycles",
    "attempts.window_days": "window_days",
}


def _whole(label: Any, default: int, least: int, most: int, about: Any = "") -> IntegerField:
    return IntegerField(
        label,
        default=default,
        description=about,
        validators=[InputRequired(), NumberRange(least, most)],
        render_kw={"inputmode": "numeric", "min": least, "max": most},
    )


def _percent(label: Any, default: int, about: Any) -> DecimalField:
    return DecimalField(
        label,
        default=default,
        places=None,
        description=about,
        validators=[InputRequired(), NumberRange(1, 99)],
        render_kw={"inputmode": "decimal"},
    )


class ExamForm(FlaskForm):
    """Everything of an exam but its blueprint."""

    slug = StringField(
        _l("Short name"),
        validators=[InputRequired(), Length(max=64)],
        description=_l(
            "Stands in commands and files, for example 1.0-certification. It cannot change later."
        ),
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    title = StringField(_l("Title"), validators=[InputRequired(), Length(max=200)])
    mode = RadioField(
        _l("What it is for"),
        choices=[
            SelectChoice(
                "certification", _l("Certification: a status per task, from items of the secure pool")
            ),
            SelectChoice(
                "practice", _l("Practice: guides study, as often as wished, from the practice pool")
            ),
        ],
        default="certification",
    )
    banks = SelectMultipleField(
        _l("Item banks it draws from"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    minutes = _whole(_l("Minutes"), 50, 1, 1440, _l("An item usually takes 75 seconds."))
    instructions = TextAreaField(
        _l("Instructions"),
        validators=[Length(max=5000)],
        description=_l("Shown before the start."),
        render_kw={"rows": 5},
    )
    release = RadioField(
        _l("Learners see their results"),
        choices=[
            SelectChoice("immediate", _l("as soon as an attempt is scored")),
            SelectChoice("after_sitting", _l("when the sitting is over")),
            SelectChoice("manual", _l("when somebody releases them")),
        ],
        default="immediate",
    )
    per_cycle = _whole(
        _l("Attempts in a cycle"), 2, 1, 2, _l("A second one asks only what is not yet demonstrated.")
    )
    wait_days = _whole(_l("Days between them"), 30, 0, 3650)
    max_cycles = _whole(_l("Cycles"), 3, 1, 100)
    window_days = _whole(_l("within so many days"), 730, 1, 3650)
    cycle_wait_days = _whole(_l("Days before a new cycle"), 183, 0, 3650)
    valid_days = _whole(_l("Days a record is valid"), 1095, 1, 3650)
    c = _percent(_l("Share to be shown, in percent (c)"), 70, _l("of such questions a person answers right"))
    gamma = _percent(_l("Certainty asked for, in percent (γ)"), 90, _l("that the share is at least c"))
    n_min = _whole(_l("Fewest items"), 8, 1, LARGEST_COUNT, _l("below it: insufficient evidence"))
    task_basis = StringField(
        _l("Basis of these values"), default=PROVISIONAL, validators=[InputRequired(), Length(max=300)]
    )
    decision = RadioField(
        _l("The exam as a whole is met by"),
        choices=[
            SelectChoice("compensatory", _l("a total, with few tasks below")),
            SelectChoice("conjunctive", _l("every task demonstrated")),
        ],
        default="compensatory",
    )
    total = _percent(_l("Total needed, in percent"), 75, _l("counts for a total only"))
    max_below = _whole(_l("Tasks that may be below"), 1, 0, LARGEST_COUNT)
    cut_basis = StringField(
        _l("Basis of this cut"),
        default=PROVISIONAL,
        validators=[InputRequired(), Length(max=300)],
        description=_l("While a basis begins with “provisional”, the exam is a pilot."),
    )

    def definition(self, blueprint: Blueprint, sections: tuple[Section, ...]) -> ExamDefinition:
        """What the fields say; the pool follows from the mode."""
        mode = Mode(self.mode.data)
        return ExamDefinition(
            title=(self.title.data or "").strip(),
            mode=mode,
            blueprint=blueprint,
            time_limit_seconds=60 * self.minutes.data,
            instructions=(self.instructions.data or "").strip().replace("\r\n", "\n"),
            pool=Pool.SECURE if mode is Mode.CERTIFICATION else Pool.PRACTICE,
            sections=sections,
            attempts=self._policy() if mode is Mode.CERTIFICATION else UNLIMITED,
            task_rule=TaskRule(
                _share(self.c), _share(self.gamma), self.n_min.data, self.task_basis.data.strip()
            ),
            cut_rule=CutRule(
                self.decision.data == "conjunctive",
                _share(self.total),
                self.max_below.data,
                self.cut_basis.data.strip(),
            ),
            release=Release(self.release.data),
            valid_days=self.valid_days.data,
        )

    def _policy(self) -> AttemptsPolicy:
        return AttemptsPolicy(
            self.per_cycle.data,
            self.wait_days.data,
            self.cycle_wait_days.data,
            self.max_cycles.data,
            self.window_days.data,
        )


def _share(entered: Field) -> Fraction:
    return Fraction(entered.data) / 100


def values_of(definition: ExamDefinition) -> dict[str, Any]:
    """What the fields show for a stored definition."""
    policy = AttemptsPolicy() if definition.attempts.is_unlimited else definition.attempts
    rule, cut = definition.task_rule, definition.cut_rule
    return {
        "title": definition.title,
        "mode": definition.mode.value,
        "minutes": definition.time_limit_seconds // 60,
        "instructions": definition.instructions,
        "release": definition.release.value,
        "per_cycle": policy.attempts_per_cycle,
        "wait_days": policy.wait_days,
        "cycle_wait_days": policy.cycle_wait_days,
        "max_cycles": policy.max_cycles,
        "window_days": policy.window_days,
        "valid_days": definition.valid_days,
        "c": exam_words.percent(rule.c),
        "gamma": exam_words.percent(rule.gamma),
        "n_min": rule.n_min,
        "task_basis": rule.basis,
        "decision": "conjunctive" if cut.is_conjunctive else "compensatory",
        "total": exam_words.percent(cut.total),
        "max_below": cut.max_below,
        "cut_basis": cut.basis,
    }


# --- the blueprint and the sections -----------------------------------------------------


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
