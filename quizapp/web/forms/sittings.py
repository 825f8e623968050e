"""The form of a sitting; times are typed in the zone of whoever types them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    widgets,
)
from wtforms.validators import InputRequired, Length

from quizapp.web.requests import reader_zone

INPUT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
#: Where a problem of a sitting is shown.
PLACES = {
    "title": "title",
    "closes_at": "closes_at",
    "access_code": "access_code",
    "is_open_to_all": "is_open_to_all",
    "people": "people",
    "proctors": "proctors",
    "cohorts": "cohorts",
    "rules": "rules",
    "networks": "networks",
    "late_rule": "late_rule",
}


def _choose(label: Any, about: Any = "") -> SelectMultipleField:
    return SelectMultipleField(
        label,
        description=about,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )


def _exists(_form: FlaskForm, field: Any) -> None:
    """When clocks go forward an hour does not exist; whoever typed it should hear so."""
    if field.data is None:
        return
    typed = field.data.replace(tzinfo=reader_zone())
    back = typed.astimezone(UTC).astimezone(reader_zone())
    if back.replace(tzinfo=None) != field.data:
        raise ValidationError(_("This time does not exist in your zone: clocks go forward."))


class SittingForm(FlaskForm):
    """A window, a roster, proctors and a code."""

    title = StringField(
        _l("Title"),
        validators=[InputRequired(), Length(max=200)],
        description=_l("For example: Room 2, Monday morning."),
    )
    opens_at = DateTimeLocalField(_l("Opens"), format=INPUT_FORMATS, validators=[InputRequired(), _exists])
    closes_at = DateTimeLocalField(
        _l("Closes"),
        format=INPUT_FORMATS,
        validators=[InputRequired(), _exists],
        description=_l("Nobody works after this, extra time aside."),
    )
    cohorts = _choose(_l("Cohorts"))
    people = TextAreaField(
        _l("People besides"),
        validators=[Length(max=200_000)],
        description=_l("E-mail addresses, one on each line."),
        render_kw={"rows": 4, "spellcheck": "false", "autocapitalize": "none"},
    )
    is_open_to_all = BooleanField(
        _l("Open to every learner"), description=_l("Only practice may be open to everybody.")
    )
    proctors = _choose(_l("Proctors"), _l("They see this sitting and its people."))
    access_code = StringField(
        _l("Access code"),
        validators=[Length(max=40)],
        description=_l("Asked before the start; the proctor says it aloud. Empty means none."),
        render_kw={"autocomplete": "off"},
    )
    needs_check_in = BooleanField(
        _l("Check-in needed"), description=_l("Nobody starts before a proctor has made sure who they are.")
    )
    rules = TextAreaField(
        _l("Rules to accept"),
        validators=[Length(max=20_000)],
        description=_l("Conduct and confidentiality; every learner accepts them before the start."),
        render_kw={"rows": 5},
    )
    networks = TextAreaField(
        _l("Networks"),
        validators=[Length(max=4_000)],
        description=_l("Where the exam may be started from, one on each line. Empty means anywhere."),
        render_kw={"rows": 2, "spellcheck": "false", "placeholder": "10.1.0.0/16"},
    )
    late_rule = StringField(
        _l("Rule for late answers"),
        validators=[Length(max=200)],
        description=_l("By which answers that arrived after the end are decided. Empty means none counts."),
    )

    def addresses(self) -> list[str]:
        """The addresses typed, each once, in their order."""
        return _lines(self.people.data)

    def network_list(self) -> tuple[str, ...]:
        """The networks typed, each once, in their order."""
        return tuple(_lines(self.networks.data))


def _lines(text: str | None) -> list[str]:
    told = (text or "").replace(",", "\n").replace(";", "\n").split("\n")
    return list(dict.fromkeys(line.strip() for line in told if line.strip()))


def to_instant(local: datetime, zone: ZoneInfo, is_end: bool = False) -> datetime:
    """The instant of a local time; of an hour that comes twice, an end means the later one."""
    return local.replace(tzinfo=zone, fold=1 if is_end else 0).astimezone(UTC)


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """What a field shows for an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)
