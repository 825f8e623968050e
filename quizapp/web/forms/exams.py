"""The form of an exam: everything but its blueprint, which is in `exam_plans`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
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

from quizapp.domain.blueprint import Blueprint
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
from quizapp.web.forms.exam_plans import LARGEST_COUNT

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
    has_calculator = BooleanField(
        _l("Offer a calculator"),
        description=_l("Learners are told before they start; leave it out where arithmetic is examined."),
    )
    release = RadioField(
        _l("Learners see their results"),
        choices=[
            SelectChoice("immediate", _l("as soon as an attempt is scored")),
            SelectChoice("after_sitting", _l("when the sitting is over")),
            SelectChoice("manual", _l("when somebody releases them")),
            SelectChoice("two_people", _l("when one person has asked for it and another releases them")),
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
            has_calculator=bool(self.has_calculator.data),
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
        "has_calculator": definition.has_calculator,
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
