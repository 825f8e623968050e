"""Many items of a bank in one table to write in: the table, what would change, and the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.item import Level
from quizapp.domain.item_grid import COLUMNS, MOST_ROWS
from quizapp.domain.person import Permission
from quizapp.services import item_grid as service
from quizapp.services.item_grid import Grid, GridRow, Sent
from quizapp.web.access import actor, context, needs
from quizapp.web.item_help import sentence
from quizapp.web.item_words import words
from quizapp.web.items import searched
from quizapp.web.messages import message

bp = Blueprint("item_grid", __name__, url_prefix="/banks/<bank_id>/grid")
HEADS = {
    "stem": _l("Question"),
    "tasks": _l("Tasks"),
    "level": _l("Level"),
    "difficulty": _l("Expected right, %"),
    "rationale": _l("Reason for the whole item"),
}
WHY_NOT = {
    "in_review": _l("In review: its words must not change under a reviewer."),
    "retired": _l("Retired: it stays as it is."),
    "row_changed": _l(
        "Somebody changed it since this table was opened. Go on in the table: it shows your words, and this "
        "page then shows them against theirs."
    ),
    "not_found": _l("The bank has no such item."),
}


@bp.get("")
@needs(Permission.WRITE_ITEM)
def grid(bank_id: str) -> str:
    """The chosen items, or a page of those a search finds."""
    chosen = request.args.getlist("item")
    if len(chosen) > MOST_ROWS:
        flash(_("A table has at most %(most)d items; these are the first of them.", most=MOST_ROWS), "info")
    page, pages = 1, 1
    wanted: dict[str, str] = {}
    if not chosen:
        bank, wanted = searched(bank_id)
        found = bank.lines
        pages = max(-(-len(found) // MOST_ROWS), 1)
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        chosen = [line.item_id for line in found[(page - 1) * MOST_ROWS : page * MOST_ROWS]]
    told = service.grid(context(), actor(), bank_id, chosen)
    return _table(bank_id, told, {}, page=page, pages=pages, wanted={k: v for k, v in wanted.items() if v})


@bp.post("/chosen")
@needs(Permission.WRITE_ITEM)
def chosen(bank_id: str) -> Any:
    """The items that were ticked in the bank's list."""
    ticked = request.form.getlist("item")
    if not 1 <= len(ticked) <= MOST_ROWS:
        flash(_("Tick 1 to %(most)d items first.", most=MOST_ROWS), "error")
        return redirect(url_for("items.bank", bank_id=bank_id, _anchor="items"))
    return redirect(url_for("item_grid.grid", bank_id=bank_id, item=ticked))


@bp.post("")
@needs(Permission.WRITE_ITEM)
def write(bank_id: str) -> Any:
    """Show what would change; write it once that was seen; or go on in the table."""
    sent = _sent(request.form)
    if not sent:
        # Every row of it was in review or retired.
        flash(_("Nothing has changed."), "info")
        return redirect(url_for("items.bank", bank_id=bank_id, _anchor="items"))
    match request.form.get("do"):
        case "again":
            return _again(bank_id, sent)
        case "write":
            return _write(bank_id, sent)
    return _planned(bank_id, sent)


def _planned(bank_id: str, sent: Mapping[str, Sent]) -> str:
    plan = service.plan(context(), actor(), bank_id, sent)
    if not plan.changes and not plan.problems:
        flash(_("Nothing has changed."), "info")
        return _again(bank_id, sent)
    return render_template(
        "banks/grid_plan.html", bank_id=bank_id, plan=plan, sent=sent, heads=HEADS, words=words(), why=_why
    )


def _write(bank_id: str, sent: Mapping[str, Sent]) -> Any:
    try:
        done = service.apply(context(), actor(), bank_id, sent)
    except Invalid as error:
        flash(str(message(error.code)), "error")
        return _planned(bank_id, sent)
    flash(
        ngettext(
            "%(num)d item has a draft with your changes.",
            "%(num)d items have a draft with your changes.",
            done,
        ),
        "success",
    )
    flash(_("What is in use stays as it is until each draft is submitted and approved."), "info")
    return redirect(url_for("item_drafts.index", bank=bank_id))


def _sent(form: Mapping[str, str]) -> dict[str, Sent]:
    """The rows of a form: ``base.ITEM`` and ``COLUMN.ITEM``."""
    names = [name.removeprefix("base.") for name in form if name.startswith("base.")]
    return {
        item_id: Sent(
            form[f"base.{item_id}"],
            {name: form[f"{name}.{item_id}"] for name in COLUMNS if f"{name}.{item_id}" in form},
        )
        for item_id in names
    }


def _again(bank_id: str, sent: Mapping[str, Sent]) -> str:
    return _table(bank_id, service.grid(context(), actor(), bank_id, list(sent)), sent)


def _table(bank_id: str, told: Grid, sent: Mapping[str, Sent], **more: Any) -> str:
    def shown(row: GridRow, name: str) -> str:
        """What somebody wrote into a cell, or what the item says."""
        return sent[row.item_id].cells.get(name, row.cells[name]) if row.item_id in sent else row.cells[name]

    facts = {"page": 1, "pages": 1, "wanted": {}} | more
    return render_template(
        "banks/grid.html",
        bank_id=bank_id,
        told=told,
        shown=shown,
        columns=COLUMNS,
        heads=HEADS,
        levels=[(level.value, words()["level"][level.value]) for level in Level],
        why_not=WHY_NOT,
        most=MOST_ROWS,
        **facts,
    )


def _why(problem: Problem) -> str:
    """What is in the way of a row, in words."""
    return str(WHY_NOT.get(problem.reason) or sentence(problem) or problem.detail)
