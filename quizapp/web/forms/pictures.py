"""The form of a picture for a text that is being written."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from quizapp.domain.picture import LONGEST_WORDS


class PictureForm(FlaskForm):
    """A file and what it shows."""

    picture = FileField(
        _l("File"),
        description=_l(
            "PNG, JPEG, WebP or GIF, at most 5 MiB. It is stored without what a camera noted in it."
        ),
        validators=[FileRequired(_l("Choose a file."))],
        render_kw={"accept": "image/png,image/jpeg,image/webp,image/gif"},
    )
    alt = StringField(
        _l("What it shows, in words"),
        description=_l("For people who cannot see it: everything they need to answer, but not the answer."),
        validators=[
            DataRequired(_l("Say what the picture shows, for those who cannot see it.")),
            Length(max=LONGEST_WORDS),
        ],
        render_kw={"autocomplete": "off"},
    )
