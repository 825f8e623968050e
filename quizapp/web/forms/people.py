"""Forms of people and cohorts; they say what input looks like, not what it means."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from quizapp.domain.person import MAX_EXTRA_MINUTES, MAX_TIME_PERCENT, Role
from quizapp.web.forms.choices import of_data

ROLE_LABELS = {
    Role.LEARNER: _l("Learner"),
    Role.INSTRUCTOR: _l("Instructor"),
    Role.REVIEWER: _l("Reviewer"),
    Role.PROCTOR: _l("Proctor"),
    Role.REGISTRAR: _l("Registrar"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.APPEAL_REVIEWER: _l("Appeal reviewer"),
}
ROLE_CHOICES = [SelectChoice(role.value, label) for role, label in ROLE_LABELS.items()]
MAX_NAME, MAX_ADDRESS = 200, 254
#: Zones people live in; the database also lists old names and offsets without places.
REGIONS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/",
           "Europe/", "Indian/", "Pacific/")  # fmt: skip


class CreateForm(FlaskForm):
    """A new account."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=MAX_NAME)])
    email = EmailField(_l("E-mail address"), validators=[InputRequired(), Length(max=MAX_ADDRESS)])
    roles = SelectMultipleField(
        _l("Roles"),
        choices=ROLE_CHOICES,
        default=[Role.LEARNER.value],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    is_invited = BooleanField(
        _l("Send an invitation"),
        default=True,
        description=_l("A mail with a link to choose a password. It works for seven days."),
    )


class NameForm(FlaskForm):
    """Another name, and where its proof is kept."""

    name = StringField(_l("New name"), validators=[InputRequired(), Length(max=MAX_NAME)])
    proof = StringField(
        _l("Where the proof is kept"),
        validators=[InputRequired(_l("Say where the proof of the name is kept.")), Length(max=1000)],
        description=_l("A file number, not the document. Staff and the holder read it in the history."),
    )


class OtherForm(FlaskForm):
    """The other account of the same person; comes with the address, so it carries no CSRF token."""

    class Meta:
        csrf = False

    email = EmailField(_l("E-mail address of the other account"), validators=[Length(max=MAX_ADDRESS)])


class MergeForm(FlaskForm):
    """Why two accounts become one."""

    reason = StringField(
        _l("How it is known that they are one person"),
        validators=[InputRequired(_l("Say how it is known.")), Length(max=500)],
    )


class RoleForm(FlaskForm):
    """One role, to give."""

    role = SelectField(_l("Role"), choices=ROLE_CHOICES)


class AccommodationForm(FlaskForm):
    """Extra time."""

    time_percent = IntegerField(
        _l("Time, in percent of the usual"),
        validators=[InputRequired(), NumberRange(100, MAX_TIME_PERCENT)],
        description=_l("100 is the usual time, 150 half as much again."),
        render_kw={"min": 100, "max": MAX_TIME_PERCENT, "inputmode": "numeric"},
    )
    extra_minutes = IntegerField(
        _l("Minutes on top"),
        default=0,
        validators=[InputRequired(), NumberRange(0, MAX_EXTRA_MINUTES)],
        render_kw={"min": 0, "max": MAX_EXTRA_MINUTES, "inputmode": "numeric"},
    )


class ImportForm(FlaskForm):
    """A CSV file."""

    file = FileField(
        _l("CSV file"), validators=[FileRequired(_l("Choose a file."))], render_kw={"accept": ".csv,text/csv"}
    )


class CohortForm(FlaskForm):
    """A new cohort."""

    name = StringField(_l("Name of a new cohort"), validators=[InputRequired(), Length(max=MAX_NAME)])


class PreferencesForm(FlaskForm):
    """One's own language and time zone."""

    locale = SelectField(_l("Language"))
    zone = SelectField(_l("Time zone"))

    def offer(self, default_locale: str, default_zone: str) -> None:
        """Set the choices: the installation's own first."""
        usual = _l("As the installation: %(what)s")
        self.locale.choices = [SelectChoice("", str(usual) % {"what": default_locale}), *_languages()]
        self.zone.choices = [SelectChoice("", str(usual) % {"what": default_zone}), *_zones()]


def _languages() -> list[SelectChoice]:
    told = {str(locale): locale for locale in current_app.extensions["babel"].instance.list_translations()}
    return [of_data(code, told[code].get_display_name(told[code]) or code) for code in sorted(told)]


def _zones() -> list[SelectChoice]:
    places = sorted(zone for zone in available_timezones() if zone.startswith(REGIONS))
    return [of_data("UTC"), *(of_data(zone, zone.replace("_", " ")) for zone in places)]
