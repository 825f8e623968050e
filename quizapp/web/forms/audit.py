"""The shape of a question to the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from quizapp.web.forms.choices import of_data


class AuditFilterForm(FlaskForm):
    """The filters of the audit log; comes with the address, so it carries no CSRF token."""

    class Meta:
        csrf = False

    noun = SelectField(_l("About"), validate_choice=False)
    verb = SelectField(_l("What was done"), validate_choice=False)
    actor = StringField(_l("By"), [Length(max=40)], description=_l("Id of a person, or a name such as cli"))
    object_id = StringField(_l("Object"), [Length(max=80)], description=_l("Id of what it is about"))
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("Through"), [Optional()])

    def offer(self, nouns: Sequence[str], verbs: Sequence[str]) -> None:
        """Fill the choices with the words in use."""
        self.noun.choices = [("", _("Anything")), *map(of_data, nouns)]
        self.verb.choices = [("", _("Anything")), *map(of_data, verbs)]
