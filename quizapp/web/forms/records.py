"""Shapes of what a registrar asks for and decides, and of what anybody may verify."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from quizapp.domain.record import LONGEST_REASON


class SearchForm(FlaskForm):
    """The filters of the record list; comes with the address, so it carries no CSRF token."""

    class Meta:
        csrf = False

    text = StringField(
        _l("Name, e-mail, serial or exam"),
        [Length(max=200)],
        description=_l("Beginnings of words, in any order."),
        render_kw={"type": "search", "autocomplete": "off", "spellcheck": "false"},
    )
    exam = SelectField(_l("Exam"), validate_choice=False)
    cohort = SelectField(_l("Cohort"), validate_choice=False)
    status = SelectField(_l("Status"), validate_choice=False)
    task = StringField(_l("Task demonstrated"), [Length(max=20)])
    since = DateField(_l("Issued from"), [Optional()])
    until = DateField(_l("Issued through"), [Optional()])
    expires = SelectField(_l("Expires within"), validate_choice=False)


class ViewForm(FlaskForm):
    """The name a search is kept under."""

    name = StringField(_l("Name of this view"), [DataRequired(_l("Give it a name.")), Length(max=80)])
    query = HiddenField()


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


class CurrencyForm(FlaskForm):
    """A list of people to look up."""

    text = TextAreaField(
        _l("Names, e-mail addresses or serials"),
        [Length(max=400_000)],
        description=_l("One a line. A name that two people have is said to be ambiguous."),
        render_kw={"rows": "8", "spellcheck": "false", "autocomplete": "off"},
    )
    file = FileField(
        _l("Or a file with them"), description=_l("Text, CSV or Excel; a column named serial, email or name.")
    )
    exam = SelectField(_l("In which exam"), validate_choice=False)
    horizon = SelectField(_l("Expiring means within"), validate_choice=False)


class DayForm(FlaskForm):
    """A day to look back to; comes with the address, so it carries no CSRF token."""

    class Meta:
        csrf = False

    on = DateField(_l("As of"), [Optional()], description=_l("The end of that day; empty means today."))


class MatrixForm(DayForm):
    """A cohort, and the framework whose tasks stand in the columns."""

    cohort = SelectField(_l("Cohort"), validate_choice=False)
    framework = SelectField(_l("Framework"), validate_choice=False)


class GapForm(DayForm):
    """What a letter of gaps is measured by."""

    exam = SelectField(_l("Measured by"), validate_choice=False)


class GrantForm(FlaskForm):
    """Who may read the responses behind a record, how long and what for."""

    person = SelectField(_l("Appeal reviewer"), validate_choice=False)
    days = SelectField(_l("For"), validate_choice=False)
    reason = TextAreaField(
        _l("Reason"), [DataRequired(_l("Say why.")), Length(max=LONGEST_REASON)], render_kw={"rows": "2"}
    )


class ReachForm(FlaskForm):
    """What the public page of a record reveals."""

    reach = SelectField(_l("The public page reveals"), validate_choice=False)


class LinkForm(FlaskForm):
    """A link to give away."""

    label = StringField(_l("For whom"), [Length(max=120)], description=_l("Only you see this."))
    link_reach = SelectField(_l("It reveals"), validate_choice=False)
    days = SelectField(_l("It works for"), validate_choice=False)
