"""Shapes of what connects programs with records."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField, StringField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from quizapp.domain.api_token import DEFAULT_DAYS, LONGEST_DAYS, LONGEST_NAME, Scope
from quizapp.domain.webhook import LONGEST_URL

SCOPE_LABELS = {
    Scope.CHANGES: _l("Follow every change of every record"),
    Scope.RECORDS: _l("Read a record by its serial"),
    Scope.CURRENCY: _l("Ask whether people are current"),
}


class TokenForm(FlaskForm):
    """A token somebody wants to make."""

    name = StringField(
        _l("Program"),
        [DataRequired(_l("Say which program will use it.")), Length(max=LONGEST_NAME)],
        description=_l("So that whoever reads this list later knows what stops when it is revoked."),
    )
    scopes = SelectMultipleField(
        _l("What it may do"),
        [InputRequired(_l("Choose at least one."))],
        choices=[SelectChoice(scope.value, label) for scope, label in SCOPE_LABELS.items()],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    days = IntegerField(
        _l("Days until it ends"),
        [InputRequired(_l("Say for how many days.")), NumberRange(1, LONGEST_DAYS)],
        default=DEFAULT_DAYS,
    )


class WebhookForm(FlaskForm):
    """A target somebody wants to be told of changes."""

    url = StringField(
        _l("Address of the target"),
        [DataRequired(_l("Give the address.")), Length(max=LONGEST_URL)],
        description=_l("Begins with https:// and is open to the internet."),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )


class ReplayForm(FlaskForm):
    """From where a target is sent changes once more."""

    after = IntegerField(_l("After change number"), [InputRequired(_l("Give a number.")), NumberRange(0)])
