"""Keying in answer sheets of a sitting: which there are, and one sheet to enter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import paper_entries, sittings
from quizapp.web.access import actor, context, needs

bp = Blueprint("paper", __name__)

#: What to type for each item type.
HOW = {
    "single_choice": _l("one letter"),
    "true_false": _l("one letter"),
    "multiple_response": _l("every filled letter"),
    "ordering": _l("a letter a row, - for an empty row"),
    "matching": _l("a letter a row, - for an empty row"),
    "dropdown_cloze": _l("a letter a gap, - for an empty one"),
    "gap_text": _l("a letter a gap, or words with ; between them, - for an empty one"),
    "matrix": _l("a letter a row, - for an empty row"),
    "numeric": _l("the number"),
    "parametrised_numeric": _l("the number"),
    "hotspot": _l("every filled letter"),
    "short_text": _l("the words"),
    "essay": _l("the whole text"),
}


@bp.get("/sittings/<uuid:sitting_id>/paper")
@needs(Permission.RUN_SITTING)
def sheets(sitting_id: UUID) -> Any:
    """Sheets that were begun, and the way to the next one."""
    sitting = sittings.get(context(), actor(), sitting_id)
    if request.args.get("code") and request.args.get("person", type=UUID):
        return redirect(
            url_for(
                "paper.sheet",
                sitting_id=sitting_id,
                person_id=request.args.get("person", type=UUID),
                code=request.args["code"].strip(),
            )
        )
    lines = paper_entries.listed(context(), actor(), sitting_id)
    return render_template("paper/sheets.html", sitting=sitting, lines=lines)


@bp.get("/sittings/<uuid:sitting_id>/paper/<uuid:person_id>/<code>")
@needs(Permission.RUN_SITTING)
def sheet(sitting_id: UUID, person_id: UUID, code: str) -> str:
    """One sheet: to be entered, or to be left to somebody else."""
    return _sheet(sitting_id, person_id, code, {}, {})


@bp.post("/sittings/<uuid:sitting_id>/paper/<uuid:person_id>/<code>")
@needs(Permission.RUN_SITTING)
def enter(sitting_id: UUID, person_id: UUID, code: str) -> Any:
    """Store what was typed; wrong letters come back with everything else kept."""
    typed = {
        int(name.removeprefix("slot-")): text
        for name, text in request.form.items()
        if name.startswith("slot-") and name.removeprefix("slot-").isdecimal()
    }
    try:
        attempt_id = paper_entries.enter(context(), actor(), sitting_id, person_id, code, typed)
    except Invalid as error:
        wrong = {problem.field: _("This cannot stand on the sheet.") for problem in error.problems}
        return _sheet(sitting_id, person_id, code, typed, wrong), 422
    if attempt_id is None:
        flash(_("Entered. Somebody else reads the sheet next."), "success")
    else:
        flash(_("The readings agree: the attempt is closed and scored."), "success")
    return redirect(url_for("paper.sheets", sitting_id=sitting_id))


def _sheet(sitting_id: UUID, person_id: UUID, code: str, typed: Any, wrong: Any) -> str:
    told = paper_entries.get(context(), actor(), sitting_id, person_id, code)
    return render_template("paper/sheet.html", sheet=told, typed=typed, wrong=wrong, how=HOW)
