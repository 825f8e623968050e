"""The form of a file of items: which format it is in, and what it leaves open."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from quizapp.domain.item import Level, Pool
from quizapp.services.bank_imports import Defaults
from quizapp.web.forms.choices import of_data

GUESS = ""


class ImportForm(FlaskForm):
    """A file, its format, and what its items get where it says nothing."""

    file = FileField(_l("File"), validators=[FileRequired()])
    form = SelectField(_l("Format"), default=GUESS, validate_choice=True)
    task = SelectField(_l("Task"), default="")
    pool = RadioField(
        _l("Pool"),
        choices=[
            SelectChoice(Pool.SECURE.value, _l("Secure")),
            SelectChoice(Pool.PRACTICE.value, _l("Practice")),
        ],
        default=Pool.SECURE.value,
        description=_l(
            "A practice item never becomes secure again; a secure one may still be practised later."
        ),
    )
    level = SelectField(_l("Level"), default=Level.UNDERSTAND.value)
    difficulty = IntegerField(
        _l("Expected right, in per cent"),
        default=50,
        validators=[InputRequired(), NumberRange(0, 100)],
    )
    authority = StringField(
        _l("Source"),
        description=_l(
            "The text the items rest on. Left empty, the file's name stands there until you change it."
        ),
        validators=[Length(max=200)],
    )

    def offer(self, formats: list[tuple[str, str]], tasks: list[str], levels: dict[str, str]) -> None:
        """Fill the choices: formats by name, task codes in order, levels by name."""
        self.form.choices = [
            SelectChoice(GUESS, _l("By the file's name")),
            *(of_data(name, title) for name, title in formats),
        ]
        self.task.choices = [
            SelectChoice("", _l("The file says it")),
            *(of_data(code, code) for code in tasks),
        ]
        self.level.choices = [SelectChoice(name, label) for name, label in levels.items()]

    def defaults(self, file_name: str) -> Defaults:
        """What was said, as the service takes it."""
        return Defaults(
            tasks=(self.task.data,) if self.task.data else (),
            pool=str(self.pool.data),
            level=str(self.level.data),
            difficulty=int(self.difficulty.data or 0),
            authority=(self.authority.data or "").strip() or file_name[:200],
        )
