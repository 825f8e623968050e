"""Shapes of what a registrar asks for and decides, and of what anybody may verify."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from quizapp.domain.record import LONGEST_REASON


class SearchForm(FlaskForm):
    """The filters of the record list; comes with the address, so it carries no CSRF token."""

    class Meta:
        csrf = False

    text = StringField(_l("Name, serial or exam"), [Length(max=200)])
    exam = SelectField(_l("Exam"), validate_choice=False)
    status = SelectField(_l("Status"), validate_choice=False)
    task = StringField(_l("Task demonstrated"), [Length(max=20)])


class StatusForm(FlaskForm):
    """Why a record's status changes."""

    category = SelectField(_l("Reason category"), description=_l("The public page shows this, and the date."))
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why.")), Length(max=LONGEST_REASON)],
        description=_l("Kept in the history for staff and the holder; the public page does not show it."),
    )


class SerialForm(FlaskForm):
    """A serial to look up; a plain address, so it carries no CSRF token."""

    class Meta:
        csrf = False

    serial = StringField(_l("Serial"), [Length(max=80)])


class FileForm(FlaskForm):
    """A record file to check."""

    file = FileField(_l("Record file"), [FileRequired(_l("Choose the JSON or PDF file of a record."))])
