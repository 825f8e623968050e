"""Anybody may ask whether a receipt is ours; whose it is, nobody is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from quizapp.services import receipts
from quizapp.web.access import context, public
from quizapp.web.verification import limited

bp = Blueprint("receipts", __name__)
NOT_FOUND = 404


class ReceiptForm(FlaskForm):
    """A code, and what has to match it."""

    class Meta:
        """Asked by address, so that an answer can be passed on; it changes nothing."""

        csrf = False

    code = StringField(
        _l("Receipt code"),
        validators=[InputRequired(), Length(max=40)],
        description=_l("Twelve letters and digits in groups of four."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    answered = IntegerField(
        _l("Answers received"),
        validators=[Optional(), NumberRange(min=0, max=10_000)],
        description=_l("As the receipt says. Or give the attempt's id instead."),
    )
    attempt = StringField(_l("Attempt"), validators=[Optional(), Length(max=40)])


@bp.get("/receipts/check")
@public
@limited
def check() -> Any:
    """Whether a receipt with this code exists and matches; one that does not gets 404."""
    form = ReceiptForm(request.args)
    if not form.code.data:
        return render_template("attempts/check_receipt.html", form=form, told=None, is_asked=False)
    if not form.validate():
        return render_template("attempts/check_receipt.html", form=form, told=None, is_asked=False), 422
    told = receipts.check(context(), form.code.data, _attempt_id(form.attempt.data), form.answered.data)
    page = render_template("attempts/check_receipt.html", form=form, told=told, is_asked=True)
    return page if told else (page, NOT_FOUND)


def _attempt_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
