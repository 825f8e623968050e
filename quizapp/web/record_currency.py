"""Are these people current? A list goes in, an answer for each line comes out, also as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, render_template
from flask import request as asked
from flask_babel import gettext as _

from quizapp.domain.currency import HORIZON_DAYS, HORIZONS, Currency
from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import currency, records
from quizapp.services.currency import Line
from quizapp.services.record_exports import FORMS
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.choices import of_data
from quizapp.web.forms.records import CurrencyForm
from quizapp.web.messages import message
from quizapp.web.record_desk import horizon_words
from quizapp.web.records import bp


def currency_words() -> Mapping[str, tuple[str, str]]:
    """Kind and words of the mark each answer gets."""
    return {
        Currency.CURRENT: ("ok", _("Current")),
        Currency.EXPIRING: ("attention", _("Expiring")),
        Currency.LAPSED: ("attention", _("Lapsed")),
        Currency.NONE: ("danger", _("No current record in this system")),
        Currency.AMBIGUOUS: ("attention", _("Ambiguous: give an e-mail address or serial")),
    }


@bp.route("/records/currency", methods=["GET", "POST"])
@needs(Permission.PULL_RECORDS)
def currency_page() -> Any:
    """Ask about a list, and read the answers."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form, None), 422 if form.errors else 200
    try:
        entries = currency.read(_list(form))
    except Invalid as error:
        return _page(form, None, str(message(error.code))), 422
    kind = asked.form.get("form", "")
    lines = currency.check(
        context(),
        actor(),
        entries,
        exam_id=_exam_id(form),
        horizon=int(form.horizon.data),
        door=f"currency:{kind}" if kind in currency.FORMS else "currency",
    )
    if kind in currency.FORMS:
        headers = {"Content-Disposition": f'attachment; filename="currency.{kind}"'}
        return Response(currency.file(lines, kind), mimetype=FORMS[kind].mimetype, headers=headers)
    # What was read from a file comes back as text, so that the answers can be had as a file too.
    form.text.data = "\n".join(entries)
    return _page(form, lines)


def _form() -> CurrencyForm:
    form = CurrencyForm()
    exams = records.choices(context(), actor()).exams
    form.exam.choices = [("", _("Any exam")), *(of_data(str(key), title) for key, title in exams)]
    form.horizon.choices = [(str(days), horizon_words(days)) for days in HORIZONS]
    if form.horizon.data not in {str(days) for days in HORIZONS}:
        form.horizon.data = str(HORIZON_DAYS)
    return form


def _list(form: CurrencyForm) -> bytes:
    data = form.file.data.read() if form.file.data else b""
    return bytes(data) or (form.text.data or "").encode()


def _exam_id(form: CurrencyForm) -> UUID | None:
    try:
        return UUID(form.exam.data or "")
    except ValueError:
        return None


def _page(form: CurrencyForm, lines: Sequence[Line] | None, problem: str = "") -> str:
    words = currency_words()
    counts = [(words[kind], sum(one.answer.currency is kind for one in lines or ())) for kind in Currency]
    return render_template(
        "records/currency.html", form=form, lines=lines, counts=counts, words=words, problem=problem
    )
